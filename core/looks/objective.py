"""All terms of one picture at one size, and their gradient: in one piece, or tile by tile.

Content and style are added to the gradient by hand where the way back through the network passes
their layers: one product of matrices each, in the place of what a general differentiation would
do. In tiles the picture is looked through once for the Gram matrices, which are those of the whole,
and once more for the gradient.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from ..networks.vgg import LAYERS, NAMES, Vgg
from .losses import places, style
from .tiles import Tile

# Gram matrices per place, by layer.
Grams = Mapping[str, Tensor]

# From a picture to a loss that looks at its pixels.
PixelLoss = Callable[[Tensor], Tensor]

_TINY = 1e-12

# From so many channels on, oneDNN spreads a matrix over places faster than a product of matrices.
_WIDE = 256


class Term(Protocol):
    """A loss that looks at one layer. Its share in the gradient is counted in ``unit``."""

    layer: str

    def look(self, features: Tensor, tile: Tile) -> None:
        """Take in what the layer makes of a tile."""

    def settle(self) -> Tensor:
        """The loss, once all tiles are seen. What is seen next begins anew."""

    def pull(self, features: Tensor, gradient: Tensor, tile: Tile, unit: float) -> Tensor:
        """Add the settled loss's gradient by the features of a tile, in place."""


class Content:
    """weight · ½ Σ (F − P)², over what it is for a picture without features, ½ Σ P²."""

    def __init__(self, layer: str, weight: float) -> None:
        self.layer, self._weight = layer, weight
        self._target: dict[Tile, Tensor] = {}
        self._energy = 0.0
        self._sum: Tensor | float = 0.0

    def learn(self, features: Tensor, tile: Tile) -> None:
        """Take in the plate's features."""
        target = tile.inside(features, _stride(self.layer)).clone()
        self._target[tile] = target
        self._energy += target.float().square().sum().item() / 2

    def look(self, features: Tensor, tile: Tile) -> None:
        """See :class:`Term`."""
        difference = tile.inside(features, _stride(self.layer)) - self._target[tile]
        self._sum = self._sum + difference.float().square().sum() / 2

    def settle(self) -> Tensor:
        """See :class:`Term`."""
        loss, self._sum = self._scale * self._sum, 0.0
        assert isinstance(loss, Tensor)
        return loss

    def pull(self, features: Tensor, gradient: Tensor, tile: Tile, unit: float) -> Tensor:
        """See :class:`Term`."""
        stride = _stride(self.layer)
        difference = tile.inside(features, stride) - self._target[tile]
        tile.inside(gradient, stride).add_(difference, alpha=self._scale * unit)
        return gradient

    @property
    def _scale(self) -> float:
        return self._weight / max(self._energy, _TINY)


class GramSum:
    """The Gram matrix of a layer, gathered tile by tile.

    where: 1×1×H×W at the picture's size, how much each place counts; None for all alike.
    """

    def __init__(self, layer: str, where: Tensor | None) -> None:
        self._stride = _stride(layer)
        self._where: Tensor | None = None
        self._sum: Tensor | float = 0.0
        self._places = 0
        # Counted once: asking in every iteration would make a graphics card wait.
        self.share, self._counted = 1.0, 0.0
        if where is not None:
            size = [max(1, side // self._stride) for side in where.shape[-2:]]
            self._where = F.interpolate(where, size, mode="area")
            self.share, self._counted = where.mean().item(), self._where.sum().item()

    @property
    def places(self) -> float:
        """How many places there are, or what they count for, once all tiles are seen."""
        return max(self._counted, _TINY) if self._where is not None else float(self._places)

    def look(self, features: Tensor, tile: Tile) -> None:
        """Take in what the layer makes of a tile."""
        inside = tile.inside(features, self._stride)
        rows = places(inside)
        counted = rows if self._where is None else rows * self._count(tile)
        self._places += len(rows)
        self._sum = self._sum + (_products(inside, counted) if _quick(inside) else rows.T @ counted)

    def settle(self) -> Tensor:
        """The matrix per place, once all tiles are seen. What is seen next begins anew."""
        assert isinstance(self._sum, Tensor)
        matrix = self._sum / self.places
        self._sum, self._places = 0.0, 0
        return matrix

    def spread(self, matrix: Tensor, features: Tensor, gradient: Tensor, tile: Tile) -> Tensor:
        """Add to a gradient by the features: where · features · matrix, in place."""
        inside = tile.inside(features, self._stride)
        part = tile.inside(gradient, self._stride)
        if self._where is None and len(matrix) >= _WIDE and _quick(inside):
            part.add_(F.conv2d(inside, matrix[..., None, None]))
            return gradient
        rows = places(inside)
        if self._where is not None:
            rows = rows * self._count(tile)
        if part.dtype == rows.dtype and part.is_contiguous(memory_format=torch.channels_last):
            part[0].permute(1, 2, 0).view(-1, part.shape[1]).addmm_(rows, matrix)
        else:
            pull = (rows @ matrix).view(*part.shape[-2:], -1).permute(2, 0, 1)
            part.add_(pull[None])
        return gradient

    def _count(self, tile: Tile) -> Tensor:
        assert self._where is not None
        part: Tensor = self._where[(..., *tile.of_whole(self._stride))]
        return part.reshape(-1, 1)


class Style:
    """weight · 1/(4N²) Σ (G/M − A/M')², over what it is for a picture without features.

    With masks there is one such loss for each style, its Gram matrix counting places by the share
    that the style has in them, and the loss by its share in the picture.
    """

    def __init__(
        self, layer: str, weight: float, targets: Sequence[Tensor], where: Sequence[Tensor | None]
    ) -> None:
        """targets: one Gram matrix per place for each of ``where``."""
        self.layer = layer
        self._targets = targets
        self._sums = [GramSum(layer, part) for part in where]
        self._scales = [
            weight * gathered.share / max(style(torch.zeros_like(target), target).item(), _TINY)
            for target, gathered in zip(targets, self._sums, strict=True)
        ]
        self._pulls: list[Tensor] = []

    def look(self, features: Tensor, tile: Tile) -> None:
        """See :class:`Term`."""
        for gathered in self._sums:
            gathered.look(features, tile)

    def settle(self) -> Tensor:
        """See :class:`Term`."""
        losses = []
        self._pulls = []
        for target, gathered, scale in zip(self._targets, self._sums, self._scales, strict=True):
            count = gathered.places
            matrix = gathered.settle()
            losses.append(scale * style(matrix, target))
            # By the features: d/dG = (G − A) / (2N²) on both sides of the product, over the places.
            self._pulls.append((matrix - target) * (scale / (len(target) ** 2 * count)))
        return torch.stack(losses).sum()

    def pull(self, features: Tensor, gradient: Tensor, tile: Tile, unit: float) -> Tensor:
        """See :class:`Term`."""
        for gathered, pull in zip(self._sums, self._pulls, strict=True):
            gathered.spread(pull * unit, features, gradient, tile)
        return gradient


class Objective:
    """The sum of losses that look at layers and of one that looks at pixels."""

    def __init__(
        self, network: Vgg, tiles: Sequence[Tile], terms: Sequence[Term], pixels: PixelLoss
    ) -> None:
        self._network, self._tiles, self._terms, self._pixels = network, tiles, terms, pixels
        # Half precision ends at 6e-8, and a pixel's share in a loss is less: count in such shares.
        height, width = tiles[0].whole
        self._unit = float(height * width) if network.dtype == torch.float16 else 1.0

    def __call__(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        """Loss and gradient (like the picture, 1×3×H×W float32)."""
        leaf = picture.detach().requires_grad_()
        with torch.enable_grad():
            loss = self._pixels(leaf)
        (gradient,) = torch.autograd.grad(loss, leaf)
        loss = loss.detach()
        if len(self._tiles) == 1:
            (tile,) = self._tiles
            traces = self._network.forward(picture, self._looks(tile), keep=True)
            loss = loss + self._settled()
            back = self._network.backward(traces, self._pulls(tile))
            return loss, gradient + back / self._unit
        for tile in self._tiles:
            self._network.forward(tile.cut(picture), self._looks(tile), keep=False)
        loss = loss + self._settled()
        for tile in self._tiles:
            traces = self._network.forward(tile.cut(picture), {}, keep=True)
            back = self._network.backward(traces, self._pulls(tile))
            tile.cut(gradient).add_(back, alpha=1 / self._unit)
        return loss, gradient

    def _settled(self) -> Tensor:
        return torch.stack([term.settle() for term in self._terms]).sum()

    def _looks(self, tile: Tile) -> dict[str, Callable[[Tensor], None]]:
        return {
            layer: partial(_look, [term.look for term in terms], tile)
            for layer, terms in self._by_layer()
        }

    def _pulls(self, tile: Tile) -> dict[str, Callable[[Tensor, Tensor], Tensor]]:
        return {layer: partial(_pull, terms, tile, self._unit) for layer, terms in self._by_layer()}

    def _by_layer(self) -> Iterable[tuple[str, list[Term]]]:
        layers = {term.layer for term in self._terms}
        return [(layer, [t for t in self._terms if t.layer == layer]) for layer in layers]


def learn(network: Vgg, tiles: Sequence[Tile], picture: Tensor, terms: Sequence[Content]) -> None:
    """Let content terms take in a plate (1×3×H×W)."""
    for tile in tiles:
        looks = {term.layer: partial(_look, [term.learn], tile) for term in terms}
        network.forward(tile.cut(picture), looks, keep=False)


def grams(network: Vgg, tiles: Sequence[Tile], picture: Tensor, layers: Sequence[str]) -> Grams:
    """Gram matrices per place of a picture (1×3×H×W)."""
    sums = {layer: GramSum(layer, None) for layer in layers}
    for tile in tiles:
        looks = {layer: partial(_look, [each.look], tile) for layer, each in sums.items()}
        network.forward(tile.cut(picture), looks, keep=False)
    return {layer: each.settle() for layer, each in sums.items()}


def _quick(features: Tensor) -> bool:
    """Whether products over places are quicker as convolutions, without loss: on the CPU, where
    oneDNN does these twice as fast as matrices. Cards would round to TF32."""
    return features.device.type == "cpu" and features.dtype == torch.float32


def _products(features: Tensor, counted: Tensor) -> Tensor:
    """Σ_p F_ip C_pj: the gradient by the weights of a 1×1 convolution that takes F and is pulled at
    by C, which are symmetric where C is F times a number for each place."""
    channels = features.shape[1]
    pulls = counted.view(1, *features.shape[-2:], channels).permute(0, 3, 1, 2)
    unread = features.new_empty(channels, channels, 1, 1)
    products: Tensor = torch.ops.aten.convolution_backward(
        pulls, features, unread, None, [1, 1], [0, 0], [1, 1], False, [0, 0], 1,
        [False, True, False],
    )[1]  # fmt: skip
    return products.view(channels, channels)


def _look(looks: Sequence[Callable[[Tensor, Tile], None]], tile: Tile, features: Tensor) -> None:
    for look in looks:
        look(features, tile)


def _pull(
    terms: Sequence[Term], tile: Tile, unit: float, features: Tensor, gradient: Tensor
) -> Tensor:
    for term in terms:
        gradient = term.pull(features, gradient, tile, unit)
    return gradient


def _stride(layer: str) -> int:
    return LAYERS[NAMES.index(layer)].stride
