"""Making an objective small: Adam (Kingma & Ba 2015) or L-BFGS (Liu & Nocedal 1989)."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

import torch
from torch import Tensor

# From a picture (1×3×H×W) to its loss and the gradient.
Objective = Callable[[Tensor], tuple[Tensor, Tensor]]


class Optimiser(Protocol):
    """Makes an objective small, beginning with a picture (1×3×H×W, 0 to 1), which stays as it is.

    iterations: the most that there are. settled: the end comes early when the loss falls by less
    than this share over ten iterations. painted: whether the picture is near to the end already.
    """

    def __call__(
        self,
        objective: Objective,
        picture: Tensor,
        iterations: int,
        settled: float,
        painted: bool = False,
    ) -> Tensor: ...


# How far Adam may move a value, from 0 to 1, in one step at first: of a plate or noise, and of what
# is painted already, which larger steps would undo first. It falls to nothing over the iterations,
# so that the picture comes to rest.
_STEP, _STEP_OF_PAINT = 0.05, 0.01
_BETAS = (0.7, 0.9)

# Adam moves every value alike far, however little it matters. Below this share of the mean gradient
# (root mean square at the beginning) a value moves less: else those that nothing pulls at speckle.
_QUIET = 0.05

_MEMORY = 10  # steps that L-BFGS remembers

# How often it is asked whether the loss has settled; asking makes a graphics card wait.
_EVERY = 10


def adam(
    objective: Objective, picture: Tensor, iterations: int, settled: float, painted: bool = False
) -> Tensor:
    """So many steps, all of which stay within 0 and 1. See :class:`Optimiser`."""
    picture = picture.clone()
    step_size = _STEP_OF_PAINT if painted else _STEP
    optimiser = torch.optim.Adam([picture], lr=step_size, betas=_BETAS, fused=True)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, max(iterations, 1))
    rest = _Rest(settled)
    for step in range(iterations):
        loss, picture.grad = objective(picture)
        if step == 0:
            mean = picture.grad.square().mean().sqrt().item()
            optimiser.param_groups[0]["eps"] = max(_QUIET * mean, 1e-12)
        if step % _EVERY == 0 and rest.reached(loss):
            break
        optimiser.step()
        picture.clamp_(0, 1)
        falling.step()
    return picture.detach()


def lbfgs(
    objective: Objective, picture: Tensor, iterations: int, settled: float, painted: bool = False
) -> Tensor:
    """The best of so many evaluations, clipped to 0 and 1. See :class:`Optimiser`.

    Its line search finds the right step for what is painted already.
    """
    del painted
    picture = picture.clone()
    rest = _Rest(settled)
    best, least, asked = picture.clone(), math.inf, 0

    def closure() -> Tensor:
        nonlocal best, least, asked
        if asked == iterations:
            raise _Enough  # the line search has no other way to be told
        loss, picture.grad = objective(picture)
        if loss.item() < least:
            best, least = picture.clone(), loss.item()
        if asked % _EVERY == 0 and rest.reached(loss.clamp_max(least)):
            raise _Enough
        asked += 1
        return loss

    optimiser = torch.optim.LBFGS(
        [picture], max_iter=max(iterations, 1), max_eval=max(iterations, 1), history_size=_MEMORY,
        tolerance_grad=0, tolerance_change=0, line_search_fn="strong_wolfe",
    )  # fmt: skip
    with suppress(_Enough):
        optimiser.step(closure)
    return best.clamp_(0, 1)


class _Enough(Exception):
    """No more evaluations are to be had, or wanted."""


class _Rest:
    """Whether a loss, asked for now and then, has come to rest."""

    def __init__(self, settled: float) -> None:
        self._settled = settled
        self._last: float | None = None

    def reached(self, loss: Tensor) -> bool:
        if self._settled == 0:
            return False
        now, last = loss.item(), self._last
        self._last = now
        return last is not None and last - now <= self._settled * last


OPTIMISERS: dict[str, Optimiser] = {"adam": adam, "lbfgs": lbfgs}

# How many pictures each keeps in memory beside the one that it works on.
PICTURES_KEPT = {"adam": 6, "lbfgs": 2 * _MEMORY + 10}
