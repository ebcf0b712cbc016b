"""The built-in look: guided patch synthesis. Paint without any pretrained weights.

Every patch of the result is a patch of the style. Which one is chosen, coarse to fine, by what
stands there already and by a guide that carries the plate's light and dark and, less strictly, its
colours in the style's palette. After Fišer et al. 2016 ("StyLit") and Granot et al. 2022 ("Drop the
GAN").
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from ..job import PatchSettings
from . import Hold, Plate, Source
from .palette import HistogramMatch, Palette, luminance
from .patches import PatchTable

_FACTOR = 0.6  # between levels of the pyramid
_COARSEST = 40  # pixels, about, of the plate's long side on the coarsest level
_LEAST_STYLE_SIDE = 16  # a style must hold some patches even there

# On the first levels the whole table is searched; below, matches are only refined.
_SEARCHED_LEVELS = 3
_SEARCHES = 3
_REFINEMENTS = 3

# With a warped previous result to start from, the large shapes are already there.
_FIRST_LEVEL_IN_A_CHAIN = 3

# The share of the temporal weight that holds the finished picture, beside the query: enough to
# halve what still flickers, and not so much that warp upon warp blurs the strokes
# (docs/coherence.md).
_HOLD_OF_THE_RESULT = 0.125

# The guide's share of its weight on the coarsest level. It grows evenly to all of it on the finest:
# so the style has a say in the large shapes, and the plate stays readable in the small ones.
_COARSE_GUIDE = 2 / 3

_COMPLETENESS = 0.02  # how freely a patch may be used again (the alpha of Granot et al., eq. 2)

_GUIDE_BLUR = 0.7  # pixels
_SAMPLE_SIDE = 96  # of the style, for fitting colours


class Patch:
    """The look ``patch``."""

    def __init__(self, settings: PatchSettings, seed: int) -> None:
        self._settings = settings
        self._seed = seed

    def prepare(self, sources: Sequence[Source], size: tuple[int, int], sample: Tensor) -> None:
        """See :class:`core.looks.Look`. Builds the pyramids and fits palette and guide."""
        styles = [source.picture for source in sources]
        weights = [source.weight for source in sources]
        small = [_resize(style, (_SAMPLE_SIDE, _SAMPLE_SIDE)) for style in styles]
        style_colours = _weighted_colours(small, weights)
        shot_colours = sample.permute(0, 2, 3, 1).reshape(-1, 3)
        self._palette = Palette(shot_colours, style_colours, self._seed)
        self._tone = HistogramMatch(_luma(shot_colours), _luma(style_colours))

        levels = 1
        while max(size) * _FACTOR**levels > 0.8 * _COARSEST:
            levels += 1
        scales = [_FACTOR**level for level in reversed(range(levels))]
        self._sizes = [_scaled(size, scale, least=12) for scale in scales]
        self._tables = []
        for level, scale in enumerate(scales):
            pictures = [_resize(s, self._style_size(s, size, scale)) for s in styles]
            guides = [self._guide(luminance(picture), picture) for picture in pictures]
            side = 11 if level < 2 else 9 if level < 4 else 7
            fineness = level / max(levels - 1, 1)
            guide_weight = self._settings.guide_weight * (
                _COARSE_GUIDE + (1 - _COARSE_GUIDE) * fineness
            )
            self._tables.append(PatchTable(pictures, guides, weights, side, guide_weight))

    def paint(self, plate: Plate, hold: Hold | None) -> Tensor:
        """See :class:`core.looks.Look`."""
        frame = plate.rgb
        start = anchor = hold.picture if hold else None
        weight = hold.weight if hold else None
        # Alike for every frame: what is drawn must not be one more thing that changes over time.
        random = torch.Generator().manual_seed(self._seed)
        tone = self._tone(luminance(frame))
        first = 0 if start is None else min(_FIRST_LEVEL_IN_A_CHAIN, len(self._tables) - 1)
        colours = self._palette(frame)
        picture = colours if start is None else start
        rows: Tensor | None = None
        for level in range(first, len(self._tables)):
            size = self._sizes[level]
            table = self._tables[level]
            guide = self._guide(_resize(tone, size), _resize(colours, size))
            held = None
            if anchor is not None and weight is not None:
                held = _resize(anchor, size), _resize(weight, size)
            always_searched = level < _SEARCHED_LEVELS
            turns = _SEARCHES if always_searched or rows is None else _REFINEMENTS
            if rows is not None and not always_searched:
                rows = table.lift(self._tables[level - 1], rows, size)
            picture = _resize(picture, size)
            for turn in range(turns):
                query = table.query(_held(picture, held), guide)
                if always_searched or rows is None:
                    field = table.search(query, _COMPLETENESS)
                else:
                    field = table.refine(query, rows, int(turn == 0), random)
                rows = field.rows
                last = level == len(self._tables) - 1 and turn == turns - 1
                picture = table.vote(rows, _fit(field.distances, sharp=last))
        if anchor is None or weight is None:
            return picture
        return _held(picture, (anchor, _HOLD_OF_THE_RESULT * weight))

    def _guide(self, tone: Tensor, colours: Tensor) -> Tensor:
        """1×3×H×W: light and dark, and beside it two channels of colour without light."""
        chroma = (colours - luminance(colours)) * self._settings.colour_weight
        return torch.cat(
            (
                _blur(tone, _GUIDE_BLUR),
                _blur(chroma[:, :1], 2 * _GUIDE_BLUR),
                _blur(chroma[:, 2:], 2 * _GUIDE_BLUR),
            ),
            dim=1,
        )

    def _style_size(self, style: Tensor, size: tuple[int, int], scale: float) -> tuple[int, int]:
        zoom = self._settings.style_scale * max(size) / max(style.shape[-2:])
        return _scaled((style.shape[-2], style.shape[-1]), zoom * scale, least=_LEAST_STYLE_SIDE)


def _held(picture: Tensor, hold: tuple[Tensor, Tensor] | None) -> Tensor:
    """The minimiser of |x − picture|² + weight·|x − anchor|²: the temporal term."""
    if hold is None:
        return picture
    anchor, weight = hold
    return (picture + weight * anchor) / (1 + weight)


def _fit(distances: Tensor, sharp: bool) -> Tensor:
    """Weights of the patches in a vote: all alike, or by how well they fit."""
    if not sharp:
        return torch.ones_like(distances)
    scale = distances.median().clamp_min(1e-12)
    return torch.exp(-distances / scale) + 1e-4


def _weighted_colours(styles: Sequence[Tensor], weights: Sequence[float]) -> Tensor:
    """Colours (K×3) of the styles, of each as many as its weight says."""
    share = [weight / max(weights) for weight in weights]
    colours = [style[0].flatten(1).T for style in styles]
    picked = []
    for part, those in zip(share, colours, strict=True):
        count = max(1, round(part * len(those)))
        picked.append(those[torch.linspace(0, len(those) - 1, count, device=those.device).long()])
    return torch.cat(picked)


def _luma(colours: Tensor) -> Tensor:
    return luminance(colours.T[None, :, :, None]).flatten()


def _scaled(size: tuple[int, int], scale: float, least: int) -> tuple[int, int]:
    return max(least, round(size[0] * scale)), max(least, round(size[1] * scale))


def _resize(picture: Tensor, size: tuple[int, int]) -> Tensor:
    if tuple(picture.shape[-2:]) == size:
        return picture
    return F.interpolate(picture, size, mode="bilinear", antialias=True, align_corners=False)


def _blur(picture: Tensor, sigma: float) -> Tensor:
    """Gaussian blur of N×1×H×W, the border's pixels going on outside."""
    reach = int(3 * sigma + 0.5)
    offsets = torch.arange(-reach, reach + 1, dtype=picture.dtype, device=picture.device)
    kernel = torch.exp(-0.5 * (offsets / sigma) ** 2)
    kernel = kernel / kernel.sum()
    picture = F.pad(picture, (reach,) * 4, mode="replicate")
    return F.conv2d(F.conv2d(picture, kernel.view(1, 1, 1, -1)), kernel.view(1, 1, -1, 1))
