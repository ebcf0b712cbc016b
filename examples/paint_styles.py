"""Paints the example style pictures.

    python examples/paint_styles.py --output examples/styles

Needs NumPy and OpenCV. The pictures depend on nothing but the seed in this file.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
from painting import evening, harvest, painter, woodcut
from painting.brush import Floats

SIZE = (900, 600)
OVER = 2  # painted at twice the size, then averaged: strokes get clean edges
SEED = 20


def oil(picture: ModuleType, relief: float, gloss: float) -> Floats:
    """The picture (a module with ``plan``, ``LAYERS`` and ``ground``) as painted, sRGB 0 to 1."""
    rng = np.random.default_rng(SEED)
    plan = picture.plan(SIZE[0] * OVER, SIZE[1] * OVER, rng)
    return painter.paint(plan, picture.LAYERS, picture.ground(), rng).lit(relief, gloss)


STYLES = {
    "evening": lambda: oil(evening, relief=2.4, gloss=0.25),
    "harvest": lambda: oil(harvest, relief=2.2, gloss=0.22),
    "woodcut": lambda: woodcut.printed(SIZE[0] * OVER, SIZE[1] * OVER, np.random.default_rng(SEED)),
}


def main() -> int:
    """Reads the command line and paints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--output", type=Path, required=True, help="folder for the pictures")
    parser.add_argument("--only", choices=STYLES, help="paint this one only")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    for name in [options.only] if options.only else STYLES:
        picture = cv2.resize(STYLES[name](), SIZE, interpolation=cv2.INTER_AREA)
        path = options.output / f"{name}.jpg"
        pixels = np.rint(picture[..., ::-1] * 255.0).astype(np.uint8)
        if not cv2.imwrite(str(path), pixels, [cv2.IMWRITE_JPEG_QUALITY, 93]):
            parser.error(f"{path} cannot be written; choose another folder with --output")
    return 0


if __name__ == "__main__":
    sys.exit(main())
