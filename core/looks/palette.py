"""Colour from a style: a palette transfer and a histogram match, fitted once and then fixed.

Both are functions of a pixel's colour alone, so the same colour is mapped alike in every frame of
a shot and nothing can flicker here.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

_QUANTILES = 257
_GRID = 17
_SLICES = 20

# Rec. 601 luma, which is what "light and dark" of an encoded picture means here.
_LUMA = (0.299, 0.587, 0.114)


def luminance(picture: Tensor) -> Tensor:
    """N×3×H×W sRGB to N×1×H×W Rec. 601 luma."""
    return (picture * picture.new_tensor(_LUMA).view(1, 3, 1, 1)).sum(1, keepdim=True)


class HistogramMatch:
    """The monotone map that takes the values of one sample to the distribution of another."""

    def __init__(self, source: Tensor, target: Tensor) -> None:
        """source, target: any number of values each, as 1-D tensors."""
        at = torch.linspace(0, 1, _QUANTILES, device=source.device)
        # A hair of slope makes the source's quantiles strictly increasing where it is constant.
        slope = torch.arange(_QUANTILES, device=source.device) * 1e-7
        self._from = torch.quantile(source, at) + slope
        self._to = torch.quantile(target, at)

    def __call__(self, values: Tensor) -> Tensor:
        """Map values of any shape; what lies outside the sample takes the end's value."""
        flat = values.reshape(-1).contiguous()
        upper = torch.searchsorted(self._from, flat).clamp(1, _QUANTILES - 1)
        low, high = self._from[upper - 1], self._from[upper]
        t = ((flat - low) / (high - low)).clamp(0, 1)
        return torch.lerp(self._to[upper - 1], self._to[upper], t).reshape(values.shape)


class Palette:
    """A colour table that takes a shot's colours to a style's, by sliced optimal transport.

    Each slice turns the colour space at random and matches the three marginals (Pitié, Kokaram
    and Dahyot 2007, "Automated colour grading using colour distribution transfer"). The map is
    sampled on a grid of colours and smoothed, which keeps smooth areas smooth.
    """

    def __init__(self, shot: Tensor, style: Tensor, seed: int) -> None:
        """shot, style: K×3 colours each."""
        random = torch.Generator().manual_seed(seed)
        axis = torch.linspace(0, 1, _GRID, device=shot.device)
        grid = torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij"), dim=-1).reshape(-1, 3)
        for _ in range(_SLICES):
            turn, _ = torch.linalg.qr(torch.randn(3, 3, generator=random))
            turn = turn.to(shot)
            turned_shot, turned_style, turned_grid = shot @ turn, style @ turn, grid @ turn
            for axis_index in range(3):
                match = HistogramMatch(
                    turned_shot[:, axis_index].contiguous(),
                    turned_style[:, axis_index].contiguous(),
                )
                turned_shot[:, axis_index] = match(turned_shot[:, axis_index])
                turned_grid[:, axis_index] = match(turned_grid[:, axis_index])
            shot, grid = turned_shot @ turn.T, turned_grid @ turn.T
        table = grid.reshape(_GRID, _GRID, _GRID, 3).permute(3, 0, 1, 2)[None]
        padded = F.pad(table, (1,) * 6, mode="replicate")
        self._table = F.avg_pool3d(padded, kernel_size=3, stride=1)  # 1×3×r×g×b

    def __call__(self, picture: Tensor) -> Tensor:
        """1×3×H×W to 1×3×H×W, by trilinear interpolation in the table."""
        # grid_sample's last axis comes first in its coordinates: (b, g, r).
        at = (picture.permute(0, 2, 3, 1)[:, None] * 2 - 1).flip(-1)
        mapped = F.grid_sample(self._table, at, align_corners=True, padding_mode="border")
        return mapped[:, :, 0]
