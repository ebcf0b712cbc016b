"""The evening: a bay under a turning sky, the sun low over the water, poplars on the bank."""

from __future__ import annotations

import numpy as np

from .brush import Brush, Floats
from .painter import Layer, Plan
from .shapes import Picture, field, hills, ramp, rgb, wobble

PALETTE = rgb(
    "0b1a3a 12305e 1b4c86 2f74a8 5aa0bc 9cc8c4 d8dcc0 f6ecc4 f9d98a f2b04a e07e2c c2521f 8a3220 "
    "4a2a34 2c3a2a 4a6a34 7f9440 c0b050 1f6a70 3f9690 e8c8a0 f4f0e0"
)

LAYERS = [
    Layer(Brush(58, 260, 0.55, 0.35, 0.15, 0.6), cover=4.0, detail=0.0, stray=0.08),
    Layer(Brush(36, 170, 0.65, 0.45, 0.22, 0.8), cover=3.0, detail=0.3, stray=0.12),
    Layer(Brush(25, 120, 0.75, 0.50, 0.22, 1.0), cover=2.2, detail=0.5, stray=0.14, purity=0.6),
    Layer(Brush(17, 86, 0.80, 0.55, 0.20, 1.1), cover=1.0, detail=0.75, stray=0.15, purity=0.65),
    Layer(Brush(11, 52, 0.80, 0.50, 0.15, 1.1), cover=0.45, detail=0.95, stray=0.12, purity=0.6),
]


def plan(width: int, height: int, rng: np.random.Generator) -> Plan:
    """Colours and stroke directions of the evening."""
    p = Picture(width, height)
    x, y = p.x, p.y
    horizon, sun = 0.60, (1.02, 0.50)

    # Sky: streamlines of a few eddies in a wind; the bands of colour follow them.
    stream = y * 1.0 + 0.05 * np.sin(2.2 * x + 0.6)
    for cx, cy, size, turn in (
        (0.42, 0.22, 0.15, 0.20),
        (0.80, 0.10, 0.12, -0.07),
        (1.22, 0.20, 0.12, 0.15),
        (0.04, 0.34, 0.10, -0.08),
        (0.70, 0.36, 0.09, 0.05),
        (1.46, 0.38, 0.08, -0.05),
    ):
        d2 = (x - cx) ** 2 + (1.3 * (y - cy)) ** 2
        stream = stream + turn * np.exp(-d2 / (2 * size**2))
    flow_y, flow_x = np.gradient(stream)
    sky = ramp(
        y / horizon + 0.10 * wobble(rng, p, 0.3),
        (
            (0.0, "0c1f4a"),
            (0.22, "174a86"),
            (0.44, "2f86a6"),
            (0.58, "86bcae"),
            (0.68, "f2d68e"),
            (0.80, "f2a84e"),
            (0.92, "d8662c"),
            (1.0, "b84a2c"),
        ),
    )
    band = np.sin(stream * 44.0 + 1.2 * wobble(rng, p, 0.12))
    sky *= (1.0 + 0.24 * band * np.clip(1.3 - 0.8 * y / horizon, 0, 1))[..., None]
    glow = np.clip(np.sin(stream * 20.0 + 3.6 + 0.9 * wobble(rng, p, 0.15)) - 0.3, 0, 1)[..., None]
    sky = sky + (rgb("f6e2a8")[0] - sky) * glow * 0.7
    away = np.hypot(x - sun[0], y - sun[1])
    rings = 0.72 + 0.28 * np.cos(away * 95.0)
    halo = (np.exp(-((away / 0.14) ** 2)) * rings)[..., None]
    sky = sky + (rgb("fbe49a")[0] - sky) * np.clip(halo * 1.1, 0, 1)
    sky[away < 0.052] = rgb("fff6d2")[0]
    ringed = np.arctan2(y - sun[1], x - sun[0]) + np.pi / 2
    near = away < 0.12 + 0.02 * wobble(rng, p, 0.06)
    p.lay(np.ones_like(x, bool), sky, np.where(near, ringed, np.arctan2(-flow_x, flow_y)))

    # Water: level strokes, the sky's colours darkened, a broken road of light under the sun.
    depth = (y - horizon) / (0.86 - horizon)
    water = ramp(
        depth,
        ((0.0, "e8963e"), (0.16, "c8a080"), (0.34, "4f8fa0"), (0.6, "2a6a90"), (1.0, "123a68")),
    )
    lap = field(rng, p, 0.10, 0.008)
    water *= (1.0 + 0.38 * lap)[..., None]
    road = np.exp(-(((x - sun[0]) / (0.045 + 0.10 * np.clip(depth, 0, 1))) ** 2))
    glitter = np.clip(road * 1.6 * (lap * 1.6 + 0.35), 0, 1)[..., None]
    water = water + (rgb("fbd98c")[0] - water) * glitter
    p.lay(y > horizon, water, 0.10 * wobble(rng, p, 0.08))

    # Hills: three ridges, bluer with distance, hatched along their slopes.
    for base, rise, dark, light in (
        (0.585, 0.11, "2d5a92", "7fa8c0"),
        (0.60, 0.075, "1f4a66", "5a8f86"),
        (0.615, 0.05, "24402e", "8a9a48"),
    ):
        crest = base - hills(rng, p, rise)
        inside = (y > crest) & (y < base + 0.012)
        lean = np.arctan2(np.gradient(crest, axis=1), 1.0 / height)
        tone = np.clip((y - crest) / (rise + 0.02) + 0.45 * field(rng, p, 0.06, 0.03), 0, 1)
        p.lay(inside, ramp(1.0 - tone, ((0.0, dark), (1.0, light))), lean + 0.35)

    # The bank: furrows that run to the lower left, ochre and green, with dark hollows.
    edge = 0.80 + 0.09 * np.sin(x * 2.3 + 2.4) + 0.02 * np.sin(x * 9.0)
    across = (x - 1.9) / np.maximum(y - 0.35, 0.1)
    rows = 0.6 * np.sin(across * 26.0 + 1.4 * wobble(rng, p, 0.12))
    bank = ramp(
        0.52 + 0.42 * rows + 0.20 * wobble(rng, p, 0.10),
        (
            (0.0, "16263a"),
            (0.25, "2c4a30"),
            (0.48, "6f8a3a"),
            (0.66, "c08a34"),
            (0.85, "e4a844"),
            (1.0, "f4d88c"),
        ),
    )
    p.lay(y > edge, bank, np.arctan2(y - 0.35, x - 1.9))

    # Poplars like dark flames, each edged by the light.
    for cx, foot, tall, wide in (
        (0.16, 0.93, 0.60, 0.050),
        (0.27, 0.90, 0.42, 0.042),
        (0.055, 0.95, 0.40, 0.045),
        (1.36, 0.86, 0.36, 0.036),
        (1.44, 0.88, 0.46, 0.040),
    ):
        t = (foot - y) / tall
        sway = cx + 0.015 * np.sin(t * 7.0 + cx * 9.0)
        half = wide * np.clip(np.sin(np.pi * np.clip(t, 0, 1) ** 0.75), 0, 1) ** 0.7
        half = half * (1.0 + 0.22 * np.sin(t * 31.0 + 14.0 * (x - cx) / wide))
        inside = (np.abs(x - sway) < half) & (t > 0) & (t < 1)
        side = (x - sway) / (half + 1e-6) * (1 if cx < sun[0] else -1)
        flame = ramp(
            0.42 + 0.42 * side + 0.4 * field(rng, p, 0.015, 0.07),
            ((0.0, "0a1424"), (0.5, "15302c"), (0.75, "2f5a34"), (0.92, "8a8a3a"), (1.0, "d8963c")),
        )
        p.lay(inside, flame, np.pi / 2 + 0.5 * (x - sway) / wide + 0.25 * np.sin(t * 16.0))
    return Plan(np.clip(p.colour, 0, 1), p.angle, PALETTE)


def ground() -> Floats:
    """The colour of the primed canvas: a warm brown that shows between strokes."""
    return rgb("6a4630")[0]
