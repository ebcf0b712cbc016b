"""The sidebars that show what goes on, and the preferences."""

from typing import Any


def redraw(context: Any) -> None:
    """Draw the sidebars of all sequencers anew; nothing else changes while a task goes on."""
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "SEQUENCE_EDITOR":
                for region in area.regions:
                    if region.type == "UI":
                        region.tag_redraw()


def redraw_engine(context: Any) -> None:
    """The same, and the preferences: what is known of the engine stands in both."""
    redraw(context)
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "PREFERENCES":
                area.tag_redraw()
