"""One frame of a job, painted to look at: small first, then as large as it is.

What stands in ``preview/`` afterwards has the plate's size in either case, so that whoever shows
the one can show the other in its place.
"""

from __future__ import annotations

import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F

from . import frames, plan, run
from .device import Machine, to_array, to_tensor
from .errors import InputError
from .events import Listener
from .filters import resize
from .footage import Footage
from .job import FrameRange, Job, Output
from .lanes import Layout, Step
from .maps import Size
from .part import numbered
from .shelf import Shelf
from .workshop import Material

FOLDER = "preview"
SMALL, FULL = "small", "full"

# Pixels of the small picture: about so many on its long side, but no fewer than these on the short
# one, which have to be painted on, too.
SIDE = 320
LEAST_SIDE = 64

_WAIT_SECONDS = 0.02


def alone(job: Job, frame: int) -> Job:
    """The job that shows what a frame will be like, before all others are painted.

    Each frame is for itself in it, and there are no others than the plate needs: with keyframes
    those up to the nearest one on either side, for paint is carried over them; else none. Raises
    InputError when the frame is not one of the job's.
    """
    if frame not in job.frames.numbers():
        raise InputError(f"Frame {frame} is not in this job: it has {job.frames}.")
    before = max((k.frame for k in job.look.keyframes if k.frame <= frame), default=frame)
    after = min((k.frame for k in job.look.keyframes if k.frame >= frame), default=frame)
    job = job.narrowed(FrameRange(first=before, last=after))
    look = job.look
    if look.keyframes:
        near = [keyframe for keyframe in look.keyframes if keyframe.frame in (before, after)]
        look = look.model_copy(update={"keyframes": near})
    return job.model_copy(
        update={
            "look": look,
            "coherence": job.coherence.model_copy(update={"enabled": False}),
            "output": job.output.model_copy(update={"pattern": _pattern(FULL, job)}),
        }
    )


def wait_for_plates(job: Job) -> None:
    """Wait until all plates are there, which somebody else makes; what is there must be whole."""
    for frame in job.frames.numbers():
        while not job.plate(frame).exists():
            time.sleep(_WAIT_SECONDS)


def preview(
    job: Job,
    frame: int,
    listener: Listener,
    machine: Machine,
    side: int = SIDE,
    wait: bool = False,
) -> None:
    """Paint a frame small, if that is smaller than its plate, and then in full.

    side: pixels of the long side of the small one, 0 for none; wait: the plates are still being
    made. The full one is, to the bit, what the job of that frame alone gives without coherence.
    Listeners hear of each as ``preview`` (size, path, seconds, done, total). Raises like
    :func:`core.run.run`.
    """
    if side and side < LEAST_SIDE:
        raise InputError(f"A preview must be {LEAST_SIDE} pixels large or more, not {side}.")
    job = alone(job, frame)
    given = run.check(job)
    if wait:
        wait_for_plates(job)
    began = time.monotonic()
    material, layout = run.surveyed(job, given)
    full = layout.steps[layout.results[frame]]
    done, sizes = 0, [SMALL, FULL]
    small_size = _smaller(material.size, side) if side else None
    if small_size is None or frames.fingerprint_of(full.file) == full.fingerprint:
        sizes = [FULL]
    heard = _Heard(listener)
    listener("started", frame=frame, total=len(sizes), done=0, device=str(machine.device))
    for size in sizes:
        if size == SMALL:
            assert small_size is not None
            path = _small(material, frame, small_size, heard, machine)
        else:
            path = _paint(material, layout, frame, heard, machine).file
        done += 1
        seconds = round(time.monotonic() - began, 3)
        listener(
            "preview",
            frame=frame,
            size=size,
            path=str(path),
            seconds=seconds,
            done=done,
            total=len(sizes),
        )
    listener("finished", done=done, total=len(sizes), seconds=seconds)


def _paint(
    material: Material, layout: Layout, frame: int, listener: Listener, machine: Machine
) -> Step:
    run.paint(material, layout, FrameRange(first=frame, last=frame), listener, machine)
    return layout.steps[layout.results[frame]]


def _small(
    material: Material, frame: int, size: Size, listener: Listener, machine: Machine
) -> Path:
    """Paint reduced plates and enlarge the paint. Its strength, and what is transparent, are those
    of the plate itself: they are not painted, so they need not be coarse."""
    job = material.job
    path = job.folder / numbered(_pattern(SMALL, job), frame)
    plan.refuse_stranger(path)
    folder = job.folder / FOLDER
    # What a scanner for viruses has open stays, on Windows, and is no reason to fail.
    with tempfile.TemporaryDirectory(
        prefix=".small-", dir=folder, ignore_cleanup_errors=True
    ) as temporary:
        small = job.model_copy(
            update={
                # Relative: a folder's name may hold a #, where a pattern must not.
                "plates": f"{FOLDER}/{Path(temporary).name}/plate_####.exr",
                "strength": 1.0,
                "strength_mask": None,
                "output": Output(
                    pattern=f"{FOLDER}/{Path(temporary).name}/paint_####.exr",
                    format="EXR",
                    depth=16,
                ),
            }
        )
        with closing(Shelf()) as shelf:
            cpu = torch.device("cpu")
            footage = Footage(job, material.size, cpu, shelf, material.digests)
            for number in job.frames.numbers():
                plate = frames.Picture(to_array(resize(footage.rgb(number), size)))
                frames.write(plate, small.plate(number), 16, FOLDER)
            step = _paint(*run.surveyed(small, material.given), frame, listener, machine)
            paint = to_tensor(frames.read(step.file).rgb, cpu)
            large = F.interpolate(paint, material.size, mode="bicubic", align_corners=False)
            picture = footage.finished(frame, to_array(large.clamp_min(0)))
    frames.write(picture, path, job.output.depth, step.fingerprint)
    return path


def _pattern(size: str, job: Job) -> str:
    return f"{FOLDER}/{size}_####{Path(job.output.pattern).suffix}"


def _smaller(size: Size, side: int) -> Size | None:
    """A height and width with that long side; None where that is not smaller."""
    scale = max(side / max(size), LEAST_SIDE / min(size))
    if scale >= 1:
        return None
    return round(size[0] * scale), round(size[1] * scale)


class _Heard:
    """What is said while one size is painted: no more than warnings, and each of them once."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._said: set[str] = set()

    def __call__(self, event: str, **fields: Any) -> None:
        if event == "warning" and fields["message"] not in self._said:
            self._said.add(fields["message"])
            self._listener(event, **fields)
