"""A still life: fruit, a green bottle, a jug and a cloth on a table, light from the left."""

from __future__ import annotations

import math

import bpy
import numpy as np
from harbour.build import box, linear, rng

from .stage import Nodes, camera, grid, lamp, sky, smooth_profile, surface, tube, turned, woven

Sockets = tuple[bpy.types.NodeSocket, bpy.types.NodeSocket]


def wood(nodes: Nodes, at: bpy.types.NodeSocket) -> Sockets:
    """Long brown grain."""
    place = nodes("Mapping", Vector=at, Scale=(0.5, 9.0, 9.0))
    noise = nodes("TexNoise", Vector=place.outputs[0], Scale=2.2, Detail=8.0, Roughness=0.65)
    stops = ((0.3, (60, 30, 16)), (0.5, (116, 66, 34)), (0.7, (158, 98, 54)))
    return nodes.ramp(noise.outputs[0], stops), noise.outputs[0]


def skin(low: tuple[int, int, int], middle: tuple[int, int, int], high: tuple[int, int, int]):
    """The skin of a fruit: streaks of three colours from stalk to flower, with freckles."""

    def build(nodes: Nodes, at: bpy.types.NodeSocket) -> Sockets:
        place = nodes("Mapping", Vector=at, Scale=(1.0, 1.0, 0.35))
        noise = nodes("TexNoise", Vector=place.outputs[0], Scale=11.0, Detail=6.0)
        pores = nodes("TexNoise", Vector=at, Scale=90.0, Detail=2.0)
        return nodes.ramp(
            noise.outputs[0], ((0.36, low), (0.52, middle), (0.68, high))
        ), pores.outputs[0]

    return build


def checked(nodes: Nodes, at: bpy.types.NodeSocket) -> Sockets:
    """Linen with blue stripes both ways."""
    split = nodes("SeparateXYZ", Vector=at)
    bands = []
    for axis in ("X", "Y"):
        wave = nodes("Math", Value=split.outputs[axis])
        wave.operation, wave.inputs[1].default_value = "PINGPONG", 0.055
        bands.append(nodes.ramp(wave.outputs[0], ((0.016, (255,) * 3), (0.019, (96, 118, 178)))))
    both = nodes("MixRGB", Fac=1.0, Color1=bands[0], Color2=bands[1])
    both.blend_type = "MULTIPLY"
    thread = nodes("TexNoise", Vector=at, Scale=160.0, Detail=2.0)
    tint = nodes("MixRGB", Fac=1.0, Color1=both.outputs[0], Color2=linear(240, 232, 214))
    tint.blend_type = "MULTIPLY"
    return tint.outputs[0], thread.outputs[0]


def cloth() -> None:
    """A napkin thrown on the table, hanging over its front edge in folds."""
    v, u = np.mgrid[0:1:220j, 0:1:260j]
    x = -0.15 + 0.95 * u + 0.10 * (v - 0.5)
    fold = 0.5 + 0.5 * np.sin(11 * u + 2.5 * np.sin(3.1 * v + 1.0) + 1.5 * v)
    crease = np.abs(np.sin(7 * u - 5 * v + np.sin(5 * u)))
    z = 0.012 + 0.055 * fold**2 * (0.35 + 0.65 * np.abs(u - 0.35)) + 0.018 * (1 - crease) ** 2
    y = -0.42 + 0.80 * v + 0.05 * np.sin(5 * u)
    over = np.clip(-0.40 - y, 0, None)
    y = np.maximum(y, -0.40) - 0.028 - 0.035 * fold * np.clip(over * 20, 0, 1)
    reach = np.clip(0.32 - v, 0, 1) / 0.32
    z = z * (1 - np.clip(reach * 1.2 - 0.2, 0, 1)) - 0.42 * np.clip(reach - 0.35, 0, 1)
    y = np.where(reach > 0.3, -0.425 - 0.05 * fold * np.clip(reach - 0.3, 0, 1) * 2, y)
    thing = grid("cloth", x, y, z, woven("linen", checked, roughness=0.9, bump=0.25, depth=0.004))
    thing.modifiers.new("thick", "SOLIDIFY").thickness = 0.006


def fruit(
    at: tuple[float, float, float],
    size: float,
    profile: list[tuple[float, float]],
    material: bpy.types.Material,
    tilt: tuple[float, float, float],
    *,
    stalk: bool = True,
) -> None:
    """A turned fruit with a stalk; the profile is scaled by ``size``."""
    body = turned(
        "fruit", [(r * size, z * size) for r, z in smooth_profile(profile, 48)], material, at
    )
    for vertex in body.data.vertices:  # no fruit is quite round
        a = math.atan2(vertex.co.y, vertex.co.x)
        bend = 1.0 + 0.025 * math.sin(3 * a + at[0] * 50) + 0.02 * math.sin(5 * a + at[1] * 90)
        vertex.co.x, vertex.co.y = vertex.co.x * bend, vertex.co.y * bend
    body.rotation_euler = tilt
    if stalk:
        top = profile[-1][1] * size
        points = [(0, 0, top - 0.01), (0.002, 0.002, top + 0.02), (0.012, 0.0, top + 0.05)]
        bit = tube("stalk", points, (0.005, 0.004, 0.006), surface("stalk", (70, 46, 24), 0.8))
        bit.location, bit.rotation_euler = at, tilt


APPLE = [
    (0.0, 0.10),
    (0.35, 0.02),
    (0.75, 0.25),
    (0.98, 0.8),
    (0.98, 1.15),
    (0.75, 1.55),
    (0.35, 1.68),
]
APPLE += [(0.12, 1.55), (0.0, 1.45)]
PEAR = [(0.0, 0.05), (0.45, 0.0), (0.88, 0.35), (0.98, 0.8), (0.80, 1.3), (0.52, 1.75), (0.42, 2.1)]
PEAR += [(0.28, 2.35), (0.0, 2.42)]
ROUND = [
    (0.0, 0.0),
    (0.45, 0.06),
    (0.88, 0.5),
    (0.98, 0.98),
    (0.86, 1.45),
    (0.45, 1.86),
    (0.0, 1.93),
]
LEMON = [
    (0.0, -0.25),
    (0.14, -0.15),
    (0.35, 0.08),
    (0.78, 0.5),
    (0.88, 1.0),
    (0.72, 1.55),
    (0.34, 1.95),
]
LEMON += [(0.16, 2.15), (0.0, 2.25)]


def build() -> None:
    """The whole scene, at the size of life in metres times 1.6."""
    sky(((0.0, (70, 66, 64)), (1.0, (110, 116, 124))), 0.25)
    lamp("AREA", (-2.2, -1.0, 1.9), (0, 0, 0.2), 150, (255, 236, 206), 0.9)
    lamp("AREA", (2.4, -1.6, 1.0), (0, 0, 0.2), 14, (150, 180, 230), 1.6)
    lamp("AREA", (0.8, 1.2, 1.7), (0.1, 0.1, 0.2), 40, (255, 214, 170), 0.6)
    box(
        "table", (0, 0.15, -0.04), (4.2, 1.15, 0.08), woven("wood", wood, roughness=0.45, bump=0.15)
    )

    def plaster(nodes: Nodes, at: bpy.types.NodeSocket) -> Sockets:
        noise = nodes("TexNoise", Vector=at, Scale=1.6, Detail=9.0, Roughness=0.62)
        stops = ((0.3, (46, 52, 48)), (0.5, (88, 90, 74)), (0.7, (128, 112, 84)))
        return nodes.ramp(noise.outputs[0], stops), noise.outputs[0]

    box("wall", (0, 1.35, 0.5), (6.0, 0.1, 4.0), woven("plaster", plaster, bump=0.5, depth=0.06))
    cloth()

    glass = surface("glass", (110, 190, 96), 0.03, Transmission_Weight=1.0, IOR=1.5)
    bottle = [
        (0.0, 0.012),
        (0.105, 0.0),
        (0.118, 0.03),
        (0.118, 0.42),
        (0.108, 0.50),
        (0.055, 0.58),
    ]
    bottle += [(0.040, 0.64), (0.038, 0.80), (0.048, 0.805), (0.048, 0.84), (0.036, 0.845)]
    inner = [(max(r - 0.008, 0.0), min(max(z, 0.02), 0.845)) for r, z in reversed(bottle)]
    turned(
        "bottle", smooth_profile(bottle, 110) + smooth_profile(inner, 90), glass, (-0.33, 0.32, 0.0)
    )
    wine = [(0.0, 0.022), (0.106, 0.03), (0.107, 0.26), (0.0, 0.26)]
    turned(
        "wine",
        wine,
        surface("wine", (110, 10, 30), 0.05, Transmission_Weight=0.7),
        (-0.33, 0.32, 0),
    )
    turned(
        "cork",
        [(0.0, 0.78), (0.034, 0.78), (0.036, 0.89), (0.0, 0.892)],
        surface("cork", (176, 130, 84), 0.9),
        (-0.33, 0.32, 0.0),
        smooth=False,
    )
    label = surface("label", (232, 220, 190), 0.8)
    turned("label", [(0.1195, 0.16), (0.1195, 0.36)], label, (-0.33, 0.32, 0.0))
    band = surface("band", (150, 30, 30), 0.7)
    turned("band", [(0.1200, 0.31), (0.1200, 0.335)], band, (-0.33, 0.32, 0.0))

    glazed = surface("glaze", (226, 226, 220), 0.16)
    blue = surface("blue", (38, 66, 140), 0.16)
    jug = [(0.0, 0.0), (0.11, 0.0), (0.125, 0.02), (0.19, 0.16), (0.195, 0.25), (0.14, 0.40)]
    jug += [(0.105, 0.48), (0.125, 0.56), (0.13, 0.57), (0.118, 0.565), (0.096, 0.48), (0.13, 0.39)]
    jug += [(0.18, 0.25), (0.10, 0.03), (0.0, 0.03)]
    turned("jug", smooth_profile(jug, 120), glazed, (0.60, 0.38, 0.0))
    for low, high in ((0.205, 0.222), (0.255, 0.262), (0.455, 0.467)):
        r = float(
            np.interp((low + high) / 2, (0.16, 0.25, 0.40, 0.48), (0.1895, 0.1905, 0.141, 0.108))
        )
        turned("ring", [(r + 0.0030, low), (r + 0.0035, high)], blue, (0.60, 0.38, 0.0))
    handle = [
        (0.72, 0.38, 0.50),
        (0.82, 0.36, 0.55),
        (0.90, 0.35, 0.44),
        (0.87, 0.35, 0.28),
        (0.76, 0.37, 0.20),
    ]
    tube("handle", handle, (0.018, 0.022, 0.021, 0.020, 0.018), glazed, sides=6)

    bowl = [
        (0.0, 0.03),
        (0.09, 0.03),
        (0.10, 0.0),
        (0.11, 0.0),
        (0.115, 0.03),
        (0.26, 0.12),
        (0.315, 0.19),
    ]
    bowl += [(0.325, 0.195), (0.312, 0.195), (0.25, 0.135), (0.10, 0.05), (0.0, 0.048)]
    clay = surface("bowl", (168, 84, 48), 0.3)
    turned("bowl", smooth_profile(bowl, 100), clay, (0.10, 0.22, 0.0))

    red = woven(
        "red apple", skin((120, 16, 18), (186, 34, 26), (226, 150, 60)), roughness=0.25, bump=0.02
    )
    green = woven(
        "green apple",
        skin((96, 128, 36), (150, 172, 56), (196, 196, 96)),
        roughness=0.25,
        bump=0.02,
    )
    pear = woven(
        "pear", skin((142, 122, 40), (206, 172, 62), (224, 186, 88)), roughness=0.4, bump=0.05
    )
    orange = woven(
        "orange",
        skin((224, 104, 12), (238, 128, 20), (244, 148, 40)),
        roughness=0.38,
        bump=0.25,
        depth=0.005,
    )
    lemon = woven(
        "lemon",
        skin((232, 186, 26), (244, 208, 46), (248, 222, 90)),
        roughness=0.35,
        bump=0.25,
        depth=0.006,
    )
    fruit((0.00, 0.20, 0.10), 0.105, APPLE, red, (0.2, -0.15, 0.5))
    fruit((0.20, 0.28, 0.11), 0.100, ROUND, orange, (0.3, 0.2, 0.0), stalk=False)
    fruit((0.15, 0.10, 0.10), 0.098, APPLE, green, (-0.35, 0.25, 1.0))
    fruit((0.04, 0.32, 0.14), 0.100, PEAR, pear, (0.1, -0.55, 0.3))
    fruit((-0.52, 0.06, 0.0), 0.115, APPLE, red, (0.05, 0.1, 2.0))
    fruit((-0.76, 0.16, 0.0), 0.110, PEAR, pear, (0.0, 0.06, 0.0))
    fruit((-0.22, -0.12, 0.085), 0.082, LEMON, lemon, (1.45, 0.2, 0.9), stalk=False)
    fruit((0.66, -0.10, 0.02), 0.108, ROUND, orange, (0.5, 0.3, 0.0), stalk=False)

    grape = surface(
        "grape", (58, 22, 64), 0.18, Subsurface_Weight=0.25, Subsurface_Radius=(0.05, 0.02, 0.05)
    )
    for k in range(54):
        t = k / 54
        spread = 0.115 * math.sin(math.pi * (0.12 + 0.8 * t)) ** 0.8
        a = rng.uniform(0, math.tau)
        r = spread * rng.uniform(0.2, 1.0)
        x, y = -0.70 + 0.30 * t + r * math.cos(a) * 0.5, -0.17 - 0.06 * t + r * math.sin(a)
        z = 0.035 + max(0.0, (spread - r)) * rng.uniform(0.3, 1.0)
        fruit((x, y, z - 0.033), 0.034, ROUND, grape, (0.1, 0.1, a), stalk=False)
    tube(
        "vine",
        [(-0.70, -0.17, 0.08), (-0.76, -0.14, 0.10), (-0.80, -0.15, 0.13)],
        (0.006, 0.007, 0.009),
        surface("stalk", (70, 46, 24), 0.8),
    )
    camera((-0.05, -2.75, 1.02), (0.02, 0.10, 0.345), 50, focus=2.85, stop=5.0)
