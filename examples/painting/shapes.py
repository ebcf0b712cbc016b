"""Helpers for plans: coordinates, colour ramps, and smooth random fields."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from .brush import Floats


class Picture:
    """Colour and stroke angle under construction; x runs to width/height, y from 0 to 1 down."""

    def __init__(self, width: int, height: int) -> None:
        y, x = np.mgrid[0:height, 0:width].astype(np.float32) / height
        self.x, self.y = x, y
        self.colour = np.zeros((height, width, 3), np.float32)
        self.angle = np.zeros((height, width), np.float32)

    def lay(self, inside: NDArray[np.bool_], colour: Floats, angle: Floats | float) -> None:
        """Puts a part with its colours (H x W x 3) and angles over what is there."""
        self.colour[inside] = colour[inside]
        self.angle[inside] = np.broadcast_to(angle, self.angle.shape)[inside]


def rgb(codes: str) -> Floats:
    """Colours written as hexadecimal sRGB, separated by spaces, as N x 3."""
    return np.array(
        [[int(c[i : i + 2], 16) / 255.0 for i in (0, 2, 4)] for c in codes.split()], np.float32
    )


def ramp(value: Floats, stops: Sequence[tuple[float, str]]) -> Floats:
    """Colours for values, linear between ``stops`` of (value, hexadecimal sRGB)."""
    at = [s[0] for s in stops]
    colours = np.concatenate([rgb(s[1]) for s in stops])
    return np.stack([np.interp(value, at, colours[:, i]) for i in range(3)], -1).astype(np.float32)


def field(rng: np.random.Generator, picture: Picture, along: float, across: float) -> Floats:
    """Smooth noise of unit deviation; feature sizes along x and y as shares of the height."""
    rows, columns = picture.y.shape
    noise = rng.standard_normal((rows // 2, columns // 2)).astype(np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), along * rows / 5, None, across * rows / 5)
    return cv2.resize(noise / noise.std(), (columns, rows), interpolation=cv2.INTER_LINEAR)


def wobble(rng: np.random.Generator, picture: Picture, size: float) -> Floats:
    """Smooth noise without direction, of unit deviation."""
    return field(rng, picture, size, size)


def hills(rng: np.random.Generator, picture: Picture, rise: float) -> Floats:
    """Heights of a ridge above its base for every column, repeated over the rows."""
    x = picture.x[:1]
    line = 0.55 + 0.0 * x
    for octave in range(1, 5):
        line = line + 0.34 / octave * np.sin(x * 2.1 * octave**1.4 + rng.uniform(0, 6.3))
    return np.broadcast_to(rise * np.clip(line, 0.05, 1.3), picture.x.shape).astype(np.float32)
