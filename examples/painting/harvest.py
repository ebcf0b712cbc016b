"""The harvest: wheat, stacks with violet shadows, a farm and poppies, laid on with a knife."""

from __future__ import annotations

import numpy as np

from .brush import Brush, Floats
from .painter import Layer, Plan
from .shapes import Picture, field, hills, ramp, rgb, wobble

PALETTE = rgb(
    "1d1c33 3a2c56 6a4a7e 9a7aa0 2a4f80 4f86b0 86b8c4 bcd8cc f2ead0 fff8e4 f8e09a f2c452 e09a2e "
    "b86a24 7a4024 43281f c83a22 8e2420 ea6a34 35552e 5f7f38 94a048 c9c070 e8c6a2"
)

LAYERS = [
    Layer(Brush(72, 190, 0.30, 0.20, 0.20, 0.8, knife=True), cover=4.0, detail=0.0, stray=0.07),
    Layer(
        Brush(48, 120, 0.35, 0.30, 0.28, 1.0, knife=True),
        cover=2.6,
        detail=0.4,
        stray=0.11,
        swerve=0.22,
    ),
    Layer(
        Brush(30, 84, 0.40, 0.35, 0.25, 1.2, knife=True),
        cover=1.8,
        detail=0.6,
        stray=0.13,
        purity=0.6,
        swerve=0.25,
    ),
    Layer(
        Brush(17, 54, 0.55, 0.40, 0.18, 1.2, knife=True),
        cover=1.0,
        detail=0.85,
        stray=0.13,
        purity=0.6,
        swerve=0.22,
    ),
    Layer(Brush(9, 40, 0.80, 0.50, 0.12, 1.1), cover=0.30, detail=0.95, stray=0.10, purity=0.6),
]


def plan(width: int, height: int, rng: np.random.Generator) -> Plan:
    """Colours and stroke directions of the harvest."""
    p = Picture(width, height)
    x, y = p.x, p.y
    everywhere = np.ones_like(x, bool)
    horizon = 0.40

    # Sky: blue above, cream below, clouds with lit tops and violet bellies.
    sky = ramp(
        y / horizon + 0.06 * wobble(rng, p, 0.15),
        ((0.0, "2f6aa2"), (0.35, "5c9cbc"), (0.65, "a8d0cc"), (0.85, "f0e4c0"), (1.0, "f6cf94")),
    )
    p.lay(everywhere, sky, 0.2 + 0.40 * wobble(rng, p, 0.20))
    for cx, cy, wide, tall in (
        (0.28, 0.15, 0.26, 0.10),
        (0.95, 0.11, 0.30, 0.09),
        (1.38, 0.25, 0.20, 0.07),
        (0.62, 0.27, 0.18, 0.05),
    ):
        bumps = 0.16 * np.sin(x * 34 + cx * 50) + 0.10 * np.sin(x * 61 + cx * 9)
        d = ((x - cx) / wide) ** 2 + ((y - cy) / (tall * np.where(y < cy, 1.0 + bumps, 0.6))) ** 2
        light = (cy - y) / tall - 0.5 * (x - cx) / wide + 0.35 * wobble(rng, p, 0.03)
        cloud = ramp(light, ((-0.9, "7f7aa6"), (-0.3, "b7aabc"), (0.1, "f0d4b4"), (0.6, "fff6e0")))
        p.lay(d < 1.0, cloud, -0.25 + 0.9 * (x - cx) / wide)

    # Hills and the wood in front of them.
    for base, rise, dark, light in (
        (0.40, 0.10, "47609c", "8fa4c0"),
        (0.41, 0.055, "4a4478", "8a7a9a"),
    ):
        crest = base - hills(rng, p, rise)
        tone = (y - crest) / rise + 0.4 * field(rng, p, 0.05, 0.02)
        p.lay(
            (y > crest) & (y < base + 0.02),
            ramp(tone, ((0.0, light), (1.0, dark))),
            np.arctan2(np.gradient(crest, axis=1), 1.0 / height) + 0.2,
        )
    crowns = 0.405 - 0.035 - 0.018 * np.sin(x * 40 + np.sin(x * 13) * 2) - 0.02 * np.sin(x * 17)
    leaf = ramp(
        (y - crowns) / 0.06 + 0.4 * wobble(rng, p, 0.015),
        ((0.0, "b4b04e"), (0.35, "5f7f38"), (0.75, "274a34"), (1.0, "1d1c33")),
    )
    wood = (y > crowns) & (y < 0.43) & (np.sin(x * 4.1 + 1.0) > -0.55)
    p.lay(wood, leaf, 1.2 + 0.5 * np.sin(x * 40))

    # The field: furrows that meet at one point of the horizon, gold broken by umber and violet.
    along = np.arctan2(y - 0.37, x - 0.98)
    furrow = np.sin((x - 0.98) / np.maximum(y - 0.36, 0.03) * 11.0 + 1.2 * wobble(rng, p, 0.10))
    wheat = 0.56 + 0.20 * furrow + 0.10 * wobble(rng, p, 0.06) - 0.25 * (y - 0.6)
    p.lay(
        y > 0.415,
        ramp(
            wheat,
            (
                (0.0, "43281f"),
                (0.2, "8a4a2c"),
                (0.42, "d08a2c"),
                (0.62, "f0bc4a"),
                (0.85, "f6d884"),
                (1.0, "fdecb8"),
            ),
        ),
        along,
    )
    strip = 0.50 + 0.03 * np.sin(x * 3.0 + 0.5)
    clover = ramp(
        0.5 + 0.4 * wobble(rng, p, 0.02), ((0.0, "2f5a34"), (0.6, "7f9440"), (1.0, "c9c070"))
    )
    p.lay((y > strip) & (y < strip + 0.035 + 0.012 * np.sin(x * 7)), clover, 0.06)

    farm(p, rng)
    for cx, foot, size in (
        (0.30, 0.72, 0.17),
        (1.18, 0.66, 0.125),
        (0.80, 0.565, 0.062),
        (1.40, 0.555, 0.055),
        (0.10, 0.56, 0.06),
    ):
        stack(p, rng, cx, foot, size)

    # Poppies and grass along the lower edge.
    verge = 0.86 + 0.04 * np.sin(x * 4.2 + 1.0) + 0.02 * np.sin(x * 11.0)
    grass = ramp(
        0.5 + 0.35 * field(rng, p, 0.012, 0.06) + 0.2 * wobble(rng, p, 0.08),
        ((0.0, "16202c"), (0.35, "2f4a2c"), (0.7, "6f8a3a"), (1.0, "d0c468")),
    )
    p.lay(y > verge, grass, np.pi / 2 + 0.35 * wobble(rng, p, 0.12))
    petals = wobble(rng, p, 0.018) + 0.5 * wobble(rng, p, 0.15)
    p.lay(
        (y > verge - 0.015) & (petals > 1.0),
        ramp(petals, ((1.0, "8e2420"), (1.3, "d23a20"), (2.2, "f2804a"))),
        0.5 + 0.8 * wobble(rng, p, 0.04),
    )
    return Plan(np.clip(p.colour, 0, 1), p.angle, PALETTE)


def stack(p: Picture, rng: np.random.Generator, cx: float, foot: float, size: float) -> None:
    """A conical stack of straw, lit from the left, with its shadow on the stubble."""
    x, y = p.x, p.y
    u, t = (x - cx) / size, (foot - y) / (1.35 * size)
    lying = (u > -0.5) & (u < 2.6) & (np.abs(t + 0.05 + 0.03 * u) < 0.13 * (1.0 - u / 3.2))
    p.lay(
        lying,
        ramp(
            0.5 + 0.35 * wobble(rng, p, 0.02), ((0.0, "2c2448"), (0.6, "5a4478"), (1.0, "9a6a70"))
        ),
        0.03,
    )
    half = np.where(t < 0.45, 0.72 + 0.25 * t, 0.93 * np.clip((1.02 - t) / 0.57, 0, 1) ** 0.8)
    body = (np.abs(u) < half) & (t > -0.06 * np.cos(u * 1.6)) & (t < 1.0)
    tone = 0.48 - 0.55 * u / np.maximum(half, 0.2) + 0.22 * field(rng, p, 0.01, 0.05)
    tone = tone + np.where(t > 0.45, 0.12, -0.08)
    p.lay(
        body,
        ramp(
            tone,
            ((0.0, "2c1c34"), (0.25, "7a3a34"), (0.5, "c8742c"), (0.72, "f0b048"), (1.0, "fff0c0")),
        ),
        np.pi / 2 + np.where(t > 0.45, 0.75 * u, 0.15 * u),
    )


def farm(p: Picture, rng: np.random.Generator) -> None:
    """White walls and red roofs at the edge of the field."""
    x, y = p.x, p.y
    for left, right, foot, wall, roof in (
        (0.50, 0.66, 0.455, 0.065, 0.060),
        (0.67, 0.74, 0.450, 0.045, 0.040),
    ):
        eaves = foot - wall
        mottle = 0.25 * wobble(rng, p, 0.02)
        front = (x > left) & (x < right) & (y > eaves) & (y < foot)
        p.lay(
            front,
            ramp(
                (right - x) / (right - left) + mottle,
                ((0.0, "9a86a6"), (0.3, "e8c6a2"), (0.6, "fff8e4")),
            ),
            np.pi / 2,
        )
        slope = 0.35 * (eaves - y)
        tiles = (x > left - 0.012 + slope) & (x < right + 0.012 - slope)
        tiles &= (y <= eaves) & (y > eaves - roof)
        p.lay(
            tiles,
            ramp(
                (right - x) / (right - left) + mottle,
                ((0.0, "6a201e"), (0.5, "c83a22"), (1.0, "f0804a")),
            ),
            0.12,
        )
        for i in range(2):
            at = left + (right - left) * (0.3 + 0.4 * i)
            pane = (np.abs(x - at) < 0.012) & (np.abs(y - foot + wall * 0.5) < 0.014)
            p.lay(pane, np.broadcast_to(rgb("1d2c4a"), p.colour.shape), np.pi / 2)


def ground() -> Floats:
    """The colour of the primed board: a dull red that warms the gaps."""
    return rgb("7a3a2a")[0]
