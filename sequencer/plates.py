"""A strip as a shot to paint: what it shows, its size, and the child that renders its plates."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import bpy

from . import compat, marks, preview_marks
from .errors import BadInput
from .job import PictureFormat
from .shot import Shot

_EXTRACT = Path(__file__).with_name("extract.py")

#: Their transform starts from a size that cannot be asked for.
_UNKNOWN_SIZE = {"MOVIECLIP"}

#: Modifiers that look at the whole picture, or at places in it, not at single pixels.
_PLACE_BOUND_MODIFIERS = {"MASK", "TONEMAP", "COMPOSITOR"}

#: Their picture is made from the strips below them.
BUILT_ON_OTHERS = {"ADJUSTMENT", "MULTICAM"}


def describe(scene: Any, strip: Any, frames: tuple[int, int] | None = None) -> Shot:
    """What is to be painted of `strip`.  Raises BadInput when there is nothing that can be."""
    _refuse_unpaintable(scene, strip)
    left, right = compat.left(strip), compat.right(strip)
    first, last = frames or (left, right - 1)
    if last < first:
        raise BadInput(f"The frame range {first}-{last} is empty: give its first frame first.")
    if first < left or last >= right:
        raise BadInput(
            f'Frames {first}-{last} are not all in the strip "{strip.name}": '
            f"it shows frames {left}-{right - 1}."
        )
    _refuse_missing_files(strip, first, last)
    size = None if _is_bound_to_place(strip) else native_size(scene, strip)
    width, height = size or screen_size(scene)
    return Shot(
        scene=scene.name,
        strip=strip.name,
        first=first,
        last=last,
        width=width,
        height=height,
        keep_placement=size is None,
        content_start=compat.content_start(strip),
        identity=strip.get(marks.ID_PROPERTY, ""),
    )


def _refuse_unpaintable(scene: Any, strip: Any) -> None:
    name = f'The strip "{strip.name}"'
    if strip.type == "SOUND":
        raise BadInput(f"{name} is a sound: choose a strip that shows a picture.")
    if strip.type == "SCENE" and strip.scene is None:
        raise BadInput(f"{name} has no scene: choose one for it.")
    if strip.type == "META" and not compat.strips_of(strip):
        raise BadInput(f"{name} is an empty meta strip: there is nothing to paint.")
    if strip.type in BUILT_ON_OTHERS:
        owner = strip.parent_meta() or scene.sequence_editor
        left, right = compat.left(strip), compat.right(strip)
        if not any(
            other.channel < strip.channel
            and compat.left(other) < right
            and compat.right(other) > left
            and other.type != "SOUND"
            for other in compat.strips_of(owner)
        ):
            raise BadInput(f"{name} has no strip below it: there is nothing to paint.")


def _refuse_missing_files(strip: Any, first: int, last: int) -> None:
    """Raise BadInput when a file that the frames `first` to `last` show is not there."""
    if strip.type == "MOVIE":
        files = [bpy.path.abspath(strip.filepath)]
    elif strip.type == "IMAGE":
        elements = map(strip.strip_elem_from_frame, range(first, last + 1))
        names = dict.fromkeys(element.filename for element in elements if element)
        files = [os.path.join(bpy.path.abspath(strip.directory), name) for name in names]
    else:
        return
    for file in files:
        if not os.path.isfile(file):
            raise BadInput(f'The strip "{strip.name}" cannot find its file {file}: relink it.')
    if not strip.elements or strip.elements[0].orig_width == 0:
        raise BadInput(f'Blender cannot read the file {files[0]} of the strip "{strip.name}".')


def _is_bound_to_place(strip: Any) -> bool:
    """Whether the strip's look depends on where on the screen it stands."""
    return strip.type in _UNKNOWN_SIZE or any(
        not modifier.mute
        and (
            modifier.type in _PLACE_BOUND_MODIFIERS
            or getattr(modifier, "input_mask_strip", None) is not None
            or getattr(modifier, "input_mask_id", None) is not None
        )
        for modifier in strip.modifiers
    )


def screen_size(scene: Any) -> tuple[int, int]:
    """The timeline's picture at 100 %."""
    return scene.render.resolution_x, scene.render.resolution_y


def native_size(scene: Any, strip: Any) -> tuple[int, int] | None:
    """Width and height in pixels of the strip's picture before its transform.

    None when it is too small for a render of Blender's, which has at least 4 x 4 pixels.
    """
    if strip.type in {"MOVIE", "IMAGE"}:
        size = strip.elements[0].orig_width, strip.elements[0].orig_height
    elif strip.type == "SCENE" and strip.scene_input == "CAMERA":
        render = strip.scene.render
        percentage = render.resolution_percentage
        size = (
            render.resolution_x * percentage // 100,
            render.resolution_y * percentage // 100,
        )
    else:
        size = compat.own_size(strip) or screen_size(scene)
    return size if min(size) >= 4 else None


def covers_effect(scene: Any, strip: Any) -> str | None:
    """The name of an effect strip that works on `strip`, or None.

    The plates show the strip alone; whoever wants the effect painted must choose the effect.
    """
    for other in compat.strips_of(strip.parent_meta() or scene.sequence_editor):
        if strip in list(compat.effect_inputs(other)):
            return other.name
    return None


def write_snapshot(scene: Any, folder: Path) -> Path:
    """The session's present state as a file: the scene and all it needs, with absolute paths.

    Neither the session nor the file on disk notices.  Raises BadInput when it cannot be written.
    """
    path = folder / "snapshot.blend"
    try:
        with preview_marks.muted():
            bpy.data.libraries.write(str(path), {scene}, path_remap="ABSOLUTE", compress=False)
    except RuntimeError as error:
        raise BadInput(f"The folder {folder} cannot be written: make room on its disk.") from error
    return path


def write_request(
    shot: Shot,
    pattern: str,
    picture: PictureFormat,
    snapshot: Path,
    *,
    over_black: bool = False,
    moved: int = 0,
) -> Path:
    """What the child is to render of a snapshot, as a file beside it.

    `pattern` names the plates; `over_black`: they have no alpha; `moved`: by how many frames the
    snapshot has the shot later on the timeline than its plates are numbered.
    """
    request = {
        "blend": str(snapshot),
        "scene": shot.scene,
        "strip": shot.strip,
        "first": shot.first,
        "last": shot.last,
        "moved": moved,
        "width": shot.width,
        "height": shot.height,
        "keep_placement": shot.keep_placement,
        "pattern": pattern,
        "format": picture.blender_format,
        "depth": picture.depth,
        "over_black": over_black,
        "working_space": compat.working_space(),
        "use_scripts": bpy.context.preferences.filepaths.use_scripts_auto_execute,
    }
    path = snapshot.with_name("request.json")
    path.write_text(json.dumps(request), encoding="utf-8")
    return path


def extract_command(request: Path, shows_scenes: bool) -> list[str | Path]:
    """The call that renders the plates, by this very Blender or this very bpy module.

    Scenes are rendered with the person's preferences (their graphics card, their render engines),
    all else without, which starts faster.
    """
    if not bpy.app.binary_path:
        return [sys.executable, _EXTRACT, request]
    options = [] if shows_scenes else ["--factory-startup"]
    return [
        bpy.app.binary_path,
        "--background",
        *options,
        "--python-exit-code",
        "1",
        "--python",
        _EXTRACT,
        "--",
        request,
    ]


def extract_environment() -> dict[str, str]:
    """The environment of this process; PWD too, which Blender resolves paths against."""
    return {**os.environ, "PWD": os.getcwd()}


def shows_scenes(scene: Any) -> bool:
    """Whether any strip of the timeline renders a scene."""
    return any(strip.type == "SCENE" for strip in compat.all_strips(scene.sequence_editor))
