"""Which pixels of a flow can be trusted (Sundaram et al. 2010; Ruder et al. 2016, section 4)."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from .warp import inside, warp


def disoccluded(forward: Tensor, backward: Tensor) -> Tensor:
    """Pixels of the second frame that the first one does not show, N×1×H×W bool.

    Ruder et al. 2016, eq. 5: with w the forward flow, ŵ the backward one and w̃(p) = w(p + ŵ(p)),
    a pixel is disoccluded where |w̃ + ŵ|² > 0.01 (|w̃|² + |ŵ|²) + 0.5. What comes in over the
    picture's edge has no forerunner either.

    forward: first → second; backward: second → first; both N×2×H×W in pixels.
    """
    back_again = warp(forward, backward)
    mismatch = _squared(back_again + backward)
    bound = 0.01 * (_squared(back_again) + _squared(backward)) + 0.5
    return (mismatch > bound) | (inside(backward) == 0)


def motion_boundary(backward: Tensor) -> Tensor:
    """Pixels on the border between two motions, N×1×H×W bool.

    Ruder et al. 2016, eq. 6: |∇û|² + |∇v̂|² > 0.01 |ŵ|² + 0.002, with forward differences
    (zero at the last row and column).
    """
    dx = backward.diff(dim=-1, append=backward[..., -1:])
    dy = backward.diff(dim=-2, append=backward[..., -1:, :])
    gradient = (dx**2 + dy**2).sum(1, keepdim=True)
    return gradient > 0.01 * _squared(backward) + 0.002


def reliable(forward: Tensor, backward: Tensor) -> Tensor:
    """N×1×H×W float: 1 where the second frame's pixel is well known from the first, else 0."""
    return (~(disoccluded(forward, backward) | motion_boundary(backward))).to(backward)


def exclusive(trusted: Sequence[Tensor]) -> list[Tensor]:
    """Each pixel left to the nearest frame that knows it, for a long-term temporal loss.

    Ruder et al. 2016, section 4.3: c_long(t−j) = max(c(t−j) − Σ_{k<j} c(t−k), 0), where k goes over
    the nearer frames.

    trusted: c(t−j), N×1×H×W each from 0 to 1, the nearest frame's first.
    """
    found = []
    nearer = None
    for here in trusted:
        found.append(here if nearer is None else (here - nearer).clamp_min(0))
        nearer = here if nearer is None else nearer + here
    return found


def _squared(flow: Tensor) -> Tensor:
    return (flow**2).sum(1, keepdim=True)
