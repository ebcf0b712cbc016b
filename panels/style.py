"""The sidebar tab "Ecset" of the sequencer."""

from typing import Any

import bpy

from ..sequencer import compat, keyframes
from . import outcome, presets, preview, shot, styles, weights
from .lines import characters, draw_lines, is_wide


class ECSET_PT_style(bpy.types.Panel):
    bl_label = "Stylize"
    bl_space_type = "SEQUENCE_EDITOR"
    bl_region_type = "UI"
    bl_category = "Ecset"

    def draw(self, context: Any) -> None:
        layout = self.layout
        scene = compat.sequencer_scene(context)
        if scene is None:
            text = "This workspace shows no sequence: choose a scene for it in the header"
            draw_lines(layout.column(align=True), text, "INFO", characters(context))
            return
        editor = scene.sequence_editor
        strip = editor.active_strip if editor else None
        width = characters(context)
        strips = shot.selected(scene)
        shot.draw(layout, context, scene, strip, strips)
        _draw_look(layout, scene.ecset)
        if scene.ecset.look != "identity":
            _draw_styles(layout, context, scene.ecset, keyframes.count(scene))
            _draw_amount(layout, scene.ecset)
        weights.draw(layout, scene.ecset, width)
        _draw_buttons(layout, len(strips), is_wide(context))
        preview.draw(layout, context)
        if strip is not None:
            outcome.draw(layout, scene, strip, width)


def _split(layout: Any) -> Any:
    column = layout.column()
    column.use_property_split = True
    column.use_property_decorate = False
    return column


def _draw_look(layout: Any, settings: Any) -> None:
    column = _split(layout)
    column.prop(settings, "look")
    if settings.look != "identity":
        presets.draw(column, settings)


def _draw_styles(layout: Any, context: Any, settings: Any, keyframe_count: int) -> None:
    column = _split(layout)
    if keyframe_count:
        plural = "s" if keyframe_count > 1 else ""
        text = f"{keyframe_count} keyframe{plural} in the place of styles"
        draw_lines(column.column(align=True), text, "KEYFRAME_HLT", characters(context))
    else:
        styles.draw(column, context, settings)


def _draw_amount(layout: Any, settings: Any) -> None:
    column = _split(layout)
    if settings.look == "neural":
        quality = column.column()
        quality.active = not settings.iterations  # which take its place
        quality.prop(settings, "quality")
    column.use_property_decorate = True  # it can be animated
    column.prop(settings, "strength")


def _draw_buttons(layout: Any, count: int, has_room: bool) -> None:
    row = layout.row(align=True)
    row.scale_y = 1.5
    row.operator("ecset.preview", icon="HIDE_OFF")
    text = f"Stylize {count}{' Strips' * has_room}" if count > 1 else "Stylize"
    row.operator("ecset.stylize", text=text, icon="BRUSH_DATA").selected = count > 1
