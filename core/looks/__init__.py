"""How one frame is painted. What holds a shot together is not a look's business but core.shot's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from torch import Tensor

from ..job import IdentityLook, Job, PatchLook


class Look(Protocol):
    """A way to paint frames."""

    def prepare(self, styles: Sequence[Tensor], size: tuple[int, int], sample: Tensor) -> None:
        """Get ready for a shot, once.

        styles: pictures 1×3×h×w; size: height and width of the frames; sample: K×3×h×w, small
        copies of frames from all over the shot, for what has to be fitted to the shot as a whole.
        """

    def paint(
        self,
        frame: Tensor,
        start: Tensor | None,
        anchor: Tensor | None,
        weight: Tensor | None,
    ) -> Tensor:
        """Paint a frame (1×3×H×W) and return it painted, same shape.

        start: what to begin from; anchor: what the result should stay close to, as strongly as
        weight (1×1×H×W, ≥ 0) says. All None where a chain of frames begins.
        """


class Identity:
    """Changes nothing."""

    def prepare(self, styles: Sequence[Tensor], size: tuple[int, int], sample: Tensor) -> None:
        pass

    def paint(
        self,
        frame: Tensor,
        start: Tensor | None,
        anchor: Tensor | None,
        weight: Tensor | None,
    ) -> Tensor:
        return frame


def make(job: Job) -> Look:
    """The look that a job asks for."""
    if isinstance(job.look, IdentityLook):
        return Identity()
    assert isinstance(job.look, PatchLook)
    from .patch import Patch

    weights = [style.weight for style in job.look.styles]
    return Patch(job.look.settings, weights, job.seed)
