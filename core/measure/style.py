"""How far a shot is from the pictures that it is painted with."""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor

from .. import device as devices
from .. import frames
from ..errors import InputError
from ..job import Job
from ..look import IdentityLook, NeuralLook, PatchLook
from . import wasserstein
from .walk import seen

# Frames from all over the shot that are compared with the style.
_STYLE_FRAMES = 8


def style_distance(job: Job, device: torch.device) -> float | None:
    """Mean over frames from all over the shot of the distance to the pictures that it is painted
    with, by their weights there. None for a look that has none.

    Styles are laid over the frame as looks do it: long side on long side, times the scale of the
    brushwork. Their colours are those in their files, also where the look brings them to the
    plate's first. Raises InputError when a picture can't be read.
    """
    if isinstance(job.look, IdentityLook):
        return None
    chosen = job.frames.spread(_STYLE_FRAMES)
    results = [seen(job.result(frame), device) for frame in chosen]
    sources = _sources(job.look, job, max(results[0].shape[-2:]), device)

    @cache
    def cloud(weights: tuple[float, ...]) -> wasserstein.PatchCloud:
        # Paintings of keyframes count alike.
        weights = weights or (1.0,) * len(sources)
        there = [
            (source, weight) for source, weight in zip(sources, weights, strict=True) if weight
        ]
        return wasserstein.PatchCloud([s for s, _ in there], [weight for _, weight in there])

    try:
        found = [
            cloud(job.weights_at(frame)).distance(result)
            for frame, result in zip(chosen, results, strict=True)
        ]
        return sum(found) / len(found)
    except ValueError as error:
        raise InputError(f"The distance to the style can't be measured: {error}.") from None


def _sources(
    look: PatchLook | NeuralLook, job: Job, side: int, device: torch.device
) -> list[Tensor]:
    """The styles, or else the keyframes' paintings, at the size at which they are painted with.

    side: of the frames, the longer one.
    """
    chosen = [(job.style_path(style), look.settings.style_scale * side) for style in look.styles]
    chosen += [(job.folder / keyframe.path, side) for keyframe in look.keyframes]
    return [
        _with_long_side(devices.to_tensor(frames.read_style(path).rgb, device), long_side)
        for path, long_side in chosen
    ]


def _with_long_side(picture: Tensor, side: float) -> Tensor:
    height, width = picture.shape[-2:]
    factor = side / max(height, width)
    size = max(1, round(height * factor)), max(1, round(width * factor))
    return wasserstein.resized(picture, size)
