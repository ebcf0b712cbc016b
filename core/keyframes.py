"""Painting a shot after frames of it that were painted by hand (Jamriška et al. 2019).

Each keyframe is a style whose guides are exact: its plate and its painting show the same thing. A
frame is painted from the keyframe before it and from the one after it, each brought along the
plates' motion, and the two are blended as the frame moves from one to the other.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor

from .filters import blur, resize, smooth
from .flow.warp import inside, pixel_grid, warp
from .job import Job
from .looks import Hold, Look, Plate, Source
from .motion import Motion, alike, followed
from .shot import Motions, Shot

# What a keyframe that can't be followed to a pixel still counts there, beside one that can.
_LOST = 0.02
_SEAM_SIGMA = 3.0  # pixels

# A look that paints after a keyframe takes hundreds of megabytes; a frame lies between two.
_LOOKS_AT_ONCE = 2

# The scale at which two paintings are mixed plainly; what is finer keeps its contrast.
_CONTRAST_SIGMA = 8.0
_CONTRAST_MOST = 1.6


@dataclass(frozen=True)
class Keyframe:
    """A frame painted by hand: its number, its plate and the painting, 1×3×H×W each."""

    frame: int
    plate: Tensor
    painting: Tensor


class Painter:
    """Paints the frames of a shot after its keyframes (one at least)."""

    def __init__(
        self,
        make: Callable[[], Look],
        sources: Sequence[tuple[int, Source]],
        size: tuple[int, int],
        sample: Plate,
        motions: Motions,
        weight: float,
        shot: Shot,
    ) -> None:
        """make: a look, not prepared; sources: by frame, in order, with their plates; weight: of
        the temporal term."""
        self._keyframes = []
        for frame, source in sources:
            assert source.plate is not None
            self._keyframes.append(Keyframe(frame, source.plate, source.picture))
        self._frames = [keyframe.frame for keyframe in self._keyframes]

        @lru_cache(_LOOKS_AT_ONCE)
        def prepared(frame: int) -> Look:
            look = make()
            look.prepare([dict(sources)[frame]], size, sample)
            return look

        self._look = prepared
        self._motions = motions
        self._weight = weight
        self._shot = shot
        self._from_before: dict[int, tuple[int, Motion | None]] = {}
        self._from_after: dict[int, dict[int, _Packed | None]] = {}

    def paint(self, frame: int, chained: bool) -> Tensor:
        """Paint a frame, 1×3×H×W. chained: the frame before is painted, to go on from."""
        place = bisect_right(self._frames, frame)
        before = self._keyframes[place - 1] if place else None
        after = self._keyframes[place] if place < len(self._keyframes) else None
        if before is not None and before.frame == frame:
            return before.painting  # as it was painted, to the pixel
        plate = self._shot.plate(frame)
        near = self._previous(frame) if chained else None
        parts = []
        for keyframe in (before, after):
            if keyframe is None:
                continue
            motion = self._motion(keyframe, frame)
            hold, followed_here = self._hold(plate, keyframe, motion, near)
            picture = self._look(keyframe.frame).paint(plate, hold)
            parts.append((picture, followed_here))
        if len(parts) == 1 or before is None or after is None:
            return parts[0][0]
        share = (frame - before.frame) / (after.frame - before.frame)
        (old, old_followed), (new, new_followed) = parts
        old_weight, new_weight = (1 - share) * old_followed, share * new_followed
        return blended(old, new, new_weight / (old_weight + new_weight))

    def _previous(self, frame: int) -> _Near | None:
        """The frame before, brought to this one. None across a cut."""
        before, result = self._shot.plate(frame - 1), self._shot.painted(frame - 1)
        link = self._linked(frame - 1, frame)
        if link is None:
            return None
        picture = warp(result.rgb, link.backward, mode="bicubic").clamp(0, 1)
        known = link.reliable * (warp(result.known, link.backward) > 0.99).to(picture)
        source = warp(before.rgb, link.backward)
        return _Near(picture, source, known, inside(link.backward), result.rgb)

    def _hold(
        self,
        plate: Plate,
        keyframe: Keyframe,
        motion: Motion | None,
        near: _Near | None,
    ) -> tuple[Hold | None, Tensor]:
        """What a frame is held to: the keyframe where it can be followed, elsewhere the frame
        before. And how well the keyframe is followed, 1×1×H×W, above 0."""
        if motion is None:
            sure = plate.rgb.new_zeros((1, 1, *plate.rgb.shape[-2:]))
            if near is None:
                return None, sure + _LOST
            weight = self._weight * near.known
            return Hold(near.picture, weight, near.source, near.before, near.picture), sure + _LOST
        far = warp(keyframe.painting, _folded(motion.backward), mode="bicubic").clamp(0, 1)
        source = warp(keyframe.plate, motion.backward)
        sure = motion.reliable * alike(plate.rgb, source)
        followed_here = _LOST + (1 - _LOST) * blur(sure, _SEAM_SIGMA)
        if near is None:
            return Hold(far, self._weight * sure, source, keyframe.painting, far), followed_here
        picture = torch.lerp(near.picture, far, torch.maximum(sure, 1 - near.inside))
        hold = Hold(
            picture,
            self._weight * torch.maximum(sure, near.known),
            torch.lerp(near.source, source, sure),
            keyframe.painting,
            picture,
        )
        return hold, followed_here

    def _motion(self, keyframe: Keyframe, frame: int) -> Motion | None:
        """The motion from a frame to a keyframe, None where a cut lies between."""
        if keyframe.frame < frame:
            return self._motion_back(keyframe.frame, frame)
        packed = self._motions_on(keyframe.frame).get(frame)
        return None if packed is None else packed.motion()

    def _motion_back(self, keyframe: int, frame: int) -> Motion | None:
        """To an earlier keyframe, link by link from where the last call had come to."""
        at, motion = self._from_before.get(keyframe, (keyframe, None))
        if at > frame:
            at, motion = keyframe, None
        while at < frame:
            broken = at > keyframe and motion is None
            link = None if broken else self._linked(at, at + 1)
            if link is None:
                motion = None
            else:
                motion = link if at == keyframe else followed(link, motion or link)
            at += 1
        self._from_before = {keyframe: (at, motion)}
        return motion

    def _motions_on(self, keyframe: int) -> dict[int, _Packed | None]:
        """To a later keyframe, from every frame since the one before that."""
        if keyframe not in self._from_after:
            earlier = [frame for frame in self._frames if frame < keyframe]
            first = earlier[-1] + 1 if earlier else self._shot.first
            found: dict[int, _Packed | None] = {}
            motion: Motion | None = None
            for frame in range(keyframe - 1, first - 1, -1):
                link = self._linked(frame + 1, frame)
                if link is None:  # nothing beyond a cut is seen
                    break
                motion = link if motion is None else followed(link, motion)
                found[frame] = _Packed.of(motion)
            self._from_after = {keyframe: found}  # those of the last gap are not needed again
        return self._from_after[keyframe]

    def _linked(self, other: int, frame: int) -> Motion | None:
        """The motion from a frame to its neighbour, None across a cut."""
        if self._motions.is_cut(max(other, frame)):
            return None
        return self._motions.between(other, frame)


@dataclass(frozen=True)
class _Near:
    """The frame before, brought to the one that is painted.

    picture: its paint; source: its plate; known: 1×1×H×W, 1 where both are; inside: 0 where they
    would come from beyond the frame's edge; before: the paint as it was, not moved.
    """

    picture: Tensor
    source: Tensor
    known: Tensor
    inside: Tensor
    before: Tensor


def _folded(flow: Tensor) -> Tensor:
    """A flow that is turned back at the edges of the frame.

    What was not in the keyframe's view is painted anew, but from a start: paint that is mirrored at
    the edge has strokes, where the edge's last pixels, drawn out, would give it stripes.
    """
    height, width = flow.shape[-2:]
    grid = pixel_grid(height, width, flow)
    last = flow.new_tensor((width - 1, height - 1)).view(1, 2, 1, 1)
    return (last - (last - (grid + flow).abs()).abs()).clamp_min(0) - grid


@dataclass(frozen=True)
class _Packed:
    """A motion in a sixteenth of its memory: the flow at half the size in half precision."""

    flow: Tensor
    reliable: Tensor

    @classmethod
    def of(cls, motion: Motion) -> _Packed:
        flow = F.avg_pool2d(motion.backward, 2, ceil_mode=True, count_include_pad=False)
        return cls(flow.half(), motion.reliable > 0)

    def motion(self) -> Motion:
        size = (self.reliable.shape[-2], self.reliable.shape[-1])
        return Motion(resize(self.flow.float(), size), self.reliable.float())


def blended(old: Tensor, new: Tensor, share: Tensor) -> Tensor:
    """Two paintings of one frame (1×3×H×W) mixed, with as much contrast as they have.

    share: of the new one, 1×1×H×W. A plain mean of two that differ in their strokes is flat; its
    detail is raised until its variance is the mean of theirs (after Heitz and Neyret 2018, who
    blend textures so).
    """
    mixed = torch.lerp(old, new, share)
    base = smooth(mixed, _CONTRAST_SIGMA)

    def energy(picture: Tensor) -> Tensor:
        detail = picture - smooth(picture, _CONTRAST_SIGMA)
        return smooth(detail.square().mean(1, keepdim=True), _CONTRAST_SIGMA)

    wanted = torch.lerp(energy(old), energy(new), share)
    gain = (wanted / energy(mixed).clamp_min(1e-8)).sqrt().clamp(1, _CONTRAST_MOST)
    return (base + gain * (mixed - base)).clamp(0, 1)


def painter(
    job: Job,
    make: Callable[[], Look],
    sources: Sequence[tuple[int, Source]],
    size: tuple[int, int],
    sample: Plate,
    motions: Motions,
    shot: Shot,
) -> Painter:
    """The painter that a job with keyframes asks for. make: a look, not prepared yet."""
    in_order = sorted(sources, key=lambda source: source[0])
    return Painter(make, in_order, size, sample, motions, job.coherence.weight, shot)
