"""The front of a bookshop in a brick house: a large sign, an awning, lit windows, flower boxes."""

from __future__ import annotations

import math

import bpy
from harbour.build import add, box, linear, lump, material, post, rng

from .stage import Nodes, camera, glow, lamp, lettering, sky, surface, tube, turned, woven

Sockets = tuple[bpy.types.NodeSocket, bpy.types.NodeSocket]


def bricks(nodes: Nodes, at: bpy.types.NodeSocket) -> Sockets:
    """Red brick in pale mortar, on a wall that faces -Y."""
    split = nodes("SeparateXYZ", Vector=at)
    flat = nodes("CombineXYZ", X=split.outputs["X"], Y=split.outputs["Z"])
    wall = nodes(
        "TexBrick",
        Vector=flat.outputs[0],
        Scale=1.0,
        Color1=linear(150, 70, 50),
        Color2=linear(108, 46, 38),
        Mortar=linear(176, 164, 146),
        Mortar_Size=0.009,
        Brick_Width=0.26,
        Row_Height=0.088,
        Mortar_Smooth=0.2,
    )
    noise = nodes("TexNoise", Vector=at, Scale=2.5, Detail=8.0)
    dirt = nodes.ramp(noise.outputs[0], ((0.3, (150, 140, 136)), (0.65, (255, 255, 255))))
    mix = nodes("MixRGB", Fac=1.0, Color1=wall.outputs["Color"], Color2=dirt)
    mix.blend_type = "MULTIPLY"
    height = nodes("Math", Value=wall.outputs["Fac"])
    height.operation = "SUBTRACT"
    height.inputs[0].default_value = 1.0
    nodes.tree.links.new(wall.outputs["Fac"], height.inputs[1])
    for link in list(height.inputs[0].links):
        nodes.tree.links.remove(link)
    return mix.outputs[0], height.outputs[0]


def flags(nodes: Nodes, at: bpy.types.NodeSocket) -> Sockets:
    """Paving of grey slabs."""
    slab = nodes(
        "TexBrick",
        Vector=at,
        Scale=1.0,
        Color1=linear(134, 130, 126),
        Color2=linear(108, 106, 106),
        Mortar=linear(62, 60, 58),
        Mortar_Size=0.012,
        Brick_Width=0.75,
        Row_Height=0.5,
    )
    noise = nodes("TexNoise", Vector=at, Scale=7.0, Detail=8.0)
    grit = nodes.ramp(noise.outputs[0], ((0.3, (170, 166, 160)), (0.7, (255, 255, 255))))
    mix = nodes("MixRGB", Fac=1.0, Color1=slab.outputs["Color"], Color2=grit)
    mix.blend_type = "MULTIPLY"
    return mix.outputs[0], mix.outputs[0]


def books(x: float, z: float, wide: float, y: float) -> None:
    """A row of books standing on a shelf."""
    codes = (
        (150, 40, 36),
        (38, 70, 112),
        (206, 164, 70),
        (52, 96, 72),
        (226, 214, 188),
        (92, 52, 92),
        (196, 98, 44),
    )
    end = x + wide
    while x < end:
        thick, tall = rng.uniform(0.035, 0.075), rng.uniform(0.24, 0.36)
        cover = surface(f"cover {(k := rng.randrange(7))}", codes[k], 0.6)
        thing = box("book", (x + thick / 2, y, z + tall / 2), (thick * 0.94, 0.2, tall), cover)
        if rng.random() < 0.12:
            thing.rotation_euler.y = 0.16
            x += 0.05
        for share in (0.18, 0.8):
            if rng.random() < 0.6:
                box(
                    "gilt",
                    (x + thick / 2, y - 0.101, z + tall * share),
                    (thick * 0.9, 0.004, 0.012),
                    surface("gold", (230, 180, 80), 0.3),
                )
        x += thick + 0.004


def pane(x: float, wide: float, wood: bpy.types.Material) -> None:
    """A shop window about ``x``: frame, glass, a panelled foot, and shelves of books behind."""
    low, high = 0.78, 2.62
    box("back", (x, 0.75, 1.7), (wide, 0.05, 2.0), glow("inside", (214, 140, 70), 0.55))
    for v in (-0.5, 0.5):
        box(
            "cheek",
            (x + v * wide, 0.38, 1.7),
            (0.04, 0.72, 2.0),
            surface("cheek", (176, 110, 60), 0.7),
        )
    box("floor", (x, 0.45, low - 0.02), (wide, 0.7, 0.05), surface("shelf", (120, 78, 46), 0.5))
    for k, (z, y) in enumerate(((low + 0.02, 0.22), (low + 0.58, 0.52), (low + 1.10, 0.62))):
        if k:
            box("shelf", (x, y, z - 0.02), (wide, 0.25, 0.035), surface("shelf", (0, 0, 0)))
        books(x - wide / 2 + 0.06, z, wide * (0.36 if k == 0 else 0.92), y)
    for i in range(3):  # open books and a globe at the front
        for side in (-1, 1):
            leaf = box(
                "leaf",
                (x + 0.02 + 0.26 * i + side * 0.075, 0.2, low + 0.16),
                (0.15, 0.02, 0.21),
                surface("paper", (236, 226, 200), 0.8),
            )
            leaf.rotation_euler = (-0.5, 0, side * 0.25)
    lamp("AREA", (x, 0.25, high + 0.05), (x, 0.45, 0.5), 34, (255, 206, 140), 0.7)
    for v in (-0.5, 0.0, 0.5):
        box("post", (x + v * wide, 0, 1.68), (0.075, 0.14, 2.0), wood)
    for z in (low - 0.06, 2.22, high + 0.04):
        box("rail", (x, 0, z), (wide + 0.07, 0.14, 0.085), wood)
    box("foot", (x, -0.01, 0.36), (wide + 0.07, 0.12, 0.74), wood)
    for k in range(3):
        at = x + (k - 1) * wide / 3
        box(
            "panel",
            (at, -0.08, 0.38),
            (wide / 3 - 0.14, 0.03, 0.46),
            surface("trim", (36, 88, 84), 0.4),
        )
    box(
        "glass",
        (x, 0.02, 1.7),
        (wide, 0.008, 1.86),
        surface("pane", (255, 255, 255), 0.02, Transmission_Weight=1.0, IOR=1.12),
    )


def awning() -> None:
    """Striped cloth over the windows, with a scalloped rim."""
    for k in range(26):
        x = -2.86 + 0.22 * k
        cloth = surface(f"stripe {k % 2}", ((226, 216, 194), (158, 36, 38))[k % 2], 0.85)
        a, b = x, x + 0.22
        slope = [(a, -0.08, 3.02), (b, -0.08, 3.02), (b, -0.98, 2.62), (a, -0.98, 2.62)]
        rim = [
            (a + 0.22 * i / 8, -0.985, 2.62 - 0.13 - 0.05 * math.sin(math.pi * i / 8))
            for i in range(9)
        ]
        add("awning", slope, [(0, 1, 2, 3)], cloth)
        add("rim", [(a, -0.985, 2.62), *rim, (b, -0.985, 2.62)], [tuple(range(11))], cloth)


def flowers(x: float, y: float, z: float, wide: float) -> None:
    """A box of geraniums."""
    box("trough", (x, y, z), (wide, 0.22, 0.2), surface("terracotta", (164, 84, 54), 0.8))
    leaf = material("leaf", (34, 74, 32), (74, 120, 48), scale=8.0, bump=0.8)
    for _ in range(int(wide * 36)):
        at = (
            x + rng.uniform(-0.5, 0.5) * wide,
            y + rng.uniform(-0.14, 0.1),
            z + rng.uniform(0.1, 0.28),
        )
        r = rng.uniform(0.05, 0.085)
        lump("leaf", at, (r, r, r * 0.7), leaf, rough=0.5, detail=2)
    for _ in range(int(wide * 26)):
        at = (
            x + rng.uniform(-0.5, 0.5) * wide,
            y - rng.uniform(0.0, 0.18),
            z + rng.uniform(0.2, 0.38),
        )
        petal = surface(
            f"bloom {(k := rng.randrange(3))}",
            ((206, 40, 52), (236, 120, 140), (244, 226, 220))[k],
            0.7,
        )
        lump("bloom", at, (0.042, 0.042, 0.035), petal, rough=0.5, detail=2)


def build() -> None:
    """The whole scene; the front is in the plane Y = 0."""
    rng.seed(3)
    sky(((0.0, (196, 206, 220)), (1.0, (110, 150, 206))), 0.85)
    lamp("SUN", (-4.5, -5.0, 5.2), (0, 0, 0), 3.0, (255, 226, 184), 1.0)
    wall = woven("wall", bricks, roughness=0.9, bump=0.6, depth=0.02)
    box("upper", (0, 0.12, 4.9), (13.56, 0.24, 3.0), wall)
    for x in (-4.78, 4.78):
        box("side", (x, 0.12, 1.65), (4.0, 0.24, 3.5), wall)
    box(
        "pavement",
        (0, -3.0, -0.05),
        (14, 6.4, 0.1),
        woven("flags", flags, roughness=0.55, bump=0.25, depth=0.02),
    )
    wood = surface("paint", (20, 62, 60), 0.35)
    pane(-1.72, 2.1, wood)
    pane(1.72, 2.1, wood)

    # The door between the windows.
    box("dark", (0, 0.9, 1.4), (1.3, 0.05, 2.9), glow("hall", (190, 120, 64), 0.35))
    box("leaf", (0, 0.12, 1.10), (0.96, 0.07, 2.2), surface("door", (132, 32, 32), 0.35))
    box("light", (0, 0.08, 1.50), (0.66, 0.03, 1.05), glow("door light", (236, 176, 104), 0.7))
    for x in (-0.165, 0.165):
        box("bar", (x, 0.06, 1.5), (0.03, 0.03, 1.05), surface("door", (0, 0, 0)))
    for z in (1.25, 1.62):
        box("bar", (0, 0.06, z), (0.66, 0.03, 0.03), surface("door", (0, 0, 0)))
    box("panel", (0, 0.07, 0.50), (0.66, 0.03, 0.55), surface("door panel", (104, 24, 26), 0.35))
    gold = surface("gold", (230, 180, 80), 0.3, Metallic=0.7)
    lump("knob", (0.38, 0.03, 1.05), (0.045, 0.045, 0.045), gold, rough=0.0)
    box("step", (0, -0.2, 0.05), (1.3, 0.6, 0.14), surface("stone", (168, 162, 150), 0.8))
    for x in (-0.58, 0.58):
        box("jamb", (x, 0, 1.35), (0.14, 0.18, 2.7), wood)
    box("card", (0, 0.03, 1.62), (0.42, 0.02, 0.2), surface("card", (240, 232, 208), 0.7))
    lettering("OPEN", (0, 0.015, 1.62), 0.17, surface("ink", (120, 20, 24), 0.6), depth=0.003)
    lettering("27", (0, -0.03, 2.42), 0.24, gold, depth=0.01)
    box("transom", (0, 0.05, 2.42), (1.05, 0.05, 0.38), wood)

    # The sign and the awning.
    box("fascia", (0, -0.10, 3.36), (6.2, 0.16, 0.68), wood)
    for z in (3.03, 3.71):
        box("moulding", (0, -0.16, z), (6.4, 0.24, 0.07), surface("trim", (0, 0, 0)))
    for x in (-3.12, 3.12):
        box("bracket", (x, -0.14, 3.3), (0.16, 0.26, 0.95), surface("trim", (0, 0, 0)))
    lettering(
        "AURORA BOOKSHOP",
        (0, -0.20, 3.37),
        0.60,
        surface("letters", (240, 208, 120), 0.35, Metallic=0.3),
        depth=0.025,
    )
    awning()
    for x, words in ((-1.72, "NEW & OLD"), (1.72, "MAPS & PRINTS")):
        lettering(
            words,
            (x, -0.01, 2.40),
            0.20,
            surface("dark letters", (40, 22, 16), 0.6),
            depth=0.003,
        )

    # Above: two windows with boxes, a lamp on an arm; before the shop: boards, pots, a bench.
    frame = surface("sash", (232, 226, 210), 0.5)
    for x in (-1.75, 1.75):
        box(
            "glass",
            (x, -0.01, 4.85),
            (1.0, 0.04, 1.35),
            surface("night glass", (40, 54, 70), 0.05, Specular_IOR_Level=0.9),
        )
        for v in (-0.5, 0.0, 0.5):
            box("sash", (x + v, -0.04, 4.85), (0.07, 0.08, 1.4), frame)
            box("sash", (x, -0.04, 4.85 + v * 1.35), (1.07, 0.08, 0.07), frame)
        box("sill", (x, -0.12, 4.12), (1.3, 0.3, 0.08), frame)
        flowers(x, -0.20, 4.24, 1.05)
    iron = surface("iron", (26, 26, 30), 0.4, Metallic=0.7)
    for x in (-3.0, 3.0):
        tube(
            "arm",
            [(x, 0, 4.25), (x, -0.3, 4.45), (x, -0.6, 4.35), (x, -0.6, 4.15)],
            (0.025,) * 4,
            iron,
        )
        turned("shade", [(0.22, 3.98), (0.07, 4.12), (0.04, 4.2)], iron, (x, -0.6, 0.0))
        lump(
            "bulb",
            (x, -0.6, 4.0),
            (0.07, 0.07, 0.09),
            glow("bulb", (255, 220, 160), 9.0),
            rough=0.0,
            detail=3,
        )
    for lean, y in ((0.22, -1.25), (-0.22, -0.98)):
        board = box(
            "board", (-0.95, y, 0.46), (0.62, 0.03, 0.92), surface("slate", (30, 34, 36), 0.8)
        )
        board.rotation_euler = (-lean, 0, 0.0)
    for words, z, size in (
        ("POETRY", 0.70, 0.14),
        ("TODAY", 0.53, 0.12),
        ("HALF PRICE", 0.33, 0.095),
    ):
        chalk = lettering(
            words,
            (-0.95, -1.27 - 0.22 * (0.46 - z), z),
            size,
            surface("chalk", (236, 232, 220), 0.9),
            depth=0.002,
        )
        chalk.rotation_euler.x = math.pi / 2 - 0.22
    for x, r in ((0.95, 0.24), (3.35, 0.28), (-3.35, 0.28)):
        turned(
            "pot",
            [
                (0, 0),
                (r * 0.7, 0),
                (r, 0.42),
                (r * 1.06, 0.42),
                (r * 1.06, 0.48),
                (r * 0.9, 0.48),
                (0, 0.42),
            ],
            surface("terracotta", (0, 0, 0)),
            (x, -0.75, 0.0),
            smooth=False,
        )
        bush = material("leaf", (0, 0, 0))
        for _ in range(60):
            a, s = rng.uniform(0, 6.3), rng.uniform(0, 1)
            at = (
                x + r * 1.1 * s * math.cos(a),
                -0.75 + r * 1.1 * s * math.sin(a),
                0.5 + 0.5 * rng.random() * (1.2 - s),
            )
            lump("leaf", at, (0.09, 0.09, 0.06), bush, rough=0.5, detail=2)
    crate = material("crate", (126, 88, 54), (172, 128, 82), scale=3.0, stretch=(6, 1, 1))
    for x in (1.35, 2.15):
        box("table", (x, -0.72, 0.60), (0.76, 0.44, 0.05), crate)
        for v in (-1, 1):
            box("side", (x, -0.72 + 0.21 * v, 0.68), (0.76, 0.03, 0.16), crate)
            post("leg", (x + 0.3 * v, -0.72, 0.0), (x + 0.3 * v, -0.72, 0.6), (0.03, 0.03), crate)
        books(x - 0.34, 0.63, 0.64, -0.72)
    camera((-1.0, -9.3, 1.75), (0.0, 0, 2.22), 38)
