"""Paints the example style pictures.

    python examples/paint_styles.py --output examples/styles

Needs NumPy and OpenCV. The pictures depend on nothing but the seed in this file.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
from painting import (
    composition,
    dots,
    evening,
    harvest,
    mountains,
    painter,
    seaside,
    woodcut,
)
from painting.brush import Floats

OVER = 2  # painted at twice the size, then averaged: strokes get clean edges
SEED = 20


@dataclass(frozen=True)
class Style:
    """One picture: its size, its JPEG quality, and what paints it (width, height, chance)."""

    paint: Callable[[int, int, np.random.Generator], Floats]
    size: tuple[int, int]
    quality: int


def oil(picture: ModuleType, relief: float, gloss: float) -> Style:
    """A picture (a module with ``plan``, ``LAYERS`` and ``ground``) in strokes of oil."""

    def paint(width: int, height: int, rng: np.random.Generator) -> Floats:
        plan = picture.plan(width, height, rng)
        return painter.paint(plan, picture.LAYERS, picture.ground(), rng).lit(relief, gloss)

    return Style(paint, (900, 600), 93)


def dotted(width: int, height: int, rng: np.random.Generator) -> Floats:
    """The seaside in dots of oil."""
    plan = seaside.plan(width, height, rng)
    return dots.paint(plan, seaside.PASSES, seaside.ground(), rng).lit(2.2, 0.2)


STYLES = {
    "composition": Style(composition.painted, (1080, 720), 90),
    "evening": oil(evening, relief=2.4, gloss=0.25),
    "harvest": oil(harvest, relief=2.2, gloss=0.22),
    "mountains": Style(mountains.painted, (1080, 720), 93),
    "seaside": Style(dotted, (1080, 720), 88),
    "woodcut": Style(woodcut.printed, (900, 600), 93),
}


def main() -> int:
    """Reads the command line and paints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--output", type=Path, required=True, help="folder for the pictures")
    parser.add_argument("--only", choices=STYLES, help="paint this one only")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    for name in [options.only] if options.only else STYLES:
        style = STYLES[name]
        width, height = style.size
        painted = style.paint(width * OVER, height * OVER, np.random.default_rng(SEED))
        picture = cv2.resize(painted, style.size, interpolation=cv2.INTER_AREA)
        path = options.output / f"{name}.jpg"
        pixels = np.rint(picture[..., ::-1] * 255.0).astype(np.uint8)
        if not cv2.imwrite(str(path), pixels, [cv2.IMWRITE_JPEG_QUALITY, style.quality]):
            parser.error(f"{path} cannot be written; choose another folder with --output")
    return 0


if __name__ == "__main__":
    sys.exit(main())
