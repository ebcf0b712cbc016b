"""Renders the example shot: a harbour, a boat passing in front of a lighthouse, a moving camera.

    python examples/render_shot.py --output examples/shot

Runs in the Python of Blender's ``bpy`` module (4.2 or newer), on the processor alone (Cycles).
"""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

import bpy
from harbour import boat, houses, land, sky

SIZE = (432, 240)
RATE = 24
FRAMES = range(1, 25)


def build(frames: range = FRAMES, origin: int = FRAMES.start) -> None:
    """Puts the whole scene into an empty file and animates it over ``frames``.

    All motion is a formula of the time since ``origin``, the frame that the example shot begins
    with; frames before it show what went before.
    """
    bpy.ops.wm.read_factory_settings(use_empty=True)
    sky.light()
    time = sky.sea()
    land.headland()
    land.hills()
    land.trees()
    land.foreground()
    houses.lighthouse()
    houses.cottage()
    houses.jetty()
    houses.village()
    animate(boat.boat(), sky.clouds(), sky.gulls(), time, frames, origin)


def animate(
    vessel: bpy.types.Object,
    clouds: list[bpy.types.Object],
    gulls: list[bpy.types.Object],
    time: bpy.types.NodeSocket,
    frames: range,
    origin: int,
) -> None:
    """Sets a key on every frame, one frame beyond either end so that motion passes are whole."""
    lens = bpy.data.cameras.new("camera")
    lens.lens, lens.sensor_width, lens.clip_end = 38.0, 36.0, 1000.0
    camera = bpy.data.objects.new("camera", lens)
    scene = bpy.context.scene
    scene.collection.objects.link(camera)
    scene.camera = camera
    for frame in range(frames.start - 1, frames.stop + 1):
        t = frame - origin
        camera.location = (-0.75 + 0.062 * t, -26.0, 2.85 + 0.006 * t)
        camera.rotation_euler = (math.radians(94.6), 0.0, math.radians(1.2 - 0.075 * t))
        vessel.location = (1.35 - 0.125 * t, -5.0, -0.02 + 0.05 * math.sin(t * 0.45))
        vessel.rotation_euler = (
            math.radians(4.0 + 1.6 * math.sin(t * 0.32)),
            math.radians(1.4 * math.sin(t * 0.45)),
            0.12,
        )
        time.default_value = t * 0.022
        time.keyframe_insert("default_value", frame=frame)
        for i, gull in enumerate(gulls):
            gull.location = (3.2 + 1.5 * i + 0.10 * t, 6.0 + i, 9.0 + 0.8 * (i % 2) + 0.03 * t)
            gull.rotation_euler = (0.5, 0.25 * math.sin(t * 0.9 + i * 2.0), 0.5)
        for thing in (camera, vessel, *gulls):
            thing.keyframe_insert("location", frame=frame)
            thing.keyframe_insert("rotation_euler", frame=frame)
    for puff in clouds:
        start = puff.location.x
        for frame in (frames.start - 1, frames.stop):
            puff.location.x = start + 0.04 * (frame - origin)
            puff.keyframe_insert("location", frame=frame)


def set_up(samples: int, size: tuple[int, int] = SIZE) -> None:
    """Cycles on the processor; files are 8-bit RGB PNG."""
    scene = bpy.context.scene
    settings = scene.render
    settings.resolution_x, settings.resolution_y = size
    settings.resolution_percentage = 100
    settings.fps = RATE
    settings.engine = "CYCLES"
    settings.use_motion_blur = settings.use_sequencer = settings.use_compositing = False
    settings.dither_intensity = 0.0
    for item in settings.bl_rna.properties:
        if item.identifier.startswith("use_stamp_"):  # no dates or paths in the files
            setattr(settings, item.identifier, False)
    cycles = scene.cycles
    cycles.device, cycles.samples, cycles.seed = "CPU", samples, 1
    cycles.use_denoising, cycles.denoiser = True, "OPENIMAGEDENOISE"
    cycles.denoising_prefilter = "ACCURATE"
    cycles.max_bounces, cycles.sample_clamp_indirect = 4, 4.0
    scene.view_settings.view_transform, scene.view_settings.look = "Standard", "None"
    image = settings.image_settings
    if hasattr(image, "media_type"):  # Blender 5.0 and newer
        image.media_type = "IMAGE"
    image.file_format, image.color_mode, image.color_depth = "PNG", "RGB", "8"
    image.compression = 100


def render(folder: Path, frames: list[int]) -> None:
    """Renders ``frames`` as ``frame_0001.png`` and so on."""
    scene = bpy.context.scene
    for frame in frames:
        scene.frame_set(frame)
        scene.render.filepath = str(folder / f"frame_{frame:04d}.png")
        bpy.ops.render.render(write_still=True)


def main() -> int:
    """Reads the command line and renders."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--output", type=Path, required=True, help="folder for the frames")
    parser.add_argument("--samples", type=int, default=80, help="light paths for each pixel")
    parser.add_argument("--frame", type=int, choices=FRAMES, help="render this frame only")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    build()
    frames = [options.frame] if options.frame else [*FRAMES]
    set_up(options.samples)
    render(options.output.resolve(), frames)
    return 0


if __name__ == "__main__":
    sys.exit(main())
