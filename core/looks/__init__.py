"""How one frame is painted. What holds a shot together is not a look's business but core.ways'."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from ..device import Machine
from ..events import Listener
from ..job import Job
from ..look import IdentityLook, NeuralLook, PatchLook


@dataclass(frozen=True)
class Source:
    """What a look paints with: a style picture, or the painting of a keyframe.

    picture: 1×3×h×w; guides: for each guide of the job what it is on this side (1×C×h×w), None
    where that has to be derived; plate: what the picture was painted from (1×3×h×w), when it is a
    keyframe's painting.
    """

    picture: Tensor
    guides: tuple[Tensor | None, ...] = ()
    plate: Tensor | None = None


@dataclass(frozen=True)
class Plate:
    """A frame to be painted.

    rgb: 1×3×H×W; guides: one for each guide of the job, 1×C×H×W, 0 to 1; masks: for each source
    where it may be used, 1×1×H×W from 0 to 1, None for everywhere; weights: for each source how
    much it counts beside the others, one of them above 0; none given: all alike.
    """

    rgb: Tensor
    guides: tuple[Tensor, ...] = ()
    masks: tuple[Tensor | None, ...] = ()
    weights: tuple[float, ...] = ()


@dataclass(frozen=True)
class Hold:
    """What earlier frames have to say about one.

    picture: 1×3×H×W, what this one should stay close to, as strongly as weight (1×1×H×W, ≥ 0)
    says; plate: what that was painted from, brought along the same way (1×3×H×W); before: the frame
    before as it was painted, not moved; start: what this one begins from (1×3×H×W), for looks that
    work on a picture step by step; unseen: where that is no picture of what the plate shows
    (1×1×H×W, 1 or 0), None for nowhere; kept: how far it is painted as the styles' weights still
    want it (:meth:`Look.kept`), which the weight knows of already, None for wholly.
    """

    picture: Tensor
    weight: Tensor
    plate: Tensor
    before: Tensor
    start: Tensor
    unseen: Tensor | None = None
    kept: Tensor | None = None


class Look(Protocol):
    """A way to paint frames."""

    def prepare(self, sources: Sequence[Source], size: tuple[int, int], sample: Plate) -> None:
        """Get ready for a shot, once.

        size: height and width of the frames; sample: small copies of K frames from all over the
        shot, with their guides (K in place of 1), for what is fitted to the shot as a whole; its
        weights are those of all frames, or none where they move.
        """

    def paint(self, plate: Plate, hold: Hold | None) -> Tensor:
        """Paint a frame and return it painted, 1×3×H×W. hold: None where a chain begins."""

    def kept(self, plate: Plate, painted: Tensor, weights: tuple[float, ...]) -> Tensor:
        """How far paint of another frame, brought to this one (1×3×H×W), is what the styles'
        weights here want, 1×1×H×W, from 1 down to 0: what is held to must make way elsewhere.
        weights: those it was painted with."""


class Identity:
    """Changes nothing."""

    def prepare(self, sources: Sequence[Source], size: tuple[int, int], sample: Plate) -> None:
        pass

    def paint(self, plate: Plate, hold: Hold | None) -> Tensor:
        return plate.rgb

    def kept(self, plate: Plate, painted: Tensor, weights: tuple[float, ...]) -> Tensor:
        return torch.ones_like(plate.rgb[:, :1])


def make(job: Job, machine: Machine, listener: Listener) -> Look:
    """The look that a job asks for, not prepared yet. listener hears what it has to warn of.

    Raises InputError when the look lacks weights.
    """
    if isinstance(job.look, IdentityLook):
        return Identity()
    if isinstance(job.look, NeuralLook):
        from .neural import Neural

        weights = None if job.look.weights is None else job.folder / job.look.weights
        return Neural(job.look.settings, weights, job.seed, machine, listener)
    assert isinstance(job.look, PatchLook)
    from .patch import Patch

    return Patch(job.look.settings, job.seed)
