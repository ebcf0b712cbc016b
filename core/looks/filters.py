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
    offsets = torch.arange(-reach, reach + 1, dtype=picture.dtype, device=picture.device)
    kernel = torch.exp(-0.5 * (offsets / sigma) ** 2)
    kernel = kernel / kernel.sum()
    size = picture.shape
    planes = picture.reshape(-1, 1, *size[-2:])
    planes = F.conv2d(
        F.pad(planes, (0, 0, reach, reach), mode="replicate"), kernel.view(1, 1, -1, 1)
    )
    planes = F.conv2d(
        F.pad(planes, (reach, reach, 0, 0), mode="replicate"), kernel.view(1, 1, 1, -1)
    )
    return planes.view(size)


def fine(picture: Tensor) -> Tensor:
    """What a picture has in the finest band."""
    return picture - blur(picture, _FINE)


def crispness(picture: Tensor) -> Tensor:
    """Mean square of the finest band, a scalar."""
    return fine(picture).square().mean()


def as_crisp(picture: Tensor, wanted: Tensor, most: float) -> Tensor:
    """The picture with the part of its finest band added that gives it the wanted crispness.

    The part is between 0 and ``most``: a picture is never made softer.
    """
    high = fine(picture)
    higher = fine(high)
    # |high + k·higher|² = wanted, solved for k.
    a, b, c = higher.square().mean(), (high * higher).mean(), high.square().mean() - wanted
    root = (b.square() - a * c).clamp_min(0).sqrt()
    part = ((root - b) / a.clamp_min(1e-12)).clamp(0, most)
    return picture + part * high
