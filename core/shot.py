"""What holds a shot together, for whatever look paints it (Ruder et al. 2016).

Each frame starts from the previous result, warped along the plates' flow, and is held to it where
the flow can be trusted. A cut in the plates begins a new chain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch.nn.functional as F
from torch import Tensor

from .flow import Estimator
from .flow.consistency import reliable
from .flow.warp import warp
from .looks import Hold, Look, Plate

# A cut: little of the frame is known from the one before, and what the flow brings is no picture
# of it. See `is_cut` for the two measures; docs/coherence.md has the figures they were set by.
_CUT_RELIABLE = 0.5
_CUT_RESIDUAL = 0.4


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


@dataclass(frozen=True)
class Painted:
    """A painted frame: rgb, 1×3×H×W; known: 1×1×H×W, 1 where that is the paint, 0 where too little
    of it shows over the plate to tell (there rgb is the frame as it was written)."""

    rgb: Tensor
    known: Tensor


class Shot(Protocol):
    """The frames of a shot, wherever they are kept."""

    def plate(self, frame: int) -> Plate:
        """The plate of a frame, with what comes along with it."""

    def painted(self, frame: int) -> Painted:
        """The paint of a frame, as the file on disk has it: what later frames go on from."""


class Painter:
    """Paints frames of a shot, each from the one before."""

    def __init__(self, look: Look, estimate: Estimator, weight: float, shot: Shot) -> None:
        """look: prepared; weight: of the temporal term."""
        self._look = look
        self._estimate = estimate
        self._weight = weight
        self._shot = shot

    def paint(self, frame: int, chained: bool) -> Tensor:
        """Paint a frame, 1×3×H×W. chained: there is a painted frame before it to go on from."""
        plate = self._shot.plate(frame)
        if not chained:
            return self._look.paint(plate, None)
        before, result = self._shot.plate(frame - 1), self._shot.painted(frame - 1)
        if _same(plate, before) and bool(result.known.all()):
            return result.rgb  # a held frame holds still
        found = motion(self._estimate, before.rgb, plate.rgb)
        if is_cut(before.rgb, plate.rgb, found):
            return self._look.paint(plate, None)
        picture = warp(result.rgb, found.backward, mode="bicubic").clamp(0, 1)
        known = (warp(result.known, found.backward) > 0.99).to(picture)
        return self._look.paint(plate, Hold(picture, self._weight * found.reliable * known))


def _same(plate: Plate, before: Plate) -> bool:
    """Whether nothing changed from one frame to the next: nor a guide or a mask over a still."""
    parts, others = ((p.rgb, *p.guides, *p.masks) for p in (plate, before))
    return all(
        one is other or (one is not None and other is not None and one.equal(other))
        for one, other in zip(parts, others, strict=True)
    )


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
