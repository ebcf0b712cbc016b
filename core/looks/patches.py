"""Style patches of one pyramid level: finding the nearest, and voting them into a picture.

A patch is told by its *row* in the table, an int64. The query side has one patch for each pixel,
centred on it; a field of rows is a nearest-neighbour field (Barnes et al. 2009, "PatchMatch").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

# Principal components kept of a colour patch and of a guide patch.
_COLOUR_COMPONENTS = 32
_GUIDE_COMPONENTS = 12
_PCA_SAMPLES = 20_000

# Elements that one step of a search works on: 4 MB of float32 stay in the cache, which made the
# search of whole tables four times faster than with 64 MB, and bounds the memory.
_CHUNK_ELEMENTS = 1_000_000

# A colour has three channels and the guide's light one: this makes guide_weight 1 an even balance.
_GUIDE_BALANCE = 3**0.5

# Steps between a pixel and the neighbours whose matches it tries, shifted back by the step.
_STEPS = ((1, 0), (-1, 0), (0, 1), (0, -1), (2, 2), (-2, -2), (2, -2), (-2, 2))


@dataclass(frozen=True)
class Field:
    """A nearest-neighbour field. rows: H×W int64 in the table; distances: H×W, squared."""

    rows: Tensor
    distances: Tensor


class PatchTable:
    """All patches of all style pictures at one level of the pyramid."""

    def __init__(
        self,
        styles: Sequence[Tensor],
        guides: Sequence[Tensor],
        weights: Sequence[float],
        side: int,
        guide_weight: float,
    ) -> None:
        """styles: 1×3×h×w each; guides: 1×G×h×w each; weights: of the styles, relative;
        side: of a patch in pixels, odd. Every style must hold at least one patch."""
        self.side = side
        self._guide_scale = guide_weight * _GUIDE_BALANCE
        self._colour_basis = _principal_components(styles, side, _COLOUR_COMPONENTS)
        self._guide_basis = _principal_components(guides, side, _GUIDE_COMPONENTS)
        features = [
            self._features(style, guide) for style, guide in zip(styles, guides, strict=True)
        ]
        device = styles[0].device

        def per_style(values: Sequence[int]) -> Tensor:
            return torch.tensor(values, dtype=torch.int64, device=device)

        # The grid of patches of each style, and where its rows and pixels begin.
        self._heights = per_style([f.shape[1] for f in features])
        self._widths = per_style([f.shape[2] for f in features])
        counts = self._heights * self._widths
        self._first_row = counts.cumsum(0) - counts
        self._strides = per_style([style.shape[-1] for style in styles])
        areas = per_style([style.shape[-2] * style.shape[-1] for style in styles])
        self._first_pixel = areas.cumsum(0) - areas

        self.features = torch.cat([f.flatten(1) for f in features], dim=1).T.contiguous()
        self._squares = self.features.square().sum(1)
        self._pixels = torch.cat([style[0].flatten(1) for style in styles], dim=1).T.contiguous()
        self._style_of_row = torch.repeat_interleave(
            torch.arange(len(styles), device=device), counts
        )
        # A style that weighs less looks farther away.
        strongest = max(weights)
        penalty = torch.tensor([strongest / weight for weight in weights], device=device)
        self._penalty = penalty[self._style_of_row] if len(set(weights)) > 1 else None

    def query(self, picture: Tensor, guide: Tensor) -> Tensor:
        """Features of the patches around all pixels of a picture: 1×3×H×W to H×W×F."""
        margin = (self.side // 2,) * 4
        padded = F.pad(picture, margin, mode="reflect"), F.pad(guide, margin, mode="reflect")
        return self._features(*padded).permute(1, 2, 0).contiguous()

    def search(self, query: Tensor, completeness: float) -> Field:
        """The nearest patch of every pixel by looking at all of them.

        Each distance is divided by (completeness + that style patch's smallest distance to any
        query), so that patches which would match many queries well do not take them all
        (Granot et al. 2022, "Drop the GAN", eq. 2). query: H×W×F.
        """
        flat = query.flatten(0, 1)
        nearest = self.features.new_full((self.features.shape[0],), torch.inf)
        chunks = flat.split(max(1, _CHUNK_ELEMENTS // self.features.shape[0]))
        for chunk in chunks:
            nearest = torch.minimum(nearest, self._all_distances(chunk).amin(0))
        score = 1 / (completeness * self.side**2 + nearest)
        rows = torch.cat([(self._all_distances(c) * score).argmin(1) for c in chunks])
        return Field(rows.view(query.shape[:2]), self._distances(flat, rows).view(query.shape[:2]))

    def refine(self, query: Tensor, rows: Tensor, jitter: int, random: torch.Generator) -> Field:
        """Better matches from the neighbours' matches, shifted, with up to ``jitter`` pixels more.

        query: H×W×F; rows: H×W, a first guess. Deterministic for the state of ``random``.
        """
        flat = query.flatten(0, 1)
        best = self._distances(flat, rows.flatten())
        for down, right in _STEPS:
            style, y, x = self._locate(rows.roll((down, right), (0, 1)))
            if jitter:
                y = y + self._jitter(y.shape, jitter, random)
                x = x + self._jitter(x.shape, jitter, random)
            candidates = self._row(style, y + down, x + right)
            distances = self._distances(flat, candidates.flatten())
            better = distances < best
            best = torch.where(better, distances, best)
            rows = torch.where(better.view(rows.shape), candidates, rows)
        return Field(rows, best.view(rows.shape))

    def lift(self, coarse: PatchTable, rows: Tensor, size: tuple[int, int]) -> Tensor:
        """A field of the next coarser level as a first guess on this one, of height × width size.

        Centres are scaled, and each pixel keeps its offset from its coarse pixel's centre, so that
        neighbours go on to take neighbouring patches.
        """
        height, width = size
        style, y, x = coarse._locate(rows)
        from_y, part_y = _coarse_index(height, rows.shape[0], rows.device)
        from_x, part_x = _coarse_index(width, rows.shape[1], rows.device)
        style, y, x = (field[from_y][:, from_x] for field in (style, y, x))
        half, coarse_half = self.side // 2, coarse.side // 2
        scale_y = (self._heights + 2 * half) / (coarse._heights + 2 * coarse_half)
        scale_x = self._strides / coarse._strides
        centre_y = (y + coarse_half + 0.5 + part_y[:, None]) * scale_y[style]
        centre_x = (x + coarse_half + 0.5 + part_x[None]) * scale_x[style]
        return self._row(style, centre_y.floor().long() - half, centre_x.floor().long() - half)

    def vote(self, rows: Tensor, weights: Tensor) -> Tensor:
        """The picture in which each pixel is the mean of all patches that cover it, 1×3×H×W.

        rows: H×W; weights: H×W, of the patches.
        """
        height, width = rows.shape
        half = self.side // 2
        style, y, x = self._locate(rows)
        corner = self._first_pixel[style] + y * self._strides[style] + x
        stride = self._strides[style]
        # Around the picture there are no patches: weight 0, whatever pixel they point to.
        margin = (half,) * 4
        corner, stride = F.pad(corner, margin), F.pad(stride, margin)
        weights = F.pad(weights, margin)
        total = rows.new_zeros((height * width, 3), dtype=self._pixels.dtype)
        mass = rows.new_zeros((height * width, 1), dtype=self._pixels.dtype)
        for v in range(self.side):
            for u in range(self.side):
                # The patch that covers a pixel at its own (v, u) is centred (half-v, half-u) on.
                top, left = 2 * half - v, 2 * half - u
                view = slice(top, top + height), slice(left, left + width)
                pixel = (corner[view] + v * stride[view] + u).reshape(-1)
                weight = weights[view].reshape(-1, 1)
                total += self._pixels[pixel] * weight
                mass += weight
        return (total / mass).T.reshape(1, 3, height, width)

    def _features(self, picture: Tensor, guide: Tensor) -> Tensor:
        """F×(h-side+1)×(w-side+1): principal components of all whole patches."""
        colour = F.conv2d(picture, self._colour_basis)
        light = F.conv2d(guide, self._guide_basis) * self._guide_scale
        return torch.cat((colour, light), dim=1)[0]

    def _distances(self, flat: Tensor, rows: Tensor) -> Tensor:
        count = max(1, _CHUNK_ELEMENTS // self.features.shape[1])
        parts = [
            (own - self.features[those]).square().sum(1)
            for own, those in zip(flat.split(count), rows.split(count), strict=True)
        ]
        distances = torch.cat(parts)
        return distances if self._penalty is None else distances * self._penalty[rows]

    def _all_distances(self, flat: Tensor) -> Tensor:
        squares = flat.square().sum(1, keepdim=True)
        distances = torch.addmm(squares + self._squares, flat, self.features.T, alpha=-2)
        distances = distances.clamp_min_(0)
        return distances if self._penalty is None else distances * self._penalty

    def _locate(self, rows: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Style, y and x of the patches' upper left corners."""
        style = self._style_of_row[rows]
        local = rows - self._first_row[style]
        width = self._widths[style]
        return style, local // width, local % width

    def _row(self, style: Tensor, y: Tensor, x: Tensor) -> Tensor:
        """Rows of the patches at y, x, or of the nearest whole patches of the same style."""
        width = self._widths[style]
        y = torch.minimum(y.clamp_min(0), self._heights[style] - 1)
        x = torch.minimum(x.clamp_min(0), width - 1)
        return self._first_row[style] + y * width + x

    def _jitter(self, shape: torch.Size, reach: int, random: torch.Generator) -> Tensor:
        # Drawn on the CPU: the same numbers on every device.
        drawn = torch.randint(-reach, reach + 1, shape, generator=random)
        return drawn.to(self.features.device)


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


def _coarse_index(length: int, coarse: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """For each pixel of a line its coarse pixel, and its offset from that one's centre."""
    position = (torch.arange(length, device=device) + 0.5) * (coarse / length)
    index = position.long().clamp(max=coarse - 1)
    return index, position - index - 0.5
