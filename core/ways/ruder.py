"""Holding frames to earlier ones as Ruder, Dosovitskiy and Brox did (2016, sections 4.1 to 4.3)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ..flow.consistency import exclusive
from ..flow.warp import warp
from ..looks import Hold, Look
from ..shot import Motions, Shot, brought, kept, looks_right, undisturbed, unseen


class Held:
    """A frame begins from the frame before, brought along the motion, and is held to earlier ones.

    Each of these is brought along the motion between it and the frame, estimated directly; what a
    nearer one knows is left to it. Σ c_j (x − w_j)² differs from C (x − Σ c_j w_j / C)² by what
    does not depend on x, C = Σ c_j: so one picture and one weight say it all. See
    :class:`core.ways.chain.Way`.
    """

    def __init__(
        self,
        weight: float,
        distances: Sequence[int],
        look: Look,
        shot: Shot,
        motions: Motions,
    ) -> None:
        """weight: of the temporal term; distances: how many frames ago those are that a frame is
        held to, growing; look: prepared."""
        self._weight, self._distances, self._look = weight, distances, look
        self._shot, self._motions = shot, motions

    def hold(self, frame: int) -> Hold:
        """The weighted mean of what earlier frames say, as strongly as they say it together.

        Where none of them has anything to say stands what the frame before brings.
        """
        link = self._motions.between(frame - 1, frame)
        result, before = self._shot.painted(frame - 1), self._shot.plate(frame - 1)
        plate = self._shot.plate(frame)
        start, _ = brought(result, link)
        source = warp(before.rgb, link.backward)
        trusted, pictures, sources = [], [], []
        for other in self._others(frame):
            here, known_picture, known_source = self._said(frame, other)
            trusted.append(here)
            pictures.append(known_picture)
            sources.append(known_source)
        weights = exclusive(trusted)
        weight = torch.zeros_like(link.reliable)
        for part in weights:
            weight = weight + part
        return Hold(
            _mean(pictures, weights, weight, start),
            self._weight * weight,
            _mean(sources, weights, weight, source),
            result.rgb,
            start,
            unseen(looks_right(plate, source, link), link),
            kept(self._look, plate, before, start),
        )

    def _others(self, frame: int) -> list[int]:
        """The frames that one is held to, as far as its shot goes back."""
        began = frame
        while frame - began < self._distances[-1]:
            if began == self._shot.first or self._motions.is_cut(began):
                break
            began -= 1
        return [frame - distance for distance in self._distances if frame - distance >= began]

    def _said(self, frame: int, other: int) -> tuple[Tensor, Tensor, Tensor]:
        """Where an earlier frame is known at another, its paint and its plate there."""
        plate, there = self._shot.plate(frame), self._shot.plate(other)
        motion = self._motions.between(other, frame)
        picture, known = brought(self._shot.painted(other), motion)
        trusted = motion.reliable * known * undisturbed(plate, there, motion)
        as_there = kept(self._look, plate, there, picture)
        if as_there is not None:
            trusted = trusted * as_there
        return trusted, picture, warp(there.rgb, motion.backward)


class Begun:
    """A frame begins from the frame before, brought along the motion, and is free from then on.

    See :class:`core.ways.chain.Way`.
    """

    def __init__(self, look: Look, shot: Shot, motions: Motions) -> None:
        """look: prepared."""
        self._look, self._shot, self._motions = look, shot, motions

    def hold(self, frame: int) -> Hold:
        """The start; its weight is 0."""
        link = self._motions.between(frame - 1, frame)
        result = self._shot.painted(frame - 1)
        plate, before = self._shot.plate(frame), self._shot.plate(frame - 1)
        start, _ = brought(result, link)
        source = warp(before.rgb, link.backward)
        free = torch.zeros_like(link.reliable)
        fresh = unseen(looks_right(plate, source, link), link)
        as_before = kept(self._look, plate, before, start)
        return Hold(start, free, source, result.rgb, start, fresh, as_before)


def _mean(pictures: list[Tensor], weights: list[Tensor], total: Tensor, else_: Tensor) -> Tensor:
    """Σ c_j w_j / Σ c_j, and something else where no weight is."""
    mean = torch.zeros_like(else_)
    for picture, weight in zip(pictures, weights, strict=True):
        mean = mean + weight * picture
    return torch.where(total > 0, mean / total.clamp_min(1e-12), else_)
