"""The look ``neural``: a picture is changed step by step until a network sees the plate's things in
it and the style's texture (Gatys, Ecker & Bethge 2016; on shots after Ruder, Dosovitskiy & Brox
2016).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from ..device import Machine
from ..events import Listener
from ..filters import blur, resize
from ..look import NeuralSettings
from ..networks import weights as stored
from ..networks.vgg import LEAST_SIDE, NAMES, Vgg
from . import Hold, Plate, Source, colour, losses, objective
from .objective import Content, Grams, Objective, Style
from .optimise import OPTIMISERS, PICTURES_KEPT
from .palette import luminance
from .tiles import Tile, split

# Iterations on the finest size, growth for each coarser one, and the most that one gets.
_QUALITIES = {"draft": (15, 2.0, 60), "normal": (40, 2.0, 200), "fine": (120, 1.7, 400)}

# Coarser sizes are added while the long side is more than this, in pixels: the network sees as far
# as 85 pixels to each side, and shapes larger than that are made where they are small.
_COARSEST = 320

# The shorter side of the smallest picture that is painted as it is; a smaller one is enlarged.
_LEAST = 2 * LEAST_SIDE

# What a weight of 1 means for each term beside that of the content, which is 1 when nothing of the
# plate is seen, as the style's is when nothing of the style is.
_STYLE = 30.0
_SMOOTH = {"squared": 4.0, "absolute": 0.2}
_TEMPORAL = 100.0

# How much of the hold is left where a share of a style has changed: (1 − change) to this power.
_GIVING_WAY = 8

# The border between what earlier frames know and the plate, in pixels.
_SEAM_SIGMA = 1.5

_NOISE = 0.15  # standard deviation around the middle grey

# Bytes for each pixel of a picture on its way through the network and back, beside the features:
# gradients of the largest layer, as they come and as they go.
_WORKING_MAPS = 2 * 64


@dataclass(frozen=True)
class _Level:
    """One size of the picture: height and width, the iterations for a frame that begins anew and
    for one that goes on, the tiles, and for each source its Gram matrices."""

    size: tuple[int, int]
    iterations: tuple[int, int]
    tiles: list[Tile]
    grams: list[Grams]


class Neural:
    """The look ``neural``."""

    def __init__(
        self,
        settings: NeuralSettings,
        weights: Path | None,
        seed: int,
        machine: Machine,
        listener: Listener,
    ) -> None:
        """weights: a file of them, None for those that were got. Raises InputError if they can't be
        used."""
        self._settings, self._seed = settings, seed
        self._machine, self._listener = machine, listener
        used = {**settings.content_layers, **settings.style_layers}
        self._network = Vgg(
            stored.load("vgg19", weights),
            max(used, key=NAMES.index),
            settings.pooling,
            machine.device,
            machine.precision,
        )

    def prepare(self, sources: Sequence[Source], size: tuple[int, int], sample: Plate) -> None:
        """See :class:`core.looks.Look`. Looks at the styles, in all sizes that are painted."""
        self._size = size
        enlarged = max(1.0, _LEAST / min(size))
        self._count = len(sources)
        pictures = [self._style(source.picture, sample.rgb) for source in sources]
        self._levels = []
        for scale, iterations in self._schedule(max(size) * enlarged):
            height, width = (max(_LEAST, round(side * enlarged * scale)) for side in size)
            most = self._most((height, width))
            tiles = self._tiles((height, width), most)
            side = self._settings.style_scale * max(height, width)
            self._levels.append(
                _Level(
                    (height, width),
                    (iterations, math.ceil(iterations * self._settings.later)),
                    tiles,
                    [self._grams(picture, side, most) for picture in pictures],
                )
            )
        self._warn(len(self._levels[-1].tiles))

    def paint(self, plate: Plate, hold: Hold | None) -> Tensor:
        """See :class:`core.looks.Look`."""
        seen = self._coloured(plate.rgb.clamp(0, 1))
        start = self._start(seen) if hold is None else self._held(hold, seen)
        weights = self._weights(plate.weights)
        shares = self._shares(plate, weights)
        result: Tensor | None = None
        begun = start
        for level in self._levels:
            before, begun = begun, resize(start, level.size)
            picture = begun
            if result is not None:
                # What the coarser size changed; the finer details are still those of the start.
                picture = begun + resize(result - before, level.size)
            objective_here = self._objective(level, seen, shares, weights, hold)
            optimise = OPTIMISERS[self._settings.optimiser]
            result = optimise(
                objective_here,
                picture.clamp(0, 1),
                level.iterations[hold is not None],
                self._settings.settled,
                painted=hold is not None,
            )
        assert result is not None
        result = resize(result, self._size)
        if self._settings.colours == "luminance":
            return colour.with_plate_colours(result, plate.rgb)
        return result

    def kept(self, plate: Plate, painted: Tensor, weights: tuple[float, ...]) -> Tensor:
        """See :class:`core.looks.Look`. Statistics have no place: where the styles' shares change,
        all that is there gives way, by as much as the change and the optimiser's slowness say."""
        moved = torch.zeros_like(plate.rgb[:, :1])
        for now, then in zip(
            *(self._each(plate, self._weights(w)) for w in (plate.weights, weights)), strict=True
        ):
            moved = moved + (now - then).abs() / 2
        return (1 - moved).clamp_min(0) ** _GIVING_WAY

    def _schedule(self, side: float) -> list[tuple[float, int]]:
        """Sizes, as shares of the full one, and their iterations, coarse to fine.

        side: the long one of the full size, in pixels.
        """
        chosen = self._settings.iterations
        if chosen is None:
            finest, growth, most = _QUALITIES[self._settings.quality]
            count = 1 + max(0, math.ceil(math.log2(side / _COARSEST)))
            chosen = [min(round(finest * growth**level), most) for level in reversed(range(count))]
        scales = [0.5**level for level in reversed(range(len(chosen)))]
        return list(zip(scales, chosen, strict=True))

    def _objective(
        self,
        level: _Level,
        seen: Tensor,
        shares: list[Tensor | None],
        weights: Sequence[float],
        hold: Hold | None,
    ) -> Objective:
        """All terms for a frame at one size."""
        settings = self._settings
        contents = []
        if settings.content_weight:
            total = sum(settings.content_layers.values())
            contents = [
                Content(layer, settings.content_weight * weight / total)
                for layer, weight in settings.content_layers.items()
            ]
            objective.learn(self._network, level.tiles, resize(seen, level.size), contents)
        terms: list[objective.Term] = [*contents]
        if settings.style_weight:
            total = sum(settings.style_layers.values())
            where = [None if share is None else resize(share, level.size) for share in shares]
            targets = self._targets(level, shares, weights)
            terms += [
                Style(
                    layer,
                    _STYLE * settings.style_weight * weight / total,
                    [grams[layer] for grams in targets],
                    where,
                )
                for layer, weight in settings.style_layers.items()
            ]
        return Objective(self._network, level.tiles, terms, self._pixels(level, hold))

    def _pixels(self, level: _Level, hold: Hold | None) -> objective.PixelLoss:
        """The terms that look at pixels."""
        settings = self._settings
        warped = weight = None
        if hold is not None and bool(hold.weight.any()):
            warped = resize(self._coloured(hold.picture), level.size)
            weight = resize(hold.weight, level.size)

        def loss(picture: Tensor) -> Tensor:
            scale = _SMOOTH[settings.tv] * settings.tv_weight / picture.numel()
            total = scale * losses.total_variation(picture, settings.tv)
            if warped is not None and weight is not None:
                total = total + _TEMPORAL * losses.temporal(picture, warped, weight)
            return total

        return loss

    def _held(self, hold: Hold, seen: Tensor) -> Tensor:
        """What a frame that goes on from others begins with: the plate where those know nothing,
        for what was pulled in over the edge of the frame is streaks."""
        start = self._coloured(hold.start)
        if hold.unseen is None:
            return start
        return torch.lerp(start, seen, blur(hold.unseen, _SEAM_SIGMA))

    def _start(self, seen: Tensor) -> Tensor:
        """What a frame that has nothing to go on from begins with."""
        if self._settings.start == "plate":
            return seen
        # Alike for every frame: what is drawn must not be one more thing that changes over time.
        random = torch.Generator().manual_seed(self._seed)
        noise = torch.randn(seen.shape, generator=random).to(seen)
        return self._coloured((0.5 + _NOISE * noise).clamp(0, 1))

    def _weights(self, weights: Sequence[float]) -> Sequence[float]:
        """Of all styles. weights: a plate's."""
        return weights or (1.0,) * self._count

    def _shares(self, plate: Plate, weights: Sequence[float]) -> list[Tensor | None]:
        """For each loss of a style, which share it has in each place: one of everywhere if no
        style has a mask, else one for each style."""
        if all(mask is None for mask in plate.masks):
            return [None]
        return [*self._each(plate, weights)]

    def _each(self, plate: Plate, weights: Sequence[float]) -> list[Tensor]:
        """Which share each style has in each place."""
        everywhere = torch.ones_like(plate.rgb[:, :1])
        named = plate.masks or (None,) * self._count
        masks = [everywhere if mask is None else mask for mask in named]
        weighed = [weight * mask for weight, mask in zip(weights, masks, strict=True)]
        total = torch.stack(weighed).sum(0)
        # A grey mask is also how strongly: where all are grey, there is less of any style.
        most = torch.stack(masks).amax(0)
        return [torch.where(total > 0, most * part / total, 0) for part in weighed]

    def _targets(
        self, level: _Level, shares: list[Tensor | None], weights: Sequence[float]
    ) -> list[Grams]:
        """For each of the shares what its Gram matrices should be.

        Several styles everywhere come to one: Σ w (G − A)² is, but for a constant, (G − Σ w A)²
        with weights that sum to 1.
        """
        if shares != [None]:
            return level.grams
        weights = [weight / sum(weights) for weight in weights]
        return [
            {
                layer: torch.stack(
                    [w * grams[layer] for w, grams in zip(weights, level.grams, strict=True)]
                ).sum(0)
                for layer in level.grams[0]
            }
        ]

    def _style(self, picture: Tensor, sample: Tensor) -> Tensor:
        """A style picture in the colours that it is wanted in."""
        match = {
            "style": lambda style, _: style,
            "luminance": colour.luminance_matched,
            "histogram": colour.histogram_matched,
            "linear": colour.linear_matched,
        }[self._settings.colours]
        return match(picture, sample)

    def _coloured(self, picture: Tensor) -> Tensor:
        """A picture as it is painted: without its colours, if they are those of the plate."""
        if self._settings.colours != "luminance":
            return picture
        return luminance(picture).expand(-1, 3, -1, -1)

    def _grams(self, picture: Tensor, side: float, most: int) -> Grams:
        """What the network sees in a style picture, brought to a long side of so many pixels."""
        factor = side / max(picture.shape[-2:])
        height, width = (max(_LEAST, round(length * factor)) for length in picture.shape[-2:])
        tiles = self._tiles((height, width), most)
        scaled = resize(picture, (height, width))
        return objective.grams(self._network, tiles, scaled, list(self._settings.style_layers))

    def _tiles(self, size: tuple[int, int], most: int) -> list[Tile]:
        deepest = self._network.layers[-1]
        return split(size, deepest.reach, LEAST_SIDE, most)

    def _most(self, size: tuple[int, int]) -> int:
        """How many pixels of a picture of this size may go through the network at a time."""
        whole = math.prod(size) * self._bytes_of_whole()
        return max(0, self._machine.budget() - whole) // self._bytes_a_pixel()

    def _bytes_of_whole(self) -> int:
        """Memory for each pixel of the picture, also while it is seen in tiles."""
        return 4 * 3 * PICTURES_KEPT[self._settings.optimiser]

    def _bytes_a_pixel(self) -> int:
        """Memory for each pixel of what goes through the network and back at a time."""
        values = sum(layer.channels / layer.stride**2 for layer in self._network.layers)
        places = sum(
            before.channels / layer.stride**2
            for before, layer in zip(self._network.layers, self._network.layers[1:], strict=False)
            if layer.pooled
        )
        size = torch.finfo(self._machine.precision).bits // 8
        return math.ceil((values + places + _WORKING_MAPS) * size + 8 * places)

    def _warn(self, tiles: int) -> None:
        if tiles == 1:
            return
        a_pixel = self._bytes_a_pixel() + self._bytes_of_whole()
        gibibytes = math.prod(self._levels[-1].size) * a_pixel / 2**30
        height, width = self._size
        self._listener(
            "warning",
            message=f"A frame of {width}×{height} takes {gibibytes:.1f} GiB in one piece, and "
            f"{self._machine.budget() / 2**30:.1f} GiB are to be had: it is painted in {tiles} "
            "overlapping tiles, more slowly.",
        )
