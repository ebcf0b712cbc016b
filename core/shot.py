"""A shot as those see it who hold it together (:mod:`core.ways`), and what they all do with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from .flow.warp import inside, warp
from .looks import Look, Plate
from .motion import Motion, alike


@dataclass(frozen=True)
class Painted:
    """A painted frame: rgb, 1×3×H×W; known: 1×1×H×W, 1 where that is the paint, 0 where too little
    of it shows over the plate to tell (there rgb is the frame as it was written)."""

    rgb: Tensor
    known: Tensor


class Shot(Protocol):
    """The frames of a shot, wherever they are kept. first: number of the first one."""

    first: int

    def plate(self, frame: int) -> Plate:
        """The plate of a frame, with what comes along with it."""

    def painted(self, frame: int) -> Painted:
        """The paint of a frame, as the file on disk has it: what other frames go on from."""


class Motions(Protocol):
    """The motion between the plates of a shot (:class:`core.flows.Flows`)."""

    def between(self, other: int, frame: int) -> Motion:
        """How the plate of a frame follows from that of another one."""

    def is_cut(self, frame: int) -> bool:
        """Whether a new shot begins with a frame."""


def brought(painted: Painted, motion: Motion) -> tuple[Tensor, Tensor]:
    """Paint brought to a frame, and where it is known there."""
    picture = warp(painted.rgb, motion.backward, mode="bicubic").clamp(0, 1)
    return picture, (warp(painted.known, motion.backward) > 0.99).to(picture)


def looks_right(plate: Plate, source: Tensor, motion: Motion) -> Tensor:
    """Where a motion brings what a plate shows, by the look of it, 1×1×H×W, 1 or 0. source: the
    other plate, brought along it."""
    return inside(motion.backward) * alike(plate.rgb, source)


def unseen(looks: Tensor, motion: Motion) -> Tensor:
    """Where a motion brings nothing that a plate shows, 1×1×H×W, 1 or 0: what was hidden before, or
    beyond the frame's edge. looks: :func:`looks_right`."""
    return 1 - torch.maximum(motion.reliable, looks)


def undisturbed(plate: Plate, other: Plate, motion: Motion) -> Tensor:
    """Where no mask of a style has changed but by moving along, 1×1×H×W: from 1 down to 0."""
    same_masks = torch.ones_like(motion.reliable)
    for mask, old in zip(plate.masks, other.masks, strict=True):
        if mask is not None and old is not None and mask is not old:
            same_masks = same_masks * (1 - (mask - warp(old, motion.backward)).abs())
    return same_masks


def kept(look: Look, plate: Plate, other: Plate, painted: Tensor) -> Tensor | None:
    """How far paint of another frame, brought to this one, is what the styles' weights here want
    (:meth:`core.looks.Look.kept`). None for wholly: they are the same."""
    if plate.weights == other.weights:
        return None
    return look.kept(plate, painted, other.weights)


def same(plate: Plate, other: Plate) -> bool:
    """Whether nothing changed from one frame to another: nor a guide, a mask or a weight over a
    still."""
    if plate.weights != other.weights:
        return False
    parts, others = ((p.rgb, *p.guides, *p.masks) for p in (plate, other))
    return all(
        one is two or (one is not None and two is not None and one.equal(two))
        for one, two in zip(parts, others, strict=True)
    )


def fill_transparent(rgb: Tensor, alpha: Tensor) -> Tensor:
    """Colours for the pixels that have none, spread from those around them.

    rgb: 1×3×H×W straight; alpha: 1×1×H×W. Only pixels with alpha 0 change. Without this, a look
    would see a black edge where the picture ends.
    """
    seen = (alpha > 0).to(rgb)
    if bool(seen.all()) or not bool(seen.any()):
        return rgb
    colour, known = rgb * seen, seen
    levels = []
    while min(colour.shape[-2:]) > 1 and not bool((known > 0).all()):
        levels.append((colour, known))
        colour, known = (F.avg_pool2d(part, 2, ceil_mode=True) for part in (colour, known))
    filled = colour / known.clamp_min(1e-6)
    for colour, known in reversed(levels):
        spread = F.interpolate(filled, colour.shape[-2:], mode="bilinear", align_corners=False)
        filled = colour + (1 - known) * spread
    return rgb * seen + (1 - seen) * filled
