"""A mountain lake: snow peaks, spruces, a jetty with a red canoe, clouds over the pass."""

from __future__ import annotations

import math

import bmesh
import bpy
import numpy as np
from harbour.build import add, add_shape, box, linear, lump, material, post, rng
from mathutils import Vector, noise

from .stage import Nodes, camera, grid, lamp, sky, surface, tube, woven

Sockets = tuple[bpy.types.NodeSocket, bpy.types.NodeSocket]


def height(x: float, y: float) -> float:
    """The ground over a point, metres; the lake is at 0."""
    ridged = 0.0
    for octave in range(7):
        scale, gain = 0.0042 * 2.05**octave, 0.52**octave
        ridged += gain * (1.0 - 1.7 * abs(noise.noise(Vector((x * scale + 3.1, y * scale, 7.7)))))
    valley = 1.0 - math.exp(-(((x + 6) / 75.0) ** 2)) * min(1.0, max(0.0, (330 - y) / 120))
    back = min(max((y - 70) / 230.0, 0.0), 1.0)
    sides = min(max((abs(x + 6) - 42) / 110.0, 0.0), 1.0)
    peaks = 118 * math.exp(-(((x - 62) / 80) ** 2 + ((y - 310) / 95) ** 2))
    peaks += 150 * math.exp(-(((x + 95) / 85) ** 2 + ((y - 300) / 100) ** 2))
    peaks += 95 * math.exp(-(((x + 14) / 50) ** 2 + ((y - 390) / 60) ** 2))
    shore = max(back, sides * min(max((y + 20) / 120, 0.25), 1.0)) * valley
    return -2.2 + 26 * shore * max(ridged - 0.6, 0.1) + peaks * (0.42 + 0.42 * (ridged - 0.9))


def mountains() -> None:
    """The land, coloured by height and steepness: meadow, scree, rock, snow."""
    y, x = np.mgrid[-30:430:330j, -260:260:380j]
    z = np.array([height(a, b) for a, b in zip(x.ravel(), y.ravel(), strict=True)]).reshape(x.shape)
    steep = np.hypot(*np.gradient(z, 1.38))
    mottle = np.array(
        [
            noise.fractal(Vector((a, b, 1.0)) * 0.03, 1.0, 2.0, 5)
            for a, b in zip(x.ravel(), y.ravel(), strict=True)
        ]
    ).reshape(x.shape)
    low = np.clip((z - 14 - 10 * mottle) / 14, 0, 1)[..., None]
    snow = np.clip((z - 37 - 16 * mottle) / 8, 0, 1) * np.clip((1.45 - steep) / 0.35, 0, 1)
    meadow = np.array(linear(86, 104, 48)[:3]) * (1 + 0.35 * mottle[..., None])
    rock = np.array(linear(126, 118, 122)[:3]) * (1 + 0.4 * mottle[..., None])
    colour = meadow + (rock - meadow) * np.maximum(low, np.clip(steep - 0.9, 0, 1)[..., None])
    colour = colour + (np.array((0.86, 0.89, 0.95)) - colour) * snow[..., None]
    shore = np.clip(1.0 - np.abs(z - 0.2) / 0.8, 0, 1)[..., None]
    colour = colour + (np.array(linear(170, 158, 132)[:3]) - colour) * shore
    stone = material(
        "land", (205, 205, 205), (255, 255, 255), scale=0.35, bump=0.9, from_vertices=True
    )
    grid("land", x, y, z, stone, np.clip(colour, 0.0, 1.0).astype(np.float32))


def spruce(x: float, y: float, z: float, tall: float, shade: int, layers: int = 9) -> None:
    """A spruce of drooping skirts with ragged rims."""
    green = ((44, 84, 58), (62, 104, 62), (84, 118, 62))[shade]
    needles = material(
        f"needles {shade}", tuple(int(c * 0.6) for c in green), green, scale=2.0, bump=0.8
    )
    vertices, faces, sides = [], [], 18
    for layer in range(layers):
        t = layer / layers
        foot, reach = tall * (0.10 + 0.86 * t), tall * 0.21 * (1 - t) ** 0.85 + 0.03 * tall
        start = len(vertices)
        vertices.append((0.0, 0.0, foot + tall * 0.20 * (1.15 - 0.6 * t)))
        for k in range(sides):
            a = math.tau * (k + rng.uniform(-0.3, 0.3)) / sides
            r = reach * (rng.uniform(0.82, 1.12) if k % 2 else rng.uniform(0.50, 0.70))
            vertices.append(
                (r * math.cos(a), r * math.sin(a), foot - (0.04 * tall if k % 2 else 0.0))
            )
        faces += [(start, start + 1 + k, start + 1 + (k + 1) % sides) for k in range(sides)]
    thing = add("spruce", vertices, faces, needles)
    thing.location, thing.rotation_euler.z = (x, y, z), rng.uniform(0, 6.3)
    post(
        "bole",
        (x, y, z - 0.5),
        (x, y, z + 0.4 * tall),
        (0.028 * tall, 0.015 * tall),
        material("bark", (60, 44, 34), (92, 70, 52), scale=6.0),
        sides=6,
    )


def waves(nodes: Nodes, at: bpy.types.NodeSocket) -> Sockets:
    """Small ripples, longer across the view."""
    place = nodes("Mapping", Vector=at, Scale=(0.35, 1.0, 1.0))
    ripple = nodes("TexNoise", Vector=place.outputs[0], Scale=1.1, Detail=4.0, Roughness=0.5)
    deep = nodes("TexNoise", Vector=at, Scale=0.03, Detail=2.0)
    return nodes.ramp(
        deep.outputs[0], ((0.35, (16, 62, 74)), (0.65, (34, 98, 100)))
    ), ripple.outputs[0]


def canoe() -> None:
    """A red canoe by the jetty."""
    v, u = np.mgrid[0:1:24j, -1:1:60j]
    half = 0.46 * (1 - u**2) ** 0.7
    a = (v - 0.5) * math.pi
    x = half * np.sin(a)
    z = -0.34 * np.cos(a) * (1 - 0.25 * u**2) + 0.24 + 0.22 * u**4
    hull = grid("canoe", x, 2.3 * u + 0 * v, z, surface("lacquer", (178, 30, 24), 0.25))
    hull.modifiers.new("thick", "SOLIDIFY").thickness = 0.04
    hull.location, hull.rotation_euler.z = (-2.35, 7.4, 0.12), -0.95
    wood = material("plank", (112, 88, 66), (154, 124, 92), scale=4.0, stretch=(1, 6, 1))
    for u in (-0.45, 0.05, 0.5):
        thing = box("thwart", (0, 2.3 * u, 0.2), (0.84 * (1 - u**2) ** 0.7, 0.16, 0.03), wood)
        thing.parent = hull
    paddle = tube(
        "paddle", [(0.1, -1.2, 0.22), (0.05, 0.2, 0.3), (0.1, 1.0, 0.34)], (0.025,) * 3, wood
    )
    paddle.parent = hull


def build() -> None:
    """The whole scene; the view is along Y."""
    rng.seed(5)
    sky(
        (
            (0.0, (222, 226, 226)),
            (0.10, (176, 208, 232)),
            (0.35, (84, 140, 206)),
            (1.0, (32, 78, 160)),
        ),
        1.0,
        0.45,
    )
    lamp("SUN", (-7, -3.2, 5.5), (0, 0, 0), 4.2, (255, 236, 205), 0.6)
    mountains()
    box(
        "water",
        (0, 150, -0.5),
        (700, 500, 1.0),
        woven("water", waves, roughness=0.04, bump=0.16, depth=0.22),
    )
    count = 0
    while count < 620:
        x, y = rng.uniform(-170, 150), rng.uniform(35, 250)
        z = height(x, y)
        wood = noise.noise(Vector((x * 0.03, y * 0.03, 4.0)))
        if not 0.4 < z < 30 + 6 * wood or wood < rng.uniform(-0.5, 0.25):
            continue
        spruce(x, y, z - 0.2, rng.uniform(4.5, 9.5), rng.randrange(3), 6)
        count += 1
    for x, y, tall in (
        (-9.6, 11.5, 9.5),
        (-11.5, 13.5, 12.0),
        (-8.1, 14.5, 7.0),
        (-13.8, 12.0, 8.0),
        (9.6, 13.0, 11.0),
        (11.6, 15.0, 8.5),
        (7.8, 16.5, 6.0),
        (13.6, 16.0, 11.5),
    ):
        spruce(x, y, -0.1, tall, rng.randrange(3), 16)

    # Near banks, stones, reeds; a jetty.
    turf = material("turf", (74, 88, 38), (132, 128, 60), scale=2.5, bump=0.7)
    for x, y, size in (
        (-12.0, 12.5, (7.0, 5.0, 0.9)),
        (12.0, 15.0, (7.0, 4.5, 0.9)),
        (-5.8, 4.2, (3.6, 2.0, 0.55)),
        (6.6, 4.5, (3.4, 1.7, 0.5)),
    ):
        lump("bank", (x, y, -0.25), size, turf, rough=0.22)
    stone = material("boulder", (92, 90, 92), (158, 150, 140), scale=2.2, bump=0.6)
    for _ in range(60):
        side = rng.choice((-1, 1))
        x, y = side * rng.uniform(3.1, 9.5), rng.uniform(3.6, 12.0)
        r = rng.uniform(0.10, 0.50)
        lump(
            "stone",
            (x, y, 0.02),
            (r, r * rng.uniform(0.7, 1.2), r * 0.7),
            stone,
            rough=0.35,
            detail=3,
        )
    for tint, code in enumerate(((142, 140, 62), (96, 116, 48), (176, 156, 84))):
        blades: list[tuple[float, float, float]] = []
        for _ in range(800):
            side = rng.choice((-1, 1))
            x, y = side * abs(rng.gauss(5.9, 1.7)), rng.gauss(4.4, 1.0)
            tall, lean, turn = rng.uniform(0.25, 0.8), rng.gauss(0.05, 0.12), rng.uniform(0, 6.3)
            w = 0.014
            c, s = w * math.cos(turn), w * math.sin(turn)
            blades += [(x - c, y - s, 0.05), (x + c, y + s, 0.05), (x + lean, y, tall)]
        add(
            "grass",
            blades,
            [(i, i + 1, i + 2) for i in range(0, len(blades), 3)],
            surface(f"blade {tint}", code, 0.8),
        )
    for _ in range(120):
        x, y, z = (
            rng.choice((-1, 1)) * abs(rng.gauss(5.6, 1.4)),
            rng.gauss(3.9, 0.7),
            rng.uniform(0.25, 0.62),
        )
        petal = surface(
            f"petal {(k := rng.randrange(3))}",
            ((236, 196, 60), (224, 224, 236), (150, 84, 176))[k],
            0.7,
        )
        flower = add_shape("flower", _ball, petal)
        flower.location, flower.scale = (x, y, z), (0.05, 0.05, 0.035)
    plank = material("plank", (112, 88, 66), (154, 124, 92), scale=4.0, stretch=(1, 6, 1))
    for k in range(18):
        thing = box(
            "plank", (-1.15 + 0.02 * rng.random(), 2.4 + 0.30 * k, 0.42), (1.15, 0.26, 0.05), plank
        )
        thing.rotation_euler.z = rng.gauss(0, 0.012)
    for y in (3.0, 5.2, 7.4):
        for x in (-1.75, -0.55):
            post("pile", (x, y, -1.0), (x, y, 0.78), (0.085, 0.075), plank, sides=10)
    canoe()
    camera((1.0, -2.2, 2.15), (-0.4, 30.0, 4.6), 30)


def _ball(shape: bmesh.types.BMesh) -> None:
    """A small round mesh."""
    bmesh.ops.create_icosphere(shape, subdivisions=2, radius=1.0)
