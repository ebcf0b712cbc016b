"""What a coherent shot has to reach, beside the same shot painted frame by frame."""

from __future__ import annotations

from dataclasses import dataclass

from .figures import Figures

FLICKER_OF_ALONE = 0.4
FLICKER_OF_PLATES = 1.2
ENERGY = 0.10
DRIFT = 2.0
STYLE_OF_ALONE = 1.1


@dataclass(frozen=True)
class Goal:
    """One goal: what is asked (``text``), what was found, and the most that is allowed."""

    text: str
    found: float
    limit: float

    @property
    def met(self) -> bool:
        """Whether it was reached."""
        return abs(self.found) <= self.limit

    def __str__(self) -> str:
        return f"{'met' if self.met else 'missed':7}{self.text}: {self.found:.2f} ≤ {self.limit}"


def judge(shot: Figures, alone: Figures) -> list[Goal]:
    """The goals for a shot. alone: the same shot painted with coherence off."""
    goals = [
        Goal("flicker / alone", _ratio(shot.flicker, alone.flicker), FLICKER_OF_ALONE),
        Goal("flicker / plates", _ratio(shot.flicker, shot.plates_flicker), FLICKER_OF_PLATES),
        Goal("high frequencies, change", shot.energy_worst, ENERGY),
        Goal("drift of luminance, in 1/255", shot.drift, DRIFT),
    ]
    if shot.style is not None and alone.style is not None:
        goals.append(
            Goal("distance to style / alone", _ratio(shot.style, alone.style), STYLE_OF_ALONE)
        )
    return goals


def _ratio(a: float, b: float) -> float:
    """Nothing is compared with less than a millionth: stillness is as good as stillness."""
    return a / max(b, 1e-6)
