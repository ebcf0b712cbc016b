"""Style patches of one pyramid level: what each looks like, where it is, and voting.

A patch is told by its *row* in the table, an int64. The painted side has patches on a grid, every
``step`` pixels; a field of rows is a nearest-neighbour field (Barnes et al. 2009, "PatchMatch").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

# Principal components kept of a colour patch and of a guide patch.
_COLOUR_COMPONENTS = 24
_GUIDE_COMPONENTS = 10
_PCA_SAMPLES = 20_000

# A colour has three channels and the guide's light one: this makes guide_weight 1 an even balance.
_GUIDE_BALANCE = 3**0.5

# What is under no mask at all at a pixel looks this much farther away than under a full one.
_OUTSIDE_THE_MASK = 1e4


@dataclass(frozen=True)
class Material:
    """A picture to take patches from.

    picture: 1×3×h×w; guide: 1×G×h×w, what steers on its side; source: index of the source that it
    was made of.
    """

    picture: Tensor
    guide: Tensor
    source: int = 0


@dataclass(frozen=True)
class Query:
    """Patches of a frame that a match is wanted for.

    features: H×W×F on the grid; emphasis: H×W, weight of the guide's part in the distance; cost:
    what the distance to each row is multiplied by; farther: H×W×sources, what the distance to each
    source's patches is multiplied by, or None; allowed: the rows that may be chosen, None for all.
    """

    features: Tensor
    emphasis: Tensor
    cost: Tensor
    farther: Tensor | None = None
    allowed: Tensor | None = None


@dataclass(frozen=True)
class Place:
    """Where patches are: material and upper left corner, int64 tensors of one shape."""

    material: Tensor
    y: Tensor
    x: Tensor


class PatchTable:
    """All patches of all materials at one level of the pyramid.

    features: rows×F; colours: how many of the F are colour components, the guide's follow; guides:
    how many channels a guide has; sources: how many there are;
    cost: what the distance to each row is multiplied by, whatever its source weighs.
    """

    def __init__(
        self,
        materials: Sequence[Material],
        side: int,
        step: int,
        guide_weight: float,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        """side: of a patch in pixels, odd; every material must hold one at least. step: pixels
        between the patches of a frame. dtype: that features are kept in."""
        self.side, self.step = side, step
        pictures = [material.picture for material in materials]
        guides = [material.guide for material in materials]
        self._guide_scale = guide_weight * _GUIDE_BALANCE
        self._colour_basis = _principal_components(pictures, side, _COLOUR_COMPONENTS)
        self._guide_basis = _principal_components(guides, side, _GUIDE_COMPONENTS)
        self.colours, self.guides = self._colour_basis.shape[0], guides[0].shape[1]
        features = [
            self._features(p, g, 1).to(dtype) for p, g in zip(pictures, guides, strict=True)
        ]
        device = pictures[0].device

        def each(values: Sequence[int]) -> Tensor:
            return torch.tensor(values, dtype=torch.int64, device=device)

        # The grid of patches of each material, and where its rows and pixels begin.
        self.shapes = [(f.shape[1], f.shape[2]) for f in features]
        self._heights = each([height for height, _ in self.shapes])
        self._widths = each([width for _, width in self.shapes])
        counts = self._heights * self._widths
        self._first_row = counts.cumsum(0) - counts
        self._strides = each([picture.shape[-1] for picture in pictures])
        areas = each([picture.shape[-2] * picture.shape[-1] for picture in pictures])
        self._first_pixel = areas.cumsum(0) - areas
        self.features = torch.cat([f.flatten(1).T for f in features])
        self._pixels = torch.cat([p[0].flatten(1) for p in pictures], dim=1).T.contiguous()
        self._material_of_row = torch.repeat_interleave(
            torch.arange(len(materials), device=device), counts
        )
        self._sources = each([material.source for material in materials])
        self.sources = 1 + max(material.source for material in materials)
        self.cost = torch.ones(len(self._material_of_row), device=device)
        self._window = _window(side).to(device)

    @property
    def rows(self) -> int:
        """How many patches there are."""
        return self.features.shape[0]

    def query(
        self,
        picture: Tensor,
        guide: Tensor,
        emphasis: Tensor,
        masks: Tensor | None = None,
        weights: Sequence[float] = (),
    ) -> Query:
        """What matches are wanted for a frame: 1×3×H×W, 1×G×H×W, 1×1×H×W; masks: 1×sources×H×W,
        from 0 to 1; weights: of the sources, one above 0, none: all alike. A source that weighs 0
        is not used. Where all masks of the others are 0, all those may be used."""
        margin = (self.side // 2,) * 4
        features = self._features(
            F.pad(picture, margin, mode="reflect"), F.pad(guide, margin, mode="reflect"), self.step
        )
        every = slice(None, None, self.step)
        farther = None
        if masks is not None:
            share = masks[0, :, every, every].permute(1, 2, 0).contiguous()
            if not all(weights):
                share = share * torch.tensor([float(w > 0) for w in weights], device=share.device)
            most = share.amax(-1, keepdim=True)
            share = torch.where(most > 0, share / most.clamp_min(1e-6), 1.0)
            farther = 1 / share.clamp_min(1 / _OUTSIDE_THE_MASK)
        return Query(
            features.permute(1, 2, 0).contiguous(),
            emphasis[0, 0, every, every].contiguous(),
            self._cost(weights),
            farther,
            None if all(weights) else self._of_those(weights),
        )

    def _cost(self, weights: Sequence[float]) -> Tensor:
        """A source that weighs less looks farther away."""
        if not weights:
            return self.cost
        farther = [max(weights) / weight if weight else 1.0 for weight in weights]
        of_source = torch.tensor(farther, device=self.cost.device)
        return self.cost * of_source[self._sources][self._material_of_row]

    def _of_those(self, weights: Sequence[float]) -> Tensor:
        """The rows of sources that weigh anything."""
        weighs = torch.tensor([weight > 0 for weight in weights], device=self.cost.device)
        return weighs[self._sources][self._material_of_row].nonzero()[:, 0]

    def source(self, rows: Tensor) -> Tensor:
        """Index of the source that rows come from."""
        return self._sources[self._material_of_row[rows]]

    def place(self, rows: Tensor) -> Place:
        """Where patches are."""
        if len(self.shapes) == 1:
            width = self.shapes[0][1]
            return Place(torch.zeros_like(rows), rows // width, rows % width)
        material = self._material_of_row[rows]
        local = rows - self._first_row[material]
        width_of = self._widths[material]
        return Place(material, local // width_of, local % width_of)

    def row(self, place: Place) -> Tensor:
        """Rows of patches, or of the nearest whole ones of the same material."""
        if len(self.shapes) == 1:
            height, width = self.shapes[0]
            return place.y.clamp(0, height - 1) * width + place.x.clamp(0, width - 1)
        width_of = self._widths[place.material]
        y = torch.minimum(place.y.clamp_min(0), self._heights[place.material] - 1)
        x = torch.minimum(place.x.clamp_min(0), width_of - 1)
        return self._first_row[place.material] + y * width_of + x

    def per_material(self, values: Tensor) -> list[Tensor]:
        """A value for each row, as one 1×1×h×w grid for each material."""
        parts = values.split([height * width for height, width in self.shapes])
        return [part.view(1, 1, *shape) for part, shape in zip(parts, self.shapes, strict=True)]

    def lift(
        self, coarse: PatchTable, rows: Tensor, coarse_size: tuple[int, int], size: tuple[int, int]
    ) -> Tensor:
        """A field of the next coarser level as a first guess on this one.

        coarse_size, size: height and width of the frame there and here. Centres are scaled, and
        each patch keeps its offset from its coarse one's centre, so that neighbours go on to take
        neighbouring patches.
        """
        place = coarse.place(rows)
        (from_y, part_y), (from_x, part_x) = (
            _coarse_index(length, coarse_length, self.step, coarse.step, count, rows.device)
            for length, coarse_length, count in zip(size, coarse_size, rows.shape, strict=True)
        )
        material, y, x = (part[from_y][:, from_x] for part in (place.material, place.y, place.x))
        half, coarse_half = self.side // 2, coarse.side // 2
        scale_y = (self._heights + 2 * half) / (coarse._heights + 2 * coarse_half)
        scale_x = self._strides / coarse._strides
        centre_y = (y + coarse_half + 0.5 + part_y[:, None]) * scale_y[material]
        centre_x = (x + coarse_half + 0.5 + part_x[None]) * scale_x[material]
        return self.row(
            Place(material, centre_y.floor().long() - half, centre_x.floor().long() - half)
        )

    def vote(self, rows: Tensor, weights: Tensor, size: tuple[int, int]) -> Tensor:
        """The picture in which each pixel is the mean of all patches that cover it, 1×3×H×W.

        rows, weights: on the grid; size: height and width of the picture. Pixels near a patch's
        centre count more than those at its rim, which hides seams.
        """
        height, width = rows.shape
        place = self.place(rows)
        stride = self._strides[place.material]
        corner = self._first_pixel[place.material] + place.y * stride + place.x
        margin = self.side + self.step
        total = self._pixels.new_zeros((height * self.step + margin, width * self.step + margin, 4))
        for v in range(self.side):
            line = corner + v * stride
            down = slice(v, v + self.step * height, self.step)
            for u in range(self.side):
                weight = (weights * self._window[v, u])[..., None]
                part = total[down, u : u + self.step * width : self.step]
                part[..., :3].addcmul_(self._pixels[line + u], weight)
                part[..., 3:].add_(weight)
        half = self.side // 2
        total = total[half : half + size[0], half : half + size[1]]
        return (total[..., :3] / total[..., 3:]).permute(2, 0, 1)[None].contiguous()

    def _features(self, picture: Tensor, guide: Tensor, step: int) -> Tensor:
        """F×h×w: principal components of whole patches, every ``step`` pixels."""
        colour = F.conv2d(picture, self._colour_basis, stride=step)
        light = F.conv2d(guide, self._guide_basis, stride=step) * self._guide_scale
        return torch.cat((colour, light), dim=1)[0]


def _window(side: int) -> Tensor:
    """How much each pixel of a patch counts in a vote, side×side: falls off to the rim."""
    half = side // 2
    line = 1 - (torch.arange(side) - half).abs() / (half + 1)
    return (line[:, None] * line[None]).sqrt()


def _principal_components(pictures: Sequence[Tensor], side: int, count: int) -> Tensor:
    """An orthonormal basis of the patches' strongest variations, count×C×side×side."""
    positions = sum(picture.shape[-2] * picture.shape[-1] for picture in pictures)
    stride = max(1, round((positions / _PCA_SAMPLES) ** 0.5))
    patches = torch.cat([F.unfold(picture, side, stride=stride)[0].T for picture in pictures])
    centred = (patches - patches.mean(0)).cpu().double()  # MPS has no float64
    _, vectors = torch.linalg.eigh(centred.T @ centred)  # eigenvalues ascend
    count = min(count, vectors.shape[1])
    basis = vectors[:, -count:].T.to(pictures[0])
    return basis.reshape(count, pictures[0].shape[1], side, side).contiguous()


def _coarse_index(
    length: int,
    coarse_length: int,
    step: int,
    coarse_step: int,
    count: int,
    device: torch.device,
) -> tuple[Tensor, Tensor]:
    """For each patch of a line of the grid its coarse patch, and its offset from that one's centre
    in coarse pixels. count: of the coarse patches in the line."""
    centre = torch.arange(0, length, step, device=device) + 0.5
    position = centre * (coarse_length / length) - 0.5
    index = (position / coarse_step).round().long().clamp(0, count - 1)
    return index, position - index * coarse_step
