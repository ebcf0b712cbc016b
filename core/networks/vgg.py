"""VGG-19's convolutions (Simonyan & Zisserman 2015): to look at pictures, not to name them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

Pooling = Literal["max", "average"]

# Convolutions in each block and the channels they give; between blocks the size is halved.
_BLOCKS = ((2, 64), (2, 128), (4, 256), (4, 512), (4, 512))

# torchvision's weights were trained on pictures from 0 to 1, less this mean, over this spread.
_MEAN = (0.485, 0.456, 0.406)
_SPREAD = (0.229, 0.224, 0.225)


class Layer(NamedTuple):
    """One convolution, with the ReLU behind it.

    key: what torchvision calls it; stride: pixels of the picture between neighbours; reach: how
    many pixels to each side, at most, it sees beyond those that it stands for.
    """

    name: str
    key: str
    channels: int
    pooled: bool  # the size is halved before it
    stride: int
    reach: int


def _layers() -> tuple[Layer, ...]:
    layers = []
    index, stride, reach = 0, 1, 0
    for block, (count, channels) in enumerate(_BLOCKS, start=1):
        if block > 1:
            reach += stride
            stride *= 2
            index += 1  # the pooling's place in torchvision's list
        for number in range(1, count + 1):
            reach += stride
            pooled = block > 1 and number == 1
            name, key = f"conv{block}_{number}", f"features.{index}"
            layers.append(Layer(name, key, channels, pooled, stride, reach))
            index += 2  # past the ReLU
    return tuple(layers)


LAYERS = _layers()
NAMES = tuple(layer.name for layer in LAYERS)

# A picture needs one pixel in the last block.
LEAST_SIDE = LAYERS[-1].stride

# What a layer's features are shown to, and what adds to the gradient by them: it may write into it.
Look = Callable[[Tensor], None]
Pull = Callable[[Tensor, Tensor], Tensor]


class Trace(NamedTuple):
    """What is remembered of one layer for the way back. before: size of what was pooled; places:
    where the greatest values were."""

    features: Tensor
    before: Tensor | None
    places: Tensor | None


class Vgg:
    """The network up to some layer, with the weights that it is given.

    Borders go on as the outermost pixels are: with zeros, as in training, a dark frame appears,
    which the losses then paint. Features are N×C×h×w in channels-last order, which is faster on the
    CPU, and stand behind their ReLU.

    Forth and back are written out, since the way is a plain chain: losses add to the gradient where
    they look, in place, and what is done with is given free on the way.
    """

    def __init__(
        self,
        weights: Mapping[str, Tensor],
        last: str,
        pooling: Pooling = "max",
        device: torch.device | str = "cpu",
        dtype: torch.dtype = torch.float32,
    ) -> None:
        """weights: by torchvision's keys, ``features.0.weight`` …; last: the deepest layer that is
        of interest. Raises KeyError when one is missing."""
        self.layers = LAYERS[: NAMES.index(last) + 1]
        self.dtype = dtype
        self._pooling = pooling
        self._convolutions = []
        for layer in self.layers:
            weight, bias = weights[f"{layer.key}.weight"], weights[f"{layer.key}.bias"]
            if layer is LAYERS[0]:
                weight, bias = _normalising(weight, bias)
            weight, bias = weight.to(device, dtype), bias.to(device, dtype)
            self._convolutions.append(_Convolution(weight, bias))

    def forward(self, picture: Tensor, looks: Mapping[str, Look], keep: bool) -> list[Trace]:
        """Run a picture (1×3×H×W, sRGB, 0 to 1, sides of LEAST_SIDE at least) through the network.

        looks: by layer, what its features are shown to. keep: whether to remember what
        :meth:`backward` needs; else nothing is returned.
        """
        features = picture.to(self.dtype, memory_format=torch.channels_last)
        traces = []
        for layer, convolution in zip(self.layers, self._convolutions, strict=True):
            before = places = None
            if layer.pooled:
                before = features
                if self._pooling == "max":
                    features, places = F.max_pool2d(before, 2, return_indices=True)
                else:
                    features = F.avg_pool2d(before, 2)
            features = convolution.forward(features).relu_()
            if layer.name in looks:
                looks[layer.name](features)
            if keep:
                traces.append(Trace(features, before, places))
        return traces

    def backward(self, traces: list[Trace], pulls: Mapping[str, Pull]) -> Tensor:
        """The gradient for the picture, 1×3×H×W, float32 at least, of losses that look at layers.

        pulls: by layer, what is given its features and the gradient that comes from deeper ones,
        and gives back the sum. traces: of :meth:`forward`; it is empty afterwards.
        """
        gradient = torch.zeros_like(traces[-1].features)
        backwards = zip(reversed(self.layers), reversed(self._convolutions), strict=True)
        for layer, convolution in backwards:
            features, before, places = traces.pop()
            if layer.name in pulls:
                gradient = pulls[layer.name](features, gradient)
            torch.ops.aten.threshold_backward.grad_input(gradient, features, 0, grad_input=gradient)
            gradient = convolution.backward(gradient)
            if places is not None:
                gradient = torch.ops.aten.max_pool2d_with_indices_backward(
                    gradient, before, [2, 2], [2, 2], [0, 0], [1, 1], False, places
                )
            elif before is not None:
                gradient = torch.ops.aten.avg_pool2d_backward(
                    gradient, before, [2, 2], [2, 2], [0, 0], False, True, None
                )
        return gradient if gradient.dtype == torch.float64 else gradient.float()


class _Convolution:
    """3×3, with borders that go on as the outermost pixels are.

    A padded copy of every layer costs a tenth of its time. So borders are zero at first, and what
    the repeated pixels would have given is added to the outermost rows and columns.
    """

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        def ordered(part: Tensor) -> Tensor:
            return part.contiguous(memory_format=torch.channels_last)

        self._weight, self._bias = ordered(weight), bias
        self._rows = ordered(weight[:, :, :1]), ordered(weight[:, :, 2:])
        self._columns = ordered(weight[..., :1]), ordered(weight[..., 2:])

    def forward(self, x: Tensor) -> Tensor:
        y = F.conv2d(x, self._weight, self._bias, padding=1)
        for at, weight in zip((0, -1), self._rows, strict=True):
            row = F.pad(_row(x, at), (1, 1, 0, 0), mode="replicate")
            _row(y, at).add_(F.conv2d(row, weight))
        for at, weight in zip((0, -1), self._columns, strict=True):
            _column(y, at).add_(F.conv2d(_column(x, at), weight, padding=(1, 0)))
        return y

    def backward(self, gradient: Tensor) -> Tensor:
        """From the gradient of what comes out to that of what went in."""
        n, _, height, width = gradient.shape
        channels = self._weight.shape[1]
        size = (n, channels, height, width)
        back = _back(size, self._weight, gradient, (1, 1))
        for at, weight in zip((0, -1), self._rows, strict=True):
            row = _back((n, channels, 1, width + 2), weight, _row(gradient, at), (0, 0))
            # The corners' pixels stand there twice.
            _column(row, 1).add_(_column(row, 0))
            _column(row, -2).add_(_column(row, -1))
            _row(back, at).add_(row[..., 1:-1])
        for at, weight in zip((0, -1), self._columns, strict=True):
            size = (n, channels, height, 1)
            column = _back(size, weight, _column(gradient, at), (1, 0))
            _column(back, at).add_(column)
        return back


def _back(
    size: tuple[int, int, int, int], weight: Tensor, gradient: Tensor, padding: tuple[int, int]
) -> Tensor:
    """From the gradient of what a convolution gives to that of what went in, of a size.

    torch.nn.grad.conv2d_input does the same, but has the picture that went in written out, whose
    values don't matter: a twentieth of the way back.
    """
    unread = torch.empty(
        size, dtype=gradient.dtype, device=gradient.device, memory_format=torch.channels_last
    )
    back: Tensor = torch.ops.aten.convolution_backward(
        gradient, unread, weight, None, [1, 1], padding, [1, 1], False, [0, 0], 1,
        [True, False, False],
    )[0]  # fmt: skip
    return back


def _row(x: Tensor, at: int) -> Tensor:
    return x.narrow(2, at % x.shape[2], 1)


def _column(x: Tensor, at: int) -> Tensor:
    return x.narrow(3, at % x.shape[3], 1)


def _normalising(weight: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
    """The first convolution, for pictures as they are: it takes off the mean and the spread itself.

    As borders are repeated, not zero, this is exact up to the last pixel.
    """
    mean = weight.new_tensor(_MEAN).view(1, 3, 1, 1)
    spread = weight.new_tensor(_SPREAD).view(1, 3, 1, 1)
    weight = weight / spread
    return weight, bias - (weight * mean).sum((1, 2, 3))
