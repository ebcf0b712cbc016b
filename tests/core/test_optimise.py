"""Adam and L-BFGS on objectives whose best picture is known."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from core.looks.optimise import OPTIMISERS, Optimiser


def _start() -> Tensor:
    return torch.full((1, 3, 4, 5), 0.5)


class _Bowl:
    """½ Σ k (x − best)²: far from round, as pictures' objectives are."""

    def __init__(self) -> None:
        random = torch.Generator().manual_seed(1)
        self.best = torch.rand((1, 3, 4, 5), generator=random)
        self._steepness = torch.logspace(-1, 1, 60).view(1, 3, 4, 5)
        self.asked = 0

    def __call__(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        self.asked += 1
        away = picture - self.best
        return (self._steepness * away.square()).sum() / 2, self._steepness * away


@pytest.fixture(params=["adam", "lbfgs"])
def optimise(request: pytest.FixtureRequest) -> Optimiser:
    return OPTIMISERS[request.param]


def test_the_best_picture_is_found(optimise: Optimiser) -> None:
    bowl, start = _Bowl(), _start()
    found = optimise(bowl, start, 200, 0.0)
    assert (found - bowl.best).abs().max() < 0.02
    assert bowl.asked <= 200
    assert (start == 0.5).all()  # what was given stays as it was


def test_lbfgs_needs_fewer_steps() -> None:
    bowls = _Bowl(), _Bowl()
    found = [
        OPTIMISERS[name](bowl, _start(), 30, 0.0)
        for name, bowl in zip(("adam", "lbfgs"), bowls, strict=True)
    ]
    losses = [bowl(picture)[0].item() for bowl, picture in zip(bowls, found, strict=True)]
    assert losses[1] < 0.01 * losses[0]


def test_iterations_are_not_exceeded(optimise: Optimiser) -> None:
    for iterations in (0, 1, 7, 23):
        bowl = _Bowl()
        found = optimise(bowl, _start(), iterations, 0.0)
        assert bowl.asked <= iterations
        # The last evaluation of L-BFGS says what the first step was worth.
        assert bool((found == 0.5).all()) == (iterations == 0) or iterations == 1


def test_a_settled_loss_ends_it(optimise: Optimiser) -> None:
    bowl = _Bowl()
    optimise(bowl, bowl.best.clone(), 500, 0.01)
    assert bowl.asked < 100


def test_pictures_stay_within_what_can_be_shown(optimise: Optimiser) -> None:
    def brighter(picture: Tensor) -> tuple[Tensor, Tensor]:
        return -picture.sum(), -torch.ones_like(picture)

    found = optimise(brighter, _start(), 100, 0.0)
    assert found.max() == 1
    assert found.min() >= 0


def test_paint_is_not_undone_first() -> None:
    """From near the best picture, one step leads not far away."""
    bowl = _Bowl()
    near = (bowl.best + 0.001).clamp(0, 1)
    far = [
        (OPTIMISERS["adam"](bowl, near, 1, 0.0, painted) - near).abs().max()
        for painted in (True, False)
    ]
    assert far[0] < 0.011 < 0.04 < far[1]
