"""Resizing and smoothing of pictures, and how crisp they are."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

# The band of brush hairs and edges: what a Gaussian of this many pixels takes away.
_FINE = 1.0

# Wide kernels need no more than this many pixels a sigma.
_FINEST_OF_WIDE = 2.0


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


def smooth(picture: Tensor, sigma: float) -> Tensor:
    """Like `blur`, for wide kernels: worked out on a smaller copy, N×C×H×W. sigma: pixels."""
    factor = int(sigma / _FINEST_OF_WIDE)
    if factor < 2:
        return blur(picture, sigma)
    height, width = picture.shape[-2:]
    small = resize(picture, (max(1, height // factor), max(1, width // factor)))
    # Going down and up again are triangles of this width, of a sixth of its square each.
    left = ((sigma / factor) ** 2 - 1 / 3) ** 0.5
    return resize(blur(small, left), (height, width))


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
