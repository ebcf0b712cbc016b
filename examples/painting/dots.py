"""Painting with dots: pure colours set side by side, which mix in the eye and not on the palette.

Each pass looks at the canvas from a distance (blurred), sees which way its colour is off, and
sets dots of the paint that pulls it back. The average converges to the plan although no dot has
the plan's colour.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .brush import Canvas, Floats
from .painter import Plan


@dataclass(frozen=True)
class Dots:
    """One pass with a round brush."""

    size: float  # diameter in canvas pixels
    cover: float  # dots set: 1 would just cover the canvas without overlap
    pull: float  # how strongly a dot makes up for what is off around it
    chance: float  # how often a paint is taken that is not the best one
    body: float = 1.0  # thickness of the paint
    long: float = 1.25  # length by width: above 1 they lie along the plan's angle


def dabs(rng: np.random.Generator, size: float, long: float, count: int = 96) -> list[Floats]:
    """Traces of the brush, each 2 x S x S: how far it covers (0 to 1), and how thick it lies.

    Trace i of ``count`` is turned by i half turns divided by ``count``.
    """
    reach = int(size * long * 0.75) + 2
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    result = []
    for i in range(count):
        turn = np.pi * i / count
        u = (x * np.cos(turn) + y * np.sin(turn)) / (size / 2 * long)
        v = (y * np.cos(turn) - x * np.sin(turn)) / (size / 2)
        around = np.arctan2(v, u)
        edge = 1.0 + sum(
            rng.normal(0, 0.10 / k) * np.cos(k * around + rng.uniform(0, 6.3)) for k in range(2, 6)
        )
        r = np.hypot(u, v) / edge
        hairs = rng.standard_normal(2 * reach + 40).astype(np.float32)
        hairs = cv2.GaussianBlur(hairs[None], (0, 0), 0.9)[0]
        row = np.clip(v * size / 2 + reach + 15, 0, len(hairs) - 1).astype(int)
        hair = hairs[row] / hairs.std()
        cover = np.clip((1.0 - r) * size / 3.0 + 0.18 * hair * (r > 0.55), 0, 1)
        rim = np.exp(-(((r - 0.80) / 0.15) ** 2)) * (0.55 + 0.45 * np.clip(u, -1, 1))
        tail = np.exp(-(((u - 0.55) ** 2 + v**2) / 0.10))  # where the brush lifts off
        thick = cover * (0.45 + rim + 0.35 * tail + 0.12 * hair)
        result.append(np.stack([cover, np.clip(thick, 0, None)]).astype(np.float32))
    return result


def paints(wanted: Floats, palette: Floats, chance: float, rng: np.random.Generator) -> Floats:
    """A paint for each wanted colour (N x 3): near it, by luck another one."""
    gap = ((wanted[:, None] - palette[None]) ** 2) @ np.array([0.9, 1.3, 0.7], np.float32)
    luck = rng.gumbel(0.0, chance**2, gap.shape).astype(np.float32)
    chosen = palette[np.argmin(gap - luck, 1)]
    light = rng.normal(0.0, 0.035, (len(wanted), 1))
    return np.clip(chosen + light + rng.normal(0.0, 0.02, chosen.shape), 0.02, 0.99).astype(
        np.float32
    )


def paint(plan: Plan, passes: list[Dots], ground: Floats, rng: np.random.Generator) -> Canvas:
    """Paints the plan in passes of dots on a canvas of colour ``ground``."""
    rows, columns = plan.angle.shape
    canvas = Canvas(columns, rows, ground, rng)
    for step in passes:
        traces = dabs(rng, step.size, step.long)
        reach = traces[0].shape[1] // 2
        pitch = step.size * np.sqrt(np.pi / 4 / step.cover)
        gx, gy = np.meshgrid(np.arange(0, columns, pitch), np.arange(0, rows, pitch))
        spots = np.stack([gx.ravel(), gy.ravel()], 1)
        spots = spots + rng.uniform(-0.62, 0.62, spots.shape) * pitch  # even, but in no rows
        spots = spots[rng.permutation(len(spots))]
        spots = np.clip(spots, 0, (columns - 1, rows - 1)).astype(int)
        sigma = step.size * 1.1
        off = cv2.GaussianBlur(plan.colour, (0, 0), sigma * 0.5) - cv2.GaussianBlur(
            canvas.colour, (0, 0), sigma
        )
        at = spots[:, 1], spots[:, 0]
        colours = paints(plan.colour[at] + step.pull * off[at], plan.palette, step.chance, rng)
        turns = plan.angle[at] + rng.normal(0, 0.35, len(spots))
        which = np.rint(turns / np.pi * len(traces)).astype(int) % len(traces)
        strength = rng.uniform(0.82, 1.0, len(spots))
        for (x, y), colour, i, full in zip(spots, colours, which, strength, strict=True):
            x0, x1 = max(x - reach, 0), min(x + reach + 1, columns)
            y0, y1 = max(y - reach, 0), min(y + reach + 1, rows)
            cover, thick = traces[i][:, y0 - y + reach : y1 - y + reach, x0 - x + reach :][
                :, :, : x1 - x0
            ]
            cover = cover * full
            part = canvas.colour[y0:y1, x0:x1]
            part += (colour - part) * cover[..., None]
            height = canvas.height[y0:y1, x0:x1]
            height += step.body * thick - 0.55 * height * cover
    return canvas
