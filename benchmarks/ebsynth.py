"""The peer: EbSynth's command line program (Jamriška et al. 2019), timed on one frame.

Its own repository builds it (``build-linux-cpu_only.sh``, ``build-linux-cpu+cuda.sh`` and so on);
nothing of it is needed for Ecset.
"""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import numpy as np
from PIL import Image

from core.errors import InputError

PATCH = 7
_GUIDE_WEIGHT = 2.0
_PATIENCE = 3600.0  # seconds


def seconds(binary: Path, plate: Path, style: Image.Image, device: str, folder: Path) -> float:
    """How long one run takes, from start to written picture, with patches of 7×7 pixels.

    style: at the size at which Ecset paints with it. The guide is one pair of grey pictures, the
    plate's brought to mean and spread of the style's. device: ``cpu`` or a CUDA device. Raises
    InputError with what the program said when it can't be run or leaves no picture behind.
    """
    if not binary.is_file():
        raise InputError(f"There is no program {binary}; build EbSynth and name its binary.")
    with Image.open(plate) as image:
        target = np.asarray(image.convert("L"), np.float32)
    source = np.asarray(style.convert("L"), np.float32)
    matched = (target - target.mean()) / max(float(target.std()), 1.0) * source.std()
    files = {name: folder / f"ebsynth-{name}.png" for name in ("style", "source", "target", "out")}
    style.convert("RGB").save(files["style"])
    _save(source, files["source"])
    _save(matched + source.mean(), files["target"])
    files["out"].unlink(missing_ok=True)
    command = [
        str(binary.resolve()),
        *("-style", str(files["style"])),
        *("-guide", str(files["source"]), str(files["target"])),
        *("-weight", str(_GUIDE_WEIGHT)),
        *("-output", str(files["out"])),
        *("-patchsize", str(PATCH)),
        *("-backend", "cpu" if device == "cpu" else "cuda"),
    ]
    began = time.monotonic()
    try:
        done = subprocess.run(
            command, capture_output=True, encoding="utf-8", errors="replace", timeout=_PATIENCE
        )
    except OSError as error:
        raise InputError(f"{binary} can't be run: {error.strerror}.") from None
    except subprocess.TimeoutExpired:
        raise InputError(f"{binary} was not done after {_PATIENCE:.0f} seconds.") from None
    took = time.monotonic() - began
    if done.returncode or not files["out"].is_file():
        said = (done.stderr.strip() or done.stdout.strip() or "nothing").splitlines()[-1]
        raise InputError(f"{binary} left no picture (exit status {done.returncode}): {said}")
    return took


def _save(grey: np.ndarray, path: Path) -> None:
    Image.fromarray(np.rint(grey.clip(0, 255)).astype(np.uint8)).save(path)
