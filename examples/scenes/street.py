"""A street of a small town at night after rain: lit windows, lanterns, wet cobbles, a church."""

from __future__ import annotations

import math

import bpy
import numpy as np
from harbour.build import box, fractal, material, post, rng
from harbour.houses import gable

from .stage import Nodes, camera, glow, grid, lamp, lettering, sky, surface, tube, woven

Sockets = tuple[bpy.types.NodeSocket, bpy.types.NodeSocket]
WALLS = (
    (176, 136, 92),
    (150, 92, 74),
    (120, 128, 132),
    (188, 168, 132),
    (112, 122, 96),
    (160, 112, 70),
)
WARM = ((255, 190, 92), (255, 170, 70), (255, 206, 124), (255, 150, 62))


def cobbles(nodes: Nodes, at: bpy.types.NodeSocket) -> Sockets:
    """Rounded stones in rows."""
    place = nodes("Mapping", Vector=at, Scale=(1.0, 0.8, 1.0))
    cells = nodes("TexVoronoi", Vector=place.outputs[0], Scale=3.6, Randomness=0.55)
    noise = nodes("TexNoise", Vector=at, Scale=0.8, Detail=5.0)
    colour = nodes.ramp(noise.outputs[0], ((0.3, (44, 46, 54)), (0.7, (96, 92, 92))))
    height = nodes.ramp(cells.outputs["Distance"], ((0.0, (255,) * 3), (0.75, (0, 0, 0))))
    return colour, height


def window(
    x: float, y: float, z: float, side: float, lit: bool, *, size: tuple[float, float]
) -> None:
    """A window in a wall that faces the street (``side`` is the sign of its X), with shutters."""
    wide, tall = size
    frame = surface("frame", (214, 200, 176), 0.6)
    shutter = surface(
        f"shutter {int(abs(y)) % 3}",
        ((52, 92, 84), (120, 48, 40), (58, 70, 104))[int(abs(y)) % 3],
        0.6,
    )
    pane = glow(f"light {(k := rng.randrange(4))}", WARM[k], 1.6 + 0.8 * k)
    if not lit:
        pane = surface("dark pane", (18, 26, 44), 0.08)
    out = -side * 0.03
    box("pane", (x + out * 0.3, y, z), (0.02, wide, tall), pane)
    for v in (-0.5, 0.0, 0.5):
        box("bar", (x + out, y + v * wide, z), (0.06, 0.05, tall + 0.06), frame)
    for v in (-0.5, 0.12, 0.5):
        box("bar", (x + out, y, z + v * tall), (0.06, wide + 0.06, 0.05), frame)
    box("sill", (x + 3 * out, y, z - tall / 2 - 0.05), (0.2, wide + 0.2, 0.06), frame)
    for v in (-1, 1):
        box(
            "shutter",
            (x + 1.5 * out, y + v * wide * 0.78, z),
            (0.05, wide * 0.46, tall + 0.05),
            shutter,
        )
    if lit and rng.random() < 0.6:
        box(
            "curtain",
            (x + out * 0.6, y + wide * 0.33, z),
            (0.01, wide * 0.25, tall),
            surface("curtain", (170, 90, 50), 0.9),
        )


def house(side: float, y: float, wide: float, tall: float, front: float) -> None:
    """A house along the street; ``front`` is the distance of its wall from the middle."""
    wall = rng.choice(WALLS)
    plaster = material(
        f"plaster {wall}", tuple(int(c * 0.72) for c in wall), wall, scale=1.4, bump=0.35
    )
    tiles = material("tiles", (60, 36, 34), (112, 58, 46), scale=9.0, stretch=(1, 1, 3), bump=0.6)
    depth = 5.0
    turn = math.pi / 2 if rng.random() < 0.6 else 0.0
    size = (wide, depth, tall) if turn else (depth, wide, tall)
    body = gable("house", size, rng.uniform(1.4, 2.2), plaster, tiles)
    body.location, body.rotation_euler.z = (side * (front + depth / 2), y, 0.0), turn
    x = side * front
    floors = int(tall // 1.75)
    across = max(2, int(wide / 1.35))
    for floor in range(floors):
        z = 1.15 + floor * 1.75
        for k in range(across):
            at = y + (k - (across - 1) / 2) * wide / across
            if floor == 0 and k == across // 2:
                box(
                    "door",
                    (x - side * 0.03, at, 0.95),
                    (0.08, 0.85, 1.9),
                    surface("door", (66, 36, 26), 0.5),
                )
                box(
                    "lintel",
                    (x - side * 0.05, at, 1.98),
                    (0.14, 1.1, 0.16),
                    surface("frame", (0, 0, 0)),
                )
                box(
                    "fanlight",
                    (x - side * 0.05, at, 1.68),
                    (0.06, 0.55, 0.28),
                    glow("fan", WARM[0], 2.2),
                )
                continue
            window(x, at, z, side, rng.random() < 0.62, size=(0.62, 0.95))
    beam = surface("beam", (46, 30, 22), 0.8)
    for floor in range(1, floors + 1):
        box("beam", (x - side * 0.03, y, floor * 1.75 + 0.15), (0.12, wide, 0.14), beam)
    chimney = material("brick", (92, 48, 38), (126, 70, 52), scale=8.0)
    box("chimney", (x + side * 1.6, y + wide * 0.2, tall + 1.6), (0.5, 0.6, 1.6), chimney)


def lantern(x: float, y: float, side: float) -> None:
    """A lantern on an iron arm, and its light."""
    iron = surface("iron", (24, 24, 28), 0.4, Metallic=0.8)
    post("pole", (x, y, 0), (x, y, 3.1), (0.07, 0.045), iron)
    reach = x - side * 0.55
    tube("arm", [(x, y, 2.9), (x, y, 3.3), (reach, y, 3.4), (reach, y, 3.1)], (0.03,) * 4, iron)
    post(
        "cage",
        (reach, y, 2.62),
        (reach, y, 2.98),
        (0.10, 0.17),
        glow("lantern", (255, 196, 110), 12.0),
        sides=6,
    )
    post("hat", (reach, y, 2.98), (reach, y, 3.15), (0.22, 0.03), iron, sides=6)
    lamp("POINT", (reach, y, 2.5), (0, 0, 0), 330, (255, 176, 92), 0.15)


def build() -> None:
    """The whole scene; the street runs along Y and bends to the left."""
    rng.seed(11)
    sky(((0.0, (46, 66, 120)), (0.25, (24, 40, 92)), (1.0, (14, 24, 66))), 1.5)
    lamp("SUN", (-3, 4, 8), (0, 0, 0), 1.3, (140, 170, 255), 2.0)
    y, x = np.mgrid[-6:60:200j, -9:9:90j]
    ruts = np.array([fractal(a, b, 0.0, 0.5, 3) for a, b in zip(x.ravel(), y.ravel(), strict=True)])
    ground = 0.035 * np.abs(x) ** 1.2 * 0.35 + 0.035 * ruts.reshape(x.shape)
    stones = woven("cobbles", cobbles, roughness=0.16, bump=0.85, depth=0.10)
    grid("street", x, y, ground - 0.05, stones)
    water = surface("puddle", (20, 24, 34), 0.02, Specular_IOR_Level=0.9)
    box("water", (0, 27, -0.045), (18, 66, 0.02), water)
    for side in (-1, 1):
        at = -1.5
        while at < 40:
            wide = rng.uniform(3.0, 4.6)
            bend = -0.0052 * max(at - 4, 0) ** 2
            house(
                side,
                at + wide / 2,
                wide,
                rng.choice((3.7, 5.3, 5.5)),
                3.3 + rng.uniform(0, 0.4) + side * bend,
            )
            box(
                "kerb",
                (side * (2.75 + side * bend), at + wide / 2, 0.04),
                (0.9, wide, 0.16),
                material("kerb", (86, 84, 86), (120, 116, 112), scale=3.0),
            )
            at += wide + 0.02
    for y, side in ((2.6, 1), (8.5, -1), (15.0, 1), (23.0, -1)):
        lantern(side * 2.45 - 0.0052 * max(y - 4, 0) ** 2, y, side)
    pale = material("church", (122, 116, 118), (160, 150, 142), scale=1.2)
    slate = surface("slate", (44, 52, 70), 0.5)
    box("tower", (-4.6, 46, 5.5), (3.6, 3.6, 13.0), pale)
    post("spire", (-4.6, 46, 12.0), (-4.6, 46, 18.5), (2.75, 0.05), slate, sides=4)
    dial = post(
        "clock",
        (-4.6, 44.15, 10.0),
        (-4.6, 44.05, 10.0),
        (0.95, 0.95),
        glow("dial", (255, 226, 160), 3.0),
        sides=32,
    )
    dial.name = "dial"
    for turn, long in ((0.5, 0.7), (2.2, 0.5)):
        hand = box(
            "hand",
            (-4.6 + math.sin(turn) * long / 2, 44.0, 10 + math.cos(turn) * long / 2),
            (0.09, 0.02, long),
            slate,
        )
        hand.rotation_euler.y = turn
    moon = post(
        "moon",
        (13, 80, 27.5),
        (13, 80.1, 27.5),
        (2.0, 2.0),
        glow("moon", (255, 246, 216), 2.4),
        sides=48,
    )
    moon.name = "moon"
    for _ in range(60):
        at = (rng.uniform(-60, 60), 120, rng.uniform(18, 62))
        r = rng.choice((0.06, 0.08, 0.13))
        post(
            "star", at, (at[0], 120.05, at[2]), (r, r), glow("star", (220, 230, 255), 5.0), sides=6
        )

    # An inn on the left with its sign, and a barrel and crates before it.
    wood = material("crate", (92, 62, 38), (132, 92, 56), scale=3.0, stretch=(1, 1, 6))
    iron = surface("iron", (24, 24, 28), 0.4)
    post("rod", (-3.4, 4.2, 3.0), (-2.1, 4.2, 3.0), (0.03, 0.03), iron)
    box("sign", (-2.6, 4.2, 2.45), (0.95, 0.06, 0.75), surface("sign", (92, 24, 28), 0.5))
    lettering(
        "INN",
        (-2.6, 4.16, 2.46),
        0.46,
        surface("gold", (232, 184, 84), 0.3, Metallic=0.6),
        depth=0.02,
    )
    lamp("POINT", (-2.6, 3.7, 3.0), (0, 0, 0), 14, (255, 190, 120), 0.1)
    for bx, by, r in ((-2.75, 2.9, 0.30), (-2.85, 3.6, 0.28)):
        post("barrel", (bx, by, 0.05), (bx, by, 0.85), (r, r), wood)
        for z in (0.2, 0.7):
            post("hoop", (bx, by, z), (bx, by, z + 0.05), (r + 0.012, r + 0.012), iron)
    box("crate", (2.75, 1.5, 0.35), (0.6, 0.6, 0.55), wood, turn=0.4)
    box("crate", (2.85, 1.6, 0.85), (0.42, 0.42, 0.4), wood, turn=0.1)
    camera((0.35, -5.2, 1.65), (-0.55, 12.0, 2.95), 30)
