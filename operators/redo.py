"""Take the settings of a result strip back into the panel, to change them."""

import json
from typing import Any

import bpy

from ..sequencer import compat, marks
from ..sequencer.errors import BadInput
from .order import Order


class ECSET_OT_redo(bpy.types.Operator):
    bl_idname = "ecset.redo"
    bl_label = "Redo with Changed Settings"
    bl_description = (
        "Fill the panel with the settings that this strip was painted with; change them, and "
        "Stylize paints its source anew"
    )
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: Any) -> bool:
        if _result(context) is None:
            cls.poll_message_set("Select a strip that Ecset has painted")
            return False
        return True

    def execute(self, context: Any) -> set[str]:
        scene, result = compat.sequencer_scene(context), _result(context)
        try:
            try:
                asked = json.loads(result[marks.ASKED_PROPERTY])
            except ValueError as error:
                raise BadInput(
                    "The settings on this strip are damaged: choose them anew."
                ) from error
            Order.fill(asked, scene.ecset)
        except BadInput as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        source = marks.shot_of(scene, result)
        if source == result:
            self.report({"WARNING"}, "The strip that it was painted from is gone.")
        return {"FINISHED"}


def _result(context: Any) -> Any | None:
    scene = compat.sequencer_scene(context)
    strip = scene.sequence_editor.active_strip if scene and scene.sequence_editor else None
    return strip if strip is not None and marks.ASKED_PROPERTY in strip else None
