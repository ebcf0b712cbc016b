"""What every part of the scene is made with: meshes, materials and a fixed source of chance."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence

import bmesh
import bpy
import numpy as np
from mathutils import Matrix, Vector, noise

Colour = tuple[float, float, float]
Point = tuple[float, float, float]

rng = random.Random(7)


def smoothstep(low: float, high: float, value: float) -> float:
    """The cubic step from 0 at ``low`` to 1 at ``high``; ``low`` may be the larger."""
    t = min(max((value - low) / (high - low), 0.0), 1.0)
    return t * t * (3.0 - 2.0 * t)


def fractal(x: float, y: float, z: float, scale: float, octaves: int = 4) -> float:
    """Fractal Perlin noise of a point, about -1 to 1."""
    return noise.fractal(Vector((x, y, z)) * scale, 1.0, 2.0, octaves)


def linear(red: int, green: int, blue: int) -> tuple[float, float, float, float]:
    """An 8-bit sRGB colour as the linear RGBA that Blender's sockets expect."""

    def decode(value: int) -> float:
        s = value / 255.0
        return s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4

    return decode(red), decode(green), decode(blue), 1.0


def material(
    name: str,
    first: tuple[int, int, int],
    second: tuple[int, int, int] | None = None,
    *,
    scale: float = 3.0,
    stretch: Point = (1.0, 1.0, 1.0),
    roughness: float = 0.85,
    bump: float = 0.3,
    glow: float = 0.0,
    from_vertices: bool = False,
) -> bpy.types.Material:
    """A mottled material: noise mixes two sRGB colours and raises a bump.

    ``stretch`` scales the noise per axis; ``glow`` adds that share of the colour as light, for
    things that the air brightens (clouds, far hills). With ``from_vertices`` the colours
    multiply the mesh's ``Col`` attribute. Materials are kept by name: the same name returns
    the one that exists.
    """
    found = bpy.data.materials.get(name)
    if found:
        return found
    result = bpy.data.materials.new(name)
    result.use_nodes = True
    nodes, links = result.node_tree.nodes, result.node_tree.links
    shader = nodes["Principled BSDF"]
    shader.inputs["Roughness"].default_value = roughness
    shader.inputs["Specular IOR Level"].default_value = 0.15

    place = nodes.new("ShaderNodeMapping")
    place.inputs["Scale"].default_value = stretch
    links.new(nodes.new("ShaderNodeTexCoord").outputs["Object"], place.inputs["Vector"])
    mottle = nodes.new("ShaderNodeTexNoise")
    mottle.inputs["Scale"].default_value = scale
    mottle.inputs["Detail"].default_value = 5.0
    mottle.inputs["Roughness"].default_value = 0.65
    links.new(place.outputs[0], mottle.inputs["Vector"])
    ramp = nodes.new("ShaderNodeValToRGB")
    ramp.color_ramp.elements[0].position, ramp.color_ramp.elements[1].position = 0.38, 0.62
    ramp.color_ramp.elements[0].color = linear(*first)
    ramp.color_ramp.elements[1].color = linear(*(second or first))
    links.new(mottle.outputs[0], ramp.inputs[0])
    colour = ramp.outputs[0]
    if from_vertices:
        attribute = nodes.new("ShaderNodeAttribute")
        attribute.attribute_name = "Col"
        product = nodes.new("ShaderNodeVectorMath")
        product.operation = "MULTIPLY"
        links.new(attribute.outputs["Color"], product.inputs[0])
        links.new(colour, product.inputs[1])
        colour = product.outputs[0]
    links.new(colour, shader.inputs["Base Color"])
    if glow:
        links.new(colour, shader.inputs["Emission Color"])
        shader.inputs["Emission Strength"].default_value = glow
    if bump:
        relief = nodes.new("ShaderNodeBump")
        relief.inputs["Strength"].default_value = bump
        relief.inputs["Distance"].default_value = 0.3
        links.new(mottle.outputs[0], relief.inputs["Height"])
        links.new(relief.outputs[0], shader.inputs["Normal"])
    return result


def add(
    name: str,
    vertices: Sequence[Point],
    faces: Sequence[Sequence[int]],
    surface: bpy.types.Material,
    *,
    colours: Sequence[Colour] | None = None,
    smooth: bool = False,
    parent: bpy.types.Object | None = None,
) -> bpy.types.Object:
    """A mesh object in the scene; ``colours`` are linear RGB, one for each vertex."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(vertices, [], faces)
    mesh.materials.append(surface)
    if smooth:
        mesh.shade_smooth()
    if colours is not None:
        attribute = mesh.color_attributes.new("Col", "FLOAT_COLOR", "POINT")
        rgba = np.ones((len(vertices), 4), np.float32)
        rgba[:, :3] = colours
        attribute.data.foreach_set("color", rgba.ravel())
    thing = bpy.data.objects.new(name, mesh)
    thing.parent = parent
    bpy.context.scene.collection.objects.link(thing)
    return thing


def add_shape(
    name: str,
    make: Callable[[bmesh.types.BMesh], object],
    surface: bpy.types.Material,
    *,
    smooth: bool = False,
    parent: bpy.types.Object | None = None,
) -> bpy.types.Object:
    """A mesh object whose geometry ``make`` puts into a fresh bmesh."""
    shape = bmesh.new()
    make(shape)
    vertices = [tuple(v.co) for v in shape.verts]
    shape.verts.index_update()
    faces = [[v.index for v in f.verts] for f in shape.faces]
    shape.free()
    return add(name, vertices, faces, surface, smooth=smooth, parent=parent)


def box(
    name: str,
    centre: Point,
    size: Point,
    surface: bpy.types.Material,
    *,
    turn: float = 0.0,
    parent: bpy.types.Object | None = None,
) -> bpy.types.Object:
    """A box of ``size`` about ``centre``, turned by ``turn`` radians about Z."""
    thing = add_shape(
        name,
        lambda b: bmesh.ops.create_cube(b, size=1.0, matrix=Matrix.Diagonal((*size, 1.0))),
        surface,
        parent=parent,
    )
    thing.location, thing.rotation_euler.z = centre, turn
    return thing


def post(
    name: str,
    start: Point,
    end: Point,
    radii: tuple[float, float],
    surface: bpy.types.Material,
    *,
    sides: int = 20,
    parent: bpy.types.Object | None = None,
) -> bpy.types.Object:
    """A (tapered) round bar from ``start`` to ``end``."""
    a, b = Vector(start), Vector(end)
    turn = (b - a).to_track_quat("Z", "Y").to_matrix().to_4x4()
    matrix = Matrix.Translation((a + b) / 2) @ turn
    return add_shape(
        name,
        lambda m: bmesh.ops.create_cone(
            m,
            cap_ends=True,
            segments=sides,
            radius1=radii[0],
            radius2=radii[1],
            depth=(b - a).length,
            matrix=matrix,
        ),
        surface,
        parent=parent,
    )


def lump(
    name: str,
    centre: Point,
    size: Point,
    surface: bpy.types.Material,
    *,
    rough: float = 0.25,
    detail: int = 4,
    smooth: bool = True,
) -> bpy.types.Object:
    """A ball pushed in and out by noise: rocks, tree crowns, puffs of cloud."""
    seed = rng.uniform(0.0, 100.0)

    def make(shape: bmesh.types.BMesh) -> None:
        bmesh.ops.create_icosphere(shape, subdivisions=detail, radius=1.0)
        for v in shape.verts:
            v.co *= 1.0 + rough * fractal(*(v.co + Vector((seed,) * 3)), 1.6)

    thing = add_shape(name, make, surface, smooth=smooth)
    thing.location, thing.scale = centre, size
    thing.rotation_euler.z = rng.uniform(0.0, math.tau)
    return thing
