"""Two frames of the look neural, painted by fewer iterations than it asks for, which are timed."""

from __future__ import annotations

import itertools
import statistics
import time
from pathlib import Path
from typing import Any

import machine
import torch
from torch import Tensor

from core import device as devices
from core import flow, frames, job, run
from core.looks import optimise
from core.trace import Trace

_FLOW_RUNS = 3


class Pieces:
    """In the place of an optimiser: does a few of the iterations, the first of them to warm up.

    finest: iterations that are timed where the picture has ``side`` pixels on its long side; where
    it is half as large, twice as many.
    """

    def __init__(self, optimiser: optimise.Optimiser, finest: int, side: int) -> None:
        self._optimiser, self._finest, self._side = optimiser, finest, side
        self.levels: list[dict[str, Any]] = []  # the first frame's and then the second's

    def __call__(
        self,
        objective: optimise.Objective,
        picture: Tensor,
        iterations: int,
        settled: float,
        painted: bool = False,
    ) -> Tensor:
        """See :data:`core.looks.optimise.Optimiser`. Does not end early."""
        stamps: list[float] = []

        def timed(at: Tensor) -> tuple[Tensor, Tensor]:
            stamps.append(_now(at))
            return objective(at)

        count = max(1, round(self._finest * self._side / max(picture.shape[-2:])))
        began = _now(picture)
        result = self._optimiser(timed, picture, 1 + count, 0, painted)
        stamps.append(_now(picture))
        took = [after - before for before, after in itertools.pairwise(stamps[1:])]
        self.levels.append(
            {
                "size": [picture.shape[-1], picture.shape[-2]],
                "iterations": iterations,
                "timed": len(took),
                "seconds": statistics.median(took),
                "all": stamps[-1] - began,
            }
        )
        return result


def measured(folder: Path, device_name: str, iterations: int) -> dict[str, Any]:
    """Paint a job of two frames and say what each frame would take by all iterations, in seconds,
    and the most memory that there was in use, in bytes."""
    the_job = job.load(folder)
    _, (height, width) = frames.survey(the_job.plate(the_job.frames.first))
    pieces = {
        name: Pieces(optimiser, iterations, max(height, width))
        for name, optimiser in optimise.OPTIMISERS.items()
    }
    optimise.OPTIMISERS.update(pieces)
    told: list[str] = []

    def listen(event: str, **fields: Any) -> None:
        if event == "warning":
            told.append(fields["message"])

    trace = Trace("benchmark")
    where = devices.prepared(device_name)
    run.run(the_job, the_job.frames, listen, where, trace)
    # The peaks, before anything else is done.
    memory = machine.peak_memory()
    card = torch.cuda.max_memory_allocated(where.device) if where.device.type == "cuda" else None
    levels = next(piece.levels for piece in pieces.values() if piece.levels)
    half = len(levels) // 2
    painted = [
        span["dur"] / 1e6
        for span in sorted(trace.events(), key=lambda event: event.get("ts", 0))
        if span["name"] == "paint"
    ]
    prepared = sum(e["dur"] / 1e6 for e in trace.events() if e["name"] == "prepare")
    return {
        "first": _frame(levels[:half], painted[0]),
        "later": _frame(levels[half:], painted[1]),
        "prepare": prepared,
        "flow": _flow_seconds(the_job, where.device),
        "memory": memory,
        "card": card,
        "warnings": told,
    }


def _frame(levels: list[dict[str, Any]], painted: float) -> dict[str, Any]:
    """What all iterations take, and besides what painting took without any."""
    rest = max(0.0, painted - sum(level["all"] for level in levels))
    whole = rest + sum(level["iterations"] * level["seconds"] for level in levels)
    return {"seconds": whole, "rest": rest, "levels": levels}


def _flow_seconds(the_job: job.Job, device: torch.device) -> float:
    """Of the flow between the two frames, there and back."""
    pair = [
        devices.to_tensor(frames.read(the_job.plate(frame)).rgb, device)
        for frame in the_job.frames.numbers()
    ]
    estimate = flow.estimator(the_job.coherence.flow)
    took = []
    for _ in range(_FLOW_RUNS):
        began = time.monotonic()
        estimate(*pair)
        took.append(time.monotonic() - began)
    return statistics.median(took)


def _now(tensor: Tensor) -> float:
    """The time when all that was asked of the tensor's device is done."""
    if tensor.is_cuda:
        torch.cuda.synchronize(tensor.device)
    return time.perf_counter()
