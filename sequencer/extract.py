"""Renders a strip's own picture, frame by frame, to files.  Runs in a Blender of its own.

``blender -b --python extract.py -- REQUEST.json`` or ``python extract.py REQUEST.json`` with the
bpy module; ``plates.py`` writes the request.  Prints the same events as the engine, leaves only
whole files, and ends by itself when its standard input reaches its end.
"""

import contextlib
import json
import os
import shutil
import sys
import threading
import traceback
from array import array
from pathlib import Path
from typing import Any, NoReturn

import bpy

# A script has no package of its own: the extension's folder makes one of its own name.
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from sequencer import animation, compat, marks, standard_input, whole
from sequencer.animation import OPACITY, PLACEMENT
from sequencer.naming import frame_path
from sequencer.plates import BUILT_ON_OTHERS


def say(event: str, **values: Any) -> None:
    """One event as a line of its own, whatever Blender prints in between.

    Raises BrokenPipeError when nobody hears it, which Windows says in another way.
    """
    try:
        print("\n" + json.dumps({"event": event, **values}), flush=True)
    except OSError as error:
        raise BrokenPipeError from error


def end_with_parent() -> None:
    """Leave at once when Blender, which holds the other end of standard input, is gone."""

    def wait() -> None:
        for _ in standard_input.arriving():
            pass
        leave(130)

    threading.Thread(target=wait, daemon=True).start()


def leave(status: int) -> NoReturn:
    """End at once, and take Blender's folder for temporary files along, which it does not then.

    On its way out the bpy module may hang or crash; everything is on disk by now.
    """
    with contextlib.suppress(OSError):  # nobody may be listening any more
        sys.stdout.flush()
    # only when empty: in want of a folder of its own Blender uses the one of all
    with contextlib.suppress(OSError):
        os.rmdir(bpy.app.tempdir)
    os._exit(status)


def isolate(scene: Any, strip: Any, keep_placement: bool) -> None:
    """Make the timeline show `strip` alone: opaque, and unless kept, untransformed."""
    editor, meta = scene.sequence_editor, strip.parent_meta()
    owner = meta or editor
    # The displayed stack is what renders: a META's own trims, speed and transform stay outside.
    editor.display_stack(meta)
    needs_below = strip.type in BUILT_ON_OTHERS
    for other in compat.strips_of(owner):
        if other != strip and not (needs_below and other.channel < strip.channel):
            other.mute = True
    for keyframe in marks.keyframes_of(scene, strip.name):
        keyframe.mute = True  # what is painted from it must not look like it already
    owner.channels[strip.channel].mute = False
    strip.mute = False
    animation.remove(scene, strip.name, ("mute", *OPACITY))
    strip.blend_type, strip.blend_alpha = "REPLACE", 1.0
    if not keep_placement:
        animation.remove(scene, strip.name, PLACEMENT)
        reset_placement(strip)


def reset_placement(strip: Any) -> None:
    """The strip's picture at its native size, uncropped and not mirrored."""
    transform, crop = strip.transform, strip.crop
    transform.offset_x = transform.offset_y = transform.rotation = 0
    transform.scale_x = transform.scale_y = 1
    transform.origin = (0.5, 0.5)
    crop.min_x = crop.max_x = crop.min_y = crop.max_y = 0
    strip.use_flip_x = strip.use_flip_y = False


def set_up_render(scene: Any, request: dict[str, Any]) -> None:
    """Plates of the asked size and format, without anything that differs from run to run.

    View Standard on sRGB is the inverse of reading an sRGB file, whatever the scene looks through
    and works in; EXR is written scene-linear and needs no view at all.
    """
    render, view, picture = scene.render, scene.view_settings, scene.render.image_settings
    render.use_sequencer = True
    render.resolution_x, render.resolution_y = request["width"], request["height"]
    render.resolution_percentage = 100
    render.use_border = render.use_multiview = False
    render.dither_intensity = 0
    render.use_file_extension = False  # files are named to the letter
    for rna in render.bl_rna.properties:
        if rna.identifier.startswith("use_stamp"):
            setattr(render, rna.identifier, False)
    scene.display_settings.display_device = "sRGB"
    view.view_transform, view.look = "Standard", "None"
    view.exposure, view.gamma = 0, 1
    view.use_curve_mapping = False
    if hasattr(view, "use_white_balance"):
        view.use_white_balance = False
    picture.color_management = "FOLLOW_SCENE"
    compat.set_picture_format(picture, request["format"], request["depth"])
    if request["over_black"]:
        picture.color_mode = "RGB"
    if request["format"] == "OPEN_EXR":
        picture.color_management = "OVERRIDE"
        picture.linear_colorspace_settings.name = "Linear Rec.709"
    for any_scene in bpy.data.scenes:  # those of scene strips have caches of their own
        if any_scene.sequence_editor:
            compat.disable_caches(any_scene.sequence_editor)


def avoid_conversions(scene: Any, strip: Any, file_format: str) -> None:
    """Take footage to the file as it is, when the file's colour space is its own.

    On its way through the sequencer's space and back footage loses up to a step of 16 bits, and
    much more in a logarithmic space.  Without changes of colour in between the way can be left out.
    """
    if strip.type not in {"MOVIE", "IMAGE"} or changes_colour(scene, strip):
        return
    own, working = strip.colorspace_settings, scene.sequencer_colorspace_settings
    if file_format == "OPEN_EXR" and own.name == "Linear Rec.709":
        working.name = own.name
    elif file_format == "PNG" and own.name == "sRGB":
        own.name = working.name = "Non-Color"
        strip.use_float = True  # 5.0 and 5.1 look at bytes as if they were sRGB even so
        scene.view_settings.view_transform = "Raw"


def changes_colour(scene: Any, strip: Any) -> bool:
    """Whether the strip shows its footage in other colours than the file has."""
    return (
        any(not modifier.mute for modifier in strip.modifiers)
        or strip.color_multiply != 1
        or strip.color_saturation != 1
        or animation.is_animated(scene, strip.name, ("color_", "modifiers"))
    )


def is_opaque(path: str) -> bool:
    """Whether no pixel of the picture lets anything through."""
    image = bpy.data.images.load(path, check_existing=False)
    try:
        pixels = array("f", bytes(4 * len(image.pixels)))
        image.pixels.foreach_get(pixels)
        return not pixels or min(pixels[3::4]) >= 1.0
    finally:
        bpy.data.images.remove(image)


def render_plate(scene: Any, frame: int, path: str) -> None:
    """A frame of the timeline to `path`, which exists only when it is whole.

    Blender does not notice when a disk gets full under a picture, so there must be room before
    and an end to the picture afterwards.  Raises OSError.
    """
    part, folder = path + ".part", os.path.dirname(path)
    if shutil.disk_usage(folder).free < 8 * scene.render.resolution_x * scene.render.resolution_y:
        raise OSError(f"the disk of {folder} is full, make room on it.")
    scene.render.filepath = compat.literal_path(part)
    scene.frame_set(frame)
    # Not animation=True: that refuses negative frames.
    bpy.ops.render.render(write_still=True, scene=scene.name)
    if path.endswith(".png") and not has_end(part):
        raise OSError(f"{path} could not be written whole, make room on the disk.")
    whole.put(Path(part), Path(path))


def has_end(path: str) -> bool:
    """Whether a PNG file has its last chunk."""
    with open(path, "rb") as file:
        file.seek(max(os.path.getsize(path) - 12, 0))
        return file.read() == b"\0\0\0\0IEND\xaeB`\x82"


def run(request: dict[str, Any]) -> list[bool]:
    """Render what `request` asks for; returns which plates are opaque."""
    bpy.ops.wm.open_mainfile(
        filepath=request["blend"], load_ui=False, use_scripts=request["use_scripts"]
    )
    if request["working_space"]:
        compat.set_working_space(request["working_space"])
    scene = bpy.data.scenes[request["scene"]]
    for window in bpy.context.window_manager.windows:
        window.scene = scene  # a scene strip stands still in a scene that no window shows
    strip = compat.all_strips(scene.sequence_editor)[request["strip"]]
    isolate(scene, strip, request["keep_placement"])
    set_up_render(scene, request)
    avoid_conversions(scene, strip, request["format"])
    first, last = request["first"], request["last"]
    total = last - first + 1
    opaque = []
    say("started", first=first, last=last, total=total, done=0)
    for done, frame in enumerate(range(first, last + 1), 1):
        path = frame_path(request["pattern"], frame)
        render_plate(scene, frame + request["moved"], path)
        opaque.append(is_opaque(path))
        say("frame", frame=frame, path=path, opaque=opaque[-1], done=done, total=total)
    say("finished", done=total, total=total)
    return opaque


def main(argv: list[str]) -> int:
    end_with_parent()
    with open(argv[-1], encoding="utf-8") as file:
        request = json.load(file)
    try:
        run(request)
    except BrokenPipeError:
        return 130  # Blender is gone, and so is everybody who would hear of it
    except Exception as error:  # noqa: BLE001 - said in one sentence; the log has the rest
        traceback.print_exc()
        text = " ".join(str(error).split()).removeprefix("Error: ")
        say("error", message=f"The strip's frames could not be rendered: {text}")
        return 1
    return 0


if __name__ == "__main__":
    leave(main(sys.argv))
