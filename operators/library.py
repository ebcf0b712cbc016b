"""The style library: a folder of pictures, and taking one of them as a style."""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy
from bpy.props import BoolProperty, IntProperty, StringProperty

from ..sequencer import compat
from ..sequencer.place import blend_path
from .styles import MOST

#: What both the engine and Blender's thumbnails can read.
SUFFIXES = {".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".bmp", ".tga"}

#: The folder is looked at again after so many seconds: panels are drawn at every move of the mouse.
_SECONDS = 2.0


@dataclass(frozen=True)
class Listing:
    """The names of the pictures in a folder, by the alphabet; or why there are none."""

    names: tuple[str, ...]
    problem: str = ""


_listed: dict[str, tuple[float, Listing]] = {}  # by folder, one or none


def pictures(folder: str) -> Listing:
    """The pictures in `folder`, a path as Blender means it; not those in folders inside."""
    when, listing = _listed.get(folder, (-_SECONDS, Listing(())))
    now = time.monotonic()
    if now - when >= _SECONDS:
        listing = _look(bpy.path.abspath(folder))
        _listed.clear()
        _listed[folder] = now, listing
    return listing


def _look(folder: str) -> Listing:
    try:
        with os.scandir(folder) as entries:
            names = [e.name for e in entries if Path(e.name).suffix.lower() in SUFFIXES]
    except FileNotFoundError:
        return Listing((), "The folder is not there: choose another")
    except NotADirectoryError:
        return Listing((), "This is a file: choose a folder of pictures")
    except OSError as error:
        return Listing((), f"The folder cannot be read ({error.strerror}): choose another")
    names = [name for name in names if not name.startswith(".")]
    if not names:
        return Listing((), "There are no pictures in this folder: choose another, or fill it")
    return Listing(tuple(sorted(names, key=str.lower)))


def forget() -> None:
    """What was seen of the folder is not kept."""
    _listed.clear()


class EcsetLibrary(bpy.types.PropertyGroup):
    """``window_manager.ecset_library``: what of the library is looked at."""

    search: StringProperty(
        name="Search",
        description="Show only pictures with this in their names",
        options={"TEXTEDIT_UPDATE", "SKIP_SAVE"},
    )
    page: IntProperty(
        name="Page", description="The page that was turned to, from 0", options={"SKIP_SAVE"}
    )
    searched: StringProperty(
        name="Searched",
        description="What was searched when it was: another search begins at its first page",
        options={"SKIP_SAVE"},
    )


class ECSET_OT_use_picture(bpy.types.Operator):
    bl_idname = "ecset.use_picture"
    bl_label = "Use as Style"
    bl_description = "Paint in the style of this picture"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    path: StringProperty(
        name="Picture", description="The picture's file", subtype="FILE_PATH", options={"SKIP_SAVE"}
    )
    add: BoolProperty(
        name="Add",
        description="Add it to the styles, in place of exchanging the one that is chosen",
        options={"SKIP_SAVE"},
    )

    @classmethod
    def description(cls, context: Any, properties: Any) -> str:
        name = bpy.path.basename(properties.path)
        return (
            f"{name}\n\u2022 Click to paint in its style: it takes the place of the chosen style"
            "\n\u2022 Shift-Click to add it to the styles"
        )

    @classmethod
    def poll(cls, context: Any) -> bool:
        if compat.sequencer_scene(context) is None:
            cls.poll_message_set("There is no sequence here")
            return False
        return True

    def invoke(self, context: Any, event: Any) -> set[str]:
        self.add = event.shift
        return self.execute(context)

    def execute(self, context: Any) -> set[str]:
        settings = compat.sequencer_scene(context).ecset
        path = blend_path(Path(bpy.path.abspath(self.path)))
        styles = settings.styles
        if self.add or not styles:
            if len(styles) >= MOST:
                self.report({"ERROR"}, f"No more than {MOST} styles can be used at once.")
                return {"CANCELLED"}
            styles.add().path = path
            settings.active_style = len(styles) - 1
        else:
            settings.active_style = min(settings.active_style, len(styles) - 1)
            styles[settings.active_style].path = path
        return {"FINISHED"}


class ECSET_OT_turn_page(bpy.types.Operator):
    bl_idname = "ecset.turn_page"
    bl_label = "Turn the Page"
    bl_description = "Show more pictures of the library"
    bl_options = {"INTERNAL"}

    page: IntProperty(name="Page", description="The page to show", options={"SKIP_SAVE"})

    def execute(self, context: Any) -> set[str]:
        browse = context.window_manager.ecset_library
        browse.page, browse.searched = self.page, browse.search
        return {"FINISHED"}
