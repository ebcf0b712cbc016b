"""The paintings that a strip is to be painted like, below the main panel."""

from typing import Any

import bpy

from ..operators import running
from ..sequencer import compat, keyframes, marks
from .below import Below
from .lines import characters, draw_lines


class ECSET_PT_keyframes(Below, bpy.types.Panel):
    bl_label = "Keyframes"

    @classmethod
    def poll(cls, context: Any) -> bool:
        scene = compat.sequencer_scene(context)
        if scene is None or scene.ecset.look != "patch" or scene.sequence_editor is None:
            return False
        return scene.sequence_editor.active_strip is not None

    def draw(self, context: Any) -> None:
        layout = self.layout
        scene = compat.sequencer_scene(context)
        active = scene.sequence_editor.active_strip
        shot = marks.shot_of(scene, active)
        column = layout.column(align=True)
        if shot != active:
            text = f'Of "{shot.name}": select it to paint it'
            draw_lines(column, text, "INFO", characters(context))
        counting = keyframes.counting(scene, shot)
        for strip in marks.keyframes_of(scene, shot.name):
            if marks.is_muted(scene, strip):
                icon = "HIDE_ON"
            else:
                icon = "KEYFRAME_HLT" if counting.count(compat.left(strip)) == 1 else "ERROR"
            _draw_row(column, strip, icon)
        for strip in marks.lost_keyframes(scene):
            _draw_row(column, strip, "ERROR")
            text = f'Was of "{strip[marks.KEYFRAME_PROPERTY]}", which is gone or renamed'
            draw_lines(column, text, "BLANK1", characters(context))
        column = layout.column()
        if running.keyframe_task() is not None:
            column.label(text="Making the keyframe…", icon="SORTTIME")
        else:
            column.operator("ecset.add_keyframe", icon="ADD")
        column.operator("ecset.mark_keyframe", icon="KEYFRAME_HLT")


def _draw_row(layout: Any, strip: Any, icon: str) -> None:
    row = layout.row(align=True)
    row.label(text=f"{compat.left(strip)}: {strip.name}", icon=icon)
    row.operator("ecset.unmark_keyframe", text="", icon="X", emboss=False).strip = strip.name
