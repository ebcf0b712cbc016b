"""The present frame painted, to look at: a part of the main panel."""

from typing import Any

from ..operators import preview
from .lines import characters, draw_lines


def draw(layout: Any, context: Any) -> None:
    """The button, and what there is to do with a preview that is made or shown."""
    column = layout.column(align=True)
    made, shown = preview.task(), preview.standing()
    if made is None:
        column.operator("ecset.preview", icon="HIDE_OFF")
    else:
        row = column.row(align=True)
        row.progress(factor=made.factor, text=made.progress_text)
        row.operator("ecset.cancel_preview", text="", icon="X")
    if shown is not None:
        size = " (small)" if preview.is_small() else ""
        row = column.row(align=True)
        row.label(text=f"Preview of frame {shown.shot.first}{size}")
        row.operator("ecset.discard_preview", text="", icon="TRASH")
        column.prop(context.window_manager, "ecset_wipe", slider=True)
    if preview.message():
        draw_lines(layout.column(align=True), preview.message(), "ERROR", characters(context))
