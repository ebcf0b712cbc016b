"""Through a shot, frame by frame, for all that is measured from one to the next."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from .. import device as devices
from .. import flow, frames, motion
from ..errors import EcsetError, InputError
from ..flow import vector
from ..flow.consistency import reliable
from ..flow.farneback import farneback
from ..job import Job
from ..part import numbered
from .detail import high_frequency_energy, luma
from .figures import Figures
from .flicker import Flicker

# The energy of rounding to 8 bits: a picture with less has no detail to speak of.
_LEAST_ENERGY = (1 / 255) ** 2 / 12


@dataclass(frozen=True)
class Pair:
    """A frame, 1×3×H×W each."""

    plate: Tensor
    result: Tensor


@dataclass(frozen=True)
class _Level:
    """Energy and mean luma of a frame: of its plate, of its result."""

    energy: tuple[float, float]
    light: tuple[float, float]

    @classmethod
    def of(cls, pair: Pair) -> _Level:
        plate, result = pair.plate, pair.result
        return cls(
            (high_frequency_energy(plate), high_frequency_energy(result)),
            (luma(plate).mean().item(), luma(result).mean().item()),
        )


class Walk:
    """Goes through a shot frame by frame."""

    def __init__(self, job: Job, motion: str | None) -> None:
        self._job = job
        self._motion = motion
        # The painter's own idea of a cut, so that what it held together is measured, all of it.
        self._painted_by = flow.estimator(job.coherence.flow, job.file(job.coherence.flow_weights))
        self._before: Pair | None = None
        self._flicker = Flicker(), Flicker()
        self._first: _Level | None = None
        self._deviations: list[tuple[float, float]] = []  # of energy: plates, results
        self._drift = 0.0
        self._followed: list[float] = []
        self._lengths: list[float] = []
        self._cuts = 0

    def step(self, frame: int, now: Pair) -> None:
        """Take the next frame in."""
        if now.plate.shape != now.result.shape:
            raise InputError(
                f"The painted frame {frame} and its plate differ in size; paint the job again."
            )
        before, self._before = self._before, now
        if before is not None:
            if before.plate.shape != now.plate.shape:
                raise InputError(f"The plates {frame - 1} and {frame} differ in size.")
            found = motion.between(self._painted_by, before.plate, now.plate)
            if motion.is_cut(before.plate, now.plate, found):
                self._cuts += 1
                self._first = None
            else:
                self._follow(frame, before, now)
        level = _Level.of(now)
        first = self._first = self._first or level
        self._deviations.append(
            (
                _change(level.energy[0], first.energy[0]),
                _change(level.energy[1], first.energy[1]),
            )
        )
        plate, result = (abs(level.light[i] - first.light[i]) for i in (0, 1))
        self._drift = max(self._drift, result - plate)

    def figures(self, style: float | None) -> Figures:
        """What was found. Raises InputError when no pixel could be followed."""
        pairs = len(self._followed)
        if not sum(self._followed):
            raise InputError("No pixel could be followed from one frame to the next.")
        plates, results = zip(*self._deviations, strict=True)
        return Figures(
            flicker=self._flicker[1].root(),
            plates_flicker=self._flicker[0].root(),
            energy_worst=max(results, key=abs),
            energy_last=results[-1],
            plates_energy_worst=max(plates, key=abs),
            drift=255 * self._drift,
            style=style,
            motion=sum(self._lengths) / pairs,
            reliable=sum(self._followed) / pairs,
            pairs=pairs,
            cuts=self._cuts,
        )

    def _follow(self, frame: int, before: Pair, now: Pair) -> None:
        if self._motion is None:
            forward, backward = farneback(before.plate, now.plate)
        else:
            forward, backward = _exact(self._motion, frame, now.plate)
        trusted = reliable(forward, backward)
        self._flicker[0].add(before.plate, now.plate, backward, trusted)
        self._flicker[1].add(before.result, now.result, backward, trusted)
        self._followed.append(trusted.mean().item())
        self._lengths.append(backward.norm(dim=1).mean().item())


def seen(path: Path, device: torch.device) -> Tensor:
    """A picture as it is measured, 1×3×H×W: transparent pixels count as black."""
    try:
        picture = frames.read(path)
    except EcsetError as error:
        raise InputError(str(error)) from None
    rgb = devices.to_tensor(picture.rgb, device)
    if picture.alpha is None:
        return rgb
    return rgb * devices.to_tensor(picture.alpha[..., None], device)


def _exact(pattern: str, frame: int, plate: Tensor) -> tuple[Tensor, Tensor]:
    first, second = (Path(numbered(pattern, number)) for number in (frame - 1, frame))
    forward, backward = vector.between(first, second)
    if backward.shape[-2:] != plate.shape[-2:]:
        height, width = backward.shape[-2:]
        raise InputError(
            f"{second} is {width}×{height} and the plate of its frame "
            f"{plate.shape[-1]}×{plate.shape[-2]}; they must be of one size."
        )
    return forward.to(plate), backward.to(plate)


def _change(now: float, first: float) -> float:
    """Relative to ``first``."""
    return max(now, _LEAST_ENERGY) / max(first, _LEAST_ENERGY) - 1
