"""RAFT's correlations for large frames: worked out where they are looked at.

torchvision's network keeps how well each pixel of one frame fits each pixel of the other: 1.0 GiB
at 1280×720, 5.2 GiB at 1920×1080, 83 GiB at 3840×2160, and more on the way there. It looks at a few
of these numbers, near where it believes each pixel to go. Averages of correlations are correlations
with averages (Teed & Deng 2020, section 3.2), so that those few can be computed alone, each time
anew.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# Numbers that are gathered at a time: about what a CPU's cache holds.
_PIECE = 1 << 23


class NearbyCorrelation(nn.Module):
    """Takes the place of torchvision's ``CorrBlock``, with the same results up to rounding.

    levels: of the pyramid, each half the size of the one before; radius: how many of its pixels are
    looked at on each side.
    """

    def __init__(self, levels: int, radius: int) -> None:
        super().__init__()
        self._levels, self._radius = levels, radius
        self.out_channels = levels * (2 * radius + 1) ** 2

    def build_pyramid(self, first: Tensor, second: Tensor) -> None:
        """Features of two frames, 1×C×h×w."""
        # A row of C numbers for each pixel, so that those of one pixel lie together.
        self._first = _rows(first) / first.shape[1] ** 0.5
        self.corr_pyramid = []
        for level in range(self._levels):
            if level > 0:
                second = F.avg_pool2d(second, kernel_size=2, stride=2)
            # Outside the picture nothing fits: the last row is for that.
            self.corr_pyramid.append((F.pad(_rows(second), (0, 0, 0, 1)), second.shape[-2:]))

    def index_pyramid(self, centroids_coords: Tensor) -> Tensor:
        """Correlations around where each pixel goes.

        centroids_coords: 1×2×h×w, (x, y) in pixels of the second frame's features. Returns
        1×(levels · (2 radius + 1)²)×h×w, on each level column by column.
        """
        height, width = centroids_coords.shape[-2:]
        target = centroids_coords[0].permute(1, 2, 0).reshape(-1, 2)
        piece = max(1, _PIECE // ((2 * self._radius + 2) ** 2 * self._first.shape[1]))
        found = []
        for level, (second, size) in enumerate(self.corr_pyramid):
            pieces = zip(self._first.split(piece), target.split(piece), strict=True)
            around = [self._around(first, at / 2**level, second, size) for first, at in pieces]
            found.append(torch.cat(around))
        return torch.cat(found, dim=1).T.reshape(1, -1, height, width).contiguous()

    def _around(self, first: Tensor, target: Tensor, second: Tensor, size: torch.Size) -> Tensor:
        """Of n pixels (n×C) the correlations around n targets (n×2), n×(2 radius + 1)²."""
        height, width = size
        # Far outside it is as outside; numbers stay small enough to count with.
        far = target.new_tensor((width, height)) + self._radius + 1
        target = target.clamp(-self._radius - 2, None).minimum(far)
        corner = target.floor()
        steps = torch.arange(-self._radius, self._radius + 2, device=target.device)
        x, y = (corner[:, i, None].long() + steps for i in (0, 1))  # n×side each
        inside = ((x >= 0) & (x < width))[:, :, None] & ((y >= 0) & (y < height))[:, None, :]
        index = torch.where(inside, y[:, None, :] * width + x[:, :, None], height * width)
        near = F.embedding(index.flatten(1), second)  # n×side²×C, five times as fast as second[…]
        fit = (near @ first[:, :, None]).view(index.shape)
        # Between pixels the correlations are blended, as grid_sample does.
        right, down = ((target - corner)[:, i, None, None] for i in (0, 1))
        fit = fit[:, :-1] * (1 - right) + fit[:, 1:] * right
        return (fit[..., :-1] * (1 - down) + fit[..., 1:] * down).flatten(1)


def _rows(features: Tensor) -> Tensor:
    """1×C×h×w to (h·w)×C."""
    return features[0].flatten(1).T.contiguous()
