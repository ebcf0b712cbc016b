"""How one plate follows from another: where each pixel was, where that is known, and cuts."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from .filters import blur, smooth
from .flow import Estimator
from .flow.consistency import reliable
from .flow.warp import composed, warp

# A cut: little of the frame is known from the one before, and what the flow brings is no picture
# of it. See `is_cut` for the two measures; docs/coherence.md has the figures they were set by.
_CUT_RELIABLE = 0.5
_CUT_RESIDUAL = 0.4

# How far the details of two plates may differ and still show the same thing (root mean square over
# a few pixels): well above noise and grain.
_ALIKE = 0.08
_ALIKE_SIGMA = 2.0
_DETAIL_SIGMA = 8.0


@dataclass(frozen=True)
class Motion:
    """How a plate follows from an earlier or later one.

    backward: flow to that other plate, 1×2×H×W; reliable: 1×1×H×W, 1 where it can be trusted.
    """

    backward: Tensor
    reliable: Tensor


def between(estimate: Estimator, other: Tensor, plate: Tensor) -> Motion:
    """The flow from a plate to another one (1×3×H×W each), and where it holds."""
    forward, backward = estimate(other, plate)
    return Motion(backward, reliable(forward, backward))


def is_cut(previous: Tensor, plate: Tensor, found: Motion) -> bool:
    """Whether a new shot begins with ``plate``.

    Two things must come together: less than half of the frame has flow that is consistent, and
    the previous plate, warped, differs from this one by more than 0.4 of what two pictures with
    nothing in common would (root mean square, from the spread of their values).
    """
    if found.reliable.mean().item() >= _CUT_RELIABLE:
        return False
    residual = (warp(previous, found.backward) - plate).square().mean()
    unrelated = previous.var() + plate.var() + (previous.mean() - plate.mean()) ** 2
    return bool(residual > _CUT_RESIDUAL**2 * unrelated)


def followed(link: Motion, onward: Motion) -> Motion:
    """The motion from a plate, over its neighbour, to where that one's motion leads."""
    reliable_there = warp(onward.reliable, link.backward) > 0.99
    return Motion(
        composed(link.backward, onward.backward), link.reliable * reliable_there.to(link.reliable)
    )


def alike(plate: Tensor, brought: Tensor) -> Tensor:
    """Where another plate, brought to this one, shows the same: 1×1×H×W, 1 or 0.

    Errors of composed flows add up unseen; pictures that no longer agree give them away. What
    changes smoothly is light, and does not count.
    """
    difference = plate - brought
    detail = difference - smooth(difference, _DETAIL_SIGMA)
    local = blur(detail.square().mean(1, keepdim=True), _ALIKE_SIGMA)
    return (local < _ALIKE**2).to(torch.float32)
