"""What holds a shot together, for whatever look paints it (Ruder et al. 2016).

Each frame starts from earlier results, brought along the plates' flow, and is held to them where
the flow can be trusted: to an anchor some frames ago by the flows in between, composed, so that
paint is not resampled anew in every frame; to the frame before where the way to the anchor is
lost. A cut in the plates begins a new chain.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from .filters import blur
from .flow import Estimator
from .flow.warp import inside, warp
from .looks import Hold, Look, Plate
from .motion import Motion, alike, between, followed, is_cut

# Frames between anchors. With more, less is still in sight of them; with fewer, paint is resampled
# more often (docs/coherence.md).
_ANCHOR_DISTANCE = 8

# Where flow forth and back do not agree but what it brings looks right, it is half trusted: at the
# borders of moving things most pixels are like that, and paint that starts anew there flickers.
_TRUST_IN_LOOKS = 0.5

# The border between what comes from the anchor and what from the frame before, in pixels.
_SEAM_SIGMA = 1.5


@dataclass(frozen=True)
class Painted:
    """A painted frame: rgb, 1×3×H×W; known: 1×1×H×W, 1 where that is the paint, 0 where too little
    of it shows over the plate to tell (there rgb is the frame as it was written)."""

    rgb: Tensor
    known: Tensor


class Shot(Protocol):
    """The frames of a shot, wherever they are kept. first: number of the first one."""

    first: int

    def plate(self, frame: int) -> Plate:
        """The plate of a frame, with what comes along with it."""

    def painted(self, frame: int) -> Painted:
        """The paint of a frame, as the file on disk has it: what later frames go on from."""


@dataclass(frozen=True)
class _Anchor:
    """What a frame is held to, some frames back: the plate and the paint there, and the way to it.

    until: the frame that motion leads from.
    """

    until: int
    plate: Plate
    painted: Painted
    motion: Motion


class Painter:
    """Paints frames of a shot, each from those before."""

    def __init__(self, look: Look, estimate: Estimator, weight: float, shot: Shot) -> None:
        """look: prepared; weight: of the temporal term."""
        self._look = look
        self._estimate = estimate
        self._weight = weight
        self._shot = shot
        self._anchor: _Anchor | None = None

    def paint(self, frame: int, chained: bool) -> Tensor:
        """Paint a frame, 1×3×H×W. chained: there is a painted frame before it to go on from."""
        plate = self._shot.plate(frame)
        if not chained:
            return self._look.paint(plate, None)
        before, result = self._shot.plate(frame - 1), self._shot.painted(frame - 1)
        link = between(self._estimate, before.rgb, plate.rgb)
        if is_cut(before.rgb, plate.rgb, link):
            return self._look.paint(plate, None)
        anchor = self._anchor = self._anchored(frame, link)
        if _same(plate, before) and bool(result.known.all()):
            return result.rgb  # a held frame holds still
        return self._look.paint(plate, self._hold(plate, before, result, link, anchor))

    def _anchored(self, frame: int, link: Motion) -> _Anchor:
        """The anchor of a frame, by the link to the frame before.

        It depends on the plates alone, wherever painting began: each anchor is a fixed number of
        frames after the last, or the beginning of a chain.
        """
        last = self._anchor
        due = (frame - 1 - self._shot.first) % _ANCHOR_DISTANCE == 0
        if not due and (last is None or last.until != frame - 1):
            last = self._found_again(frame - 1)
        if due or last is None:
            before = frame - 1
            return _Anchor(frame, self._shot.plate(before), self._shot.painted(before), link)
        return replace(last, until=frame, motion=followed(link, last.motion))

    def _found_again(self, frame: int) -> _Anchor | None:
        """The anchor of a frame that was painted in another run, None if it began a chain."""
        before, plate = self._shot.plate(frame - 1).rgb, self._shot.plate(frame).rgb
        link = between(self._estimate, before, plate)
        return None if is_cut(before, plate, link) else self._anchored(frame, link)

    def _hold(
        self, plate: Plate, before: Plate, result: Painted, link: Motion, anchor: _Anchor
    ) -> Hold:
        """What is brought to a frame: from its anchor where that can be followed, from the frame
        before elsewhere."""
        picture, known = _brought(result, link)
        source = warp(before.rgb, link.backward)
        if anchor.motion is not link:
            far, far_known = _brought(anchor.painted, anchor.motion)
            far_source = warp(anchor.plate.rgb, anchor.motion.backward)
            share = anchor.motion.reliable * far_known * alike(plate.rgb, far_source)
            share = share * blur(share, _SEAM_SIGMA)
            picture = torch.lerp(picture, far, share)
            source = torch.lerp(source, far_source, share)
        looks = inside(link.backward) * alike(plate.rgb, source)
        trusted = torch.maximum(link.reliable, _TRUST_IN_LOOKS * looks)
        weight = self._weight * trusted * known * _undisturbed(plate, before, link)
        return Hold(picture, weight, source, result.rgb, picture)


def _brought(painted: Painted, motion: Motion) -> tuple[Tensor, Tensor]:
    """Paint brought to a frame, and where it is known there."""
    picture = warp(painted.rgb, motion.backward, mode="bicubic").clamp(0, 1)
    return picture, (warp(painted.known, motion.backward) > 0.99).to(picture)


def _undisturbed(plate: Plate, before: Plate, link: Motion) -> Tensor:
    """Where no mask of a style has changed but by moving along, 1×1×H×W: from 1 down to 0."""
    same = torch.ones_like(link.reliable)
    for mask, old in zip(plate.masks, before.masks, strict=True):
        if mask is not None and old is not None and mask is not old:
            same = same * (1 - (mask - warp(old, link.backward)).abs())
    return same


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
