"""What a job says of how its shot is held together."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from .part import Part


class Coherence(Part):
    """How a shot is kept from flickering (:mod:`core.ways`).

    method: what a frame begins from and is held to. ``anchored``: an anchor some frames ago, else
        the frame before. After Ruder et al. 2016: ``warp`` only begins from the frame before,
        brought along the motion; ``short`` is held to it, too; ``long`` to those of ``distances``;
        ``multipass`` goes through the shot ``passes`` times, there and back.
    flow: the estimator of motion: ``dis``, or its presets that are quicker and coarser, or
        ``raft-small`` and ``raft-large``, which need weights.
    flow_weights: a file of RAFT's weights; null takes those that were got.
    weight: of the temporal term, relative to the look's own terms.
    distances: how many frames ago those are that a frame is held to.
    passes: how often a shot is gone through.
    blend: in each pass, how much of the neighbour's result a frame begins with.
    segment: a new beginning after so many frames, so that several devices, or machines, can share
        one shot; null for none but at cuts.
    overlap: for so many frames the segment before goes on, and is faded over to the new one.
    """

    enabled: bool = True
    method: Literal["anchored", "warp", "short", "long", "multipass"] = "anchored"
    flow: Literal["dis", "dis-medium", "dis-fast", "dis-ultrafast", "raft-small", "raft-large"] = (
        "dis"
    )
    flow_weights: Annotated[str, Field(min_length=1)] | None = None
    weight: float = Field(default=4.0, ge=0.0, le=1000.0)
    distances: list[Annotated[int, Field(ge=1, le=64)]] = Field(
        default=[1, 2, 4], min_length=1, max_length=8
    )
    passes: int = Field(default=4, ge=2, le=32)
    blend: float = Field(default=0.5, gt=0.0, le=1.0)
    segment: int | None = Field(default=None, ge=2)
    overlap: int = Field(default=4, ge=0, le=64)

    @model_validator(mode="after")
    def _consistent(self) -> Coherence:
        if sorted(set(self.distances)) != self.distances:
            raise ValueError(
                "coherence.distances must grow, each of them once: "
                f"{sorted(set(self.distances))}, not {self.distances}"
            )
        if self.segment is not None and self.overlap >= self.segment:
            raise ValueError(
                f"coherence.overlap ({self.overlap}) must be less than coherence.segment "
                f"({self.segment})"
            )
        if self.segment is not None and self.method == "multipass":
            raise ValueError(
                "coherence.segment can't be given with the method multipass, which goes through "
                "all of a shot; leave it null or choose another method"
            )
        return self
