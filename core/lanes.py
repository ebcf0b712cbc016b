"""All pictures that a job consists of: of each frame its result, and those on the way to it.

Most jobs paint each frame once, one after the other. One that goes through its shot several times
paints it once for each pass; one in segments paints the frames where these overlap twice, and fades
one over to the other. A lane is a row of pictures that are painted each from those before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from . import fingerprint
from .inputs import Digests
from .job import Job

PASSES, SEGMENTS = "passes", "segments"

# What lies on the way is paint alone, in 16 bits or as half floats: finer than any result, so that
# nothing is lost between one pass and the next.
SIDE_DEPTH = 16


class Take(NamedTuple):
    """A picture of a frame. lane: 0 for one that is faded from those of two lanes."""

    frame: int
    lane: int


@dataclass(frozen=True)
class Lane:
    """Pictures that are painted one after the other.

    frames: in that order; chained: each goes on from those before it, else it is painted for
    itself; beyond: the frames from this one on are another lane's; they are painted here, too, as
    far as no cut comes before. None if there are none.
    """

    number: int
    frames: range
    chained: bool = True
    beyond: int | None = None

    def before(self, frame: int, count: int) -> range:
        """As many frames as that which come before one, the nearest first."""
        place = self.frames.index(frame)
        return self.frames[max(0, place - count) : place][::-1]


@dataclass(frozen=True)
class Step:
    """What makes one picture.

    lane: that it is painted in, None if it is faded from what it needs; needs: pictures of other
    lanes; file: where it lies; side: it is paint alone, on the way to a result.
    """

    take: Take
    lane: Lane | None
    needs: tuple[Take, ...]
    fingerprint: str
    file: Path
    side: bool


@dataclass
class Layout:
    """The steps of a job, in the order in which one process does them, and the lanes."""

    job: Job
    passes: int = 1
    steps: dict[Take, Step] = field(default_factory=dict)
    lanes: dict[int, Lane] = field(default_factory=dict)
    results: dict[int, Take] = field(default_factory=dict)

    @property
    def chained(self) -> bool:
        """Whether any picture goes on from another frame's."""
        return any(lane.chained for lane in self.lanes.values())

    def counted(self, frame: int) -> list[Take]:
        """The pictures of a frame that whoever asks for it is told of."""
        if self.passes == 1:
            return [self.results[frame]]
        return [Take(frame, number) for number in self.lanes]


def of(job: Job, digests: Mapping[int, Digests], settings: str) -> Layout:
    """The layout of a job. settings: :func:`core.fingerprint.of_settings`."""
    layout = Layout(job)
    marks = _Marks(job, digests, settings, layout)
    chains = job.coherence.enabled and job.look.coherent
    whole = job.frames.numbers()
    if chains and job.coherence.method == "multipass":
        layout.passes = job.coherence.passes
        for number in range(1, layout.passes + 1):
            order = whole[::-1] if number % 2 == 0 else whole
            lane = layout.lanes[number] = Lane(number, order, chained=number > 1)
            for frame in order:
                last = number == layout.passes
                needs = (Take(frame, number - 1),) if number > 1 else ()
                marks.add(lane, frame, needs, None if last else f"{PASSES}/{number}")
    elif chains and job.coherence.segment is not None:
        _in_segments(job, whole, layout, marks)
    else:
        lane = layout.lanes[1] = Lane(1, whole, chains)
        for frame in whole:
            marks.add(lane, frame, (), None)
    return layout


def _in_segments(job: Job, whole: range, layout: Layout, marks: _Marks) -> None:
    """A new beginning every so many frames, counted from the job's first, wherever cuts are: so
    that a part of the shot need not know of cuts far away."""
    assert job.coherence.segment is not None
    overlap = job.coherence.overlap
    ends = range(whole.start, whole.stop, job.coherence.segment)
    for number, first in enumerate(ends, start=1):
        end = min(first + job.coherence.segment, whole.stop)
        frames = range(first, min(end + overlap, whole.stop))
        lane = layout.lanes[number] = Lane(number, frames, beyond=end if end in frames else None)
        faded = range(first, first + overlap) if number > 1 else range(0)
        folder = f"{SEGMENTS}/{first}"
        for frame in frames:
            beyond = frame >= end
            marks.add(lane, frame, (), folder if beyond or frame in faded else None)
            if frame in faded:
                marks.fade(frame, (Take(frame, number), Take(frame, number - 1)))


class _Marks:
    """Adds steps to a layout, with their fingerprints."""

    def __init__(
        self, job: Job, digests: Mapping[int, Digests], settings: str, layout: Layout
    ) -> None:
        self._job, self._digests, self._settings, self._layout = job, digests, settings, layout

    def add(self, lane: Lane, frame: int, needs: tuple[Take, ...], folder: str | None) -> None:
        """A picture that is painted. folder: of what lies on the way, None for a result."""
        previous = list(needs)
        if lane.chained:
            previous += [Take(other, lane.number) for other in lane.before(frame, 1)]
        self._step(Take(frame, lane.number), lane, needs, previous, folder)

    def fade(self, frame: int, needs: tuple[Take, ...]) -> None:
        """A picture that is faded from two others."""
        self._step(Take(frame, 0), None, needs, list(needs), None)

    def _step(
        self,
        take: Take,
        lane: Lane | None,
        needs: tuple[Take, ...],
        previous: list[Take],
        folder: str | None,
    ) -> None:
        job, steps = self._job, self._layout.steps
        own = self._digests[take.frame]
        weights = job.weights_at(take.frame) if job.weights_move else ()
        mark = fingerprint.of_frame(
            self._settings,
            [job.strength_at(take.frame) if folder is None else 1.0, *weights],
            [own.plate, *own.masks, *own.guides],
            folder or "",
            [steps[other].fingerprint for other in previous],
        )
        file = job.result(take.frame)
        if folder is None:
            self._layout.results[take.frame] = take
        else:
            file = job.folder / folder / file.name
        steps[take] = Step(take, lane, needs, mark, file, folder is not None)
