"""Take a strip of the timeline as a mask."""

from typing import Any

import bpy
from bpy.props import EnumProperty

from ..sequencer import compat
from ..sequencer.job import STRIP

_items: list[tuple[str, str, str]] = []  # Blender wants somebody to hold on to them


def _strips(operator: Any, context: Any) -> list[tuple[str, str, str]]:
    scene = compat.sequencer_scene(context) if context else None
    editor = scene.sequence_editor if scene else None
    _items[:] = [
        (strip.name, strip.name, f"Channel {strip.channel}")
        for strip in (compat.all_strips(editor) if editor else ())
        if strip.type != "SOUND" and strip != editor.active_strip
    ]
    return _items


class ECSET_OT_mask_strip(bpy.types.Operator):
    bl_idname = "ecset.mask_strip"
    bl_label = "Mask from Strip"
    bl_description = (
        "Take a strip of this timeline as the mask: white there, black elsewhere. It shows the "
        "same frames as the strip that is painted, and may be muted"
    )
    bl_options = {"REGISTER", "UNDO"}
    bl_property = "strip"

    target: EnumProperty(
        name="Of",
        items=(
            ("STYLE", "Style", "Where the chosen style is used"),
            ("STRENGTH", "Strength", "Where the paint shows"),
        ),
        options={"HIDDEN"},
    )
    strip: EnumProperty(
        name="Strip", description="The strip whose picture is the mask", items=_strips
    )

    @classmethod
    def poll(cls, context: Any) -> bool:
        if not _strips(None, context):
            cls.poll_message_set("There is no other strip that could be a mask")
            return False
        return True

    def execute(self, context: Any) -> set[str]:
        settings = compat.sequencer_scene(context).ecset
        if self.target == "STRENGTH":
            settings.strength_mask = STRIP + self.strip
        elif settings.active_style < len(settings.styles):
            settings.styles[settings.active_style].mask = STRIP + self.strip
        return {"FINISHED"}

    def invoke(self, context: Any, event: Any) -> set[str]:
        context.window_manager.invoke_search_popup(self)
        return {"RUNNING_MODAL"}
