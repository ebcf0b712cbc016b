"""What holds a shot together, for whatever look paints it (Ruder et al. 2016).

Each frame starts from the previous result, warped along the plates' flow, and is held to it where
the flow can be trusted. A cut in the plates begins a new chain.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor

from .flow import Estimator
from .flow.consistency import reliable
from .flow.warp import warp
from .looks import Look

# A cut: little of the frame is known from the one before, and what the flow brings is no picture
# of it. See `is_cut` for the two measures; docs/coherence.md has the figures they were set by.
_CUT_RELIABLE = 0.5
_CUT_RESIDUAL = 0.4


@dataclass(frozen=True)
class Link:
    """The frame before: its plate and its result, both 1×3×H×W."""

    plate: Tensor
    result: Tensor


@dataclass(frozen=True)
class Motion:
    """How a plate follows from the one before.

    backward: flow to the previous plate, 1×2×H×W; reliable: 1×1×H×W, 1 where it can be trusted.
    """

    backward: Tensor
    reliable: Tensor


def motion(estimate: Estimator, previous: Tensor, plate: Tensor) -> Motion:
    """The flow between two plates (1×3×H×W) and where it holds."""
    forward, backward = estimate(previous, plate)
    return Motion(backward, reliable(forward, backward))


def is_cut(previous: Tensor, plate: Tensor, found: Motion) -> bool:
    """Whether a new shot begins with ``plate``.

    Two things must come together: less than half of the frame has flow that is consistent, and
    the previous plate, warped, differs from this one by more than 0.4 of what two pictures with
    nothing in common would (root mean square, from the spread of their values).
    """
    if found.reliable.mean().item() >= _CUT_RELIABLE:
        return False
    residual = (warp(previous, found.backward) - plate).square().mean()
    unrelated = previous.var() + plate.var() + (previous.mean() - plate.mean()) ** 2
    return bool(residual > _CUT_RESIDUAL**2 * unrelated)


def paint(
    look: Look, estimate: Estimator, weight: float, plate: Tensor, before: Link | None
) -> Tensor:
    """Paint a plate of a shot.

    weight: of the temporal term; before: the frame before, None where a chain starts.
    """
    if before is None:
        return look.paint(plate, None, None, None)
    if plate.equal(before.plate):
        return before.result  # a held frame holds still
    found = motion(estimate, before.plate, plate)
    if is_cut(before.plate, plate, found):
        return look.paint(plate, None, None, None)
    anchor = warp(before.result, found.backward, mode="bicubic").clamp(0, 1)
    return look.paint(plate, anchor, anchor, weight * found.reliable)


def fill_transparent(rgb: Tensor, alpha: Tensor) -> Tensor:
    """Colours for the pixels that have none, spread from those around them.

    rgb: 1×3×H×W straight; alpha: 1×1×H×W. Only pixels with alpha 0 change. Without this, a look
    would see a black edge where the picture ends.
    """
    seen = (alpha > 0).to(rgb)
    if bool(seen.all()) or not bool(seen.any()):
        return rgb
    colour, known = rgb * seen, seen
    levels = []
    while min(colour.shape[-2:]) > 1 and not bool((known > 0).all()):
        levels.append((colour, known))
        colour, known = (F.avg_pool2d(part, 2, ceil_mode=True) for part in (colour, known))
    filled = colour / known.clamp_min(1e-6)
    for colour, known in reversed(levels):
        spread = F.interpolate(filled, colour.shape[-2:], mode="bilinear", align_corners=False)
        filled = colour + (1 - known) * spread
    return rgb * seen + (1 - seen) * filled
