"""Style pictures: add, remove and move them in the scene's list."""

from pathlib import Path
from typing import Any

import bpy
from bpy.props import BoolProperty, CollectionProperty, EnumProperty, StringProperty

from ..sequencer import compat
from ..sequencer.place import blend_path
from . import style_list

#: How many the engine takes.
MOST = 16


def _settings(context: Any) -> Any | None:
    scene = compat.sequencer_scene(context)
    return scene.ecset if scene else None


class _NeedsStyle:
    @classmethod
    def poll(cls, context: Any) -> bool:
        settings = _settings(context)
        return settings is not None and 0 <= settings.active_style < len(settings.styles)


class ECSET_OT_add_styles(bpy.types.Operator):
    bl_idname = "ecset.add_styles"
    bl_label = "Add Style Pictures"
    bl_description = "Choose pictures in whose styles the strip is painted"
    bl_options = {"REGISTER", "UNDO"}

    directory: StringProperty(subtype="DIR_PATH", options={"HIDDEN"})
    files: CollectionProperty(type=bpy.types.OperatorFileListElement, options={"HIDDEN"})
    filter_folder: BoolProperty(default=True, options={"HIDDEN"})
    filter_image: BoolProperty(default=True, options={"HIDDEN"})

    @classmethod
    def poll(cls, context: Any) -> bool:
        settings = _settings(context)
        if settings is None:
            cls.poll_message_set("There is no sequence here")
            return False
        if len(settings.styles) >= MOST:
            cls.poll_message_set(f"There are {MOST} styles, and no more can be used at once")
            return False
        return True

    def execute(self, context: Any) -> set[str]:
        settings = _settings(context)
        names = [file.name for file in self.files if file.name]
        room = MOST - len(settings.styles)
        for name in names[:room]:
            style = settings.styles.add()
            style.path = blend_path(Path(self.directory, name))
            settings.active_style = len(settings.styles) - 1
        if not names:
            self.report({"ERROR"}, "No picture was chosen.")
            return {"CANCELLED"}
        if len(names) > room:
            self.report({"WARNING"}, f"Only {MOST} styles can be used at once: some were left out.")
        return {"FINISHED"}

    def invoke(self, context: Any, event: Any) -> set[str]:
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}


class ECSET_OT_remove_style(_NeedsStyle, bpy.types.Operator):
    bl_idname = "ecset.remove_style"
    bl_label = "Remove Style"
    bl_description = "Take the chosen style out of the list; the picture's file stays"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: Any) -> set[str]:
        scene = compat.sequencer_scene(context)
        style_list.remove(scene, scene.ecset.active_style)
        return {"FINISHED"}


class ECSET_OT_move_style(_NeedsStyle, bpy.types.Operator):
    bl_idname = "ecset.move_style"
    bl_label = "Move Style"
    bl_description = "Move the chosen style up or down in the list"
    bl_options = {"REGISTER", "UNDO"}

    direction: EnumProperty(
        name="Direction",
        description="Where the style goes",
        items=(("UP", "Up", "Towards the top"), ("DOWN", "Down", "Towards the bottom")),
    )

    def execute(self, context: Any) -> set[str]:
        scene = compat.sequencer_scene(context)
        source = scene.ecset.active_style
        target = source + (-1 if self.direction == "UP" else 1)
        if not 0 <= target < len(scene.ecset.styles):
            return {"CANCELLED"}
        style_list.move(scene, source, target)
        return {"FINISHED"}
