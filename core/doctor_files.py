"""The doctor's look at pictures, weights and folders, and at a frame that is really painted."""

from __future__ import annotations

import importlib.util
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import EcsetError, InputError
from .invocation import command

if TYPE_CHECKING:
    from .frames import Array

Lines = Iterator[tuple[str, bool, str]]

_GIB = 2**30


def opencv(device: str) -> Lines:
    """Whether OpenCV writes and reads pictures, and finds motion."""
    del device
    import cv2
    import numpy as np

    grey = np.rint(_waves(96, 128)[..., 0] * 255).astype(np.uint8)
    again = cv2.imdecode(cv2.imencode(".png", grey)[1], cv2.IMREAD_UNCHANGED)
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    empty: Any = None
    flow = search.calc(grey[:, :-2].copy(), grey[:, 2:].copy(), empty)
    if again is None or not np.array_equal(again, grey):
        yield "OpenCV", False, f"{cv2.__version__}, a PNG does not come back as it was"
    elif abs(float(np.median(flow[..., 0])) + 2) > 0.5:
        yield "OpenCV", False, f"{cv2.__version__}, motion is not found as it should be"
    else:
        yield "OpenCV", True, f"{cv2.__version__}, a PNG comes back as it was, motion is found"


def openexr(device: str) -> Lines:
    """Whether OpenEXR gives back what it was given."""
    del device
    import numpy as np
    import OpenEXR

    from . import frames

    picture = frames.Picture(_waves(48, 64))
    with tempfile.TemporaryDirectory(prefix="ecset-") as folder:
        path = Path(folder) / "picture.exr"
        frames.write(picture, path, 16, "doctor")
        again = frames.read(path)
    good = np.array_equal(again.rgb, frames.quantized(picture, ".exr", 16).rgb)
    text = "a picture comes back as it was" if good else "a picture does not come back as it was"
    yield "OpenEXR", good, f"{getattr(OpenEXR, '__version__', '')}, {text}".removeprefix(", ")


def trained(device: str) -> Lines:
    """Which weights of networks are here; none is needed by the look ``patch``."""
    del device
    from .networks import catalogue, weights

    hub = all(importlib.util.find_spec(module) for module in ("torch", "torchvision"))
    for name in catalogue.NAMES:
        title = f"Weights {name}"
        if weights.stored(name).exists():
            try:
                found = weights.find(name, None)
            except InputError as error:
                yield title, False, str(error)
            else:
                yield title, True, f"here, from {found.source}"
        elif hub and weights.of_torch_hub(name).exists():
            yield title, True, "here, as torch.hub has downloaded them"
        else:
            yield title, True, f"not here; `{command()} weights get {name}` would get them"


def folders(device: str) -> Lines:
    """Whether there is room where Ecset writes without being told where."""
    del device
    from .networks import weights

    for name, folder in (
        ("Weights folder", weights.folder()),
        ("Temporary folder", Path(tempfile.gettempdir())),
    ):
        there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
        try:
            with tempfile.TemporaryFile(dir=there):
                pass
        except OSError as error:
            yield name, False, f"{folder} can't be written: {error.strerror}"
            continue
        free = shutil.disk_usage(there).free / _GIB
        can = "can be written" if there == folder else "is not there yet, but can be made"
        yield name, True, f"{folder} {can}, {free:.1f} GiB free"


def one_frame(device: str) -> Lines:
    """Whether a job of one frame is really painted, and how long that takes."""
    from . import device as machine
    from . import frames, job, run

    with tempfile.TemporaryDirectory(prefix="ecset-") as name:
        folder = Path(name).resolve()
        for file, size in (("plate_0001.png", (96, 128)), ("style.png", (64, 64))):
            frames.write(frames.Picture(_waves(*size)), folder / file, 8, "doctor")
        the_job = job.parse(
            {
                "version": job.VERSION,
                "plates": "plate_####.png",
                "frames": {"first": 1, "last": 1},
                "look": {"name": "patch", "styles": [{"path": "style.png"}]},
            },
            folder,
        )
        began = time.monotonic()
        used = machine.prepared(device)
        run.run(the_job, the_job.frames, _nobody, used)
        seconds = time.monotonic() - began
        if frames.fingerprint_of(the_job.result(1)) is None:
            raise EcsetError("The frame was painted, but its file is not whole.")
    yield "One frame", True, f"128×96, painted on {used.device} in {seconds:.1f} s"


def _nobody(event: str, **fields: Any) -> None:
    """Hears how the frame comes on."""


def _waves(height: int, width: int) -> Array:
    """A picture, H×W×3 from 0 to 1, with something in it to paint after."""
    import numpy as np

    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    parts = [np.sin(x / 5 + y / 9), np.sin(x / 3 - y / 7), np.sin(x * y / 200)]
    return np.ascontiguousarray(np.stack(parts, -1) / 2 + 0.5, dtype=np.float32)
