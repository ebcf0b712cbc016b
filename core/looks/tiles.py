"""Pieces of a picture that fit into memory, such that what comes of them is that of the whole."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor

from ..errors import InputError


@dataclass(frozen=True)
class Tile:
    """A piece of a picture, in pixels: the core that it stands for, and around it what that sees.

    Each is (top, bottom, left, right). The cores of a picture's tiles cover it without overlap.
    whole: height and width of the picture.
    """

    core: tuple[int, int, int, int]
    outer: tuple[int, int, int, int]
    whole: tuple[int, int]

    def cut(self, picture: Tensor) -> Tensor:
        """The piece of a picture, N×C×H×W."""
        top, bottom, left, right = self.outer
        return picture[..., top:bottom, left:right]

    def inside(self, features: Tensor, stride: int) -> Tensor:
        """The core's part of what a layer makes of the piece; the rest is other tiles' concern."""
        _, _, top, left = (side // stride for side in (0, 0, self.outer[0], self.outer[2]))
        rows, columns = self.of_whole(stride)
        return features[
            ..., rows.start - top : rows.stop - top, columns.start - left : columns.stop - left
        ]

    def of_whole(self, stride: int) -> tuple[slice, slice]:
        """Where the core's features stand in those of the whole picture."""
        top, bottom, left, right = self.core
        height, width = self.whole
        # What is left over at the end when sizes are halved has no features.
        bottom = height // stride if bottom == height else bottom // stride
        right = width // stride if right == width else right // stride
        return slice(top // stride, bottom), slice(left // stride, right)


def split(size: tuple[int, int], reach: int, stride: int, most: int) -> list[Tile]:
    """Tiles of a picture, of at most ``most`` pixels each: one if it fits.

    reach: how far beyond it a feature sees; stride: the network's greatest, to which tiles are
    laid. Raises InputError when not even small tiles fit.
    """
    height, width = size
    if height * width <= most:
        whole = (0, height, 0, width)
        return [Tile(whole, whole, size)]
    margin = math.ceil(reach / stride) * stride
    side = math.isqrt(most) // stride * stride - 2 * margin
    if side < stride:
        needed = (stride + 2 * margin) ** 2
        raise InputError(
            f"The memory is too small for this network, even in tiles: a tile has {needed} pixels "
            f"and {most} fit. Give it more (--memory), or close other programs."
        )
    return [
        Tile((top, bottom, left, right), (*_outer(top, bottom, height, margin),
                                          *_outer(left, right, width, margin)), size)
        for top, bottom in _steps(height, side, stride)
        for left, right in _steps(width, side, stride)
    ]  # fmt: skip


def _steps(length: int, side: int, stride: int) -> Iterator[tuple[int, int]]:
    """A length in even steps of at most ``side``."""
    count = math.ceil(length / side)
    step = math.ceil(length / count / stride) * stride
    for start in range(0, length, step):
        # A rest too short for a feature of its own goes with the last.
        end = length if length - (start + step) < stride else start + step
        yield start, end
        if end == length:
            return


def _outer(start: int, end: int, length: int, margin: int) -> tuple[int, int]:
    return max(0, start - margin), min(length, end + margin)
