"""A portrait: a young woman with copper hair, a green scarf, window light from the left.

The head is one ball; its features are bumps and hollows of the front, in the unit of half a
head's width. She looks along -Y; Z is up.
"""

from __future__ import annotations

import math

import bmesh
import bpy
import numpy as np
from harbour.build import Point, add, linear, lump, rng
from mathutils import Matrix, Vector

from .stage import Nodes, camera, grid, lamp, sky, smooth_profile, surface, tube, turned, woven

Sockets = tuple[bpy.types.NodeSocket, bpy.types.NodeSocket]
EYES = ((-0.295, 0.06), (0.295, 0.06))  # x and z of the eyes
FACE = (240, 186, 160)


def shape(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points of the unit ball as points of the head."""
    front = np.clip(-y * 1.25, 0, 1) ** 0.8
    low = np.clip(-z, 0, 1)
    wide = 0.79 * (1.0 - 0.40 * low**1.9) * (1.0 - 0.05 * np.clip(z - 0.3, 0, 1))
    hx, hz = x * wide, z * 1.06
    hy = np.where(y < 0, y * (0.80 - 0.03 * low), y * (0.98 - 0.32 * low))
    hy = hy - 0.10 * low**2 * front  # the jaw comes forward

    def bump(cx: float, cz: float, sx: float, sz: float) -> np.ndarray:
        return np.exp(-(((np.abs(hx) - cx) / sx) ** 2) - ((hz - cz) / sz) ** 2) * front

    nose = np.clip((0.16 - hz) / 0.42, 0, 1) * np.clip((hz + 0.34) / 0.07, 0, 1)
    nose = nose * np.exp(-((hx / (0.075 + 0.035 * np.clip(0.1 - hz, 0, 1))) ** 2)) * front
    out = (
        0.19 * nose
        + 0.085 * bump(0.0, -0.235, 0.085, 0.075)
        + 0.050 * bump(0.095, -0.262, 0.05, 0.05)
    )
    out += -0.105 * bump(0.295, 0.065, 0.17, 0.105) + 0.045 * bump(0.27, 0.255, 0.22, 0.065)
    out += 0.055 * bump(0.42, -0.16, 0.18, 0.16) - 0.025 * bump(0.50, -0.45, 0.12, 0.2)
    bow = 0.010 * np.cos(np.clip(hx / 0.09, -np.pi, np.pi))
    upper = np.exp(-(((hz + 0.445 + bow) / 0.034) ** 2)) * np.exp(-((hx / 0.16) ** 4)) * front
    lower = np.exp(-(((hz + 0.525) / 0.042) ** 2)) * np.exp(-((hx / 0.13) ** 4)) * front
    cleft = (
        np.exp(-(((hz + 0.480 - 0.12 * hx**2) / 0.013) ** 2)) * np.exp(-((hx / 0.19) ** 6)) * front
    )
    out += 0.052 * upper + 0.062 * lower - 0.045 * cleft - 0.030 * bump(0.0, -0.365, 0.035, 0.05)
    out += -0.045 * bump(0.0, -0.625, 0.14, 0.045) + 0.085 * bump(0.0, -0.78, 0.17, 0.12)
    return hx, hy - out, hz


def complexion(hx: np.ndarray, hz: np.ndarray, front: np.ndarray) -> np.ndarray:
    """Linear RGB of the skin: lips, blushed cheeks and nose, shade about the eyes, freckles."""

    def spot(cx: float, cz: float, sx: float, sz: float) -> np.ndarray:
        return np.exp(-(((np.abs(hx) - cx) / sx) ** 2) - ((hz - cz) / sz) ** 2) * front

    def toward(share: np.ndarray, code: tuple[int, int, int]) -> None:
        nonlocal colour
        goal = np.array(linear(*code)[:3])
        colour = colour + (goal - colour) * np.clip(share, 0, 1)[..., None]

    colour = np.broadcast_to(np.array(linear(*FACE)[:3]), (*hx.shape, 3)).copy()
    toward(0.55 * spot(0.42, -0.19, 0.20, 0.15), (224, 118, 100))
    toward(0.40 * spot(0.0, -0.25, 0.11, 0.08), (222, 120, 102))
    toward(0.40 * spot(0.295, 0.12, 0.19, 0.09), (170, 104, 88))
    bow = 0.010 * np.cos(np.clip(hx / 0.09, -np.pi, np.pi))
    top = -0.408 - bow - 0.55 * np.clip(np.abs(hx) - 0.02, 0, 1) ** 1.5
    foot = -0.572 + 3.4 * hx**2
    lips = np.clip((top - hz) / 0.012, 0, 1) * np.clip((hz - foot) / 0.014, 0, 1)
    toward(0.90 * lips * front * (np.abs(hx) < 0.20), (178, 46, 52))
    dark = np.exp(-(((hz + 0.480 - 0.12 * hx**2) / 0.009) ** 2)) * np.exp(-((hx / 0.17) ** 6))
    toward(0.75 * dark * front, (84, 20, 26))
    for _ in range(70):
        cx, cz = rng.gauss(0, 0.26), rng.gauss(-0.13, 0.07)
        r = rng.uniform(0.006, 0.011)
        toward(
            0.45 * np.exp(-(((hx - cx) / r) ** 2) - ((hz - cz) / r) ** 2) * front, (170, 100, 66)
        )
    return colour.astype(np.float32)


def head() -> list[bpy.types.Object]:
    """The head and neck, with ears."""
    v, u = np.mgrid[0:1:420j, 0:1:560j]
    lat, lon = (v - 0.5) * math.pi, u * math.tau
    x, y, z = np.cos(lat) * np.sin(lon), np.cos(lat) * np.cos(lon), np.sin(lat)
    hx, hy, hz = shape(x, y, z)
    skin = skin_material()
    front = np.clip(-y * 1.4, 0, 1)
    parts = [grid("head", hx, hy, hz, skin, complexion(hx, hz, front))]
    neck = [(0.62, -2.3), (0.50, -1.9), (0.375, -1.55), (0.345, -1.2), (0.365, -0.85), (0.40, -0.5)]
    parts.append(turned("neck", smooth_profile(neck), skin, (0, 0.16, 0)))
    parts[-1].rotation_euler.x = -0.06
    for side in (-1, 1):
        ear = lump("ear", (side * 0.775, 0.10, -0.02), (0.06, 0.13, 0.22), skin, rough=0.1)
        ear.rotation_euler = (0.15, 0.0, side * 0.35)
        parts.append(ear)
    for part in parts[1:]:
        data = part.data
        tint = data.color_attributes.new("Col", "FLOAT_COLOR", "POINT")
        tint.data.foreach_set("color", list(linear(*FACE)) * len(data.vertices))
    return parts


def skin_material() -> bpy.types.Material:
    """Skin: the mesh's colours, light that goes under the surface, fine pores."""
    result = surface(
        "skin",
        FACE,
        0.42,
        Subsurface_Weight=0.22,
        Subsurface_Radius=(0.10, 0.035, 0.02),
        Specular_IOR_Level=0.4,
    )
    nodes, shader = Nodes(result.node_tree), result.node_tree.nodes["Principled BSDF"]
    tint = nodes("Attribute")
    tint.attribute_name = "Col"
    nodes.put(shader, "Base Color", tint.outputs["Color"])
    pores = nodes("TexNoise", Scale=60.0, Detail=3.0)
    relief = nodes("Bump", Strength=0.06, Distance=0.02, Height=pores.outputs[0])
    nodes.put(shader, "Normal", relief.outputs[0])
    return result


def eye(x: float, z: float) -> list[bpy.types.Object]:
    """An eyeball with iris and pupil, its lids, lashes, and the brow above."""
    centre, radius = Vector((x, -0.585, z)), 0.165
    look = Matrix.Rotation(-0.30, 4, "Z")  # she looks at us, not where her head is turned
    parts: list[bpy.types.Object] = []

    def disc(name: str, r: float, out: float, surf: bpy.types.Material) -> None:
        bowl = [(r * k / 8, math.sqrt(max(out**2 - (r * k / 8) ** 2, 0))) for k in range(9)]
        thing = turned(name, bowl, surf)
        thing.matrix_world = (
            Matrix.Translation(centre) @ look @ Matrix.Rotation(math.pi / 2, 4, "X")
        )
        parts.append(thing)

    white = surface("white", (236, 228, 222), 0.12)
    parts.append(lump("eyeball", tuple(centre), (radius,) * 3, white, rough=0.0, detail=5))
    disc("rim", 0.088, radius + 0.0015, surface("rim", (26, 44, 40), 0.15))
    disc("iris", 0.079, radius + 0.003, surface("iris", (70, 130, 104), 0.15))
    disc("inner", 0.056, radius + 0.0045, surface("inner iris", (124, 160, 92), 0.15))
    disc("pupil", 0.036, radius + 0.006, surface("pupil", (8, 8, 8), 0.05))
    spark = lump(
        "spark",
        (x - 0.055, -0.585 - radius * 0.985, z + 0.052),
        (0.016, 0.008, 0.020),
        glint(),
        rough=0.0,
        detail=2,
    )
    parts.append(spark)

    # The lids are parts of a ball about the eyeball, cut along two great arcs.
    skin = skin_material()
    for low, high in ((0.36, 1.75), (-1.75, -0.34)):
        v, u = np.mgrid[0:1:40j, 0:1:60j]
        turn, across = low + (high - low) * v, (u - 0.5) * math.pi
        r = radius * (
            1.09
            + 0.05 * np.exp(-((np.minimum(np.abs(turn - low), np.abs(turn - high)) / 0.1) ** 2))
        )
        px = x + 1.10 * r * np.sin(across)
        py = centre.y - r * np.cos(across) * np.cos(turn)
        pz = z + r * np.cos(across) * np.sin(turn)
        code = np.broadcast_to(np.array(linear(206, 138, 116)[:3], np.float32), (*u.shape, 3))
        parts.append(grid("lid", px, py, pz, skin, np.ascontiguousarray(code)))
    dark = surface("lash", (34, 18, 14), 0.6)
    rim: list[Point] = []
    for k in range(13):
        across = (k / 12 - 0.5) * 0.92 * math.pi
        r = radius * 1.16
        rim.append(
            (
                x + 1.10 * r * math.sin(across),
                centre.y - r * math.cos(across) * math.cos(0.37),
                z + r * math.cos(across) * math.sin(0.37),
            )
        )
    parts.append(
        tube(
            "lash line", rim, [0.004 + 0.011 * math.sin(math.pi * k / 12) for k in range(13)], dark
        )
    )
    for k in range(17):
        across = (k / 16 - 0.5) * 0.86 * math.pi
        r, long = radius * 1.15, 0.05 + 0.035 * abs(k / 16 - 0.5) * 2
        a = Vector(
            (
                x + 1.10 * r * math.sin(across),
                centre.y - r * math.cos(across) * 0.93,
                z + r * math.cos(across) * 0.36,
            )
        )
        way = Vector((0.75 * math.sin(across), -0.75 * math.cos(across) - 0.2, 0.35))
        points = [
            tuple(a),
            tuple(a + way * long * 0.6),
            tuple(a + way * long + Vector((0, 0, 0.03))),
        ]
        parts.append(tube("lash", points, (0.006, 0.005, 0.001), dark, sides=2))
    hair = surface("brow", (112, 52, 26), 0.6)
    side = 1 if x > 0 else -1
    for k in range(46):
        t = k / 45
        bx = x + side * (-0.19 + 0.43 * t)
        bz = (
            z
            + 0.205
            + 0.075 * math.sin(math.pi * min(t * 1.05, 1) ** 0.8)
            - 0.045 * t**2
            + rng.gauss(0, 0.006)
        )
        by = float(_front(bx, bz)) - 0.008
        rise = 0.07 * (1 - t) + 0.008
        ex, ez = bx + side * 0.065, bz + rise * 0.6 - 0.02 * t
        ey = float(_front(ex, ez)) - 0.012
        points = [
            (bx, by, bz),
            ((bx + ex) / 2, (by + ey) / 2 - 0.012, (bz + ez) / 2 + 0.006),
            (ex, ey, ez),
        ]
        parts.append(tube("brow", points, (0.007, 0.010 * (1.1 - 0.5 * t), 0.002), hair, sides=2))
    return parts


def _front(x: float, z: float) -> np.ndarray:
    """The y of the face in front of a point."""
    bz = z / 1.06
    low = max(-bz, 0.0)
    bx = x / (0.79 * (1.0 - 0.40 * low**1.9) * (1.0 - 0.05 * max(bz - 0.3, 0.0)))
    by = -math.sqrt(max(1.0 - bx * bx - bz * bz, 0.01))
    return shape(np.array(bx), np.array(by), np.array(bz))[1]


def glint() -> bpy.types.Material:
    """The window mirrored in the eye."""
    return surface(
        "glint", (255, 255, 255), 0.1, Emission_Color=linear(255, 250, 240), Emission_Strength=1.6
    )


def hair() -> list[bpy.types.Object]:
    """A cap of hair with locks combed from a parting to both sides, and a loose knot behind."""
    tones = ((122, 48, 20), (152, 66, 26), (96, 34, 16), (180, 88, 38))
    strands = [surface(f"hair {i}", c, 0.48, Specular_IOR_Level=0.5) for i, c in enumerate(tones)]
    cap = lump("cap", (0, 0.13, 0.16), (0.83, 0.93, 0.98), strands[2], rough=0.0, detail=5)
    parts = [cap]
    inside = cap.data
    keep = bmesh.new()
    keep.from_mesh(inside)
    gone = [
        v for v in keep.verts if v.co.y < -0.42 + 0.5 * max(0.0, 0.62 - v.co.z) and v.co.z < 0.72
    ]
    bmesh.ops.delete(keep, geom=gone, context="VERTS")
    keep.to_mesh(inside)
    keep.free()
    cap.rotation_euler.z = 0.0
    for k in range(620):
        side = 1 if k % 5 < 3 else -1  # the parting is on her right
        along = rng.random()
        start = np.array([-0.16 + rng.gauss(0, 0.006), -0.63 + 1.05 * along, 0.0])
        lift = 1.0 + 0.045 * rng.random() + 0.02
        end_turn = rng.uniform(1.45, 2.0) if along < 0.5 else rng.uniform(1.3, 2.1)
        points, radii = [], []
        phase, curl = rng.uniform(0, 6.3), rng.uniform(0.0, 0.034)
        for i in range(11):
            t = i / 10
            turn = side * t * end_turn - 0.17
            back = start[1] + (0.16 + 0.62 * (1 - along)) * t**1.6
            ring = math.sqrt(max(1.0 - ((back - 0.10) / 1.02) ** 2, 0.04))
            px = 0.86 * lift * ring * math.sin(turn)
            pz = 0.14 + 1.02 * lift * ring * math.cos(turn)
            swell = 0.05 * math.sin(math.pi * t) * (1.2 - along)
            points.append(
                (
                    px * (1 + swell) + curl * math.sin(9 * t + phase),
                    back + curl * math.cos(8 * t + phase),
                    pz + 0.03 * math.sin(math.pi * t),
                )
            )
            radii.append(
                0.026
                * (0.55 + 0.75 * math.sin(math.pi * min(t + 0.18, 1.0)))
                * rng.uniform(0.8, 1.1)
                + 0.002
            )
        parts.append(tube("lock", points, radii, rng.choice(strands), sides=2))
    for k in range(260):  # hair that falls behind the ears onto the scarf
        side = 1 if k % 2 else -1
        a = rng.uniform(0.15, 1.0)
        x0, y0 = side * (0.88 - 0.25 * a**2), 0.10 + 0.75 * a
        phase, wave = rng.uniform(0, 0.8), rng.uniform(0.03, 0.06)
        points = [
            (
                x0 + wave * math.sin(7 * t + phase) + side * (0.12 * t - 0.05),
                y0 - 0.1 * t + wave * math.cos(7 * t + phase),
                0.45 - 2.0 * t,
            )
            for t in (i / 9 for i in range(10))
        ]
        radii = [
            0.034 * math.sin(math.pi * min(0.15 + 0.8 * i / 9, 1.0)) + 0.003 for i in range(10)
        ]
        parts.append(tube("lock", points, radii, rng.choice(strands), sides=2))
    for k in range(150):  # a fringe that is swept from the parting to the temples
        side = 1 if k % 3 else -1
        low, reach = rng.uniform(0.0, 0.34), 0.92 if side > 0 else 0.60
        points = []
        for t in (i / 8 for i in range(9)):
            x = -0.15 + side * reach * t
            z = 0.98 - low * math.sin(math.pi * min(t + 0.12, 1.0)) ** 0.7 - 0.62 * t**2.2
            out = 0.035 + 0.05 * math.sin(math.pi * t) + 0.02 * rng.random()
            edge = math.sqrt(max(1.0 - (x / 0.80) ** 2 - (z / 1.08) ** 2, 0.03))
            points.append((x, -0.80 * edge - out + 0.08 * t, z + 0.03))
        radii = [0.020 * math.sin(math.pi * min(0.2 + 0.75 * i / 8, 1.0)) + 0.003 for i in range(9)]
        parts.append(tube("fringe", points, radii, rng.choice(strands), sides=2))
    for _ in range(26):  # loose strands
        side = rng.choice((-1, 1))
        z0 = rng.uniform(0.5, 1.1)
        points = [
            (
                side * (0.45 + 0.42 * t + rng.gauss(0, 0.02)),
                -0.42 + 0.4 * t + rng.gauss(0, 0.03),
                z0 - 1.3 * t * t,
            )
            for t in (i / 5 for i in range(6))
        ]
        parts.append(
            tube(
                "wisp",
                points,
                (0.004, 0.006, 0.006, 0.005, 0.004, 0.001),
                rng.choice(strands),
                sides=2,
            )
        )
    return parts


def knitted(nodes: Nodes, at: bpy.types.NodeSocket) -> Sockets:
    """Ribbed green wool with ochre bands."""
    split = nodes("SeparateXYZ", Vector=at)
    band = nodes("Math", Value=split.outputs["Z"])
    band.operation, band.inputs[1].default_value = "PINGPONG", 0.16
    noise = nodes("TexNoise", Vector=at, Scale=55.0, Detail=3.0)
    stripe = nodes.ramp(band.outputs[0], ((0.020, (206, 160, 66)), (0.035, (26, 92, 82))))
    fuzz = nodes.ramp(noise.outputs[0], ((0.35, (150, 150, 150)), (0.65, (255, 255, 255))))
    mix = nodes("MixRGB", Fac=1.0, Color1=stripe, Color2=fuzz)
    mix.blend_type = "MULTIPLY"
    return mix.outputs[0], noise.outputs[0]


def scarf() -> None:
    """A scarf in three loose turns, one end hanging down, over a dark red coat."""
    wool = woven("wool", knitted, roughness=0.95, bump=0.6, depth=0.03)
    for k, (radius, z, thick, tilt) in enumerate(
        ((0.56, -1.20, 0.21, 0.10), (0.68, -1.45, 0.25, -0.12), (0.74, -1.72, 0.25, 0.07))
    ):
        v, u = np.mgrid[0:1:90j, 0:1:300j]
        a, b = u * math.tau, v * math.tau
        folds = (
            0.030 * np.sin(5 * b + 4 * a + k)
            + 0.025 * np.sin(3 * a - 4 * b)
            + 0.008 * np.sin(46 * b)
        )
        r = thick * (1 + 0.10 * np.sin(2 * a + k)) + folds
        ring = radius + 0.85 * r * np.cos(b)
        grid(
            "scarf",
            ring * np.sin(a),
            0.14 - 0.92 * ring * np.cos(a),
            z + r * np.sin(b) + tilt * np.sin(a) + 0.05 * np.sin(2 * a) - 0.06 * np.cos(a),
            wool,
        )
    v, u = np.mgrid[0:1:160j, 0:1:80j]
    x = 0.14 + 0.50 * u + 0.10 * v
    y = -0.86 - 0.10 * np.sin(7 * u + 2 * v) - 0.16 * np.sin(math.pi * u) + 0.16 * v
    end = grid("end", x, y, -1.55 - 1.7 * v + 0.03 * np.sin(9 * u), wool)
    end.modifiers.new("thick", "SOLIDIFY").thickness = 0.07

    def tweed(nodes: Nodes, at: bpy.types.NodeSocket) -> Sockets:
        noise = nodes("TexNoise", Vector=at, Scale=38.0, Detail=5.0)
        stops = ((0.35, (62, 20, 26)), (0.55, (116, 38, 40)), (0.72, (150, 72, 62)))
        return nodes.ramp(noise.outputs[0], stops), noise.outputs[0]

    coat = woven("coat", tweed, roughness=0.95, bump=0.5, depth=0.03)
    v, u = np.mgrid[0:1:100j, 0:1:240j]
    a = u * math.tau
    wide = np.interp(v, (0, 0.12, 0.30, 0.55, 1), (0.62, 1.15, 1.62, 1.82, 1.90))
    deep = np.interp(v, (0, 0.12, 0.30, 0.55, 1), (0.52, 0.66, 0.82, 0.92, 1.0))
    crease = 0.02 * np.sin(9 * a + 6 * v) * v
    grid(
        "coat",
        (wide + crease) * np.sin(a),
        0.20 - (deep + crease) * np.cos(a),
        -1.55 - 2.1 * v**1.3,
        coat,
    )


def build() -> None:
    """The whole scene."""
    rng.seed(9)
    sky(((0.0, (84, 82, 92)), (1.0, (116, 124, 140))), 0.30)
    lamp("AREA", (-3.6, -3.6, 2.4), (0, -0.3, -0.2), 400, (255, 232, 206), 1.5)
    lamp("AREA", (3.8, -1.8, 0.6), (0, 0, -0.4), 42, (160, 186, 236), 2.4)
    lamp("AREA", (2.2, 3.0, 2.6), (0, 0, 0.2), 190, (255, 208, 150), 1.0)
    pivot = bpy.data.objects.new("turn", None)
    bpy.context.scene.collection.objects.link(pivot)
    for part in (*head(), *hair(), *(p for spot in EYES for p in eye(*spot))):
        world = (
            part.matrix_world.copy() if part.matrix_world != Matrix() else part.matrix_basis.copy()
        )
        part.parent = pivot
        part.matrix_basis = world
    pivot.rotation_euler = (0.02, 0.05, 0.34)
    scarf()

    def painted(nodes: Nodes, at: bpy.types.NodeSocket) -> Sockets:
        noise = nodes("TexNoise", Vector=at, Scale=0.55, Detail=8.0, Roughness=0.6)
        stops = (
            (0.3, (34, 52, 66)),
            (0.48, (70, 92, 98)),
            (0.62, (126, 128, 112)),
            (0.75, (170, 146, 112)),
        )
        return nodes.ramp(noise.outputs[0], stops), noise.outputs[0]

    wall = woven("back", painted, roughness=0.95, bump=0.3, depth=0.1)
    add("wall", [(-9, 4.2, -7), (9, 4.2, -7), (9, 4.2, 8), (-9, 4.2, 8)], [(0, 1, 2, 3)], wall)
    camera((0.0, -9.2, 0.0), (0.0, 0.0, -0.40), 86)
