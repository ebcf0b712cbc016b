"""Doing a job: from plates on disk to painted frames on disk, again and again if need be."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING, Any

from . import fingerprint, inputs, lanes, plan
from .errors import InputError
from .events import Listener
from .inputs import Given
from .job import FrameRange, Job
from .lanes import Layout, Step
from .plan import Plan
from .trace import OFF, Tracer

if TYPE_CHECKING:
    from .device import Machine
    from .workshop import Material


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


def run(
    job: Job,
    chunk: FrameRange,
    listener: Listener,
    machine: Machine | None = None,
    trace: Tracer = OFF,
) -> None:
    """Paint the frames of ``chunk`` that are not there yet, and tell ``listener`` how it goes.

    A frame that is there and belongs to the job is kept. Each frame continues from others as they
    stand on disk, so that it makes no difference where an earlier run was broken off, or in what
    chunks the shot is painted: what a chunk goes on from is painted first.

    machine: :func:`core.device.prepared`, its own choice if there is none. Raises InputError for
    what the person can mend before the work begins, EcsetError for what goes wrong on the way (a
    plate vanishes, the disk is full).
    """
    from . import device

    paint(*surveyed(job), chunk, listener, machine or device.prepared(), trace)


def paint(
    material: Material,
    layout: Layout,
    chunk: FrameRange,
    listener: Listener,
    machine: Machine,
    trace: Tracer = OFF,
) -> None:
    """:func:`run`, of a job that was looked over (:func:`surveyed`)."""
    from . import ways
    from .workshop import LOOK_AHEAD, Workshop

    with Workshop(material, layout, machine, listener, trace) as workshop:
        reach = ways.reach(material.job.coherence)
        the_plan = plan.make(layout, chunk, reach, workshop.flows.is_cut)
        progress = Progress(the_plan, listener, str(machine.device))
        if the_plan.todo:
            workshop.prepare()
        for number, step in enumerate(the_plan.todo):
            upcoming = the_plan.todo[number + 1 : number + 1 + LOOK_AHEAD]
            if not workshop.paint(step, upcoming, progress.begun(step)):
                progress.left_out()
        workshop.shelf.settle()
        progress.finished()


def surveyed(job: Job, given: Given | None = None) -> tuple[Material, Layout]:
    """What a job is painted from, looked over, and the pictures that it consists of.

    given: what :func:`check` returned, if it was asked before.
    """
    from .workshop import Material

    given = given or check(job)
    digests, size = inputs.survey(job)
    settings = fingerprint.of_settings(job, given.digests, inputs.seen(job, digests))
    return Material(job, given, digests, size), lanes.of(job, digests, settings)


class Progress:
    """Tells a listener how a plan goes on. Frames may be told of from any thread."""

    def __init__(self, the_plan: Plan, listener: Listener, device: str) -> None:
        """Begins to tell. Raises InputError when a stranger's file is in the way."""
        plan.refuse_strangers(the_plan)
        self._listener, self._passes = listener, the_plan.layout.passes
        self._total, self._done = the_plan.total, the_plan.done
        self._lock = threading.Lock()
        self._began = time.monotonic()
        listener(
            "started",
            first=the_plan.chunk.first,
            last=the_plan.chunk.last,
            total=self._total,
            done=self._done,
            device=device,
        )
        if message := plan.lead_in(the_plan):
            listener("warning", message=message)

    def begun(self, step: Step) -> _Begun:
        """A step is begun. To be called when its file is there."""
        return _Begun(self, step)

    def painted(self, step: Step, seconds: float) -> None:
        """A picture's file is there, after so many seconds of work."""
        several: dict[str, Any] = {}
        if self._passes > 1:
            several = {"pass": step.take.lane, "passes": self._passes}
        with self._lock:
            self._done += 1
            self._listener(
                "frame",
                frame=step.take.frame,
                path=str(step.file),
                seconds=round(seconds, 3),
                done=self._done,
                total=self._total,
                **several,
            )

    def left_out(self) -> None:
        """A picture was not needed after all."""
        with self._lock:
            self._done += 1

    def finished(self) -> None:
        """All is done."""
        seconds = round(time.monotonic() - self._began, 3)
        self._listener("finished", done=self._done, total=self._total, seconds=seconds)


class _Begun:
    def __init__(self, progress: Progress, step: Step) -> None:
        self._progress, self._step = progress, step
        self._at = time.monotonic()

    def __call__(self) -> None:
        self._progress.painted(self._step, time.monotonic() - self._at)
