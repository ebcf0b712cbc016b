"""What steers the choice of patches, on the plate's side and on the style's.

Light and dark; less strictly the colours, the plate's brought into the style's palette; and what
guides the job has beside (depth, normals, objects). Where the plate has edges, it counts for more
than in its flat places, which are left to the style.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from ..filters import blur, resize
from ..look import PatchSettings
from . import Plate, Source
from .palette import HistogramMatch, Palette, luminance

_BLUR = 0.7  # pixels, of light and dark; colours are blurred twice as much
_SAMPLE_SIDE = 96  # of the style, for fitting colours

# A frame's fit and those of frames it is held to, where the styles' weights move.
_FITS_KEPT = 4

# The scale at which a painted plate has the plate's own hues, in pixels: about a stroke's width.
_HUE = 3.0

# The guide's weight in a flat place and at an edge, and the scales (in pixels) at which an edge is
# seen and its surroundings are counted in.
_FLAT, _EDGE = 0.5, 1.4
_EDGE_SCALE, _EDGE_REACH = 1.5, 3.0


@dataclass(frozen=True)
class View:
    """A picture as it steers. tone: 1×1×H×W; colours: 1×3×H×W in the style's palette; guides:
    1×C×H×W, C may be 0; emphasis: 1×1×H×W, how much it counts where."""

    tone: Tensor
    colours: Tensor
    guides: Tensor
    emphasis: Tensor


@dataclass(frozen=True)
class Prepared:
    """A source, in the colours it is painted with, and how it is steered by."""

    picture: Tensor
    view: View


class Steering:
    """Brings plates and sources to where they can be compared.

    exact: the sources are paintings of plates of this shot, so that plates are compared with plates
    and nothing is fitted. What is fitted to the styles is by their weights at a frame.
    """

    def __init__(
        self, settings: PatchSettings, sources: Sequence[Source], sample: Plate, seed: int
    ) -> None:
        self._colour_weight = settings.colour_weight
        self.exact = all(source.plate is not None for source in sources)
        self._kept = 0.0 if self.exact else 1 - settings.palette
        if self.exact:
            self.sources = [Prepared(s.picture, self._of_keyframe(s)) for s in sources]
            return
        shot = _colours(sample.rgb)
        pictures = [source.picture for source in sources]
        if settings.palette < 1:
            # The same for all frames, as the patches are: where weights move, by all styles alike.
            style = _weighted(pictures, sample.weights)
            own = Palette(style, shot, seed)
            pictures = [torch.lerp(own(p), p, settings.palette) for p in pictures]
        self.sources = [
            Prepared(picture, _of_style(picture, source, sample))
            for picture, source in zip(pictures, sources, strict=True)
        ]

        @lru_cache(_FITS_KEPT)
        def fitted(weights: tuple[float, ...]) -> tuple[Palette, HistogramMatch]:
            style = _weighted(pictures, weights)
            return Palette(shot, style, seed), HistogramMatch(_luma(shot), _luma(style))

        self._fitted = fitted

    def view(self, plate: Plate) -> View:
        """How a plate steers."""
        tone, guides = luminance(plate.rgb), _joined(plate.guides, plate.rgb)
        if self.exact:
            return View(tone, plate.rgb, guides, torch.ones_like(tone))
        tone = self._fitted(plate.weights)[1](tone)
        return View(tone, self.colours(plate.rgb, plate.weights), guides, _emphasis(tone))

    def colours(self, rgb: Tensor, weights: tuple[float, ...]) -> Tensor:
        """A plate's colours (1×3×H×W) in the palette of the styles, by their weights at a frame."""
        return rgb if self.exact else self._fitted(weights)[0](rgb)

    def in_own_colours(self, painted: Tensor, plate: Plate) -> Tensor:
        """A painted plate with the plate's own hues, as far as the palette keeps them: strokes
        keep their light and their differences in colour, the mean colour around them is the
        plate's. What the style's patches were recoloured with comes near, but has no blue where the
        style has one kind of dark for sky and soil."""
        if self._kept == 0:
            return painted
        difference = _chroma(plate.rgb) - _chroma(painted)
        return (painted + self._kept * blur(difference, _HUE)).clamp(0, 1)

    def guide(self, view: View, size: tuple[int, int]) -> Tensor:
        """The channels that are compared, 1×G×H×W at a size: light and dark, two of colour without
        light, and the job's own."""
        tone, colours = resize(view.tone, size), resize(view.colours, size)
        chroma = _chroma(colours)[:, ::2] * self._colour_weight
        guides = resize(view.guides, size) if view.guides.shape[1] else tone[:, :0]
        return torch.cat((blur(tone, _BLUR), blur(chroma, 2 * _BLUR), guides), dim=1)

    def _of_keyframe(self, source: Source) -> View:
        assert source.plate is not None
        guides = tuple(guide for guide in source.guides if guide is not None)
        return self.view(Plate(source.plate, guides))


def _of_style(picture: Tensor, source: Source, sample: Plate) -> View:
    """How a style picture steers: by itself, and by what stands for the job's guides on its side.

    Where nothing is given, the style's light and dark stands for a guide, brought to the values
    that the guide has in the shot: light is near, or up, or whatever the guide's high values say.
    """
    tone = luminance(picture)
    seldom = resize(tone, (_SAMPLE_SIDE, _SAMPLE_SIDE)).flatten()
    guides = []
    for given, seen in zip(source.guides, sample.guides, strict=True):
        if given is not None:
            guides.append(resize(given, (picture.shape[-2], picture.shape[-1])))
            continue
        for channel in seen.split(1, dim=1):
            guides.append(HistogramMatch(seldom, channel.flatten())(tone))
    return View(tone, picture, _joined(guides, picture), torch.ones_like(tone))


def _emphasis(tone: Tensor) -> Tensor:
    """How much the guide counts at each pixel: from _FLAT to _EDGE, by the slope of the tone."""
    smooth = blur(tone, _EDGE_SCALE)
    dx = smooth.diff(dim=-1, append=smooth[..., -1:])
    dy = smooth.diff(dim=-2, append=smooth[..., -1:, :])
    slope = blur((dx.square() + dy.square()).sqrt(), _EDGE_REACH)
    share = (slope / (2 * slope.mean()).clamp_min(1e-6)).clamp(0, 1)
    return _FLAT + (_EDGE - _FLAT) * share


def _chroma(colours: Tensor) -> Tensor:
    """Colours without their light, 1×3×H×W."""
    return colours - luminance(colours)


def _joined(guides: Sequence[Tensor], like: Tensor) -> Tensor:
    return torch.cat(tuple(guides), dim=1) if guides else like[:, :0]


def _weighted(pictures: Sequence[Tensor], weights: Sequence[float]) -> Tensor:
    """Colours (K×3) of the pictures, of each as many as its weight says, none of one that weighs 0;
    no weights: of all alike."""
    picked = []
    weights = weights or (1.0,) * len(pictures)
    for picture, weight in zip(pictures, weights, strict=True):
        if weight == 0:
            continue
        colours = _colours(resize(picture, (_SAMPLE_SIDE, _SAMPLE_SIDE)))
        count = max(1, round(weight / max(weights) * len(colours)))
        index = torch.linspace(0, len(colours) - 1, count, device=colours.device).long()
        picked.append(colours[index])
    return torch.cat(picked)


def _colours(pictures: Tensor) -> Tensor:
    """N×3×h×w to K×3."""
    return pictures.permute(0, 2, 3, 1).reshape(-1, 3)


def _luma(colours: Tensor) -> Tensor:
    return luminance(colours.T[None, :, :, None]).flatten()
