"""The figures of a shot, and what they look like in print."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figures:
    """What `core.measure.measure` found. Pairs across cuts are left out, and after a cut what is
    relative to the first frame is relative to the first one after the cut.

    flicker, plates_flicker: root of the mean squared change from each frame to the next (of values
        from 0 to 1), motion taken out, on reliable pixels only: of the result, and of its plates.
    energy_worst, energy_last: change of the high-frequency energy from the first frame's, relative:
        the largest of all frames, and the last frame's (-0.06: 6 % less).
    plates_energy_worst: the same of the plates, to tell blur from a change of scenery.
    drift: how much further than the plates' means the frames' mean luma is from the first one's,
        the largest of all frames, in 1/255.
    style: sliced Wasserstein distance to the styles; None for a look that has none.
    motion: how far pixels move from frame to frame, on average, in pixels.
    reliable: share of pixels that could be followed; pairs: of neighbours that were measured;
    cuts: pairs that were left out.
    """

    flicker: float
    plates_flicker: float
    energy_worst: float
    energy_last: float
    plates_energy_worst: float
    drift: float
    style: float | None
    motion: float
    reliable: float
    pairs: int
    cuts: int

    def lines(self) -> list[str]:
        """For people."""
        style = "none" if self.style is None else f"{self.style:.4f}"
        energy = (
            f"{self.energy_worst:+.1%} at most, {self.energy_last:+.1%} in the last frame"
            f"  (plates {self.plates_energy_worst:+.1%})"
        )
        measured = (
            f"{self.reliable:.0%} of pixels, {self.pairs} pairs, {self.cuts} cuts, "
            f"{self.motion:.1f} pixels of motion a frame"
        )
        return [
            f"flicker            {self.flicker:.4f}  (plates {self.plates_flicker:.4f})",
            f"high frequencies   {energy}",
            f"drift of luminance {self.drift:.2f}/255",
            f"distance to style  {style}",
            f"measured on        {measured}",
        ]
