"""Figures of a painted shot: does it flicker, blur or drift, and is it still the style?"""

from __future__ import annotations

from .. import device as devices
from .. import frames
from ..errors import EcsetError, InputError
from ..job import Job
from ..part import is_pattern
from .figures import Figures
from .goals import Goal, judge
from .style import style_distance
from .walk import Pair, Walk, seen

__all__ = ["Figures", "Goal", "compare", "judge", "measure"]


def measure(job: Job, motion: str | None = None, device_name: str = "auto") -> Figures:
    """Measure the painted frames of a job against its plates and styles.

    motion: where the exact motion is, a pattern of OpenEXR files with Blender's Vector pass and the
    frame's number for ``#``; None to estimate it, by another method than shots are painted with
    (`core.flow.farneback`). Transparent pixels count as black.

    Raises InputError when frames are missing, fewer than two, or differ in size, and when weights
    of the job's flow are missing.
    """
    _check(job, motion)
    device = devices.choose(device_name)
    walk = Walk(job, motion)
    for frame in job.frames.numbers():
        walk.step(frame, Pair(seen(job.plate(frame), device), seen(job.result(frame), device)))
    return walk.figures(style_distance(job, device))


def compare(job: Job, alone: Job) -> None:
    """Raise InputError unless ``alone`` is the same shot as ``job``, painted frame by frame."""
    if alone.coherence.enabled:
        raise InputError(
            f"The job at {alone.folder} is painted with coherence; --alone asks for one without."
        )
    if job.frames != alone.frames:
        raise InputError(
            f"The job at {job.folder} has frames {job.frames}, the one painted alone "
            f"{alone.frames}; they must be the same shot."
        )
    first = job.frames.first
    try:
        same = frames.survey(job.plate(first)) == frames.survey(alone.plate(first))
    except EcsetError as error:
        raise InputError(str(error)) from None
    if not same:
        raise InputError(
            f"The jobs at {job.folder} and {alone.folder} have different plates; "
            "they must be the same shot."
        )


def _check(job: Job, motion: str | None) -> None:
    if len(job.frames.numbers()) < 2:
        raise InputError("A shot needs two frames at least to be measured; this job has one.")
    missing = [frame for frame in job.frames.numbers() if not job.result(frame).exists()]
    if missing:
        raise InputError(f"Frame {missing[0]} is not painted yet; run the job first.")
    if motion is not None and not is_pattern(motion):
        raise InputError(f"The files of exact motion need # for the frame number, not {motion!r}.")
