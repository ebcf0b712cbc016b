"""Doing a job: from plates on disk to painted frames on disk, again and again if need be."""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from . import frames
from .errors import EcsetError, InputError
from .events import Listener
from .frames import Picture
from .job import FrameRange, Job, frame_fingerprint, settings_fingerprint

if TYPE_CHECKING:
    import torch

    from . import looks, shot

# Frames from all over the shot that the look fits its colours to.
_SAMPLES = 8
_SAMPLE_SIDE = 64


@dataclass(frozen=True)
class _Step:
    """One frame of the plan."""

    frame: int
    plate_digest: str
    fingerprint: str
    chained: bool  # continues from the frame before
    done: bool  # already on disk, and of this job


def check(job: Job) -> list[Picture]:
    """Look at all that can be known before there are plates. Returns the style pictures.

    Raises InputError when a style is no picture or the output can't be written.
    """
    styles = [frames.read_style(job.style_path(style)) for style in job.look.styles]
    folder = job.result(job.frames.first).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".ecset-{os.getpid()}.tmp"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise InputError(
            f"The output folder {folder} can't be written: {error.strerror}."
        ) from None
    return styles


def run(job: Job, chunk: FrameRange, listener: Listener, device_name: str = "auto") -> None:
    """Paint the frames of ``chunk`` that are not there yet, and tell ``listener`` how it goes.

    A frame that is there and belongs to the job is kept. Each frame continues from the one before
    as it stands on disk, so that it makes no difference where an earlier run was broken off.

    Raises InputError for what the person can mend before the work begins, EcsetError for what goes
    wrong on the way (a plate vanishes, the disk is full).
    """
    from . import device as devices

    began = time.monotonic()
    device = devices.choose(device_name)
    styles = check(job)
    digests = _plate_digests(job)
    settings = settings_fingerprint(
        job,
        [style.digest() for style in styles],
        [digests[frame] for frame in _sampled(job)],
    )
    plan = _plan(job, chunk, digests, settings)
    _refuse_strangers(job, plan)
    total, done = len(plan), sum(step.done for step in plan)
    listener(
        "started",
        first=chunk.first,
        last=chunk.last,
        total=total,
        done=done,
        device=str(device),
    )
    if plan[0].frame > job.frames.first and not plan[0].chained and _chains(job):
        listener(
            "warning",
            message=f"Frame {plan[0].frame - 1} is not painted yet, so frame {plan[0].frame} "
            "starts afresh and there may be a jump between the two.",
        )
    if done < total:
        painter = _Painter(job, styles, device)
        for step in plan:
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


class _Painter:
    """Paints steps of a plan. Keeps the frames it has just seen in memory (core.shot.Shot)."""

    def __init__(self, job: Job, styles: list[Picture], device: torch.device) -> None:
        import torch

        from . import flow, looks, shot
        from .device import to_tensor

        self._job = job
        self._device = device
        _, self._size = frames.survey(job.plate(job.frames.first))
        sample = torch.cat([self._sample(frame) for frame in _sampled(job)])
        look = looks.make(job)
        sources = [
            looks.Source(to_tensor(picture.rgb, device), style.weight)
            for picture, style in zip(styles, job.look.styles, strict=True)
        ]
        look.prepare(sources, self._size, sample)
        estimate = flow.estimator(job.coherence.flow)
        self._painter = shot.Painter(look, estimate, job.coherence.weight, self)
        self._plates: dict[int, Picture] = {}
        self._results: dict[int, Picture] = {}

    def paint(self, step: _Step) -> None:
        """Paint one frame and write it."""
        from .device import to_array

        plate = self._plates[step.frame] = self._plate(step)
        rgb = to_array(self._painter.paint(step.frame, step.chained))
        if plate.alpha is not None:
            # Nothing is painted where there is nothing: light without cover stays as it was.
            rgb = np.where(plate.alpha[..., None] > 0, rgb, plate.rgb)
        path = self._job.result(step.frame)
        depth = self._job.output.depth
        result = Picture(rgb, plate.alpha)
        frames.write(result, path, depth, step.fingerprint)
        _sweep(path)
        # What the next frame continues from is the file, also when it need not be read again.
        self._results = {step.frame: frames.quantized(result, path.suffix, depth)}
        self._plates = {step.frame: plate}

    def plate(self, frame: int) -> looks.Plate:
        """See :class:`core.shot.Shot`."""
        from . import looks

        if frame not in self._plates:
            self._plates[frame] = frames.read(self._job.plate(frame))
        return looks.Plate(self._seen(self._plates[frame]))

    def painted(self, frame: int) -> shot.Painted:
        """See :class:`core.shot.Shot`."""
        from . import shot

        if frame not in self._results:
            self._results[frame] = frames.read(self._job.result(frame))
        rgb = self._seen(self._results[frame])
        return shot.Painted(rgb, rgb.new_ones((1, 1, *self._size)))

    def _plate(self, step: _Step) -> Picture:
        path = self._job.plate(step.frame)
        digest, size = frames.survey(path)
        if size != self._size:
            raise EcsetError(_size_sentence(path, size, self._size))
        if digest != step.plate_digest:
            raise EcsetError(f"The plate {path} changed while the shot was painted; run it again.")
        return frames.read(path)

    def _seen(self, picture: Picture) -> torch.Tensor:
        """A picture as looks and flow see it: with colours also where it is transparent."""
        from . import shot
        from .device import to_tensor

        rgb = to_tensor(picture.rgb, self._device)
        if picture.alpha is None:
            return rgb
        return shot.fill_transparent(rgb, to_tensor(picture.alpha[..., None], self._device))

    def _sample(self, frame: int) -> torch.Tensor:
        import torch.nn.functional as F

        plate = self._seen(frames.read(self._job.plate(frame)))
        size = (_SAMPLE_SIDE, _SAMPLE_SIDE)
        return F.interpolate(plate, size, mode="bilinear", antialias=True, align_corners=False)


def _sampled(job: Job) -> list[int]:
    """The frames that the look is fitted to: of the whole job, whatever chunk is asked for."""
    return job.frames.spread(_SAMPLES)


def _chains(job: Job) -> bool:
    return job.coherence.enabled and job.look.coherent


def _plate_digests(job: Job) -> dict[int, str]:
    """Digest of every plate's pixels. Raises InputError for one that is missing, damaged or of
    another size than the first."""
    digests = {}
    size = None
    for frame in job.frames.numbers():
        path = job.plate(frame)
        try:
            digests[frame], found = frames.survey(path)
        except EcsetError as error:
            raise InputError(f"The plate of frame {frame} can't be used: {error}") from None
        size = size or found
        if found != size:
            raise InputError(_size_sentence(path, found, size))
    return digests


def _size_sentence(path: Path, size: tuple[int, int], wanted: tuple[int, int]) -> str:
    return (
        f"The plate {path} is {size[1]}×{size[0]} and the ones before are "
        f"{wanted[1]}×{wanted[0]}; all plates of a job must have one size."
    )


def _plan(job: Job, chunk: FrameRange, digests: dict[int, str], settings: str) -> list[_Step]:
    """What to do for each frame of the chunk, from what is on disk."""
    plan = []
    before: str | None = None
    for frame in range(job.frames.first, chunk.last + 1):
        chained = before is not None and _chains(job)
        fingerprint = frame_fingerprint(settings, digests[frame], before if chained else None)
        fresh = frame_fingerprint(settings, digests[frame], None)
        # A frame that began a chain of its own, because a chunk was asked for, is good as well.
        found = frames.fingerprint_of(job.result(frame))
        done = found in (fingerprint, fresh)
        if frame >= chunk.first:
            plan.append(_Step(frame, digests[frame], fingerprint, chained, done))
            before = found if done else fingerprint
        else:
            before = found if done else None
    return plan


def _refuse_strangers(job: Job, plan: list[_Step]) -> None:
    """Raise InputError when a frame would be written over a file that Ecset did not write."""
    for step in plan:
        path = job.result(step.frame)
        if not step.done and path.exists() and not frames.is_ours(path):
            raise InputError(
                f"{path} is in the way: Ecset did not write it and won't replace it. "
                "Move it away or choose another output."
            )


def _sweep(path: Path) -> None:
    """Remove what killed runs left behind of a frame that is now whole."""
    for rest in path.parent.glob(f".{path.name}.*.tmp"):
        with contextlib.suppress(OSError):
            rest.unlink()
