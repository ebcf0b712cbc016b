"""What keyframe_demo.py draws on a painted frame of the shot, as a person with a brush would."""

from __future__ import annotations

import math
import random

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

FRAME = 12  # places are pixels of this frame
PINK = (236, 28, 150)

Point = tuple[float, float]
Stroke = tuple[list[Point], float]  # where a brush goes, and how wide it is

_FINER = 4  # drawn larger than the frame, so that edges are soft
_BRISTLES = 7


def star(centre: Point, radius: float) -> list[Stroke]:
    """Filled by strokes from its middle to its tips, then gone round."""

    def at(turn: float, distance: float) -> Point:
        angle = 2 * math.pi * turn - math.pi / 2
        return centre[0] + distance * math.cos(angle), centre[1] + distance * math.sin(angle)

    corners = [at(step / 10, radius * (1.0 if step % 2 == 0 else 0.45)) for step in range(11)]
    spokes = [([centre, at(step / 5, radius * 0.8)], radius * 0.42) for step in range(5)]
    return [*spokes, (corners, radius * 0.2)]


def heart(centre: Point, radius: float) -> list[Stroke]:
    """Gone round three times, ever farther from its middle."""

    def line(size: float) -> list[Point]:
        points = []
        for step in range(33):
            angle = 2 * math.pi * step / 32
            x = 16 * math.sin(angle) ** 3
            y = 13 * math.cos(angle) - 5 * math.cos(2 * angle) - 2 * math.cos(3 * angle)
            y -= math.cos(4 * angle)
            points.append((centre[0] + x * size / 16, centre[1] - y * size / 16))
        return points

    return [(line(radius * size), radius * 0.4) for size in (0.25, 0.55, 0.85)]


MARKS = {
    "the star on the sail": star((196.0, 168.0), 13.5),
    "the heart on the lighthouse": heart((131.5, 146.0), 9.0),
}


def draw(picture: Image.Image) -> Image.Image:
    """The frame with all marks."""
    for strokes in MARKS.values():
        paint = _paint(strokes, picture.size)
        picture = Image.composite(paint, picture, paint.getchannel("A"))
    return picture


def shape(mark: str, size: tuple[int, int]) -> NDArray[np.bool_]:
    """Where a mark is in the frame, H×W; size: width and height."""
    return np.asarray(_paint(MARKS[mark], size).getchannel("A")) > 127


def _paint(strokes: list[Stroke], size: tuple[int, int]) -> Image.Image:
    """The strokes alone. Each is laid by bristles, with paint a little lighter or darker."""
    large = Image.new("RGBA", (size[0] * _FINER, size[1] * _FINER), (*PINK, 0))
    brush = ImageDraw.Draw(large)
    hand = random.Random(1)
    for points, width in strokes:
        for bristle in range(_BRISTLES):
            aside = width * ((bristle + 0.5) / _BRISTLES - 0.5) * math.sqrt(0.5)
            tone = hand.uniform(0.86, 1.1)
            colour = tuple(min(255, round(part * tone)) for part in PINK)
            brush.line(
                [((x + aside) * _FINER, (y + aside) * _FINER) for x, y in points],
                fill=colour,
                width=round(width / _BRISTLES * 2.5 * _FINER),
                joint="curve",
            )
    return large.resize(size, Image.Resampling.BOX)
