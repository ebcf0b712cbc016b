"""Where pictures are painted: footage, motion, a look and what holds the shot together, in one
process. Plates are read ahead and results written behind while the look is at work."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from types import TracebackType
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from . import flow, keyframes, looks, ways
from .device import Machine, to_array
from .errors import EcsetError
from .events import Listener
from .flow_files import FlowFiles
from .flows import Flows
from .footage import Footage
from .frames import Array, Picture
from .inputs import Digests, Given
from .job import Job
from .lanes import SIDE_DEPTH, Lane, Layout, Step, Take
from .looks import Look, Plate
from .maps import Size
from .networks import weights
from .shelf import Shelf
from .shot import Painted
from .trace import OFF, Tracer
from .ways.multipass import Alone, Pass

# How many of the next frames are read ahead, and how many of the next steps are looked at for
# motion that will be asked for.
_READ_AHEAD = 2
LOOK_AHEAD = 16

FLOW_FOLDER = "flow"


class PaintsFrames(Protocol):
    """What paints the frames of one lane."""

    def paint(self, frame: int, chained: bool) -> Tensor: ...


@dataclass(frozen=True)
class Material:
    """What a job is painted from: its pictures, and digests and size of its plates."""

    job: Job
    given: Given
    digests: Mapping[int, Digests]
    size: Size


class Workshop:
    """Paints steps of a job's layout. To be closed, as a context."""

    def __init__(
        self,
        material: Material,
        layout: Layout,
        machine: Machine,
        listener: Listener,
        trace: Tracer = OFF,
    ) -> None:
        job = self._job = material.job
        self._given, self._layout, self._machine = material.given, layout, machine
        self._listener, self._trace = listener, trace
        self.shelf = Shelf(trace)
        self._footage = Footage(
            job, material.size, machine.device, self.shelf, material.digests, trace
        )
        # Frames that are painted for themselves ask for no motion, nor for weights for it.
        asked = layout.chained or bool(job.look.keyframes)
        given = job.file(job.coherence.flow_weights)
        estimate = flow.estimator(job.coherence.flow if asked else "dis", given)
        files = None
        if keeps_flow(job):
            files = FlowFiles(
                job.folder / FLOW_FOLDER,
                lambda frame: material.digests[frame].plate,
                _estimator(job, machine),
            )
        at_once = len({1, *ways.distances(job.coherence)})
        self.flows = Flows(self._footage.rgb, estimate, files, at_once, trace)
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="read")
        self._painters: dict[int, PaintsFrames] = {}

    def __enter__(self) -> Workshop:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._reader.shutdown(wait=False, cancel_futures=True)
        self.flows.close()
        self._reader.shutdown(wait=True)
        self.shelf.close()

    def prepare(self) -> None:
        """Make the look ready, which the first picture would else have to wait for."""
        with self._trace.span("prepare"):
            if self._job.look.keyframes:
                self._painters = {
                    number: self._painter(lane) for number, lane in self._layout.lanes.items()
                }
            else:
                _ = self._look

    def paint(self, step: Step, upcoming: Sequence[Step], then: Callable[[], None]) -> bool:
        """Paint one picture and have it written; then is called when its file is there.

        upcoming: the next steps, which are made ready meanwhile. Returns False when there is
        nothing to paint: a cut lies between a lane and a frame beyond it.
        """
        self._get_ready(upcoming)
        frame = step.take.frame
        lane = step.lane
        with self._trace.span("wait", frame=frame, lane=step.take.lane):
            if lane is not None and not self._reached(lane, frame):
                return False
            self._wait_for(step)
        with self._trace.span("paint", frame=frame, lane=step.take.lane):
            rgb = self._faded(step) if lane is None else self._painted(lane, frame)
            picture = Picture(rgb) if step.side else self._footage.finished(frame, rgb)
        self.shelf.write(
            step.file,
            picture,
            SIDE_DEPTH if step.side else self._job.output.depth,
            step.fingerprint,
            then,
        )
        return True

    def _wait_for(self, step: Step) -> None:
        """Have at hand what painting needs, which it was, if the threads were quick enough."""
        self._footage.ready(step.take.frame)
        if step.lane is not None:
            for pair in self._pairs(step.lane, step.take.frame):
                self.flows.ready(pair)

    def _get_ready(self, upcoming: Sequence[Step]) -> None:
        for step in upcoming[:_READ_AHEAD]:
            self._reader.submit(self._footage.ready, step.take.frame)
        pairs = []
        for step in upcoming[:LOOK_AHEAD]:
            if step.lane is not None:
                pairs += self._pairs(step.lane, step.take.frame)
        self.flows.ahead(pairs)

    def _pairs(self, lane: Lane, frame: int) -> list[tuple[int, int]]:
        """The motion that painting a frame asks for: from which frame to it."""
        if not lane.chained:
            return []
        before = lane.before(frame, 1)
        others = [*before]
        if before and before[0] < frame:
            far = (frame - distance for distance in ways.distances(self._job.coherence))
            others += [other for other in far if other >= lane.frames[0] and other not in others]
        return [(other, frame) for other in others]

    def _reached(self, lane: Lane, frame: int) -> bool:
        """Whether a lane goes on to a frame: beyond its end it does up to a cut."""
        if lane.beyond is None or frame < lane.beyond:
            return True
        return not any(self.flows.is_cut(at) for at in range(lane.beyond, frame + 1))

    def _painted(self, lane: Lane, frame: int) -> Array:
        painter = self._painters.get(lane.number)
        if painter is None:
            # Lanes come one after the other, as a rule; what is over need not be remembered.
            self._painters = {lane.number: self._painter(lane)}
            painter = self._painters[lane.number]
        try:
            return to_array(painter.paint(frame, lane.chained and frame != lane.frames[0]))
        except torch.OutOfMemoryError:
            budget = self._machine.budget() // 2**20
            raise EcsetError(
                f"The memory of {self._machine.device} is not enough to paint frame {frame}: close "
                f"what else uses it, or give painting less, such as --memory {budget // 2}."
            ) from None

    def _faded(self, step: Step) -> Array:
        """The new segment's painting of a frame, faded over from that of the one before."""
        new, old = (self._layout.steps[take] for take in step.needs)
        rgb = self.shelf.read(new.file).rgb
        assert old.lane is not None
        frame = step.take.frame
        if not self._reached(old.lane, frame):
            return rgb
        assert old.lane.beyond is not None
        place = frame - old.lane.beyond + 1
        share = np.float32(place / (self._job.coherence.overlap + 1))
        before = self.shelf.read(old.file).rgb
        faded: Array = before + share * (rgb - before)
        return faded

    def _painter(self, lane: Lane) -> PaintsFrames:
        job, footage = self._job, self._footage
        if job.look.keyframes:
            make = partial(looks.make, job, self._machine, self._listener)
            return keyframes.painter(
                job, make, footage.keyframes(), footage.size, footage.sample(), self.flows, footage
            )
        shot = LaneShot(self._layout, lane, footage)
        coherence = job.coherence
        if not lane.chained:
            return Alone(self._look, shot)
        if self._layout.passes == 1:
            return ways.chain(coherence, self._look, shot, self.flows)
        earlier = LaneShot(self._layout, self._layout.lanes[lane.number - 1], footage)
        late = 2 * lane.number > self._layout.passes
        return Pass(
            self._look,
            coherence.blend,
            coherence.weight if late else 0.0,
            lane.frames.step,
            (earlier, shot),
            self.flows,
        )

    @cached_property
    def _look(self) -> Look:
        footage = self._footage
        look = looks.make(self._job, self._machine, self._listener)
        look.prepare(footage.styles(self._given.styles), footage.size, footage.sample())
        return look


class LaneShot:
    """The frames of one lane (:class:`core.shot.Shot`)."""

    def __init__(self, layout: Layout, lane: Lane, footage: Footage) -> None:
        self._layout, self._lane, self._footage = layout, lane, footage
        self.first = lane.frames[0]

    def plate(self, frame: int) -> Plate:
        """See :class:`core.shot.Shot`."""
        return self._footage.plate(frame)

    def painted(self, frame: int) -> Painted:
        """See :class:`core.shot.Shot`."""
        step = self._layout.steps[Take(frame, self._lane.number)]
        return self._footage.paint(step.file) if step.side else self._footage.painted(frame)


def keeps_flow(job: Job) -> bool:
    """Whether the motion of a job is kept in its folder: where a frame takes long, or the shot is
    gone through several times, motion is worth its disk."""
    return job.look.keeps_flow or (job.coherence.enabled and job.coherence.method == "multipass")


def _estimator(job: Job, machine: Machine) -> list[str]:
    """What the flows depend on beside the plates. Where a network runs tells in their last bits;
    the rest is estimated on the CPU wherever the job is painted."""
    name = job.coherence.flow
    if not name.startswith("raft"):
        return [name]
    found = weights.find(name, job.file(job.coherence.flow_weights))
    return [name, found.digest, machine.device.type]
