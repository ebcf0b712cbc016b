"""The headland with its path, the far hills, trees, rocks, and the bank in the foreground."""

from __future__ import annotations

import itertools
import math

from .build import (
    Colour,
    Point,
    add,
    box,
    fractal,
    linear,
    lump,
    material,
    post,
    rng,
    smoothstep,
)

PATH: list[tuple[float, float]] = [
    (2.4, 2.2),
    (1.0, 4.0),
    (-1.0, 4.6),
    (-3.0, 4.4),
    (-4.6, 4.9),
    (-6.2, 6.6),
]


def ground(x: float, y: float) -> float:
    """Height of the headland above the sea."""
    radius = math.hypot((x + 7.0) / 12.0, (y - 9.5) / 8.2) + 0.10 * fractal(x, y, 0.0, 0.30)
    rise = 3.4 * smoothstep(1.04, 0.34, radius) + 0.7 * smoothstep(0.5, 0.0, radius)
    return rise + 0.18 * fractal(x, y, 3.0, 0.9) - 0.45


def distance_to_path(x: float, y: float) -> float:
    """Distance on the map from a point to the footpath."""
    best = math.inf
    for (ax, ay), (bx, by) in itertools.pairwise(PATH):
        dx, dy = bx - ax, by - ay
        t = min(max(((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy), 0.0), 1.0)
        best = min(best, math.hypot(x - ax - t * dx, y - ay - t * dy))
    return best


def mix(a: Colour, b: Colour, t: float) -> Colour:
    """The colour that lies ``t`` of the way from ``a`` to ``b``."""
    return tuple(p + (q - p) * t for p, q in zip(a, b, strict=True))


def grid(columns: int, rows: int) -> list[list[int]]:
    """The quads of a grid of vertices stored row by row."""
    return [
        [r * columns + c, r * columns + c + 1, (r + 1) * columns + c + 1, (r + 1) * columns + c]
        for r in range(rows - 1)
        for c in range(columns - 1)
    ]


def headland() -> None:
    """The land that the lighthouse stands on: grass above, rock where it is steep or wet."""
    grass, dry = linear(116, 160, 52)[:3], linear(214, 190, 84)[:3]
    rock, wet, path = linear(184, 148, 118)[:3], linear(96, 80, 82)[:3], linear(246, 222, 176)[:3]
    columns, rows, step = 190, 120, 0.145
    vertices: list[Point] = []
    colours: list[Colour] = []
    for r in range(rows):
        for c in range(columns):
            x, y = -21.0 + c * step, 0.4 + r * step
            z = ground(x, y)
            slope = math.hypot(ground(x + 0.1, y) - z, ground(x, y + 0.1) - z) / 0.1
            colour = mix(grass, dry, smoothstep(-0.1, 0.45, fractal(x, y, 9.0, 0.35)))
            bare = max(smoothstep(0.92, 1.25, slope), smoothstep(0.80, 0.45, z))
            colour = mix(colour, mix(rock, wet, smoothstep(0.6, 0.05, z)), bare)
            edge = distance_to_path(x, y) + 0.12 * fractal(x, y, 5.0, 1.5)
            colour = mix(colour, path, smoothstep(0.62, 0.40, edge))
            z += bare * 0.22 * fractal(x, y, z, 1.7)
            vertices.append((x, y, z))
            colours.append(colour)
    soil = material(
        "soil", (196, 190, 196), (255, 255, 250), scale=2.6, bump=0.3, from_vertices=True
    )
    add("headland", vertices, grid(columns, rows), soil, colours=colours, smooth=True)

    stone = material("stone", (96, 80, 82), (176, 146, 122), scale=2.2, bump=0.6)
    for _ in range(46):
        angle = rng.uniform(math.pi * 0.95, math.pi * 2.1)
        x, y = -7.0 + 12.2 * math.cos(angle), 9.5 + 8.4 * math.sin(angle)
        size = rng.uniform(0.25, 0.8)
        lump(
            "rock",
            (x, y, ground(x, y) * 0.4 + 0.05),
            (size * 1.4, size, size * 0.8),
            stone,
            rough=0.5,
            detail=2,
            smooth=False,
        )


def hills() -> None:
    """Three ridges that pale towards the horizon, with fields on the nearest."""
    ridges = (
        # distance, base height, height, noise scale, glow, dark and light sRGB colours
        (120.0, 4.0, 9.0, 0.020, 0.22, (122, 142, 186), (150, 164, 196)),
        (85.0, 1.0, 6.5, 0.030, 0.12, (84, 118, 132), (128, 152, 138)),
        (58.0, 1.4, 5.2, 0.045, 0.04, (84, 122, 62), (204, 186, 96)),
    )
    for i, (y, base, height, scale, glow, dark, light) in enumerate(ridges):
        surface = material(
            f"hill {i}",
            dark,
            light,
            scale=0.22 if i == 2 else 0.12,
            stretch=(1.0, 0.35, 1.0),
            bump=0.4,
            glow=glow,
        )
        columns, rows = 160, 14
        vertices: list[Point] = []
        for r in range(rows):
            t = r / (rows - 1)
            for c in range(columns):
                x = (c / (columns - 1) - 0.5) * y * 1.9
                crest = base + height * (0.55 + 0.9 * fractal(x, i * 31.0, 0.0, scale))
                # the nearest land falls away to open sea on the left
                crest *= smoothstep(-0.20, 0.22, x / y) if i == 2 else 1.0
                z = crest * math.sin(t * math.pi / 2) + 0.5 * fractal(x, t * 20, 0.0, 0.2)
                vertices.append((x, y + t * 14.0, max(z, 0.02) - 0.3 * (1 - t)))
        add(f"hill {i}", vertices, grid(columns, rows), surface, smooth=True)


def tree(x: float, y: float, z: float, size: float, *, slim: bool = False) -> None:
    """A round tree, or a cypress when ``slim``, with its foot at the given point."""
    bark = material("bark", (70, 48, 40), (104, 74, 56))
    if slim:
        leaves = material("cypress", (28, 60, 46), (64, 104, 54), scale=5.0, bump=1.0)
        lump("cypress", (x, y, z + size), (size * 0.27, size * 0.27, size), leaves, rough=0.35)
        return
    post("trunk", (x, y, z - 0.2), (x, y, z + size), (size * 0.11, size * 0.07), bark)
    leaves = material("leaves", (52, 88, 36), (138, 152, 52), scale=4.0, bump=1.0)
    for dx, dz, r in ((0.0, 1.25, 0.62), (-0.42, 0.98, 0.46), (0.42, 1.02, 0.44)):
        lump(
            "crown",
            (x + dx * size, y - abs(dx) * 0.3, z + dz * size),
            (r * size, r * size, r * size * 0.9),
            leaves,
            rough=0.5,
        )


def trees() -> None:
    """Trees on the headland and on the near hill."""
    for x, y, size, slim in (
        (-12.2, 6.5, 1.5, False),
        (-10.4, 8.6, 1.9, False),
        (-13.8, 9.0, 1.7, False),
        (-0.7, 7.6, 1.6, True),
        (0.3, 7.0, 1.25, True),
        (-4.9, 9.6, 1.5, False),
        (1.4, 8.0, 1.0, False),
    ):
        tree(x, y, ground(x, y), size, slim=slim)
    for _ in range(26):
        x, y = rng.uniform(6.0, 40.0), rng.uniform(57.5, 62.0)
        lump(
            "far tree",
            (x, y, 1.6 + (y - 58.0) * 0.6),
            (0.9, 0.9, rng.uniform(0.8, 1.5)),
            material("far leaves", (42, 78, 52), (96, 124, 62), scale=1.0),
            detail=2,
        )


def foreground() -> None:
    """A bank at the lower right, near the camera: grass, poppies, and a fence."""
    grass = material("bank", (62, 92, 36), (138, 146, 58), scale=3.0, bump=0.8)
    columns, rows = 60, 24
    vertices: list[Point] = []

    def bank(x: float, y: float) -> float:
        rise = smoothstep(-0.6, 3.4, x + 0.35 * (y + 20.0))
        return -0.2 + 2.15 * rise + 0.12 * fractal(x, y, 1.0, 0.8)

    for r in range(rows):
        for c in range(columns):
            x, y = -2.0 + c * 0.16, -22.0 + r * 0.16
            vertices.append((x, y, bank(x, y) - 4.0 * max(0.0, r / rows - 0.75) ** 2))
    add("bank", vertices, grid(columns, rows), grass, smooth=True)

    blade_colours = [
        material(f"blade {i}", c, d, scale=2.0, bump=0.0)
        for i, (c, d) in enumerate(
            (
                ((58, 96, 36), (96, 132, 46)),
                ((112, 142, 50), (168, 168, 70)),
                ((196, 174, 84), (222, 200, 120)),
            )
        )
    ]
    for i, surface in enumerate(blade_colours):
        points: list[Point] = []
        faces: list[list[int]] = []
        for _ in range(420 if i < 2 else 220):
            x, y = rng.uniform(-0.6, 7.0), rng.uniform(-21.5, -18.8)
            z, tall = bank(x, y), rng.uniform(0.12, 0.42)
            lean, wide = rng.uniform(-0.16, 0.2), rng.uniform(0.012, 0.03)
            n = len(points)
            points += [
                (x - wide, y, z - 0.05),
                (x + wide, y, z - 0.05),
                (x + lean * 0.4 + wide * 0.6, y, z + tall * 0.6),
                (x + lean * 0.4 - wide * 0.6, y, z + tall * 0.6),
                (x + lean, y, z + tall),
            ]
            faces += [[n, n + 1, n + 2, n + 3], [n + 3, n + 2, n + 4]]
        add("blades", points, faces, surface)

    poppy = material("poppy", (206, 40, 24), (240, 92, 40), scale=8.0, bump=0.0)
    daisy = material("daisy", (250, 240, 214), (255, 214, 96), scale=8.0, bump=0.0)
    for i in range(110):
        x, y = rng.uniform(0.2, 6.6), rng.uniform(-21.2, -19.0)
        size = rng.uniform(0.04, 0.075)
        lump(
            "flower",
            (x, y, bank(x, y) + rng.uniform(0.22, 0.46)),
            (size, size, size * 0.8),
            daisy if i % 3 == 0 else poppy,
            detail=2,
        )

    wood = material("fence", (122, 98, 80), (190, 164, 132), scale=3.0, stretch=(4.0, 4.0, 0.6))
    tops = []
    for i in range(5):
        x, y = 1.5 + i * 1.15, -18.9 + 0.1 * i
        z = bank(x, y)
        tops.append((x, y, z))
        box("post", (x, y, z + 0.32), (0.12, 0.12, 1.0), wood, turn=0.2 * i)
    for (ax, ay, az), (bx, by, bz) in itertools.pairwise(tops):
        for h in (0.32, 0.62):
            post("rail", (ax, ay - 0.07, az + h), (bx, by - 0.07, bz + h), (0.035, 0.03), wood)
