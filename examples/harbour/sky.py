"""Sea, clouds, sky and sun."""

from __future__ import annotations

import math

import bpy

from .build import add, fractal, linear, lump, material, rng

BRIGHTNESS = 0.95


def sea() -> bpy.types.NodeSocket:
    """A wide plane of moving waves; returns the socket that holds the waves' time."""
    size = 400.0
    surface = bpy.data.materials.new("sea")
    surface.use_nodes = True
    nodes, links = surface.node_tree.nodes, surface.node_tree.links
    shader = nodes["Principled BSDF"]
    shader.inputs["Roughness"].default_value = 0.22
    shader.inputs["Specular IOR Level"].default_value = 0.45

    place = nodes.new("ShaderNodeMapping")
    place.inputs["Scale"].default_value = (0.42, 1.0, 1.0)  # crests run across the picture
    links.new(nodes.new("ShaderNodeTexCoord").outputs["Object"], place.inputs["Vector"])
    waves = nodes.new("ShaderNodeTexNoise")
    waves.noise_dimensions = "4D"
    waves.inputs["Scale"].default_value = 0.9
    waves.inputs["Detail"].default_value = 4.0
    waves.inputs["Roughness"].default_value = 0.6
    waves.inputs["Distortion"].default_value = 0.4
    links.new(place.outputs[0], waves.inputs["Vector"])

    ramp = nodes.new("ShaderNodeValToRGB")
    stops = (
        (0.32, (6, 62, 104)),
        (0.46, (16, 112, 142)),
        (0.56, (54, 166, 170)),
        (0.64, (214, 236, 220)),
    )
    elements = ramp.color_ramp.elements
    while len(elements) < len(stops):
        elements.new(0.5)
    for element, (position, colour) in zip(elements, stops, strict=True):
        element.position, element.color = position, linear(*colour)
    links.new(waves.outputs[0], ramp.inputs[0])
    links.new(ramp.outputs[0], shader.inputs["Base Color"])
    relief = nodes.new("ShaderNodeBump")
    relief.inputs["Strength"].default_value = 0.55
    relief.inputs["Distance"].default_value = 0.35
    links.new(waves.outputs[0], relief.inputs["Height"])
    links.new(relief.outputs[0], shader.inputs["Normal"])
    half = size / 2
    add(
        "sea",
        [(-half, -40, 0), (half, -40, 0), (half, size, 0), (-half, size, 0)],
        [(0, 1, 2, 3)],
        surface,
    )
    return waves.inputs["W"]


def clouds() -> list[bpy.types.Object]:
    """Heaps of cloud, flat below; returns the puffs so that the shot can let them drift."""
    white = material("cloud", (228, 218, 224), (246, 234, 226), scale=0.12, bump=0.0, glow=0.22)
    puffs = []
    for x, y, z, size in (
        (28, 112, 36, 8.5),
        (-34, 118, 44, 8.0),
        (2, 125, 47, 5.5),
        (56, 120, 24, 6.5),
        (-58, 122, 25, 6.0),
        (-14, 125, 23, 3.6),
    ):
        for _ in range(13):
            along = max(min(rng.gauss(0.0, 0.5), 0.85), -0.85)
            radius = size * rng.uniform(0.30, 0.55) * math.exp(-along * along * 0.7)
            up = rng.uniform(0.0, 0.55) * math.exp(-along * along)
            puffs.append(
                lump(
                    "cloud",
                    (x + along * size * 1.8, y + rng.uniform(-2, 2), z + up * size + radius * 0.5),
                    (radius * 1.25, radius, radius * 0.85),
                    white,
                    rough=0.30,
                )
            )
    for puff in puffs:
        puff.visible_shadow = False  # only their own roundness shades them
    return puffs


def light() -> None:
    """A low warm sun from the left behind the camera, under a sky that fades to the horizon."""
    lamp = bpy.data.lights.new("sun", "SUN")
    lamp.energy, lamp.angle, lamp.color = 5.0, math.radians(2.5), (1.0, 0.84, 0.62)
    sun = bpy.data.objects.new("sun", lamp)
    sun.rotation_euler = (math.radians(57.0), 0.0, math.radians(-60.0))
    bpy.context.scene.collection.objects.link(sun)

    world = bpy.data.worlds.new("sky")
    bpy.context.scene.world = world
    world.use_nodes = True
    tree = world.node_tree
    direction = tree.nodes.new("ShaderNodeTexCoord").outputs["Generated"]
    tree.links.new(colour(tree, direction), tree.nodes["Background"].inputs["Color"])
    tree.nodes["Background"].inputs["Strength"].default_value = BRIGHTNESS


def colour(tree: bpy.types.NodeTree, direction: bpy.types.NodeSocket) -> bpy.types.NodeSocket:
    """Nodes that give the sky's colour in a direction: a gradient, and wisps across it."""
    nodes, links = tree.nodes, tree.links
    split = nodes.new("ShaderNodeSeparateXYZ")
    links.new(direction, split.inputs[0])
    ramp = nodes.new("ShaderNodeValToRGB")
    stops = (
        (0.0, (255, 226, 176)),
        (0.06, (244, 222, 190)),
        (0.16, (160, 204, 214)),
        (0.34, (74, 148, 198)),
        (0.7, (30, 84, 156)),
    )
    elements = ramp.color_ramp.elements
    while len(elements) < len(stops):
        elements.new(0.5)
    for element, (position, colour) in zip(elements, stops, strict=True):
        element.position, element.color = position, linear(*colour)
    links.new(split.outputs["Z"], ramp.inputs[0])
    # wisps: noise stretched along the horizon lightens the gradient a little
    place = nodes.new("ShaderNodeMapping")
    place.inputs["Scale"].default_value = (3.0, 3.0, 26.0)
    place.inputs["Rotation"].default_value = (0.0, 0.08, 0.0)
    links.new(direction, place.inputs["Vector"])
    wisps = nodes.new("ShaderNodeTexNoise")
    wisps.inputs["Scale"].default_value, wisps.inputs["Detail"].default_value = 1.0, 4.0
    links.new(place.outputs[0], wisps.inputs["Vector"])
    amount = nodes.new("ShaderNodeMapRange")
    amount.inputs["From Min"].default_value, amount.inputs["From Max"].default_value = 0.5, 0.8
    amount.inputs["To Max"].default_value = 0.55
    links.new(wisps.outputs[0], amount.inputs["Value"])
    blend = nodes.new("ShaderNodeMixRGB")
    blend.inputs["Color2"].default_value = linear(255, 236, 210)
    links.new(amount.outputs[0], blend.inputs["Fac"])
    links.new(ramp.outputs[0], blend.inputs["Color1"])
    return blend.outputs[0]


def gulls() -> list[bpy.types.Object]:
    """Three gulls, each a pair of bent wings."""
    white = material("gull", (250, 246, 238), (255, 255, 255), bump=0.0, glow=0.3)
    birds = []
    for _ in range(3):
        lift = 0.22 + 0.1 * fractal(rng.random(), 0, 0, 9.0)
        vertices = [
            (0, -0.12, 0),
            (0, 0.16, 0),
            (-0.35, 0.02, lift),
            (-0.34, 0.16, lift),
            (-0.85, 0.1, lift * 0.7),
            (0.35, 0.02, lift),
            (0.34, 0.16, lift),
            (0.85, 0.1, lift * 0.7),
        ]
        faces = [(0, 1, 3, 2), (2, 3, 4), (0, 5, 6, 1), (5, 7, 6)]
        birds.append(add("gull", vertices, faces, white))
    return birds
