"""From a plan to a painting: where strokes go, which way, in what colour and order.

Coarse brushes first, then finer ones where the canvas is still far from the plan, after
A. Hertzmann, "Painterly rendering with curved brush strokes of multiple sizes" (SIGGRAPH 1998).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .brush import STEP, Brush, Canvas, Floats


@dataclass(frozen=True)
class Plan:
    """What is to be painted, at the size of the canvas."""

    colour: Floats  # H x W x 3, sRGB, 0 to 1
    angle: Floats  # H x W, radians: the way of the strokes, x to the right, y down
    palette: Floats  # P x 3, sRGB: the paints on the table


@dataclass(frozen=True)
class Layer:
    """One pass with one brush."""

    brush: Brush
    cover: float  # strokes laid: 1 would just cover the canvas without overlap
    detail: float  # 0: everywhere alike; 1: only where the canvas differs from the plan
    stray: float = 0.10  # how far colours stray from the plan
    purity: float = 0.5  # how close they keep to the paints of the palette
    swerve: float = 0.12  # how far strokes turn from the planned way, radians


def paths(plan: Plan, starts: Floats, lengths: Floats, turns: Floats) -> list[Floats]:
    """Curves through ``starts`` (N x 2) that follow the plan's angle, one sample each ``STEP``.

    ``turns`` (N) is added to the angle. A field of angles has no sign, so each step keeps to the
    side that it came from.
    """
    rows, columns = plan.angle.shape
    stride = 4.0
    halves = []
    for sign in (1.0, -1.0):
        at, before, points = starts.copy(), None, [starts]
        for _ in range(max(int(lengths.max() / 2 / stride), 1)):
            x = np.clip(at[:, 0], 0, columns - 1).astype(np.int32)
            y = np.clip(at[:, 1], 0, rows - 1).astype(np.int32)
            angle = plan.angle[y, x] + turns
            way = np.stack([np.cos(angle), np.sin(angle)], 1).astype(np.float32)
            if before is None:
                way *= sign
            else:
                way *= np.where((way * before).sum(1, keepdims=True) < 0, -1.0, 1.0)
                way = way * 0.5 + before * 0.5
                way /= np.linalg.norm(way, axis=1, keepdims=True) + 1e-6
            at, before = at + stride * way, way
            points.append(at)
        halves.append(np.stack(points, 1))
    whole = np.concatenate([halves[1][:, :0:-1], halves[0]], 1)
    middle = whole.shape[1] // 2
    result = []
    for curve, length in zip(whole, lengths, strict=True):
        reach = max(int(length / 2 / stride), 1)
        curve = curve[middle - reach : middle + reach + 1]
        n = max(int(length / STEP), 8)
        t = np.linspace(0, len(curve) - 1, n)
        k = np.arange(len(curve))
        result.append(np.stack([np.interp(t, k, curve[:, i]) for i in (0, 1)], 1))
    return [r.astype(np.float32) for r in result]


def mixed(wanted: Floats, layer: Layer, palette: Floats, rng: np.random.Generator) -> Floats:
    """Colours a painter would mix for ``wanted`` (N x 3): near it, drawn to one of the paints."""
    gap = (wanted[:, None] - palette[None]) ** 2 @ np.array([0.5, 1.0, 0.4], np.float32)
    gap = gap * rng.uniform(0.4, 1.8, gap.shape)  # not always the nearest paint
    paint = palette[np.argmin(gap, 1)]
    share = layer.purity * rng.uniform(0.3, 1.3, (len(wanted), 1))
    result = wanted + (paint - wanted) * np.clip(share, 0, 1)
    light = rng.normal(0.0, layer.stray, (len(wanted), 1))
    tint = rng.normal(0.0, layer.stray * 0.30, (len(wanted), 3))
    return np.clip(result * (1.0 + light) + tint + 0.25 * light, 0.02, 0.98).astype(np.float32)


def places(canvas: Canvas, plan: Plan, layer: Layer, rng: np.random.Generator) -> Floats:
    """Where the strokes of a layer begin (N x 2), in the order in which they are laid."""
    rows, columns = canvas.height.shape
    brush = layer.brush
    count = int(layer.cover * rows * columns / (brush.width * brush.length))
    blurred = cv2.GaussianBlur(plan.colour, (0, 0), brush.width * 0.3)
    error = np.abs(blurred - cv2.GaussianBlur(canvas.colour, (0, 0), brush.width * 0.3)).sum(2)
    chance = (1.0 - layer.detail) + layer.detail * error / (error.mean() + 1e-6)
    small = cv2.resize(chance, (columns // 4, rows // 4), interpolation=cv2.INTER_AREA)
    share = small.ravel().astype(np.float64)
    picks = rng.choice(small.size, count, p=share / share.sum())
    spots = np.stack([picks % small.shape[1], picks // small.shape[1]], 1) * 4.0
    return (spots + rng.uniform(0, 4, spots.shape)).astype(np.float32)


def paint(plan: Plan, layers: list[Layer], ground: Floats, rng: np.random.Generator) -> Canvas:
    """Paints the plan, layer after layer, on a canvas of colour ``ground``."""
    rows, columns = plan.angle.shape
    canvas = Canvas(columns, rows, ground, rng)
    for layer in layers:
        starts = places(canvas, plan, layer, rng)
        n = len(starts)
        lengths = layer.brush.length * rng.uniform(0.55, 1.35, n)
        turns = rng.normal(0.0, layer.swerve, n)
        soft = cv2.GaussianBlur(plan.colour, (0, 0), max(layer.brush.width * 0.2, 1.0))
        wanted = soft[starts[:, 1].astype(int), starts[:, 0].astype(int)]
        first, second = (mixed(wanted, layer, plan.palette, rng) for _ in range(2))
        for i, path in enumerate(paths(plan, starts, lengths, turns)):
            canvas.stroke(path, first[i], second[i], layer.brush)
    return canvas
