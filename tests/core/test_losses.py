"""Each loss against a closed form, and its gradient against finite differences."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from core.looks import losses


def _random(*shape: int, seed: int = 0) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_content_is_half_the_squared_distance() -> None:
    target = _random(1, 4, 3, 5)
    assert losses.content(target, target) == 0
    assert losses.content(target + 0.5, target).item() == pytest.approx(0.5 * 0.25 * 60)


def test_gram_of_known_features() -> None:
    # Two maps over four places: always on, and on in one place.
    features = torch.tensor([[[[1.0, 1.0], [1.0, 1.0]], [[2.0, 0.0], [0.0, 0.0]]]])
    torch.testing.assert_close(losses.gram(features), torch.tensor([[1.0, 0.5], [0.5, 1.0]]))


def test_gram_counts_places_by_their_weight() -> None:
    features = _random(1, 3, 4, 6)
    half = torch.zeros(1, 1, 4, 6, dtype=torch.float64)
    half[..., :3] = 0.5
    torch.testing.assert_close(losses.gram(features, half), losses.gram(features[..., :3]))
    assert losses.gram(features, torch.zeros_like(half)).abs().max() == 0


def test_gram_does_not_know_where_things_are() -> None:
    features = _random(1, 5, 6, 7)
    mixed = features.flatten(2)[..., torch.randperm(42)].view(1, 5, 6, 7)
    torch.testing.assert_close(losses.gram(features), losses.gram(mixed))


def test_style_has_the_normalisation_of_gatys() -> None:
    """1/(4N²M²) Σ (G − A)² with G and A summed over the places, not averaged."""
    features, other = _random(1, 3, 4, 5), _random(1, 3, 4, 5, seed=1)
    summed = [part.flatten(2)[0] @ part.flatten(2)[0].T for part in (features, other)]
    wanted = (summed[0] - summed[1]).square().sum() / (4 * 3**2 * 20**2)
    found = losses.style(losses.gram(features), losses.gram(other))
    assert found.item() == pytest.approx(wanted.item())


def test_total_variation_of_a_slope() -> None:
    slope = (0.1 * torch.arange(6.0)).expand(1, 3, 4, 6)  # five steps in each of four rows
    assert losses.total_variation(slope, "squared").item() == pytest.approx(3 * 4 * 5 * 0.01)
    assert losses.total_variation(slope, "absolute").item() == pytest.approx(3 * 4 * 5 * 0.1)
    turned = slope.transpose(2, 3)
    for form in ("squared", "absolute"):
        torch.testing.assert_close(
            losses.total_variation(turned, form), losses.total_variation(slope, form)
        )
    with pytest.raises(ValueError, match="cubed"):
        losses.total_variation(slope, "cubed")


def test_total_variation_forms_differ_as_they_should() -> None:
    """A step costs the absolute form the same at once or bit by bit, the squared one more."""
    step = torch.zeros(1, 1, 1, 11)
    step[..., 5:] = 1
    ramp = torch.linspace(0, 1, 11).view(1, 1, 1, 11)
    assert losses.total_variation(step, "absolute").item() == pytest.approx(1)
    assert losses.total_variation(ramp, "absolute").item() == pytest.approx(1)
    assert losses.total_variation(step, "squared").item() == pytest.approx(1)
    assert losses.total_variation(ramp, "squared").item() == pytest.approx(0.1)


def test_temporal_is_a_weighted_mean_over_all_values() -> None:
    picture, warped = _random(1, 3, 4, 5), _random(1, 3, 4, 5, seed=1)
    weight = torch.zeros(1, 1, 4, 5, dtype=torch.float64)
    assert losses.temporal(picture, warped, weight) == 0
    weight[..., 0, 0] = 2
    wanted = 2 * (picture - warped)[0, :, 0, 0].square().sum() / 60
    assert losses.temporal(picture, warped, weight).item() == pytest.approx(wanted.item())


def test_long_term_with_exclusive_weights_counts_each_pixel_once() -> None:
    picture = _random(1, 3, 4, 5)
    earlier = [picture + 1, picture + 2]
    left = torch.zeros(1, 1, 4, 5, dtype=torch.float64)
    left[..., :2] = 1
    assert losses.long_term(picture, earlier, [left, 1 - left]).item() == pytest.approx(
        (2 * 1 + 3 * 4) / 5
    )


_FEATURES = _random(1, 3, 4, 5).requires_grad_()
_OTHER = _random(1, 3, 4, 5, seed=1)
_WEIGHT = _random(1, 1, 4, 5, seed=2)


@pytest.mark.parametrize(
    "loss",
    [
        lambda x: losses.content(x, _OTHER),
        lambda x: losses.style(losses.gram(x), losses.gram(_OTHER)),
        lambda x: losses.style(losses.gram(x, _WEIGHT), losses.gram(_OTHER)),
        lambda x: losses.total_variation(x, "squared"),
        lambda x: losses.total_variation(x, "absolute"),
        lambda x: losses.temporal(x, _OTHER, _WEIGHT),
        lambda x: losses.long_term(x, [_OTHER, 1 - _OTHER], [_WEIGHT, 1 - _WEIGHT]),
    ],
    ids=["content", "style", "style in places", "tv²", "|tv|", "temporal", "long term"],
)
def test_gradients_are_those_of_finite_differences(loss: Callable[[Tensor], Tensor]) -> None:
    assert torch.autograd.gradcheck(loss, _FEATURES)
