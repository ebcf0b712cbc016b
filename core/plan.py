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
    """The frames of the chunk, and before them those that its first one goes on from.

    A frame is the same in whatever chunk it is asked for: it goes on from the frame before, and so
    does that one, back to a cut of the plates or to the beginning. Frames that are on disk already
    end the search as well.

    settings: :func:`core.fingerprint.of_settings`; is_cut: whether a frame begins a new shot.
    """
    chains = job.coherence.enabled and job.look.coherent
    marks: dict[int, str] = {}
    for frame in range(job.frames.first, chunk.last + 1):
        before = marks.get(frame - 1) if chains else None
        own = digests[frame]
        marks[frame] = fingerprint.of_frame(settings, [own.plate, *own.masks, *own.guides], before)

    @cache
    def done(frame: int) -> bool:
        return frames.fingerprint_of(job.result(frame)) == marks[frame]

    first = chunk.first
    chained = chains and first > job.frames.first
    if chained and not done(first):
        while chained and not done(first - 1):
            if is_cut(first):
                chained = False
            else:
                first -= 1
                chained = first > job.frames.first
    return [
        Step(
            frame, digests[frame], marks[frame], chained if frame == first else chains, done(frame)
        )
        for frame in range(first, chunk.last + 1)
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
    first, last = steps[0].frame, chunk.first - 1
    if first > last:
        return None
    if first == last:
        return f"Frame {first} comes first: frame {chunk.first} goes on from it."
    return f"Frames {first}-{last} come first: frame {chunk.first} goes on from them."
