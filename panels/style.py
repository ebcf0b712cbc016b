"""The sidebar tab "Ecset" of the sequencer."""

from typing import Any

import bpy

from ..operators import running
from ..sequencer import compat, keyframes, marks, plates
from ..sequencer.task import Phase, StylizeTask
from . import styles, weights
from .lines import characters, draw_lines

_ICONS = {
    Phase.DONE: "CHECKMARK",
    Phase.FAILED: "ERROR",
    Phase.CANCELLED: "X",
}


class ECSET_PT_style(bpy.types.Panel):
    bl_label = "Stylize"
    bl_space_type = "SEQUENCE_EDITOR"
    bl_region_type = "UI"
    bl_category = "Ecset"

    def draw(self, context: Any) -> None:
        layout = self.layout
        scene = compat.sequencer_scene(context)
        if scene is None:
            layout.label(text="No sequence here", icon="INFO")
            return
        editor = scene.sequence_editor
        strip = editor.active_strip if editor else None
        _draw_shot(layout, scene, strip)
        _draw_settings(layout, scene.ecset, keyframes.count(scene))
        weights.draw(layout, scene.ecset, characters(context))
        task = running.last_task()
        if task is not None and not task.phase.is_end:
            _draw_progress(layout, task)
            return
        row = layout.row()
        row.scale_y = 1.5
        row.operator("ecset.stylize", icon="BRUSH_DATA")
        if strip is not None:
            _draw_outcome(layout, scene.name, strip.name, characters(context))


def _draw_shot(layout: Any, scene: Any, strip: Any) -> None:
    if strip is None:
        layout.label(text="Select a strip", icon="SEQ_SEQUENCER")
        return
    column = layout.column(align=True)
    column.label(text=strip.name, icon="SEQ_SEQUENCER")
    if strip.type == "SOUND":
        return
    first, last = compat.left(strip), compat.right(strip) - 1
    width, height = plates.native_size(scene, strip) or plates.screen_size(scene)
    if marks.is_keyframe(scene, strip):
        column.label(text=f"Keyframe of {marks.shot_of(scene, strip).name}", icon="KEYFRAME_HLT")
    elif marks.JOB_PROPERTY in strip:
        column.label(text="Painted already: paints over it", icon="INFO")
    column.label(text=f"{width} × {height}", icon="BLANK1")
    column.label(text=f"Frames {first}–{last} ({last - first + 1})", icon="BLANK1")


def _draw_settings(layout: Any, settings: Any, keyframe_count: int) -> None:
    column = layout.column()
    column.use_property_split = True
    column.use_property_decorate = True  # for the strength, which can be animated
    column.enabled = not running.is_busy()
    column.prop(settings, "look")
    if settings.look == "identity":
        return
    if settings.look == "neural":
        quality = column.column()
        quality.active = not settings.iterations  # which take its place
        quality.prop(settings, "quality")
    column.prop(settings, "strength")
    if keyframe_count:
        plural = "s" if keyframe_count > 1 else ""
        text = f"{keyframe_count} keyframe{plural} in the place of styles"
        column.label(text=text, icon="KEYFRAME_HLT")
    else:
        styles.draw(column, settings)


def _draw_progress(layout: Any, task: StylizeTask) -> None:
    column = layout.column(align=True)
    column.label(text=task.shot.strip, icon="BRUSH_DATA")
    row = column.row(align=True)
    row.progress(factor=task.factor, text=task.progress_text)
    row.operator("ecset.cancel", text="", icon="X")


def _draw_outcome(layout: Any, scene: str, strip: str, width: int) -> None:
    """How the last try ended, if it was to paint this strip or brought it about."""
    column = layout.column(align=True)
    task, refusal = running.last_task(), running.last_refusal()
    if refusal is not None and (refusal.scene, refusal.strip) == (scene, strip):
        draw_lines(column, refusal.message, "ERROR", width)
    if task is None or task.shot.scene != scene or strip not in (task.shot.strip, task.result):
        return
    draw_lines(column, task.message, _ICONS[task.phase], width)
    for note in task.notes:
        draw_lines(column, note, "INFO", width)
