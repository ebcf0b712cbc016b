"""Recurrent all-pairs field transforms: optical flow by a trained network (Teed & Deng 2020)."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from ..networks import catalogue, weights
from .correlation import NearbyCorrelation

# The network works on an eighth of the size, and its pyramid of correlations on an eighth of that,
# where two values at least have to be left.
_STRIDE, _LEAST_SIDE = 8, 128

# Pairs of pixels whose correlations are kept in memory, at four bytes; twice as much is needed for
# a while. Frames of up to 1366×768 have fewer. Without them the network takes two to four times as
# long on a CPU, and so they are kept where they can be.
_MOST_PAIRS = 300_000_000


class Raft:
    """torchvision's RAFT, ``raft-small`` or ``raft-large``, as an estimator.

    given: a file of its weights; None takes those of the store. Raises InputError when there are
    none. Calls from several threads take turns.
    """

    def __init__(self, name: str, given: Path | None = None) -> None:
        self._network = catalogue.empty(name)
        self._network.load_state_dict(weights.load(name, given), assign=True)
        self._network.eval().requires_grad_(False)
        block: Any = self._network.corr_block
        self._all, self._nearby = block, NearbyCorrelation(block.num_levels, block.radius)
        self._lock = threading.Lock()  # the network keeps its correlations in itself

    def __call__(self, first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
        """Flows first → second and second → first.

        Frames are 1×3×H×W, 0 to 1, of any size; the flows are 1×2×H×W in pixels, on the frames'
        device.
        """
        padding = _padding(*first.shape[-2:])
        a, b = (F.pad(2 * frame - 1, padding, mode="replicate") for frame in (first, second))
        with self._lock, torch.no_grad():
            self._network.to(first.device)
            is_large = (a.shape[-2] * a.shape[-1] // _STRIDE**2) ** 2 > _MOST_PAIRS
            block: Any = self._nearby if is_large else self._all
            self._network.corr_block = block
            forward, backward = self._network(a, b)[-1], self._network(b, a)[-1]
            block.corr_pyramid = []  # it may be a gigabyte
        left, right, top, bottom = padding
        inside = slice(top, -bottom or None), slice(left, -right or None)
        return forward[..., *inside].contiguous(), backward[..., *inside].contiguous()


def _padding(height: int, width: int) -> tuple[int, int, int, int]:
    """What to add left, right, at the top and at the bottom of a frame for the network."""

    def split(side: int) -> tuple[int, int]:
        missing = max(_LEAST_SIDE, -(-side // _STRIDE) * _STRIDE) - side
        return missing // 2, missing - missing // 2

    return *split(width), *split(height)
