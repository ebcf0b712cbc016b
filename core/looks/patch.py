"""The built-in look: guided patch synthesis. Paint without any pretrained weights.

Every patch of the result is a patch of the style. Which one is chosen, coarse to fine, by what
stands there already and by a guide (:mod:`core.looks.guide`). After Fišer et al. 2016 ("StyLit"),
Jamriška et al. 2019 ("Stylizing Video by Example") and Granot et al. 2022 ("Drop the GAN").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor

from ..filters import as_crisp, blur, crispness, fine, resize, smooth
from ..look import PatchSettings
from . import Hold, Plate, Source, matching
from .guide import Steering
from .patches import Material, PatchTable
from .rarity import rarity

_FACTOR = 0.6  # between levels of the pyramid
_COARSEST = 40  # pixels, about, of the plate's long side on the coarsest level
_LEAST_FRAME_SIDE = 12
_LEAST_STYLE_SIDE = 16  # a style must hold some patches even on the coarsest level

# On the first levels the whole table is searched; below, matches are only refined.
_SEARCHED_LEVELS = 3
_SEARCHES = 3
_REFINEMENTS = 3

# With a warped previous result to start from, the large shapes are already there, and less is left
# to be found.
_FIRST_LEVEL_IN_A_CHAIN = 2

# The level on which it is told of which of several styles paint would be, and of which one it is;
# how many patches far the surroundings tell, too; and by how much nearer to one than to another one
# (as a logarithm) paint is surely of that.
_TOLD_LEVEL = 2
_TOLD_SIGMA = 2.0
_SURE = 0.25
_SEARCHES_IN_A_CHAIN = 1
_REFINEMENTS_IN_A_CHAIN = 2

# A frame's patches stand on every second pixel, but on the coarsest levels: a quarter of the work,
# and crisper strokes, since fewer patches are averaged in a pixel (docs/brushwork.md).
_STEP = 2
_DENSE_LEVELS = 2

# Patch sides from the coarsest level on; those of finer levels, and of the finest two in any case,
# follow from the stroke detail.
_COARSE_SIDES = (11, 11, 9, 9)
_FINE_LEVELS = 2

# The guide's share of its weight on the coarsest level. It grows evenly to all of it on the finest:
# so the style has a say in the large shapes, and the plate stays readable in the small ones.
_COARSE_GUIDE = 2 / 3

# How far a match is looked for on the way down, in pixels of the style; on the finest level only
# the neighbours are asked, else fine strokes give way to smooth paint that fits the guide.
_REACH = 64

# What a variety of 1 means: in searches the completeness, which grows as less variety is wanted; in
# refinements the price of use.
_COMPLETENESS = 1.0
_OVERUSE = 0.05

# What is rare in the style looks farther away, by this much for each unit of rarity.
_RARITY = 0.6
_RARITY_SIDE = 80  # pixels, about, of the plate's long side on the level where it is measured

# Averaged patches are softer than patches; a query with its finest band raised finds strokes again.
_BOOST = 0.4  # at a stroke detail of 1

# The temporal term's weight in the finished picture, as a share of that in the query. The result
# has between these shares of its finest band added, to stay as crisp as the frame before; the
# crispness of the fresh patches takes the place of that one's by and by.
_HOLD_OF_THE_RESULT = 1.5
_CRISPER = (-0.15, 0.6)
_CRISPNESS_OF_FRESH = 0.03

# The scale at which a held picture follows a change of light: a share of the plate's long side, and
# in pixels at least, so that noise is no light.
_LIGHT = 0.01
_LEAST_LIGHT = 4.0


class Patch:
    """The look ``patch``."""

    def __init__(self, settings: PatchSettings, seed: int) -> None:
        self._settings = settings
        self._seed = seed

    def prepare(self, sources: Sequence[Source], size: tuple[int, int], sample: Plate) -> None:
        """See :class:`core.looks.Look`. Builds the pyramids and fits palette and guide."""
        settings = self._settings
        self._steering = Steering(settings, sources, sample, self._seed)
        self._count = len(sources)
        exact = self._steering.exact
        self._overuse = 0.0 if exact else _OVERUSE * settings.variety
        self._completeness = _COMPLETENESS / max(settings.variety, 0.01)
        levels = 1
        while max(size) * _FACTOR**levels > 0.8 * _COARSEST:
            levels += 1
        scales = [_FACTOR**level for level in reversed(range(levels))]
        self._sizes = [_scaled(size, scale, _LEAST_FRAME_SIDE) for scale in scales]
        # In half precision a card has half as much to read, and the many patches of turned and
        # mirrored styles take half the memory; what it can tell apart is finer than any paint.
        many = settings.rotate or settings.flip
        dtype = torch.float16 if many or sample.rgb.is_cuda else torch.float32
        self._tables = [
            PatchTable(
                self._materials(size, scale),
                side=self._side(level, levels),
                step=1 if level < _DENSE_LEVELS else _STEP,
                guide_weight=settings.guide_weight
                * (_COARSE_GUIDE + (1 - _COARSE_GUIDE) * level / max(levels - 1, 1)),
                dtype=dtype,
            )
            for level, scale in enumerate(scales)
        ]
        if not exact:
            self._damp_landmarks()

    def paint(self, plate: Plate, hold: Hold | None) -> Tensor:
        """See :class:`core.looks.Look`."""
        # Alike for every frame: what is drawn must not be one more thing that changes over time.
        random = torch.Generator().manual_seed(self._seed)
        view = self._steering.view(plate)
        masks = self._masks(plate)
        held = None if hold is None else self._relit(hold, view.colours, plate.weights)
        picture = view.colours
        if hold is not None and held is not None:
            picture = held if hold.start is hold.picture else hold.start
            if hold.kept is not None:
                picture = torch.lerp(view.colours, picture, hold.kept)
        levels = len(self._tables)
        # Where styles take over from one another, large shapes are found anew.
        anew = hold is None or hold.kept is not None
        first = 0 if anew else min(_FIRST_LEVEL_IN_A_CHAIN, levels - 1)
        searches, refinements = _SEARCHES, _REFINEMENTS
        if hold is not None:
            searches, refinements = _SEARCHES_IN_A_CHAIN, _REFINEMENTS_IN_A_CHAIN
        rows: Tensor | None = None
        for level in range(first, levels):
            table, size, finest = self._tables[level], self._sizes[level], level == levels - 1
            guide = self._steering.guide(view, size)
            emphasis = resize(view.emphasis, size)
            mask = None if masks is None else resize(masks, size)
            anchor = anchor_weight = None
            if hold is not None and held is not None:
                anchor, anchor_weight = resize(held, size), resize(hold.weight, size)
            picture = resize(picture, size)
            searched = rows is None or level < _SEARCHED_LEVELS
            if rows is not None and not searched:
                rows = table.lift(self._tables[level - 1], rows, self._sizes[level - 1], size)
                picture = table.vote(rows, torch.ones_like(rows, dtype=picture.dtype), size)
            turns = searches if searched else refinements
            for turn in range(turns):
                wanted = _held(picture, anchor, anchor_weight)
                wanted = wanted + _BOOST * self._settings.detail * fine(wanted)
                query = table.query(wanted, guide, emphasis, mask, plate.weights)
                if searched or rows is None:
                    field = matching.search(table, query, self._completeness)
                else:
                    reach = 0 if turn else 1 if finest else _REACH
                    field = matching.refine(table, query, rows, reach, self._overuse, random)
                rows = field.rows
                last = finest and turn == turns - 1
                picture = table.vote(rows, _fit(field.distances, sharp=last), size)
        picture = self._steering.in_own_colours(picture, plate)
        if hold is None or held is None:
            return picture
        result = _held(picture, held, _HOLD_OF_THE_RESULT * hold.weight)
        wanted_crispness = torch.lerp(
            crispness(hold.before), crispness(picture), _CRISPNESS_OF_FRESH
        )
        return as_crisp(result, wanted_crispness, *_CRISPER).clamp(0, 1)

    def kept(self, plate: Plate, painted: Tensor, weights: tuple[float, ...]) -> Tensor:
        """See :class:`core.looks.Look`. Paint of one style makes way for another one that has come
        to count for more beside it, where that would be chosen now: so each place changes once
        while weights go one way, and no more places do than they ask for."""
        level = min(_TOLD_LEVEL, len(self._tables) - 1)
        now, then = self._wanted(plate, level), self._wanted(replace(plate, weights=weights), level)
        both = list(zip(plate.weights, weights, strict=True))
        gained = torch.tensor(
            [[w * other_then > other * then for other, other_then in both] for w, then in both],
            device=now.device,
        )
        far = self._far(painted, level)
        # The nearest of those that have lost beside what is wanted now.
        lost = torch.where(gained[now].permute(2, 0, 1), far, torch.inf).amin(0)
        nearer = lost - far.gather(0, now[None])[0]
        keeps = (0.5 + 0.5 * nearer / _SURE).clamp(0, 1)
        # What is not surely of what has only now come to be wanted there, is not.
        keeps[gained[now, then] & (now != then) & (keeps < 1)] = 0
        return resize(keeps[None, None], (plate.rgb.shape[-2], plate.rgb.shape[-1])).clamp(0, 1)

    def _wanted(self, plate: Plate, level: int) -> Tensor:
        """Which source would be taken where if the frame were painted anew, on a grid: of the ones
        that patches around would be of, the most frequent."""
        table, size = self._tables[level], self._sizes[level]
        view, masks = self._steering.view(plate), self._masks(plate)
        query = table.query(
            resize(view.colours, size),
            self._steering.guide(view, size),
            resize(view.emphasis, size),
            None if masks is None else resize(masks, size),
            plate.weights,
        )
        source = table.source(matching.search(table, query, self._completeness).rows)
        votes = F.one_hot(source, self._count).permute(2, 0, 1)[None].to(view.tone)
        return blur(votes, _TOLD_SIGMA)[0].argmax(0)

    def _far(self, painted: Tensor, level: int) -> Tensor:
        """How far paint is from each source, sources×H×W on the same grid: the logarithm of the
        distance to the nearest patch, over some places, for many a patch could be of either."""
        table = self._tables[level]
        picture = resize(painted, self._sizes[level])
        guide = picture.new_zeros((1, table.guides, *picture.shape[-2:]))
        query = table.query(picture, guide, torch.zeros_like(picture[:, :1]))
        far = matching.nearest_of_each(table, query).clamp_min(1e-12).log()
        return blur(far.permute(2, 0, 1)[None], _TOLD_SIGMA)[0]

    def _materials(self, size: tuple[int, int], scale: float) -> list[Material]:
        """The sources at one level, turned and mirrored as the settings allow."""
        materials = []
        for index, source in enumerate(self._steering.sources):
            height, width = source.picture.shape[-2:]
            zoom = self._settings.style_scale * max(size) / max(height, width)
            shape = _scaled((height, width), zoom * scale, _LEAST_STYLE_SIDE)
            picture = resize(source.picture, shape)
            guide = self._steering.guide(source.view, shape)
            for mirrored in (False, True) if self._settings.flip else (False,):
                for turns in range(4) if self._settings.rotate else range(1):
                    materials.append(
                        Material(
                            _turned(picture, turns, mirrored),
                            _turned(guide, turns, mirrored),
                            index,
                        )
                    )
        return materials

    def _side(self, level: int, levels: int) -> int:
        """Side of the patches at a level."""
        if level < min(len(_COARSE_SIDES), levels - _FINE_LEVELS):
            return _COARSE_SIDES[level]
        # 11 for the broadest strokes, 7 in the middle, 5 for the finest.
        return 2 * (5 - round(3 * self._settings.detail + 0.01)) + 1

    def _damp_landmarks(self) -> None:
        """Makes what is rare in a style cost more."""
        level = min(
            range(len(self._sizes)), key=lambda at: abs(max(self._sizes[at]) - _RARITY_SIDE)
        )
        grids = rarity(self._tables[level])
        for table in self._tables:
            rare = [
                resize(grid, shape).flatten()
                for grid, shape in zip(grids, table.shapes, strict=True)
            ]
            table.cost = table.cost * (1 + _RARITY * torch.cat(rare))

    def _masks(self, plate: Plate) -> Tensor | None:
        """Where each source may be used, 1×sources×H×W; None if all may be used everywhere."""
        if all(mask is None for mask in plate.masks) or self._count == 1:
            return None
        everywhere = plate.rgb.new_ones((1, 1, *plate.rgb.shape[-2:]))
        return torch.cat([everywhere if m is None else m for m in plate.masks], dim=1)

    def _relit(self, hold: Hold, colours: Tensor, weights: tuple[float, ...]) -> Tensor:
        """The held picture under the light of now: it follows, in large, what changed between its
        plate and the one to paint, so that a fade or a shadow does not lag behind."""
        known = (hold.weight > 0).to(colours)
        sigma = max(_LEAST_LIGHT, _LIGHT * max(colours.shape[-2:]))
        change = (colours - self._steering.colours(hold.plate, weights)) * known
        light = smooth(change, sigma) / smooth(known, sigma).clamp_min(1e-3)
        return (hold.picture + known * light).clamp(0, 1)


def _held(picture: Tensor, anchor: Tensor | None, weight: Tensor | None) -> Tensor:
    """The minimiser of |x − picture|² + weight·|x − anchor|²: the temporal term."""
    if anchor is None or weight is None:
        return picture
    return (picture + weight * anchor) / (1 + weight)


def _fit(distances: Tensor, sharp: bool) -> Tensor:
    """Weights of the patches in a vote: all alike, or by how well they fit."""
    if not sharp:
        return torch.ones_like(distances)
    scale = distances.median().clamp_min(1e-12)
    return torch.exp(-distances / scale) + 1e-4


def _turned(picture: Tensor, turns: int, mirrored: bool) -> Tensor:
    """A picture after quarter turns, and then mirrored left to right."""
    turned = torch.rot90(picture, turns, (-2, -1))
    return (turned.flip(-1) if mirrored else turned).contiguous()


def _scaled(size: tuple[int, int], scale: float, least: int) -> tuple[int, int]:
    return max(least, round(size[0] * scale)), max(least, round(size[1] * scale))
