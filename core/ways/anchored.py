"""Holding frames to an anchor some frames ago, so that paint is not resampled anew in each.

Each frame begins from its anchor, brought along the flows in between, composed, and is held to it
where those can be trusted; to the frame before where the way to the anchor is lost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch

from ..filters import blur
from ..flow.warp import warp
from ..looks import Hold, Look, Plate
from ..motion import Motion, alike, followed
from ..shot import Motions, Painted, Shot, brought, kept, looks_right, undisturbed, unseen

# Frames between anchors. With more, less is still in sight of them; with fewer, paint is resampled
# more often (docs/coherence.md).
DISTANCE = 8

# Where flow forth and back do not agree but what it brings looks right, it is half trusted: at the
# borders of moving things most pixels are like that, and paint that starts anew there flickers.
_TRUST_IN_LOOKS = 0.5

# The border between what comes from the anchor and what from the frame before, in pixels.
_SEAM_SIGMA = 1.5


@dataclass(frozen=True)
class _Anchor:
    """What a frame is held to, some frames back: the plate and the paint there, and the way to it.

    until: the frame that motion leads from.
    """

    until: int
    plate: Plate
    painted: Painted
    motion: Motion


class Anchored:
    """See :class:`core.ways.chain.Way`."""

    def __init__(self, weight: float, look: Look, shot: Shot, motions: Motions) -> None:
        """weight: of the temporal term; look: prepared."""
        self._weight, self._look = weight, look
        self._shot, self._motions = shot, motions
        self._anchor: _Anchor | None = None

    def hold(self, frame: int) -> Hold:
        """From the anchor where that can be followed, from the frame before elsewhere."""
        plate, before = self._shot.plate(frame), self._shot.plate(frame - 1)
        result, link = self._shot.painted(frame - 1), self._motions.between(frame - 1, frame)
        anchor = self._anchor = self._anchored(frame, link)
        picture, known = brought(result, link)
        source = warp(before.rgb, link.backward)
        if anchor.motion is not link:
            far, far_known = brought(anchor.painted, anchor.motion)
            far_source = warp(anchor.plate.rgb, anchor.motion.backward)
            share = anchor.motion.reliable * far_known * alike(plate.rgb, far_source)
            as_then = kept(self._look, plate, anchor.plate, far)
            if as_then is not None:
                share = share * as_then
            share = share * blur(share, _SEAM_SIGMA)
            picture = torch.lerp(picture, far, share)
            source = torch.lerp(source, far_source, share)
        looks = looks_right(plate, source, link)
        trusted = torch.maximum(link.reliable, _TRUST_IN_LOOKS * looks)
        weight = self._weight * trusted * known * undisturbed(plate, before, link)
        as_before = kept(self._look, plate, before, picture)
        if as_before is not None:
            weight = weight * as_before
        return Hold(picture, weight, source, result.rgb, picture, unseen(looks, link), as_before)

    def _anchored(self, frame: int, link: Motion) -> _Anchor:
        """The anchor of a frame, by the link to the frame before.

        It depends on the plates alone, wherever painting began: each anchor is a fixed number of
        frames after the last, or the beginning of a chain.
        """
        last = self._anchor
        due = (frame - 1 - self._shot.first) % DISTANCE == 0
        if not due and (last is None or last.until != frame - 1):
            last = self._found_again(frame - 1)
        if due or last is None:
            before = frame - 1
            return _Anchor(frame, self._shot.plate(before), self._shot.painted(before), link)
        return replace(last, until=frame, motion=followed(link, last.motion))

    def _found_again(self, frame: int) -> _Anchor | None:
        """The anchor of a frame whose hold was not asked for here, None if it began a chain."""
        if self._motions.is_cut(frame):
            return None
        return self._anchored(frame, self._motions.between(frame - 1, frame))
