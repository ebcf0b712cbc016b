"""Motion between frames.

A flow is N×2×H×W float32 in pixels, (x, y): ``flow(p)`` leads from ``p`` in the first frame to
``p + flow(p)`` in the second.
"""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

# From two frames (1×3×H×W, sRGB, 0 to 1) to the flows first → second and second → first.
Estimator = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]


def estimator(name: str) -> Estimator:
    """The flow estimator of a name. Raises KeyError when there is none."""
    from .dis import dis

    return {"dis": dis}[name]
