"""What there is to do for a job, or for a part of it, from what is on disk already."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from . import fingerprint, frames
from .errors import InputError
from .inputs import Digests
from .job import FrameRange, Job


@dataclass(frozen=True)
class Step:
    """One frame of the plan."""

    frame: int
    digests: Digests
    fingerprint: str
    chained: bool  # continues from the frame before
    done: bool  # already on disk, and of this job


def make(
    job: Job,
    chunk: FrameRange,
    digests: dict[int, Digests],
    settings: str,
    is_cut: Callable[[int], bool],
) -> list[Step]:
    """The frames of the chunk, and before them those that are missing from what it goes on from.

    A frame is the same in whatever chunk it is asked for: it goes on from frames before, and so do
    those, back to a cut of the plates or to the beginning.

    settings: :func:`core.fingerprint.of_settings`; is_cut: whether a frame begins a new shot.
    """
    chains = job.coherence.enabled and job.look.coherent
    marks: dict[int, str] = {}
    for frame in range(job.frames.first, chunk.last + 1):
        before = marks.get(frame - 1) if chains else None
        own = digests[frame]
        marks[frame] = fingerprint.of_frame(
            settings, job.strength_at(frame), [own.plate, *own.masks, *own.guides], before
        )

    @cache
    def done(frame: int) -> bool:
        return frames.fingerprint_of(job.result(frame)) == marks[frame]

    start, chained = job.frames.first, False
    needed: list[int] = []
    undone = next((frame for frame in chunk.numbers() if not done(frame)), None)
    if chains and undone is not None:
        needed = [frame for frame in range(job.frames.first, undone) if not done(frame)]
        if needed:
            start = undone
            while start > needed[0] and not is_cut(start):
                start -= 1
            # What stands before the first that is missing may be gone on from.
            chained = start == needed[0] and start > job.frames.first
            needed = [frame for frame in needed if frame >= start]
    return [
        Step(
            frame, digests[frame], marks[frame], chains if frame != start else chained, done(frame)
        )
        for frame in [*needed, *chunk.numbers()]
    ]


def refuse_strangers(job: Job, steps: list[Step]) -> None:
    """Raise InputError when a frame would be written over a file that Ecset did not write."""
    for step in steps:
        path = job.result(step.frame)
        if not step.done and path.exists() and not frames.is_ours(path):
            raise InputError(
                f"{path} is in the way: Ecset did not write it and won't replace it. "
                "Move it away or choose another output."
            )


def lead_in(steps: list[Step], chunk: FrameRange) -> str | None:
    """A sentence about the frames that come before the chunk, if there are any."""
    before = [step.frame for step in steps if step.frame < chunk.first]
    if not before:
        return None
    if len(before) == 1:
        return f"Frame {before[0]} comes first: frame {chunk.first} goes on from it."
    which = f"Frames {before[0]}-{before[-1]}"
    if before[-1] - before[0] >= len(before):
        which = f"{len(before)} of the frames {before[0]}-{before[-1]}"
    return f"{which} come first: frame {chunk.first} goes on from them."
