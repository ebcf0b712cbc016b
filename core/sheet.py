"""Contact sheets: what the eye needs to judge a shot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from . import frames
from .errors import EcsetError, InputError
from .job import Job

_GAP = 6
_GROUND = (24, 24, 24)


def contact_sheet(
    job: Job, output: Path, columns: int = 6, width: int = 480, difference: bool = False
) -> None:
    """Write a sheet: a row of plates above the row of their results.

    columns: frames from all over the shot; width: of one picture in pixels at most; difference:
    a third row with what changed since the frame before, motion taken out, four times as strong.
    Raises InputError when a frame is not painted yet or the sheet can't be written.
    """
    chosen = job.frames.spread(columns)
    rows = [[_image(job.plate(frame), width) for frame in chosen]]
    for frame in chosen:
        if not job.result(frame).exists():
            raise InputError(f"Frame {frame} is not painted yet; run the job first.")
    rows.append([_image(job.result(frame), width) for frame in chosen])
    if difference:
        rows.append([_difference(job, frame, width) for frame in chosen])
    w, h = rows[0][0].size
    sheet = Image.new(
        "RGB", (len(chosen) * (w + _GAP) + _GAP, len(rows) * (h + _GAP) + _GAP), _GROUND
    )
    for y, row in enumerate(rows):
        for x, image in enumerate(row):
            sheet.paste(image, (_GAP + x * (w + _GAP), _GAP + y * (h + _GAP)))
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        sheet.save(output)
    except (OSError, ValueError) as error:
        raise InputError(f"The sheet {output} can't be written: {error}.") from None


def _image(path: Path, width: int) -> Image.Image:
    picture = frames.read(path)
    rgb = picture.rgb if picture.alpha is None else picture.rgb * picture.alpha[..., None]
    return _fitted(rgb, width)


def _fitted(rgb: frames.Array, width: int) -> Image.Image:
    image = Image.fromarray(np.rint(rgb.clip(0, 1) * 255).astype(np.uint8))
    if image.width > width:
        size = (width, max(1, round(image.height * width / image.width)))
        image = image.resize(size, Image.Resampling.LANCZOS)
    return image


def _difference(job: Job, frame: int, width: int) -> Image.Image:
    from . import flow, motion
    from .device import choose, to_array, to_tensor
    from .flow.warp import warp

    device = choose("cpu")
    now = to_tensor(frames.read(job.result(frame)).rgb, device)
    if frame == job.frames.first:
        return _fitted(to_array(now * 0), width)
    plate = to_tensor(frames.read(job.plate(frame)).rgb, device)
    try:
        plate_before = to_tensor(frames.read(job.plate(frame - 1)).rgb, device)
        before = to_tensor(frames.read(job.result(frame - 1)).rgb, device)
    except EcsetError as error:
        raise InputError(str(error)) from None
    estimate = flow.estimator(job.coherence.flow, job.file(job.coherence.flow_weights))
    found = motion.between(estimate, plate_before, plate)
    change = (now - warp(before, found.backward)).abs() * found.reliable
    return _fitted(to_array(change * 4), width)
