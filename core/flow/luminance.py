"""What OpenCV's estimators look at."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ..device import to_array


def luminance(frame: Tensor) -> NDArray[np.uint8]:
    """1×3×H×W, 0 to 1, as H×W 8-bit luma."""
    eight_bit = np.rint(to_array(frame).clip(0, 1) * 255).astype(np.uint8)
    return np.asarray(cv2.cvtColor(eight_bit, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
