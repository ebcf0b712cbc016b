"""Sentences in panels, whose labels do not wrap by themselves."""

import textwrap
from typing import Any

#: About as wide as Blender opens the sidebar by itself.
_WIDE = 265


def draw_lines(layout: Any, text: str, icon: str, width: int) -> None:
    """`text` in lines of at most `width` characters."""
    for number, line in enumerate(textwrap.wrap(text, width)):
        layout.label(text=line, icon="BLANK1" if number else icon)


def characters(context: Any) -> int:
    """How many characters fit into a line of the sidebar, beside an icon."""
    return max(16, int((pixels(context) - 75) / 6.3))


def is_wide(context: Any) -> bool:
    """Whether the sidebar has room for what is good to see, but not needed."""
    return pixels(context) >= _WIDE


def pixels(context: Any) -> float:
    """How wide the sidebar is, at Blender's own size of text and buttons."""
    return float(context.region.width / context.preferences.system.ui_scale)
