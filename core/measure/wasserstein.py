"""How far a picture is from a style: what their patches have in common, wherever they lie."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

PATCH = 7
SCALES = (1.0, 0.5, 0.25)
_PROJECTIONS = 64
_PATCHES = 8192
_SEED = 20111


class PatchCloud:
    """The 7×7 colour patches of pictures, at three scales, as points to measure distances from."""

    def __init__(self, pictures: Sequence[Tensor], weights: Sequence[float]) -> None:
        """pictures: 1×3×h×w each; they count as one collection of patches, each with its share of
        the weights."""
        self._quantiles: list[Tensor | None] = []
        for scale in SCALES:
            scaled = [_scaled(picture, scale) for picture in pictures]
            if all(_holds_patches(picture) for picture in scaled):
                counts = [max(1, round(_PATCHES * w / sum(weights))) for w in weights]
                self._quantiles.append(
                    quantiles(torch.cat([*map(_projected, scaled, counts)]), _PATCHES)
                )
            else:
                self._quantiles.append(None)

    def distance(self, picture: Tensor) -> float:
        """Sliced Wasserstein distance of a picture's patches (1×3×H×W) to these.

        After Rabin et al. 2012. The mean over the scales of √(mean over 64 directions of W₂² of the
        projected patches); all values of a picture off by c is a distance of about c. 8192 patches
        of each side are drawn; draws and directions are the same in every call. Scales at which a
        picture is smaller than a patch are left out; raises ValueError when that leaves none.
        """
        found = []
        for scale, ours in zip(SCALES, self._quantiles, strict=True):
            scaled = _scaled(picture, scale)
            if ours is not None and _holds_patches(scaled):
                theirs = quantiles(_projected(scaled, _PATCHES), _PATCHES)
                found.append((ours - theirs).square().mean().sqrt().item())
        if not found:
            raise ValueError(f"a picture is smaller than {PATCH}×{PATCH}")
        return sum(found) / len(found)


def quantiles(values: Tensor, count: int) -> Tensor:
    """``count`` evenly spaced quantiles of each column of N×P: P×count.

    In one dimension the best transport goes from quantile to quantile: the mean squared difference
    between two rows is the squared Wasserstein distance.
    """
    ordered = values.T.contiguous().sort(dim=1).values
    levels = (torch.arange(count, device=values.device) + 0.5) / count
    place = (levels * len(values) - 0.5).clamp(0, len(values) - 1)
    low = place.floor().long()
    high = (low + 1).clamp_max(len(values) - 1)
    return torch.lerp(ordered[:, low], ordered[:, high], place - low)


def _projected(picture: Tensor, count: int) -> Tensor:
    """Patches drawn anywhere in a picture, along the directions: count×64."""
    chance = torch.Generator().manual_seed(_SEED)
    directions = torch.randn(3 * PATCH * PATCH, _PROJECTIONS, generator=chance)
    directions = (directions / directions.norm(dim=0)).to(picture)
    return _patches(picture, count, chance) @ directions


def _holds_patches(picture: Tensor) -> bool:
    return min(picture.shape[-2:]) >= PATCH


def _patches(picture: Tensor, count: int, chance: torch.Generator) -> Tensor:
    """``count`` patches drawn anywhere, with replacement, as rows: count×147."""
    height, width = (side - PATCH + 1 for side in picture.shape[-2:])
    y = torch.randint(height, (count,), generator=chance)
    x = torch.randint(width, (count,), generator=chance)
    inner = torch.arange(PATCH)
    rows = (y.view(-1, 1, 1) + inner.view(1, -1, 1)).to(picture.device)
    columns = (x.view(-1, 1, 1) + inner.view(1, 1, -1)).to(picture.device)
    return picture[0][:, rows, columns].permute(1, 0, 2, 3).flatten(1)


def _scaled(picture: Tensor, scale: float) -> Tensor:
    size = [max(1, round(side * scale)) for side in picture.shape[-2:]]
    return resized(picture, (size[0], size[1]))


def resized(picture: Tensor, size: tuple[int, int]) -> Tensor:
    """A picture (N×C×H×W) at another height and width, without aliasing."""
    if picture.shape[-2:] == size:
        return picture
    return F.interpolate(picture, size, mode="bicubic", antialias=True, align_corners=False)
