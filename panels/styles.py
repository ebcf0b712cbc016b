"""The list of style pictures, in the main panel."""

from typing import Any

import bpy


class ECSET_UL_styles(bpy.types.UIList):
    """A row for each style: its picture's name, and how much it counts."""

    def draw_item(
        self,
        context: Any,
        layout: Any,
        data: Any,
        item: Any,
        icon: int,
        active_data: Any,
        active_property: str,
    ) -> None:
        layout.use_property_split = layout.use_property_decorate = False  # or they take the room
        several = len(data.styles) > 1
        row = layout.split(factor=0.7) if several else layout
        row.label(
            text=bpy.path.basename(item.path) or "No picture yet",
            icon="IMAGE_ALPHA" if item.mask else "IMAGE_DATA",
            translate=False,
        )
        if several:
            row.prop(item, "weight", text="", emboss=False)

    def filter_items(self, context: Any, data: Any, name: str) -> tuple[list[int], list[int]]:
        """Rows are searched by their files."""
        by_name = bpy.types.UI_UL_list.filter_items_by_name
        styles = getattr(data, name)
        shown = self.filter_name and by_name(
            self.filter_name, self.bitflag_filter_item, styles, "path"
        )
        return shown or [], []


def draw(layout: Any, settings: Any) -> None:
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
        rows=2 if count == 1 else 4,
        maxrows=4,
    )
    buttons = row.column(align=True)
    buttons.operator("ecset.add_styles", text="", icon="ADD")
    buttons.operator("ecset.remove_style", text="", icon="REMOVE")
    if count > 1:
        buttons.separator()
        buttons.operator("ecset.move_style", text="", icon="TRIA_UP").direction = "UP"
        buttons.operator("ecset.move_style", text="", icon="TRIA_DOWN").direction = "DOWN"
    style = settings.styles[min(settings.active_style, count - 1)]
    column = layout.column()
    column.prop(style, "path")
    if count > 1:
        column.prop(style, "weight")
    draw_mask(column, style, "mask", "STYLE")


def draw_mask(layout: Any, owner: Any, name: str, target: str) -> None:
    """A path to a mask, and a button that takes a strip in its place."""
    row = layout.row(align=True)
    row.prop(owner, name, text="Mask", placeholder="All")
    row.operator("ecset.mask_strip", text="", icon="SEQ_SEQUENCER").target = target
