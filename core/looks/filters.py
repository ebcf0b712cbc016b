"""Resizing and smoothing of pictures, and how crisp they are."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

# The band of brush hairs and edges: what a Gaussian of this many pixels takes away.
_FINE = 1.0


def resize(picture: Tensor, size: tuple[int, int]) -> Tensor:
    """N×C×h×w to N×C×H×W, without aliasing."""
    if tuple(picture.shape[-2:]) == size:
        return picture
    return F.interpolate(picture, size, mode="bilinear", antialias=True, align_corners=False)


def blur(picture: Tensor, sigma: float) -> Tensor:
    """Gaussian blur of N×C×H×W, the border's pixels going on outside. sigma: pixels."""
    reach = int(3 * sigma + 0.5)
    offsets = torch.arange(-reach, reach + 1, dtype=torch.float64)
    kernel = torch.exp(-0.5 * (offsets / sigma) ** 2)
    weights = (kernel / kernel.sum()).tolist()
    rows = _weighted_sum(F.pad(picture, (0, 0, reach, reach), mode="replicate"), weights, -2)
    return _weighted_sum(F.pad(rows, (reach, reach, 0, 0), mode="replicate"), weights, -1)


def _weighted_sum(padded: Tensor, weights: list[float], axis: int) -> Tensor:
    """Sum of shifted views along an axis: on a CPU twenty times as fast as a convolution of a few
    channels with a kernel as thin as this."""
    length = padded.shape[axis] - len(weights) + 1
    total = weights[0] * padded.narrow(axis, 0, length)
    for at, weight in enumerate(weights[1:], start=1):
        total.add_(padded.narrow(axis, at, length), alpha=weight)
    return total


def fine(picture: Tensor) -> Tensor:
    """What a picture has in the finest band."""
    return picture - blur(picture, _FINE)


def crispness(picture: Tensor) -> Tensor:
    """Mean square of the finest band, a scalar."""
    return fine(picture).square().mean()


def as_crisp(picture: Tensor, wanted: Tensor, least: float, most: float) -> Tensor:
    """The picture with the part of its finest band added that gives it the wanted crispness.

    The part is between ``least``, which may be below 0, and ``most``.
    """
    high = fine(picture)
    higher = fine(high)
    # |high + k·higher|² = wanted, solved for k.
    a, b, c = higher.square().mean(), (high * higher).mean(), high.square().mean() - wanted
    root = (b.square() - a * c).clamp_min(0).sqrt()
    part = ((root - b) / a.clamp_min(1e-12)).clamp(least, most)
    return picture + part * high
