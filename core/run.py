"""Doing a job: from plates on disk to painted frames on disk, again and again if need be."""

from __future__ import annotations

import contextlib
import os
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from . import fingerprint, frames, inputs, plan, strength
from .errors import InputError
from .events import Listener
from .frames import Picture
from .inputs import Digests, Given
from .job import FrameRange, Job
from .plan import Step

if TYPE_CHECKING:
    import torch

    from .device import Machine
    from .flow import Estimator
    from .footage import Footage


def check(job: Job) -> Given:
    """Look at all that can be known before there are plates. Returns what counts for all frames.

    Raises InputError when one of its pictures can't be used or the output can't be written.
    """
    given = inputs.check(job)
    folder = job.result(job.frames.first).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".ecset-{os.getpid()}.tmp"
        probe.touch()
        probe.unlink(missing_ok=True)  # another run of the job may have been as quick
    except OSError as error:
        raise InputError(
            f"The output folder {folder} can't be written: {error.strerror}."
        ) from None
    return given


def run(job: Job, chunk: FrameRange, listener: Listener, device_name: str = "auto") -> None:
    """Paint the frames of ``chunk`` that are not there yet, and tell ``listener`` how it goes.

    A frame that is there and belongs to the job is kept. Each frame continues from the one before
    as it stands on disk, so that it makes no difference where an earlier run was broken off, or
    in what chunks the shot is painted: what a chunk goes on from is painted first.

    Raises InputError for what the person can mend before the work begins, EcsetError for what goes
    wrong on the way (a plate vanishes, the disk is full).
    """
    from . import device as devices
    from . import flow
    from .footage import Footage

    began = time.monotonic()
    machine = devices.Machine(devices.choose(device_name))
    given = check(job)
    digests, size = inputs.survey(job)
    footage = Footage(job, size, machine.device)
    estimate = flow.estimator(job.coherence.flow)
    steps = plan.make(
        job,
        chunk,
        digests,
        fingerprint.of_settings(job, given.digests, _seen(job, digests)),
        lambda frame: footage.is_cut(frame, estimate),
    )
    plan.refuse_strangers(job, steps)
    total, done = len(steps), sum(step.done for step in steps)
    listener(
        "started",
        first=chunk.first,
        last=chunk.last,
        total=total,
        done=done,
        device=str(machine.device),
    )
    if message := plan.lead_in(steps, chunk):
        listener("warning", message=message)
    if done < total:
        painter = _Painter(job, given.styles, footage, estimate, machine, listener)
        for step in steps:
            if step.done:
                continue
            started = time.monotonic()
            painter.paint(step)
            done += 1
            listener(
                "frame",
                frame=step.frame,
                path=str(job.result(step.frame)),
                seconds=round(time.monotonic() - started, 3),
                done=done,
                total=total,
            )
    listener("finished", done=done, total=total, seconds=round(time.monotonic() - began, 3))


class _PaintsFrames(Protocol):
    """What :class:`core.shot.Painter` is, from styles, and its like from keyframes."""

    def paint(self, frame: int, chained: bool) -> torch.Tensor: ...


class _Painter:
    """Paints steps of a plan."""

    def __init__(
        self,
        job: Job,
        styles: list[Picture],
        footage: Footage,
        estimate: Estimator,
        machine: Machine,
        listener: Listener,
    ) -> None:
        self._job = job
        self._footage = footage
        self._painter: _PaintsFrames
        from . import looks

        sample = footage.sample()
        make = partial(looks.make, job, machine, listener)
        if job.look.keyframes:
            from . import keyframes

            self._painter = keyframes.painter(
                job, make, footage.keyframes(), footage.size, sample, estimate, footage
            )
        else:
            from . import shot

            look = make()
            look.prepare(footage.styles(styles), footage.size, sample)
            self._painter = shot.Painter(look, estimate, job.coherence.weight, footage)

    def paint(self, step: Step) -> None:
        """Paint one frame and write it."""
        from .device import to_array

        self._footage.require_unchanged(step.frame, step.digests)
        plate = self._footage.picture(step.frame)
        rgb = to_array(self._painter.paint(step.frame, step.chained))
        amount = self._footage.amount(step.frame)
        if amount is not None:
            rgb = strength.mix(plate.rgb, rgb, amount)
        if plate.alpha is not None:
            # Nothing is painted where there is nothing: light without cover stays as it was.
            rgb = np.where(plate.alpha[..., None] > 0, rgb, plate.rgb)
        path = self._job.result(step.frame)
        depth = self._job.output.depth
        result = Picture(rgb, plate.alpha)
        frames.write(result, path, depth, step.fingerprint)
        _sweep(path)
        # What the next frame continues from is the file, also when it need not be read again.
        self._footage.wrote(step.frame, frames.quantized(result, path.suffix, depth))


def _seen(job: Job, digests: dict[int, Digests]) -> list[list[str]]:
    """What of single frames counts for all: the look and the guides are fitted to the sampled
    ones, and paintings of keyframes are carried over all others."""
    numbers = job.frames.numbers() if job.look.keyframes else inputs.sampled(job)
    return [[digests[frame].plate, *digests[frame].guides] for frame in numbers]


def _sweep(path: Path) -> None:
    """Remove what killed runs left behind of a frame that is now whole."""
    for rest in path.parent.glob(f".{path.name}.*.tmp"):
        with contextlib.suppress(OSError):
            rest.unlink()
