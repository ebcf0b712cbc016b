"""The sailing boat that crosses in front of the headland."""

from __future__ import annotations

import math

import bpy

from .build import Point, add, box, lump, material, post
from .land import grid


def hull(parent: bpy.types.Object) -> None:
    """A navy hull with a cream sheer strake; the bow points to -X."""
    navy = material("navy", (24, 44, 78), (40, 66, 104), scale=3.0, stretch=(0.5, 1.0, 3.0))
    cream = material("strake", (238, 220, 180), (250, 238, 208), scale=3.0, bump=0.1)
    deck = material("deck", (176, 128, 84), (206, 160, 110), scale=3.0, stretch=(0.5, 6.0, 1.0))
    stations, girth = 28, 11

    def section(t: float, low: float, high: float, grow: float) -> list[Point]:
        beam = 0.78 * math.sin(math.pi * min(0.12 + 0.88 * t, 0.80)) ** 0.7 * (0.05 + t) ** 0.22
        beam *= smooth_bow(t)
        sheer = 0.62 + 0.34 * (1.0 - t) ** 2 + 0.06 * t
        keel = -0.42 * math.sin(math.pi * (0.15 + 0.7 * t))
        points = []
        for j in range(girth):
            across = (j / (girth - 1)) * 2.0 - 1.0
            depth = 1.0 - abs(across) ** 2.6
            z = sheer + (keel - sheer) * depth
            points.append(
                (
                    -2.35 + 4.7 * t - 0.32 * (z - 0.2) * (1.0 - t),
                    across * beam * grow,
                    min(max(z, keel + (sheer - keel) * low), keel + (sheer - keel) * high),
                )
            )
        return points

    def smooth_bow(t: float) -> float:
        return min(1.0, (t / 0.45)) ** 0.75

    lower = [p for i in range(stations) for p in section(i / (stations - 1), 0.0, 0.86, 1.0)]
    upper = [p for i in range(stations) for p in section(i / (stations - 1), 0.80, 1.0, 1.03)]
    add("hull", lower, grid(girth, stations), navy, smooth=True, parent=parent)
    add("strake", upper, grid(girth, stations), cream, smooth=True, parent=parent)
    box("transom", (2.3, 0.0, 0.35), (0.06, 0.95, 0.62), navy, parent=parent)
    box("cabin", (0.45, 0.0, 0.85), (1.3, 0.72, 0.42), cream, parent=parent)
    box("cabin roof", (0.45, 0.0, 1.08), (1.45, 0.84, 0.07), deck, parent=parent)
    for x in (0.15, 0.7):
        post(
            "porthole",
            (x, -0.38, 0.88),
            (x, -0.34, 0.88),
            (0.1, 0.1),
            material("pane", (44, 52, 66)),
            parent=parent,
        )


def sail(
    name: str,
    foot: Point,
    clew: Point,
    head: Point,
    belly: float,
    surface: bpy.types.Material,
    parent: bpy.types.Object,
) -> None:
    """A triangular sail that the wind bellies out towards -Y."""
    n = 24
    vertices: list[Point] = []
    for r in range(n):
        v = r / (n - 1)
        for c in range(n):
            u = c / (n - 1)
            lower = [a + (b - a) * u for a, b in zip(foot, clew, strict=True)]
            x, y, z = (a + (b - a) * v for a, b in zip(lower, head, strict=True))
            bulge = belly * math.sin(math.pi * u**0.8) * math.sin(math.pi * (0.12 + 0.88 * v))
            vertices.append((x, y - bulge, z))
    add(name, vertices, grid(n, n), surface, smooth=True, parent=parent)


def boat() -> bpy.types.Object:
    """Builds the boat about the origin at the waterline and returns the empty that moves it."""
    root = bpy.data.objects.new("boat", None)
    bpy.context.scene.collection.objects.link(root)
    hull(root)
    wood = material("spar", (150, 100, 62), (186, 134, 86), scale=4.0)
    post("mast", (-0.35, 0, 0.5), (-0.35, 0, 6.3), (0.075, 0.045), wood, parent=root)
    post("boom", (-0.3, 0, 1.7), (2.35, -0.25, 1.65), (0.055, 0.045), wood, parent=root)
    rust = material(
        "rust sail", (186, 66, 30), (232, 112, 48), scale=1.4, stretch=(0.4, 1.0, 2.0), bump=0.15
    )
    pale = material(
        "pale sail", (242, 222, 176), (255, 246, 218), scale=1.4, stretch=(0.6, 1.0, 2.0), bump=0.15
    )
    sail("mainsail", (-0.26, 0, 1.85), (2.25, -0.3, 1.77), (-0.28, 0, 6.1), 0.42, rust, root)
    sail("jib", (-2.5, 0, 1.1), (-0.5, -0.3, 1.3), (-0.42, 0, 5.5), 0.32, pale, root)
    rope = material("rope", (84, 70, 60))
    post("forestay", (-2.6, 0, 1.0), (-0.38, 0, 5.7), (0.018, 0.018), rope, sides=8, parent=root)
    post("backstay", (2.3, 0, 0.7), (-0.34, 0, 6.2), (0.015, 0.015), rope, sides=8, parent=root)
    flag = material("pennant", (40, 96, 150), (60, 128, 180), bump=0.0)
    add(
        "pennant",
        [(-0.35, 0, 6.3), (-0.35, 0, 6.05), (0.45, -0.1, 6.12)],
        [(0, 1, 2)],
        flag,
        parent=root,
    )
    coat, skin = material("coat", (232, 184, 48), (246, 206, 82)), material("skin", (214, 150, 112))
    for part, centre, size, surface in (
        ("sailor", (1.7, -0.15, 0.82), (0.25, 0.22, 0.34), coat),
        ("head", (1.66, -0.15, 1.28), (0.14, 0.14, 0.16), skin),
    ):
        lump(part, centre, size, surface, rough=0.05, detail=3).parent = root
    foam = material("foam", (214, 232, 226), (255, 255, 250), scale=4.0, bump=0.0)
    for x, y, wide, deep in (
        (-1.7, -0.42, 0.55, 0.07),
        (-0.6, -0.72, 0.7, 0.05),
        (0.9, -0.80, 0.8, 0.05),
        (2.9, -0.1, 0.8, 0.22),
        (4.1, 0.1, 0.6, 0.12),
        (5.3, 0.2, 0.5, 0.07),
    ):
        lump("foam", (x, y, 0.0), (wide, deep, 0.05), foam, rough=0.6).parent = root
    return root
