"""The strips of a preview, by the mark that they carry: they are no part of anybody's edit."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from . import compat, timelines

#: Of the two strips of a preview: the name of the strip whose frame they show.
PREVIEW_PROPERTY = "ecset_preview"


def marked() -> list[tuple[Any, Any]]:
    """All strips of previews in this file, each with its scene."""
    return [pair for pair in timelines.strips() if PREVIEW_PROPERTY in pair[1]]


def remove(scene: Any, strip: Any) -> None:
    """Take one of them off the timeline; when it was the active strip, that of the shot is."""
    editor = scene.sequence_editor
    active = editor.active_strip == strip
    shot = compat.all_strips(editor).get(strip[PREVIEW_PROPERTY])
    compat.strips_of(strip.parent_meta() or editor).remove(strip)
    if active and shot is not None:
        editor.active_strip = shot


@contextmanager
def muted() -> Iterator[None]:
    """Meanwhile no preview shows anywhere."""
    hidden = [strip for _, strip in marked() if not strip.mute]
    for strip in hidden:
        strip.mute = True
    try:
        yield
    finally:
        for strip in hidden:
            strip.mute = False
