"""Making an objective small: Adam (Kingma & Ba 2015) or L-BFGS (Liu & Nocedal 1989)."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

# From a picture (1×3×H×W) to its loss and the gradient.
Objective = Callable[[Tensor], tuple[Tensor, Tensor]]

# Of the range of values that a pixel has: how far Adam may move it in one step at first. It falls
# to nothing over the iterations, so that the picture comes to rest.
_STEP = 0.03
_BETAS = (0.9, 0.99)

_MEMORY = 20  # steps that L-BFGS remembers

# How often it is asked whether the loss has settled; asking makes a graphics card wait.
_EVERY = 10


def adam(objective: Objective, picture: Tensor, iterations: int, settled: float) -> Tensor:
    """At most so many steps from a picture (1×3×H×W, 0 to 1); all of them stay within 0 and 1.

    settled: the end comes early when the loss falls by less than this share over ten steps.
    """
    picture = picture.clone()
    optimiser = torch.optim.Adam([picture], lr=_STEP, betas=_BETAS, fused=True)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, max(iterations, 1))
    rest = _Rest(settled)
    for step in range(iterations):
        loss, picture.grad = objective(picture)
        if step % _EVERY == 0 and rest.reached(loss):
            break
        optimiser.step()
        picture.clamp_(0, 1)
        falling.step()
    return picture.detach()


def lbfgs(objective: Objective, picture: Tensor, iterations: int, settled: float) -> Tensor:
    """At most so many evaluations from a picture (1×3×H×W); the result is clipped to 0 and 1.

    settled: as for :func:`adam`.
    """
    picture = picture.clone()
    known: tuple[Tensor, Tensor, Tensor] | None = None
    used = 0

    def closure() -> Tensor:
        # The optimiser asks again for what its line search has just found.
        nonlocal known, used
        if known is None or not torch.equal(known[0], picture):
            known = (picture.clone(), *objective(picture))
            used += 1
        picture.grad = known[2].clone()
        return known[1]

    optimiser = torch.optim.LBFGS(
        [picture], history_size=_MEMORY, tolerance_grad=0, tolerance_change=0,
        line_search_fn="strong_wolfe",
    )  # fmt: skip
    rest = _Rest(settled)
    while used < iterations and not rest.reached(closure()):
        before = used
        group = optimiser.param_groups[0]
        group["max_iter"] = group["max_eval"] = min(_EVERY, iterations - used)
        optimiser.step(closure)
        if used == before:
            break  # no step makes it smaller
    return picture.detach().clamp_(0, 1)


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
        return last is not None and last - now < self._settled * last


OPTIMISERS = {"adam": adam, "lbfgs": lbfgs}
