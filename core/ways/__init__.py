"""What holds a shot together, whatever look paints it. docs/coherence.md says what each does."""

from __future__ import annotations

from ..coherence import Coherence
from ..looks import Look
from ..shot import Motions, Shot
from . import anchored, ruder
from .chain import Chain, Way


def chain(coherence: Coherence, look: Look, shot: Shot, motions: Motions) -> Chain:
    """The painter of a shot that is gone through once. look: prepared."""
    return Chain(look, _way(coherence, look, shot, motions), shot, motions)


def _way(coherence: Coherence, look: Look, shot: Shot, motions: Motions) -> Way:
    if coherence.method == "anchored":
        return anchored.Anchored(coherence.weight, look, shot, motions)
    if coherence.method == "warp":
        return ruder.Begun(look, shot, motions)
    assert coherence.method in {"short", "long"}
    return ruder.Held(coherence.weight, distances(coherence), look, shot, motions)


def distances(coherence: Coherence) -> list[int]:
    """How many frames ago those are that a frame's motion is estimated to."""
    return coherence.distances if coherence.method == "long" else [1]


def reach(coherence: Coherence) -> int:
    """How many frames ago those may be whose paint is asked for."""
    if coherence.method == "anchored":
        return anchored.DISTANCE
    return max(distances(coherence))
