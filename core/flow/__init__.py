"""Motion between frames.

A flow is N×2×H×W float32 in pixels, (x, y): ``flow(p)`` leads from ``p`` in the first frame to
``p + flow(p)`` in the second.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from torch import Tensor

# From two frames (1×3×H×W, sRGB, 0 to 1) to the flows first → second and second → first. Several
# threads may call one at once.
Estimator = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]


def estimator(name: str, weights: Path | None = None) -> Estimator:
    """The flow estimator of a name, as in ``coherence.flow`` of a job.

    weights: a file of the weights of ``raft-small`` or ``raft-large``; None for those of the store.
    Raises InputError when these are missing or wrong, KeyError when there is no such estimator.
    """
    if name in {"raft-small", "raft-large"}:
        from .raft import Raft

        return Raft(name, weights)
    from .dis import PRESETS

    return PRESETS[name]
