"""All terms together: against the plain losses, in tiles, in half precision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
import torch
from torch import Tensor

from core.errors import InputError
from core.looks import losses, objective
from core.looks.objective import Content, Objective, Style
from core.looks.tiles import Tile, split
from core.networks import weights
from core.networks.vgg import Vgg

CONTENTS = {"conv2_2": 0.7, "conv3_1": 0.3}
STYLES = {"conv1_1": 0.5, "conv2_1": 0.25, "conv3_1": 0.25}


@pytest.fixture(scope="module")
def tensors() -> dict[str, Tensor]:
    return weights.he_initialised("vgg19", 0)


def _network(tensors: Mapping[str, Tensor], dtype: torch.dtype = torch.float64) -> Vgg:
    return Vgg(
        {key: part.double() for key, part in tensors.items()}, "conv3_1", "max", "cpu", dtype
    )


def _random(height: int, width: int, seed: int) -> Tensor:
    random = torch.Generator().manual_seed(seed)
    return torch.rand((1, 3, height, width), generator=random, dtype=torch.float64)


def _objective(
    network: Vgg,
    tiles: Sequence[Tile],
    plate: Tensor,
    style: Tensor,
    where: Sequence[Tensor | None] = (None,),
) -> Objective:
    contents = [Content(layer, weight) for layer, weight in CONTENTS.items()]
    objective.learn(network, tiles, plate, contents)
    whole = split((style.shape[2], style.shape[3]), 0, 16, 10**9)
    found = objective.grams(network, whole, style, list(STYLES))
    terms = [
        Style(layer, weight, [found[layer]] * len(where), where) for layer, weight in STYLES.items()
    ]
    return Objective(
        network, tiles, [*contents, *terms], lambda x: 0.1 * losses.total_variation(x, "squared")
    )


def _features(network: Vgg, picture: Tensor, layers: Mapping[str, float]) -> dict[str, Tensor]:
    """Differentiable: the convolutions again, with autograd."""
    import torch.nn.functional as F

    found, x = {}, picture
    for layer, convolution in zip(network.layers, network._convolutions, strict=True):
        if layer.pooled:
            x = F.max_pool2d(x, 2)
        padded = F.pad(x, (1, 1, 1, 1), mode="replicate")
        x = F.conv2d(padded, convolution._weight, convolution._bias).relu()
        if layer.name in layers:
            found[layer.name] = x
    return found


def _plain(network: Vgg, picture: Tensor, plate: Tensor, style: Tensor) -> Tensor:
    """The same sum by the pure functions."""
    seen = _features(network, picture, {**CONTENTS, **STYLES})
    of_plate, of_style = _features(network, plate, CONTENTS), _features(network, style, STYLES)
    total = 0.1 * losses.total_variation(picture, "squared")
    for layer, weight in CONTENTS.items():
        nothing = losses.content(torch.zeros_like(of_plate[layer]), of_plate[layer])
        total = total + weight * losses.content(seen[layer], of_plate[layer]) / nothing
    for layer, weight in STYLES.items():
        wanted = losses.gram(of_style[layer])
        nothing = losses.style(torch.zeros_like(wanted), wanted)
        total = total + weight * losses.style(losses.gram(seen[layer]), wanted) / nothing
    return total


def test_loss_and_gradient_are_those_of_the_plain_losses(tensors: dict[str, Tensor]) -> None:
    network = _network(tensors)
    plate, style = _random(35, 46, 0), _random(30, 30, 1)
    picture = _random(35, 46, 2).requires_grad_()
    wanted = _plain(network, picture, plate, style)
    (gradient,) = torch.autograd.grad(wanted, picture)
    tiles = split((35, 46), 0, 16, 10**9)
    loss, found = _objective(network, tiles, plate, style)(picture.detach())
    torch.testing.assert_close(loss, wanted.detach())
    torch.testing.assert_close(found, gradient)


@pytest.mark.parametrize("size", [(131, 166), (64, 200), (97, 96)])
def test_tiles_give_what_the_whole_gives(tensors: dict[str, Tensor], size: tuple[int, int]) -> None:
    network = _network(tensors)
    plate, style, picture = _random(*size, 0), _random(40, 40, 1), _random(*size, 2)
    whole = split(size, 29, 16, 10**9)
    tiles = split(size, 29, 16, 96 * 96)
    assert len(whole) == 1
    assert len(tiles) >= 4
    left = torch.linspace(1, 0, size[1], dtype=torch.float64).expand(1, 1, *size)
    for where in ([None], [left, 1 - left]):
        wanted = _objective(network, whole, plate, style, where)(picture)
        found = _objective(network, tiles, plate, style, where)(picture)
        torch.testing.assert_close(found[0], wanted[0])
        torch.testing.assert_close(found[1], wanted[1])


def test_tiles_cover_a_picture_once_and_stay_small() -> None:
    for size in ((480, 640), (129, 700), (96, 97)):
        counts = torch.zeros(size)
        for tile in split(size, 85, 16, 256 * 256):
            top, bottom, left, right = tile.core
            counts[top:bottom, left:right] += 1
            above, below, before, behind = tile.outer
            assert (below - above) * (behind - before) <= 272 * 272
            assert above == 0 or top - above >= 85
            assert below == size[0] or below - bottom >= 85
        assert (counts == 1).all()


def test_memory_that_is_too_small_for_any_tile_gets_a_sentence() -> None:
    with pytest.raises(InputError, match="even in tiles"):
        split((1000, 1000), 85, 16, 200 * 200)


def test_each_place_is_pulled_by_the_style_that_has_it(tensors: dict[str, Tensor]) -> None:
    """Where a style's share is 0, its loss changes nothing (beyond what a feature sees)."""
    network = _network(tensors)
    plate, picture = _random(32, 128, 0), _random(32, 128, 2)
    left = torch.zeros(1, 1, 32, 128, dtype=torch.float64)
    left[..., :48] = 1
    tiles = split((32, 128), 0, 16, 10**9)
    found = objective.grams(network, tiles, _random(32, 128, 1), ["conv2_1"])
    term = Style("conv2_1", 1.0, [found["conv2_1"]], [left])
    nothing = Objective(network, tiles, [term], lambda x: 0 * x.sum())
    _, gradient = nothing(picture)
    assert gradient[..., :48].abs().max() > 0
    assert gradient[..., 64:].abs().max() == 0
    del plate


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_leads_the_same_way(tensors: dict[str, Tensor], dtype: torch.dtype) -> None:
    plate, style, picture = (_random(48, 64, seed).float() for seed in range(3))
    tiles = split((48, 64), 0, 16, 10**9)
    full = _network(tensors, torch.float32)
    _, wanted = _objective(full, tiles, plate, style)(picture)
    _, found = _objective(_network(tensors, dtype), tiles, plate, style)(picture)
    assert found.dtype == torch.float32
    alike = torch.nn.functional.cosine_similarity(found.flatten(), wanted.flatten(), dim=0)
    assert alike > 0.98
    assert found.norm().item() == pytest.approx(wanted.norm().item(), rel=0.1)
