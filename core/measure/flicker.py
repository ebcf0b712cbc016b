"""What changes from frame to frame though nothing in the shot does."""

from __future__ import annotations

import math

from torch import Tensor

from ..flow.warp import warp


class Flicker:
    """Adds up, pair by pair, how far a picture is from the one before, warped along the motion.

    Ruder et al. 2016, section 7, but as the root, so that it is in units of the values (0 to 1).
    """

    def __init__(self) -> None:
        self._squares = 0.0
        self._pixels = 0.0

    def add(self, before: Tensor, now: Tensor, backward: Tensor, reliable: Tensor) -> None:
        """before, now: 1×3×H×W; backward: flow now → before; reliable: 1×1×H×W, 1 or 0."""
        change = (now - warp(before, backward)).square().mean(1, keepdim=True)
        self._squares += (change * reliable).sum().item()
        self._pixels += reliable.sum().item()

    def root(self) -> float:
        """√ of the mean over all reliable pixels so far. NaN when there were none."""
        return math.sqrt(self._squares / self._pixels) if self._pixels else math.nan
