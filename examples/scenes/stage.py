"""What the scenes share: camera, lamps, sky, surfaces, turned and drawn shapes, lettering."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import bpy
import numpy as np
from harbour.build import Point, add, linear
from mathutils import Vector

RGB = tuple[int, int, int]


def camera(at: Point, target: Point, lens: float, *, focus: float = 0.0, stop: float = 2.8) -> None:
    """The scene's camera at a point, looking at another; ``focus`` (a distance) blurs the rest."""
    data = bpy.data.cameras.new("camera")
    data.lens, data.clip_end = lens, 2000.0
    if focus:
        data.dof.use_dof, data.dof.focus_distance, data.dof.aperture_fstop = True, focus, stop
    thing = bpy.data.objects.new("camera", data)
    thing.location = at
    thing.rotation_euler = (Vector(target) - Vector(at)).to_track_quat("-Z", "Y").to_euler()
    bpy.context.scene.collection.objects.link(thing)
    bpy.context.scene.camera = thing


def lamp(
    kind: str, at: Point, target: Point, power: float, colour: RGB, size: float = 1.0
) -> bpy.types.Object:
    """A lamp (AREA, POINT, SUN or SPOT) at a point, shining at another; ``size`` in metres.

    A sun's size is its angle in degrees, and its power is in watts a square metre.
    """
    data = bpy.data.lights.new("lamp", kind)
    data.energy, data.color = power, linear(*colour)[:3]
    if kind == "AREA":
        data.size = size
    elif kind == "SUN":
        data.angle = math.radians(size)
    else:
        data.shadow_soft_size = size
    thing = bpy.data.objects.new("lamp", data)
    thing.location = at
    way = Vector(target) - Vector(at)
    thing.rotation_euler = way.to_track_quat("-Z", "Y").to_euler()
    bpy.context.scene.collection.objects.link(thing)
    return thing


class Nodes:
    """A short way to write a node tree: ``nodes("TexNoise", Scale=3.0)`` makes and sets."""

    def __init__(self, tree: bpy.types.NodeTree) -> None:
        self.tree = tree

    def __call__(self, kind: str, **inputs: object) -> bpy.types.Node:
        """A node of type ShaderNode``kind``; inputs are values, or sockets to link from."""
        node = self.tree.nodes.new(f"ShaderNode{kind}")
        for name, value in inputs.items():
            self.put(node, name.replace("_", " "), value)
        return node

    def put(self, node: bpy.types.Node, name: str, value: object) -> None:
        """Sets or links one input of a node."""
        socket = node.inputs[name]
        if isinstance(value, bpy.types.NodeSocket):
            self.tree.links.new(value, socket)
        else:
            socket.default_value = value

    def ramp(
        self, value: bpy.types.NodeSocket, stops: Sequence[tuple[float, RGB]]
    ) -> bpy.types.NodeSocket:
        """Colours for values."""
        node = self("ValToRGB", Fac=value)
        elements = node.color_ramp.elements
        while len(elements) < len(stops):
            elements.new(0.5)
        for element, (at, colour) in zip(elements, stops, strict=True):
            element.position, element.color = at, linear(*colour)
        return node.outputs[0]


def sky(stops: Sequence[tuple[float, RGB]], strength: float, clouds: float = 0.0) -> None:
    """A sky of colours by height (0 horizon, 1 zenith), with broken ``clouds`` (0 none)."""
    world = bpy.data.worlds.new("sky")
    bpy.context.scene.world = world
    world.use_nodes = True
    nodes = Nodes(world.node_tree)
    way = nodes("TexCoord").outputs["Generated"]
    split = nodes("SeparateXYZ", Vector=way)
    colour = nodes.ramp(split.outputs["Z"], stops)
    if clouds:
        height = nodes("Math", Value=split.outputs["Z"])
        height.operation, height.inputs[1].default_value = "ADD", 0.12
        flat = nodes("VectorMath")
        flat.operation = "DIVIDE"  # the direction on a plane overhead
        nodes.put(flat, "Vector", way)
        world.node_tree.links.new(height.outputs[0], flat.inputs[1])
        noise = nodes("TexNoise", Vector=flat.outputs[0], Scale=1.15, Detail=9.0, Roughness=0.56)
        cover = nodes.ramp(
            noise.outputs[0], ((0.52 - 0.1 * clouds, (0, 0, 0)), (0.66 - 0.1 * clouds, (255,) * 3))
        )
        tone = nodes.ramp(
            noise.outputs[0],
            ((0.45, (255, 250, 240)), (0.62, (250, 238, 226)), (0.8, (150, 156, 178))),
        )
        mix = nodes("MixRGB", Fac=cover, Color1=colour, Color2=tone)
        colour = mix.outputs[0]
    back = world.node_tree.nodes["Background"]
    nodes.put(back, "Color", colour)
    nodes.put(back, "Strength", strength)


def surface(name: str, colour: RGB, roughness: float = 0.5, **inputs: object) -> bpy.types.Material:
    """A plain material; further inputs of the Principled BSDF by name, spaces as underscores."""
    found = bpy.data.materials.get(name)
    if found:
        return found
    result = bpy.data.materials.new(name)
    result.use_nodes = True
    nodes, shader = Nodes(result.node_tree), result.node_tree.nodes["Principled BSDF"]
    nodes.put(shader, "Base Color", linear(*colour))
    nodes.put(shader, "Roughness", roughness)
    for key, value in inputs.items():
        nodes.put(shader, key.replace("_", " "), value)
    return result


def glow(name: str, colour: RGB, strength: float) -> bpy.types.Material:
    """A material that shines."""
    return surface(name, (10, 10, 10), Emission_Color=linear(*colour), Emission_Strength=strength)


def woven(
    name: str,
    build: Callable[
        [Nodes, bpy.types.NodeSocket], tuple[bpy.types.NodeSocket, bpy.types.NodeSocket]
    ],
    *,
    roughness: float = 0.8,
    bump: float = 0.3,
    depth: float = 0.02,
) -> bpy.types.Material:
    """A material whose colour and height ``build`` makes from object coordinates."""
    result = surface(name, (128, 128, 128), roughness)
    nodes, shader = Nodes(result.node_tree), result.node_tree.nodes["Principled BSDF"]
    colour, height = build(nodes, nodes("TexCoord").outputs["Object"])
    nodes.put(shader, "Base Color", colour)
    relief = nodes("Bump", Strength=bump, Distance=depth, Height=height)
    nodes.put(shader, "Normal", relief.outputs[0])
    return result


def turned(
    name: str,
    profile: Sequence[tuple[float, float]],
    material: bpy.types.Material,
    at: Point = (0, 0, 0),
    *,
    sides: int = 64,
    smooth: bool = True,
) -> bpy.types.Object:
    """A body of revolution about Z: ``profile`` is (radius, height) from bottom to top."""
    around = np.arange(sides) * math.tau / sides
    vertices = [(r * math.cos(a), r * math.sin(a), z) for r, z in profile for a in around]
    faces = [
        (
            k * sides + i,
            k * sides + (i + 1) % sides,
            (k + 1) * sides + (i + 1) % sides,
            (k + 1) * sides + i,
        )
        for k in range(len(profile) - 1)
        for i in range(sides)
    ]
    thing = add(name, vertices, faces, material, smooth=smooth)
    thing.location = at
    return thing


def smooth_profile(
    points: Sequence[tuple[float, float]], steps: int = 60
) -> list[tuple[float, float]]:
    """A rounder profile through the points (monotone in its own length)."""
    at = np.array(points, float)
    length = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(at, axis=0).T))])
    t = np.linspace(0, length[-1], steps)
    line = np.stack([np.interp(t, length, at[:, i]) for i in (0, 1)], 1)
    for _ in range(4):
        line[1:-1] = 0.25 * line[:-2] + 0.5 * line[1:-1] + 0.25 * line[2:]
    return [(float(r), float(z)) for r, z in line]


def tube(
    name: str,
    points: Sequence[Point],
    radii: Sequence[float],
    material: bpy.types.Material,
    *,
    closed: bool = False,
    sides: int = 4,
) -> bpy.types.Object:
    """A smooth round bar through points, with a radius at each."""
    curve = bpy.data.curves.new(name, "CURVE")
    curve.dimensions, curve.bevel_depth, curve.bevel_resolution = "3D", 1.0, sides
    curve.use_fill_caps = True
    line = curve.splines.new("NURBS")
    line.points.add(len(points) - 1)
    for point, at, radius in zip(line.points, points, radii, strict=True):
        point.co, point.radius = (*at, 1.0), radius
    line.use_endpoint_u, line.use_cyclic_u, line.order_u = not closed, closed, 4
    line.resolution_u = 8
    curve.materials.append(material)
    thing = bpy.data.objects.new(name, curve)
    bpy.context.scene.collection.objects.link(thing)
    return thing


def lettering(
    text: str, at: Point, size: float, material: bpy.types.Material, *, depth: float = 0.02
) -> bpy.types.Object:
    """Raised letters in Blender's own font, centred on a point, read from -Y."""
    curve = bpy.data.curves.new(text, "FONT")
    curve.body, curve.size, curve.extrude = text, size, depth
    curve.align_x, curve.align_y, curve.bevel_depth = "CENTER", "CENTER", min(0.006, depth / 3)
    curve.materials.append(material)
    thing = bpy.data.objects.new(text, curve)
    thing.location, thing.rotation_euler = at, (math.pi / 2, 0, 0)
    bpy.context.scene.collection.objects.link(thing)
    return thing


def grid(
    name: str,
    x: np.ndarray,
    y: np.ndarray,
    height: np.ndarray,
    material: bpy.types.Material,
    colours: np.ndarray | None = None,
) -> bpy.types.Object:
    """A surface over a raster: three H x W arrays of metres; ``colours`` are linear, H x W x 3."""
    rows, columns = height.shape
    vertices = np.stack([x, y, height], -1).reshape(-1, 3).tolist()
    i = np.arange(rows * columns).reshape(rows, columns)
    faces = np.stack([i[:-1, :-1], i[:-1, 1:], i[1:, 1:], i[1:, :-1]], -1).reshape(-1, 4).tolist()
    flat = None if colours is None else colours.reshape(-1, 3)
    return add(name, vertices, faces, material, colours=flat, smooth=True)
