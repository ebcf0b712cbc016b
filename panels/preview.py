"""What there is to do with a preview that is made or shown: below the buttons of the main panel."""

from typing import Any

from ..operators import preview
from .lines import characters, draw_lines


def draw(layout: Any, context: Any) -> None:
    """Progress, the wipe, and the way out; nothing when there is no preview."""
    made, shown = preview.task(), preview.standing()
    if made is not None or shown is not None:
        column = layout.column(align=True)
        if made is not None:
            row = column.row(align=True)
            row.progress(factor=made.factor, text=made.progress_text)
            row.operator("ecset.cancel_preview", text="", icon="X")
        if shown is not None:
            row = column.row(align=True)
            row.prop(context.window_manager, "ecset_wipe", slider=True)
            row.operator("ecset.discard_preview", text="", icon="TRASH")
            size = ", small" if preview.is_small() else ""
            column.label(text=f"Preview of frame {shown.shot.first}{size}", icon="HIDE_OFF")
    if preview.message():
        draw_lines(layout.column(align=True), preview.message(), "ERROR", characters(context))
