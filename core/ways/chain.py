"""Painting a shot from its beginning to its end, each frame from those before."""

from __future__ import annotations

from typing import Protocol

from torch import Tensor

from ..looks import Hold, Look
from ..shot import Motions, Shot, same


class Way(Protocol):
    """What a frame begins from and is held to."""

    def hold(self, frame: int) -> Hold:
        """That, for a frame with earlier ones of its shot before it."""


class Chain:
    """Paints frames of a shot. A cut in the plates begins anew."""

    def __init__(self, look: Look, way: Way, shot: Shot, motions: Motions) -> None:
        """look: prepared."""
        self._look, self._way, self._shot, self._motions = look, way, shot, motions

    def paint(self, frame: int, chained: bool) -> Tensor:
        """Paint a frame, 1×3×H×W. chained: there is a painted frame before it to go on from."""
        plate = self._shot.plate(frame)
        if not chained or self._motions.is_cut(frame):
            return self._look.paint(plate, None)
        if same(plate, self._shot.plate(frame - 1)):
            result = self._shot.painted(frame - 1)
            if bool(result.known.all()):
                return result.rgb  # a held frame holds still
        return self._look.paint(plate, self._way.hold(frame))
