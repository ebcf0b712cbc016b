"""The .blend that is worked on: opened, searched for strips, written anew."""

import os
from pathlib import Path
from typing import Any

import bpy

from ...sequencer import compat, marks
from ...sequencer.errors import BadInput, EcsetError


def save_target(path: str | None) -> Path | None:
    """Where the painted .blend goes; found out before hours of painting, not after."""
    if path is None:
        return None
    target = Path(os.path.abspath(path))
    if target.suffix != ".blend" or target.is_dir():
        raise BadInput(f"{target} is no name for a file: choose one that ends with .blend.")
    require_folder(target, "--save-as")
    return target


def require_folder(target: Path, option: str) -> None:
    """Raise BadInput when no file can be written beside `target`."""
    if not target.parent.is_dir() or not os.access(target.parent, os.W_OK):
        raise BadInput(f"The folder {target.parent} cannot be written: choose another {option}.")


def open_blend(file: str) -> Path:
    """Open a .blend; returns its whole path.  Raises BadInput."""
    path = Path(os.path.abspath(file))
    if path.is_dir():
        raise BadInput(f"{path} is a folder: name a .blend in it.")
    if not path.exists():
        raise BadInput(f"The file {path} is not there.")
    try:
        bpy.ops.wm.open_mainfile(filepath=str(path), load_ui=True)
    except RuntimeError as error:
        raise BadInput(f"{path} cannot be opened as a .blend: {_said(error)}.") from error
    return path


def save(target: Path) -> None:
    """Write the painted .blend; Blender itself writes beside it first, then renames."""
    try:
        bpy.ops.wm.save_as_mainfile(
            filepath=str(target), copy=True, relative_remap=True, check_existing=False
        )
    except RuntimeError as error:
        raise EcsetError(f"The painted .blend could not be written: {_said(error)}.") from error


def _said(error: RuntimeError) -> str:
    """What Blender's operator said, without the frame that it puts around."""
    return " ".join(str(error).split()).removeprefix("Error: ").rstrip(".")


def edited_scenes(name: str | None) -> list[Any]:
    """The scenes with strips, or the one of that name.  Raises BadInput when there is none."""
    scenes = list(bpy.data.scenes)
    if name is not None:
        scenes = [scene for scene in scenes if scene.name == name]
        if not scenes:
            names = ", ".join(f'"{scene.name}"' for scene in bpy.data.scenes)
            raise BadInput(f'There is no scene "{name}"; there are {names}.')
    edited = [s for s in scenes if s.sequence_editor and compat.all_strips(s.sequence_editor)]
    if not edited:
        raise BadInput("There is no strip in this file's sequencer: add one first.")
    return edited


def find_strip(scene_name: str | None, name: str) -> tuple[Any, Any]:
    """The scene and its strip of these names, a result standing for the strip it was painted from.

    Raises BadInput that says which ones there are.
    """
    edited = edited_scenes(scene_name)
    found = [
        (scene, strip)
        for scene in edited
        if (strip := compat.all_strips(scene.sequence_editor).get(name)) is not None
    ]
    if not found:
        names = [s.name for scene in edited for s in compat.all_strips(scene.sequence_editor)]
        raise BadInput(f'There is no strip "{name}"; there are {_listed(names)}.')
    if len(found) > 1:
        names = [scene.name for scene, _ in found]
        raise BadInput(
            f'Several scenes have a strip "{name}": name one with --scene, {_listed(names)}.'
        )
    scene, strip = found[0]
    if marks.is_keyframe(scene, strip):
        shot = strip[marks.KEYFRAME_PROPERTY]
        raise BadInput(f'"{name}" is a keyframe: name the strip that it is painted for, "{shot}".')
    return scene, marks.shot_of(scene, strip)


def only_scene(name: str | None) -> Any:
    """The scene with strips.  Raises BadInput when there are several."""
    edited = edited_scenes(name)
    if len(edited) > 1:
        names = [scene.name for scene in edited]
        raise BadInput(f"Several scenes have strips: name one with --scene, {_listed(names)}.")
    return edited[0]


def _listed(names: list[str], most: int = 12) -> str:
    text = ", ".join(f'"{name}"' for name in names[:most])
    return text if len(names) <= most else f"{text} and {len(names) - most} more"
