"""Going through a shot several times, there and back (Ruder et al. 2016, section 4.4)."""

from __future__ import annotations

import torch
from torch import Tensor

from ..flow.warp import warp
from ..looks import Hold, Look
from ..shot import Motions, Painted, Shot, brought, kept, same, undisturbed


class Alone:
    """Paints each frame for itself: the first pass."""

    def __init__(self, look: Look, shot: Shot) -> None:
        self._look, self._shot = look, shot

    def paint(self, frame: int, chained: bool) -> Tensor:
        """Paint a frame, 1×3×H×W."""
        del chained
        return self._look.paint(self._shot.plate(frame), None)


class Pass:
    """Paints the frames of a later pass, forwards or backwards.

    A frame begins with δ·c∘w + (1 − δ·c)∘x, where x is its own result of the pass before, w that of
    its neighbour in this pass, brought along the motion, and c where the motion can be trusted. A
    cut is never crossed.
    """

    def __init__(
        self,
        look: Look,
        blend: float,
        weight: float,
        step: int,
        shots: tuple[Shot, Shot],
        motions: Motions,
    ) -> None:
        """blend: δ; weight: of the temporal term, to the neighbour; step: from a frame to the next,
        1 or −1; shots: of the pass before and of this one."""
        self._look, self._blend, self._weight, self._step = look, blend, weight, step
        self._earlier, self._shot = shots
        self._motions = motions

    def paint(self, frame: int, chained: bool) -> Tensor:
        """Paint a frame, 1×3×H×W. chained: its neighbour is painted in this pass already."""
        own = self._earlier.painted(frame)
        plate = self._shot.plate(frame)
        neighbour = frame - self._step
        if not chained or self._motions.is_cut(max(frame, neighbour)):
            free = torch.zeros_like(own.known)
            return self._look.paint(plate, Hold(own.rgb, free, plate.rgb, own.rgb, own.rgb))
        there = self._shot.plate(neighbour)
        result = self._shot.painted(neighbour)
        if same(plate, there) and bool(result.known.all()):
            return result.rgb  # a held frame holds still
        return self._look.paint(plate, self._hold(own, frame, neighbour, result))

    def _hold(self, own: Painted, frame: int, neighbour: int, result: Painted) -> Hold:
        plate, there = self._shot.plate(frame), self._shot.plate(neighbour)
        motion = self._motions.between(neighbour, frame)
        picture, known = brought(result, motion)
        trusted = motion.reliable * known * undisturbed(plate, there, motion)
        as_there = kept(self._look, plate, there, picture)
        if as_there is not None:
            trusted = trusted * as_there
        start = torch.lerp(own.rgb, picture, self._blend * trusted)
        source = warp(there.rgb, motion.backward)
        return Hold(picture, self._weight * trusted, source, result.rgb, start)
