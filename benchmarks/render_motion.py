"""Renders the harbour of examples/ for 72 frames, with the exact motion of every pixel.

    python benchmarks/render_motion.py FOLDER

Writes ``frame_0001.png`` … ``frame_0072.png`` (8-bit sRGB) and, for each, ``motion_0001.exr``: a
multilayer OpenEXR file with Blender's Vector pass, which ``python -m core measure --vector
'FOLDER/motion_####.exr'`` reads. Runs in the Python of Blender's ``bpy`` module (4.2 or newer), on
the processor alone (Cycles): about 9 seconds a frame on two cores that have nothing else to do, and
200 MB in all. Frames that are there already are kept, so a run that was broken off goes on.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "examples"))

import bpy
from harbour import sky
from render_shot import build, set_up

SIZE = (480, 270)
FRAMES = range(1, 73)
# The example shot is the middle third: boat, lighthouse and fence stay in view for all of it.
ORIGIN = 25


# Beyond everything, but before the camera's far clip. What the camera's own path adds to the motion
# of something this far away is a hundredth of a pixel.
_SKY_RADIUS = 800.0


def sky_dome() -> None:
    """A ball around the scene that shows the sky, as Cycles gives the world itself no motion.

    Only the camera sees it, so that it casts no light: that comes from the world, as before.
    """
    surface = bpy.data.materials.new("dome")
    surface.use_nodes = True
    tree = surface.node_tree
    tree.nodes.clear()
    # A ball about the origin: the place on it is the direction.
    place = tree.nodes.new("ShaderNodeNewGeometry").outputs["Position"]
    unit = tree.nodes.new("ShaderNodeVectorMath")
    unit.operation = "NORMALIZE"
    tree.links.new(place, unit.inputs[0])
    glow = tree.nodes.new("ShaderNodeEmission")
    glow.inputs["Strength"].default_value = sky.BRIGHTNESS
    tree.links.new(sky.colour(tree, unit.outputs[0]), glow.inputs["Color"])
    output = tree.nodes.new("ShaderNodeOutputMaterial")
    tree.links.new(glow.outputs[0], output.inputs["Surface"])

    bpy.ops.mesh.primitive_ico_sphere_add(subdivisions=6, radius=_SKY_RADIUS)
    dome = bpy.context.object
    dome.data.materials.append(surface)
    for kind in ("diffuse", "glossy", "transmission", "volume_scatter", "shadow"):
        setattr(dome, f"visible_{kind}", False)


def render(folder: Path, frames: list[int]) -> None:
    """Renders ``frames`` twice over: the picture as PNG, its passes as half-float OpenEXR."""
    scene = bpy.context.scene
    for layer in scene.view_layers:
        layer.use_pass_vector = True
        layer.use_pass_z = False
    for frame in frames:
        picture, passes = folder / f"frame_{frame:04d}.png", folder / f"motion_{frame:04d}.exr"
        if picture.exists() and passes.exists():
            continue
        scene.frame_set(frame)
        bpy.ops.render.render()
        result = bpy.data.images["Render Result"]
        _as_passes(scene.render.image_settings)
        _save(result, passes, scene)
        _as_picture(scene.render.image_settings)
        _save(result, picture, scene)
        print(f"frame {frame} of {FRAMES.stop - 1}", flush=True)


def _save(result: bpy.types.Image, path: Path, scene: bpy.types.Scene) -> None:
    """Whole or not at all, as ``render`` trusts what it finds."""
    temporary = path.with_name(f".{path.stem}.tmp{path.suffix}")
    result.save_render(str(temporary), scene=scene)
    temporary.replace(path)


def _as_passes(image: bpy.types.ImageFormatSettings) -> None:
    if hasattr(image, "media_type"):  # Blender 5.0 and newer
        image.media_type = "MULTI_LAYER_IMAGE"
    image.file_format, image.color_depth, image.exr_codec = "OPEN_EXR_MULTILAYER", "16", "ZIP"


def _as_picture(image: bpy.types.ImageFormatSettings) -> None:
    if hasattr(image, "media_type"):
        image.media_type = "IMAGE"
    image.file_format, image.color_mode, image.color_depth = "PNG", "RGB", "8"


def main() -> int:
    """Reads the command line and renders."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where the frames go")
    parser.add_argument("--samples", type=int, default=24, help="light paths for each pixel (24)")
    parser.add_argument("--frame", type=int, choices=FRAMES, help="render this frame only")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    build(FRAMES, ORIGIN)
    sky_dome()
    set_up(options.samples, SIZE)
    render(options.folder.resolve(), [options.frame] if options.frame else [*FRAMES])
    return 0


if __name__ == "__main__":
    sys.exit(main())
