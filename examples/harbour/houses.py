"""The lighthouse, the cottage, the jetty, and the white houses across the bay."""

from __future__ import annotations

import math

import bpy

from .build import add, box, lump, material, post, rng
from .land import ground

LIGHTHOUSE = (-6.6, 7.4)


def lighthouse() -> None:
    """A white tower with two red bands, a gallery, a lamp room and a red cap."""
    x, y = LIGHTHOUSE
    z = ground(x, y) - 0.2
    white = material("whitewash", (226, 214, 194), (255, 248, 232), scale=2.5, bump=0.15)
    red = material("red paint", (176, 40, 28), (214, 66, 40), scale=2.5, bump=0.15)
    dark = material("iron", (40, 44, 56), (66, 68, 78))
    height, bottom, top, bands = 6.6, 1.22, 0.78, 5
    for i in range(bands):
        a, b = i / bands, (i + 1) / bands
        post(
            "tower",
            (x, y, z + a * height),
            (x, y, z + b * height),
            (bottom + (top - bottom) * a, bottom + (top - bottom) * b),
            red if i in (1, 3) else white,
            sides=40,
        )
    z += height
    post("gallery", (x, y, z), (x, y, z + 0.2), (1.12, 1.12), dark, sides=32)
    for i in range(14):
        u, v = math.cos(i * math.tau / 14), math.sin(i * math.tau / 14)
        post("baluster", (x + u, y + v, z + 0.2), (x + u, y + v, z + 0.65), (0.03, 0.03), dark)
    glass = material("lamp", (255, 224, 140), (255, 240, 190), glow=0.9)
    post("lamp room", (x, y, z + 0.2), (x, y, z + 1.15), (0.55, 0.55), glass, sides=8)
    for i in range(8):
        u, v = 0.56 * math.cos(i * math.tau / 8), 0.56 * math.sin(i * math.tau / 8)
        post("bar", (x + u, y + v, z + 0.2), (x + u, y + v, z + 1.15), (0.045, 0.045), dark)
    post("cap", (x, y, z + 1.15), (x, y, z + 1.85), (0.8, 0.08), red, sides=32)
    lump("knob", (x, y, z + 1.92), (0.12, 0.12, 0.16), dark, rough=0.0, detail=2)
    foot = ground(x, y) - 0.2
    for h in (0.8, 3.3, 5.7):
        wide = bottom + (top - bottom) * h / height
        box("window", (x + wide * 0.28, y - wide * 0.93, foot + h), (0.3, 0.2, 0.6), dark)


def gable(
    name: str,
    size: tuple[float, float, float],
    roof: float,
    walls: bpy.types.Material,
    tiles: bpy.types.Material,
) -> bpy.types.Object:
    """A house with a saddle roof along X, its foot at the origin; returns the walls."""
    w, d, h = size[0] / 2, size[1] / 2, size[2]
    vertices = [(x, y, z) for z in (0, h) for x, y in ((-w, -d), (w, -d), (w, d), (-w, d))]
    vertices += [(-w, 0, h + roof), (w, 0, h + roof)]
    faces = [(0, 1, 5, 4), (1, 2, 6, 9, 5), (2, 3, 7, 6), (3, 0, 4, 8, 7)]
    body = add(name, vertices, faces, walls)
    over, drop = w + 0.15, 0.15 * roof / d
    slopes = [
        (-over, -d - 0.15, h - drop),
        (over, -d - 0.15, h - drop),
        (over, 0, h + roof),
        (-over, 0, h + roof),
        (over, d + 0.15, h - drop),
        (-over, d + 0.15, h - drop),
    ]
    slopes += [(x, y, z + 0.12) for x, y, z in slopes]
    add(
        f"{name} roof",
        slopes,
        [
            (6, 7, 8, 9),
            (9, 8, 10, 11),
            (0, 1, 7, 6),
            (4, 5, 11, 10),
            (1, 2, 8, 7),
            (2, 4, 10, 8),
            (3, 0, 6, 9),
            (5, 3, 9, 11),
        ],
        tiles,
        parent=body,
    )
    return body


def cottage() -> None:
    """The keeper's cottage: white walls, orange tiles, blue door and shutters."""
    walls = material("cottage", (232, 216, 184), (252, 242, 220), scale=2.0, bump=0.2)
    tiles = material("tiles", (168, 70, 38), (222, 118, 60), scale=5.0, stretch=(2.0, 0.5, 1.0))
    blue = material("shutter", (44, 92, 132), (66, 122, 158))
    dark = material("pane", (44, 52, 66), (70, 84, 98), roughness=0.3)
    x, y = -2.6, 6.1
    house = gable("cottage", (3.2, 2.0, 1.5), 1.15, walls, tiles)
    house.location = (x, y, ground(x, y) - 0.15)
    house.rotation_euler.z = -0.22
    box("door", (0.25, -1.0, 0.55), (0.5, 0.08, 1.1), blue, parent=house)
    for wx in (-0.95, 1.1):
        box("window", (wx, -1.0, 0.85), (0.4, 0.06, 0.5), dark, parent=house)
        for side in (-0.31, 0.31):
            box("shutter", (wx + side, -1.02, 0.85), (0.19, 0.06, 0.56), blue, parent=house)
    brick = material("chimney", (150, 84, 60), (190, 120, 86), scale=6.0)
    box("chimney", (-0.95, 0.25, 2.5), (0.4, 0.4, 1.1), brick, parent=house)


def jetty() -> None:
    """Planks on posts, from the end of the path into the water."""
    wood = material("planks", (108, 84, 68), (176, 146, 114), scale=3.0, stretch=(6.0, 1.0, 1.0))
    for i in range(17):
        y = 3.0 - i * 0.3
        z = 0.62 + rng.uniform(-0.015, 0.015)
        box("plank", (2.6 + 0.02 * i, y, z), (1.1, 0.26, 0.08), wood)
    for y in (2.4, 0.6, -1.0, -1.9):
        for x in (2.05, 3.3):
            post("pile", (x, y, -0.6), (x, y, rng.uniform(0.95, 1.2)), (0.1, 0.09), wood)


def village() -> None:
    """A handful of small houses on the hillside across the bay."""
    walls = material("far wall", (244, 226, 196), (255, 244, 222), glow=0.05)
    tiles = material("far tiles", (196, 98, 62), (220, 130, 84), glow=0.05)
    for x, y, z in (
        (12.0, 57.2, 0.6),
        (15.2, 58.2, 1.3),
        (18.6, 57.4, 0.7),
        (21.4, 58.8, 1.6),
        (25.5, 58.0, 1.2),
        (9.4, 58.0, 0.9),
    ):
        house = gable("far house", (rng.uniform(2.0, 2.8), 1.8, 1.5), 1.1, walls, tiles)
        house.location = (x, y, z)
        house.rotation_euler.z = rng.uniform(-0.5, 0.5)
