"""Plates to measure with: of any size, and as many as are asked for."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PIL import Image, ImageOps

from core import job
from core.errors import InputError

ROOT = Path(__file__).resolve().parents[1]
STYLE = ROOT / "examples/styles/evening.jpg"
EXAMPLE = ROOT / "examples/shot/frame_####.png"
EXAMPLE_FRAMES = 24

# What they are called in their folder.
PATTERN = "plate_####.png"

_PAN = 0.004  # of the width, from frame to frame


def size(text: str) -> tuple[int, int]:
    """``640x480`` as width and height. Raises InputError for another text."""
    width, _, height = text.partition("x")
    if not (width.isdigit() and height.isdigit() and int(width) and int(height)):
        raise InputError(f"A size must be given as WIDTHxHEIGHT, such as 640x480, not {text!r}.")
    return int(width), int(height)


def example(folder: Path, size: tuple[int, int], count: int) -> None:
    """Frames of the example shot, brought to a size."""
    for number in range(1, count + 1):
        with _opened(Path(job.numbered(str(EXAMPLE), number))) as image:
            _save(ImageOps.fit(image, size, Image.Resampling.LANCZOS), folder, number)


def panned(picture: Path, folder: Path, size: tuple[int, int], count: int) -> None:
    """Windows that wander over a picture. Raises InputError when it can't be read."""
    step = max(1, round(_PAN * size[0]))
    wide = size[0] + step * (count - 1), size[1]
    world = ImageOps.fit(_opened(picture), wide, Image.Resampling.LANCZOS)
    for number in range(1, count + 1):
        left = step * (number - 1)
        _save(world.crop((left, 0, left + size[0], size[1])), folder, number)


def scaled(pattern: str, frames: Iterable[int], folder: Path, width: int) -> tuple[int, int]:
    """Frames of a clip, made as wide as that. Returns width and height.

    Raises InputError when one can't be read.
    """
    found = (0, 0)
    for number in frames:
        image = _opened(Path(job.numbered(pattern, number)))
        found = width, max(1, round(image.height * width / image.width))
        _save(image.resize(found, Image.Resampling.LANCZOS), folder, number)
    return found


def _opened(path: Path) -> Image.Image:
    try:
        with Image.open(path) as image:
            return image.convert("RGB")
    except OSError as error:
        raise InputError(f"The picture {path} can't be read: {error}.") from None


def _save(image: Image.Image, folder: Path, number: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    image.save(folder / job.numbered(PATTERN, number), compress_level=1)
