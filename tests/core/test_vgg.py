"""VGG-19's way forth and back, against torch's own differentiation."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from core.networks import vgg, weights
from core.networks.vgg import LAYERS, Vgg


@pytest.fixture(scope="module")
def tensors() -> dict[str, Tensor]:
    return {key: part.double() for key, part in weights.he_initialised("vgg19", 0).items()}


def _reference(tensors: dict[str, Tensor], picture: Tensor, pooling: str) -> dict[str, Tensor]:
    """Features as torch computes them from a padded copy of every layer."""
    mean = torch.tensor((0.485, 0.456, 0.406), dtype=torch.float64).view(1, 3, 1, 1)
    spread = torch.tensor((0.229, 0.224, 0.225), dtype=torch.float64).view(1, 3, 1, 1)
    x = (picture - mean) / spread
    pool = {"max": F.max_pool2d, "average": F.avg_pool2d}[pooling]
    found = {}
    for layer in LAYERS:
        if layer.pooled:
            x = pool(x, 2)
        padded = F.pad(x, (1, 1, 1, 1), mode="replicate")
        weight, bias = tensors[f"{layer.key}.weight"], tensors[f"{layer.key}.bias"]
        x = F.conv2d(padded, weight, bias).relu()
        found[layer.name] = x
    return found


@pytest.mark.parametrize("pooling", ["max", "average"])
def test_forth_and_back_are_those_of_torch(tensors: dict[str, Tensor], pooling: str) -> None:
    picture = torch.rand(1, 3, 37, 50, dtype=torch.float64, requires_grad=True)
    wanted = _reference(tensors, picture, pooling)
    loss = wanted["conv2_2"].square().sum() + 3 * wanted["conv5_1"].square().sum()
    (gradient,) = torch.autograd.grad(loss, picture)

    network = Vgg(tensors, "conv5_1", pooling, dtype=torch.float64)
    seen: dict[str, Tensor] = {}
    looks = {name: lambda f, name=name: seen.update({name: f.clone()}) for name in wanted}
    traces = network.forward(picture.detach(), looks, keep=True)
    pulls = {
        "conv2_2": lambda features, back: back.add_(2 * features),
        "conv5_1": lambda features, back: back.add_(6 * features),
    }
    back = network.backward(traces, pulls)
    assert list(seen) == list(wanted)[: len(seen)]
    for name, features in seen.items():
        torch.testing.assert_close(features, wanted[name])
    torch.testing.assert_close(back, gradient)
    assert traces == []  # nothing is held on to


def test_layers_are_those_of_torchvision(tensors: dict[str, Tensor]) -> None:
    assert [layer.name for layer in LAYERS][-5:] == [
        "conv4_4", "conv5_1", "conv5_2", "conv5_3", "conv5_4",
    ]  # fmt: skip
    assert {f"{layer.key}.{part}" for layer in LAYERS for part in ("weight", "bias")} == set(
        tensors
    )
    for layer in LAYERS:
        assert tensors[f"{layer.key}.weight"].shape[0] == layer.channels


def test_a_feature_sees_no_farther_than_its_reach(tensors: dict[str, Tensor]) -> None:
    picture = torch.rand(1, 3, 16, 320, dtype=torch.float64, requires_grad=True)
    features = _reference(tensors, picture, "max")
    for layer in (LAYERS[0], LAYERS[5], LAYERS[-4]):
        at = features[layer.name].shape[-1] // 2
        (gradient,) = torch.autograd.grad(
            features[layer.name][..., at].sum(), picture, retain_graph=True
        )
        touched = gradient.abs().sum((0, 1, 2)).nonzero().flatten()
        assert touched.min() >= at * layer.stride - layer.reach
        assert touched.max() < (at + 1) * layer.stride + layer.reach
    assert layer.reach == 85


def test_a_plain_picture_has_plain_features(tensors: dict[str, Tensor]) -> None:
    """With zeros around it the borders would differ from the middle."""
    network = Vgg(tensors, "conv3_1", dtype=torch.float64)
    seen: list[Tensor] = []
    grey = torch.full((1, 3, 40, 48), 0.3, dtype=torch.float64)
    network.forward(grey, {"conv3_1": seen.append}, keep=False)
    assert (seen[0].amax((2, 3)) - seen[0].amin((2, 3))).abs().max() < 1e-12


def test_the_smallest_picture_has_one_feature(tensors: dict[str, Tensor]) -> None:
    network = Vgg(tensors, "conv5_4", dtype=torch.float64)
    side = vgg.LEAST_SIDE
    (*_, last) = network.forward(torch.rand(1, 3, side, side).double(), {}, keep=True)
    assert last.features.shape == (1, 512, 1, 1)
