"""The list of style pictures, in the main panel."""

from pathlib import Path
from typing import Any

import bpy

from . import thumbnails
from .lines import characters, draw_lines, is_wide, pixels


class ECSET_UL_styles(bpy.types.UIList):
    """A row for each style: its thumbnail and name, how much it counts, and a grip to move it."""

    def draw_item(
        self,
        context: Any,
        layout: Any,
        data: Any,
        item: Any,
        icon: int,
        active_data: Any,
        active_property: str,
        index: int = 0,
    ) -> None:
        layout.use_property_split = layout.use_property_decorate = False  # or they take the room
        several = len(data.styles) > 1
        row = layout.row(align=True)
        has_room = several and is_wide(context)
        split = row.split(factor=0.68) if has_room else row
        _draw_name(split.row(align=True), item)
        if has_room:
            split.prop(item, "weight", text="", emboss=False)
        if several:
            grip = row.operator("ecset.drag_style", text="", icon="GRIP", emboss=False)
            grip.index = index

    def filter_items(self, context: Any, data: Any, name: str) -> tuple[list[int], list[int]]:
        """Rows are searched by their files."""
        by_name = bpy.types.UI_UL_list.filter_items_by_name
        styles = getattr(data, name)
        shown = self.filter_name and by_name(
            self.filter_name, self.bitflag_filter_item, styles, "path"
        )
        return shown or [], []


def _draw_name(layout: Any, style: Any) -> None:
    text = Path(bpy.path.basename(style.path)).stem or "No picture yet"
    thumbnail = thumbnails.icon(style.path) if style.path else 0
    if thumbnail:
        layout.label(text=text, icon_value=thumbnail, translate=False)
    else:
        missing = bool(style.path) and not thumbnails.is_there(style.path)
        layout.label(text=text, icon="ERROR" if missing else "IMAGE_DATA", translate=False)
    if style.mask:
        layout.label(text="", icon="MOD_MASK")


def draw(layout: Any, context: Any, settings: Any) -> None:
    """The list with its buttons, and below it what is set of the style that is chosen in it."""
    count = len(settings.styles)
    if not count:
        layout.operator("ecset.add_styles", text="Add Style Pictures…", icon="ADD")
        return
    row = layout.row()
    row.template_list(
        "ECSET_UL_styles",
        "",
        settings,
        "styles",
        settings,
        "active_style",
        rows=1 if count == 1 else 4,
        maxrows=6,
    )
    buttons = row.column(align=True)
    buttons.operator("ecset.add_styles", text="", icon="ADD")
    buttons.operator("ecset.remove_style", text="", icon="REMOVE")
    if count > 1:
        buttons.separator()
        buttons.operator("ecset.move_style", text="", icon="TRIA_UP").direction = "UP"
        buttons.operator("ecset.move_style", text="", icon="TRIA_DOWN").direction = "DOWN"
    chosen = settings.styles[min(settings.active_style, count - 1)]
    _draw_chosen(layout, context, chosen, count)


def _draw_chosen(layout: Any, context: Any, style: Any, count: int) -> None:
    """A larger thumbnail of one style, and beside it what is set of it.

    Beside, not below: the timeline's sidebar is rarely high.
    """
    thumbnail = thumbnails.icon(style.path) if style.path else 0
    share = 0.36 if is_wide(context) else 0.3
    row = layout.split(factor=share) if thumbnail else layout.row()
    row.use_property_split = row.use_property_decorate = False
    if thumbnail:
        scale = share * (pixels(context) - 60) / 20  # as high as wide
        row.template_icon(icon_value=thumbnail, scale=max(scale, 1.0))
    column = row.column(align=True)
    column.prop(style, "path", text="", placeholder="Picture")
    if count > 1:
        weight = column.row(align=True)
        weight.prop(style, "weight")
        weight.prop_decorator(style, "weight")
    draw_mask(column, style, "mask", "STYLE", text="", placeholder="Mask: all")
    if style.path and not thumbnails.is_there(style.path):
        text = f"{bpy.path.basename(style.path)} is not there: choose another picture"
        draw_lines(layout.column(align=True), text, "ERROR", characters(context))


def draw_mask(
    layout: Any,
    owner: Any,
    name: str,
    target: str,
    text: str = "Mask",
    placeholder: str = "All",
) -> None:
    """A path to a mask, and a button that takes a strip in its place."""
    row = layout.row(align=True)
    row.use_property_decorate = False
    row.prop(owner, name, text=text, placeholder=placeholder)
    row.operator("ecset.mask_strip", text="", icon="SEQ_SEQUENCER").target = target
