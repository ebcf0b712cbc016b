"""Landmarks of a style: the one moon, the one sail, that must not land wherever it is bright."""

from __future__ import annotations

import torch
from torch import Tensor

from .patches import PatchTable

# A patch is compared with those that share none of its surroundings; it is as rare as the nearest
# few of them are far. Two such places more or less are no rule.
_APART = 1.5  # patch sides
_NEAREST = 8
_MOST = 6.0
_CHUNK = 1000


def rarity(table: PatchTable) -> list[Tensor]:
    """How rare what each patch shows is in its own picture: for each material a 1×1×h×w grid.

    0 for what is found in many places, 1 for what is twice as far from its like as the median
    patch, at most 6. Costs the squared number of patches: meant for a coarse level.
    """
    grids = []
    features = table.features[:, : table.colours].float()
    parts = features.split([height * width for height, width in table.shapes])
    for colours, (height, width) in zip(parts, table.shapes, strict=True):
        index = torch.arange(height * width, device=colours.device)
        y, x = index // width, index % width
        found = []
        for start in range(0, len(index), _CHUNK):
            part = slice(start, start + _CHUNK)
            distance = torch.cdist(colours[part], colours).square_()
            near = (y[part, None] - y).abs() < _APART * table.side
            near &= (x[part, None] - x).abs() < _APART * table.side
            distance[near] = torch.inf
            few = min(_NEAREST, len(index))
            found.append(distance.topk(few, 1, largest=False).values.mean(1))
        far = torch.cat(found)
        known = far.isfinite()  # a picture hardly larger than a patch has no other places
        typical = far[known].median().clamp_min(1e-12) if bool(known.any()) else far.new_ones(())
        rare = torch.where(known, (far / typical - 1).clamp(0, _MOST), 0)
        grids.append(rare.view(1, 1, height, width))
    return grids
