"""Pulling a picture along a flow."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def pixel_grid(height: int, width: int, like: Tensor) -> Tensor:
    """1×2×H×W: each pixel's own (x, y)."""
    y, x = torch.meshgrid(
        torch.arange(height, dtype=like.dtype, device=like.device),
        torch.arange(width, dtype=like.dtype, device=like.device),
        indexing="ij",
    )
    return torch.stack((x, y))[None]


def warp(picture: Tensor, flow: Tensor, mode: str = "bilinear") -> Tensor:
    """``out(p) = picture(p + flow(p))``; outside the picture the border's pixels go on.

    picture: N×C×H×W; flow: N×2×H×W in pixels, from the frame of the result to the picture's.
    mode: ``bilinear`` or ``bicubic``, which keeps more detail when warps follow one another.
    """
    height, width = picture.shape[-2:]
    target = pixel_grid(height, width, flow) + flow
    # grid_sample's coordinates run from -1 to 1 between the centres of the outermost pixels.
    scale = flow.new_tensor((max(width - 1, 1), max(height - 1, 1))).view(1, 2, 1, 1)
    grid = (2 * target / scale - 1).permute(0, 2, 3, 1)
    return F.grid_sample(picture, grid, mode=mode, padding_mode="border", align_corners=True)


def composed(first: Tensor, second: Tensor) -> Tensor:
    """The flow that leads where ``first`` and then ``second`` leads; all N×2×H×W."""
    return first + warp(second, first)


def inside(flow: Tensor) -> Tensor:
    """N×1×H×W, 1 where ``p + flow(p)`` lies within the picture, else 0."""
    height, width = flow.shape[-2:]
    target = pixel_grid(height, width, flow) + flow
    x, y = target[:, :1], target[:, 1:]
    return ((x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)).to(flow)
