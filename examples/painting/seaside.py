"""The seaside: sails in a bay, parasols on the sand, a pine in the foreground, all in dots."""

from __future__ import annotations

import numpy as np

from .brush import Floats
from .dots import Dots
from .painter import Plan
from .shapes import Picture, field, hills, ramp, rgb, wobble

PALETTE = rgb(
    "fffdf2 fff3c4 ffe27a fdc53c f79a2c ee6f2e dd3f33 b3263f f7b6a8 f0839a c65a9a 8f56a8 5f4a9e "
    "34408f 2359a8 2f86c8 5fb2dc a6d8ea d6eef0 1f8f96 4fb8a6 9ed8b4 1d6a4c 4a9446 93b93e d2d556 "
    "f2dcae d9a868 24285c 173a3c"
)

PASSES = [
    Dots(44, 2.2, 0.2, 0.22, 0.6, 1.5),
    Dots(25, 1.6, 0.6, 0.26, 0.9, 1.4),
    Dots(18, 1.3, 1.0, 0.25, 1.0),
    Dots(15, 1.0, 1.4, 0.23, 1.1),
    Dots(13, 0.8, 1.7, 0.20, 1.2),
    Dots(10, 0.6, 1.8, 0.15, 1.2, 1.1),
]


def plan(width: int, height: int, rng: np.random.Generator) -> Plan:
    """Colours and directions of the seaside."""
    p = Picture(width, height)
    x, y = p.x, p.y
    horizon = 0.40

    sky = ramp(
        y / horizon + 0.05 * wobble(rng, p, 0.12),
        (
            (0.0, "2f78c0"),
            (0.3, "5aa6d6"),
            (0.55, "9fd2e0"),
            (0.75, "f4ecc4"),
            (0.9, "f8cfa0"),
            (1.0, "f2aaa0"),
        ),
    )
    p.lay(np.ones_like(x, bool), sky, 0.25 * np.sin(3.0 * x) + 0.15 * wobble(rng, p, 0.2))
    for cx, cy, wide, tall in (
        (0.30, 0.10, 0.24, 0.075),
        (0.74, 0.17, 0.20, 0.060),
        (0.16, 0.24, 0.17, 0.035),
        (1.02, 0.26, 0.22, 0.030),
        (0.60, 0.30, 0.15, 0.020),
    ):
        lumps = 0.30 * wobble(rng, p, 0.035) + 0.12 * wobble(rng, p, 0.014)
        u, v = (x - cx) / wide, (y - cy) / tall
        inside = u**2 + np.where(v > 0, 2.4, 0.9) * v**2 < 0.85 + lumps
        tone = np.clip(0.5 - 0.55 * v - 0.22 * u + 0.6 * lumps, 0, 1)
        cloud = ramp(
            tone,
            ((0.0, "8d86c0"), (0.35, "c9b2d2"), (0.6, "fbe0c8"), (0.85, "fff6dc"), (1, "fffdf2")),
        )
        p.lay(inside, cloud, np.arctan2(v, u) + np.pi / 2)

    # The coast: a far violet headland, and a near cliff with pink faces and a green top.
    for base, rise, left, dark, light in (
        (0.402, 0.075, 0.55, "8078b8", "d6a8be"),
        (0.405, 0.040, 1.05, "6f8ac0", "b8c8d0"),
    ):
        crest = base - hills(rng, p, rise) * np.clip((x - left) * 4.0, 0, 1)
        inside = (y > crest) & (y < base)
        slope = np.clip(0.5 + 0.3 * np.sin(x * 60 + 30 * y) + 0.2 * wobble(rng, p, 0.03), 0, 1)
        p.lay(inside, ramp(slope, ((0.0, dark), (1.0, light))), 1.0)
    crest = 0.235 + 0.10 * (x / 0.55) ** 2 + 0.012 * np.sin(x * 38) + 0.006 * np.sin(x * 95)
    drop = 0.60 + 0.09 * np.sin(y * 17 + 0.5) + 0.012 * np.sin(y * 90)
    cliff = (y > crest) & (x < drop) & (y < 0.53)
    pillar = (x * 11 + 0.5 * np.sin(x * 23) + 0.9 * (y - 0.4) + 0.12 * wobble(rng, p, 0.04)) % 1.0
    layers = 0.16 * np.sign(np.sin(y * 105 + 9 * x + 0.8 * wobble(rng, p, 0.05)))
    faces = np.clip(1.05 - 1.15 * pillar + layers - 1.1 * (y - 0.42), 0, 1)
    stone = ramp(
        faces,
        ((0.0, "5a4a9c"), (0.3, "a86a9c"), (0.55, "ee9a86"), (0.8, "fbd69a"), (1.0, "fff0c8")),
    )
    p.lay(cliff, stone, 1.35 + 0.4 * np.sin(x * 30))
    turf = cliff & (y < crest + 0.035 + 0.05 * np.clip(0.35 - x, 0, 1) + 0.016 * np.sin(x * 55))
    grass = ramp(
        0.5 + 0.3 * np.sin(x * 50 + 40 * y) + 0.3 * wobble(rng, p, 0.02),
        ((0.0, "1d6a4c"), (0.5, "4a9446"), (1.0, "d2d556")),
    )
    p.lay(turf, grass, 0.4)

    # Water: bands from ultramarine to green shallows, then foam, then wet sand.
    shore = 0.66 - 0.13 * (x - 0.15) + 0.20 * np.clip(x - 0.55, 0, 2) ** 1.6
    shore = shore + 0.012 * np.sin(x * 9 + 1.0) + 0.004 * np.sin(x * 33)
    depth = np.clip((y - horizon) / (shore - horizon), 0, 1.2)
    water = ramp(
        depth + 0.07 * field(rng, p, 0.12, 0.012),
        (
            (0.0, "2a5cae"),
            (0.25, "2f86c8"),
            (0.5, "2fa0b4"),
            (0.75, "5cc4b0"),
            (0.92, "b4e4c8"),
            (1.0, "e8f2dc"),
        ),
    )
    lap = field(rng, p, 0.045, 0.006)
    water = np.clip(water * (1.0 + 0.20 * lap)[..., None], 0, 1)
    glow = np.exp(-(((x - 1.05) / (0.08 + 0.10 * depth)) ** 2)) * np.clip(lap * 0.9 + 0.3, 0, 1)
    water = water + (rgb("ffe9a0")[0] - water) * np.clip(glow * 1.1, 0, 1)[..., None]
    violet = np.clip(field(rng, p, 0.10, 0.015) - 0.6, 0, 0.8)[..., None] * (depth < 0.9)[..., None]
    water = water + (rgb("5f4a9e")[0] - water) * violet  # the sky's violet on the swell
    sea = (y > horizon) & ~(cliff & (y < 0.50))
    p.lay(sea, water, 0.10 * np.sin(x * 12 + y * 30))
    for back, strength in ((0.0, 1.0), (0.030, 0.8), (0.062, 0.5)):
        crest = shore - back + 0.006 * np.sin(x * 24 + back * 200)
        swell = 0.004 + 0.004 * np.sin(x * 13 + back * 300) + 0.003 * lap
        foam = sea & (np.abs(y - crest) < swell * strength)
        p.lay(foam, np.broadcast_to(rgb("fffdf2"), p.colour.shape), 0.1)

    for cx, foot, tall, code in (
        (0.78, 0.425, 0.085, "fffdf2"),
        (0.86, 0.415, 0.05, "fbe3b8"),
        (1.16, 0.455, 0.15, "fff6dc"),
        (1.02, 0.412, 0.035, "f79a2c"),
        (1.40, 0.425, 0.07, "f7b6a8"),
        (0.70, 0.475, 0.12, "ee6f2e"),
    ):
        t = (foot - y) / tall
        wide = 0.42 * tall * np.clip(1.0 - t, 0, 1) ** 0.9
        main = (t > 0.06) & (t < 1) & (x > cx) & (x < cx + wide)
        jib = (t > 0.10) & (t < 0.82) & (x < cx - 0.006) & (x > cx - 0.62 * wide)
        shade = np.clip(1.0 - 0.35 * (x - cx) / (wide + 1e-6), 0.6, 1)[..., None]
        p.lay(main, rgb(code)[0] * shade * np.ones_like(p.colour), 1.35)
        p.lay(jib, rgb(code)[0] * 0.86 + 0.14 * rgb("c65a9a")[0] + 0 * p.colour, 1.75)
        hull = (np.abs(x - cx - 0.02 * tall) < 0.40 * tall - 3.0 * (y - foot)) & (y > foot - 0.004)
        hull &= y < foot + 0.055 * tall + 0.006
        p.lay(hull, rgb("24285c")[0] + 0 * p.colour, 0.0)
        wave = 0.012 * np.sin(y * 260) * np.clip((y - foot) * 12, 0, 1)
        below = (y > foot + 0.012) & (y < foot + 0.75 * tall)
        below &= np.abs(x - cx - wave) < 0.16 * tall * (1 - (y - foot) / tall)
        mirror = water * 0.45 + 0.55 * rgb(code)[0]
        p.lay(below & (lap > -0.4), mirror, 0.0)

    # Sand, with long violet shadows from the left and ridges of warm light.
    sand = ramp(
        0.50 + 0.22 * field(rng, p, 0.10, 0.02) + 0.12 * np.sin(34 * y + 6 * x) + 0.25 * (1 - y),
        ((0.0, "9a86c0"), (0.3, "e0a090"), (0.6, "f6d08c"), (1.0, "fff0c0")),
    )
    beach = y > shore + 0.008
    p.lay(beach, sand, 0.12 + 0.2 * np.sin(4 * x))
    wet = beach & (y < shore + 0.030 + 0.008 * np.sin(x * 14))
    p.lay(wet, 0.5 * sand + 0.5 * rgb("8f9cc8")[0], 0.05)

    def shadow(cx: float, foot: float, long: float, thick: float) -> None:
        inside = ((x - cx - long * 0.8) / long) ** 2 + ((y - foot - 0.012) / thick) ** 2 < 1
        p.lay(inside & beach, 0.25 * sand + 0.75 * rgb("5f4a9e")[0], 0.1)

    def figure(cx: float, foot: float, tall: float, dress: str, hat: str) -> None:
        shadow(cx, foot, tall * 0.55, tall * 0.06)
        t = (foot - y) / tall
        half = tall * np.interp(t, (0, 0.45, 0.55, 0.78, 0.84), (0.20, 0.09, 0.08, 0.11, 0.03))
        body = (t > 0) & (t < 0.84) & (np.abs(x - cx) < half)
        side = np.clip(0.75 - 0.45 * (x - cx) / (half + 1e-6), 0.35, 1.2)[..., None]
        p.lay(body, np.clip(rgb(dress)[0] * side + (1 - side) * rgb("34408f")[0], 0, 1), 1.5)
        head = ((x - cx) ** 2 + (y - foot + 0.90 * tall) ** 2) < (0.085 * tall) ** 2
        p.lay(head, rgb("8a3a4c")[0] + 0 * p.colour, 0.0)
        brim = ((x - cx) / 0.16) ** 2 + ((y - foot + 0.955 * tall) / 0.05) ** 2 < tall**2
        p.lay(brim, rgb(hat)[0] + 0 * p.colour, 0.0)

    def parasol(cx: float, top: float, wide: float, pole: float, one: str, two: str) -> None:
        shadow(cx + 0.03, top + pole, wide * 0.95, wide * 0.14)
        stick = (np.abs(x - cx - 0.06 * (y - top)) < 0.005) & (y > top) & (y < top + pole)
        p.lay(stick, rgb("24285c")[0] + 0 * p.colour, 1.5)
        u, v = (x - cx) / wide, (y - top) / (0.62 * wide)
        scallop = 0.05 * np.abs(np.sin(u * 4 * np.pi))
        inside = (u**2 + (v - 0.9) ** 2 < 0.9) & (v < 0.72 - scallop - 0.15 * u**2)
        gore = np.sin(np.arctan2(u, 1.05 - v) * 9.0) > 0
        cloth = np.where(gore[..., None], rgb(one)[0], rgb(two)[0])
        lit = np.clip(0.80 - 0.40 * u, 0.3, 1.1)[..., None]
        p.lay(
            inside, np.clip(cloth * lit + (1 - lit) * rgb("5f4a9e")[0], 0, 1), np.arctan2(u, 1 - v)
        )

    parasol(0.60, 0.625, 0.060, 0.10, "f79a2c", "34408f")
    figure(0.53, 0.715, 0.090, "fffdf2", "f79a2c")
    figure(0.94, 0.735, 0.085, "b3263f", "ffe27a")
    parasol(0.30, 0.665, 0.115, 0.20, "dd3f33", "f7b6a8")
    figure(0.40, 0.850, 0.165, "2f86c8", "ffe27a")
    figure(0.21, 0.860, 0.135, "f0839a", "fffdf2")
    parasol(0.86, 0.765, 0.090, 0.155, "1d6a4c", "9ed8b4")
    figure(0.77, 0.915, 0.150, "fdc53c", "b3263f")

    # A dune with grass and flowers below, and a leaning pine on the right.
    dune = (
        0.955
        - 0.20 * np.clip(x - 0.82, 0, 1) ** 0.9
        + 0.016 * np.sin(x * 31)
        + 0.01 * np.sin(83 * x)
    )
    dune = dune - 0.05 * np.exp(-((x / 0.13) ** 2))
    blades = field(rng, p, 0.008, 0.035) + 0.4 * np.sin(x * 120 + 14 * y)
    green = ramp(
        0.45 + 0.22 * blades + 0.4 * (y - dune),
        ((0.0, "173a3c"), (0.3, "1d6a4c"), (0.55, "4a9446"), (0.8, "93b93e"), (1.0, "ffe27a")),
    )
    p.lay(y > dune, green, 1.45 + 0.3 * np.sin(x * 40))
    bloom = wobble(rng, p, 0.007)
    for low, code in ((1.9, "dd3f33"), (2.25, "fdc53c")):
        p.lay((y > dune + 0.015) & (bloom > low), rgb(code)[0] + 0 * p.colour, 0.0)
    p.lay((y > dune + 0.015) & (bloom < -2.0), rgb("f7b6a8")[0] + 0 * p.colour, 0.0)

    bend = 1.36 - 0.10 * np.sin((0.86 - y) * 3.0) + 0.02 * np.sin(y * 14)
    trunk = (np.abs(x - bend) < 0.016 + 0.022 * np.clip(y - 0.25, 0, 1)) & (y < 0.86) & (y > 0.12)
    bark = ramp(
        0.5 - (x - bend) * 14 + 0.25 * field(rng, p, 0.01, 0.05),
        ((0.0, "24285c"), (0.4, "5f4a9e"), (0.65, "b3563f"), (1.0, "f79a2c")),
    )
    p.lay(trunk, bark, 1.45)
    for cx, cy, wide, tall in (
        (1.30, 0.10, 0.20, 0.085),
        (1.44, 0.20, 0.15, 0.070),
        (1.16, 0.185, 0.12, 0.048),
        (1.36, 0.30, 0.10, 0.042),
        (1.42, 0.02, 0.18, 0.070),
    ):
        u, v = (x - cx) / wide, (y - cy) / tall
        ragged = 0.28 * wobble(rng, p, 0.022)
        tone = 0.5 - 0.42 * v - 0.30 * u + 0.5 * ragged
        leaf = ramp(
            tone,
            ((0.0, "24285c"), (0.3, "173a3c"), (0.55, "1d6a4c"), (0.8, "4a9446"), (1.0, "d2d556")),
        )
        p.lay(u**2 + v**2 < 0.85 + ragged, leaf, 0.3 - 0.8 * u)
    return Plan(np.clip(p.colour, 0, 1), p.angle, PALETTE)


def ground() -> Floats:
    """The colour of the primed canvas: a warm cream that shows between the dots."""
    return rgb("f4e2bc")[0]
