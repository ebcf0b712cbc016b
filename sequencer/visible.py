"""Which strips of a timeline a person means: those that are chosen, or all that are seen."""

from collections.abc import Iterable
from typing import Any

from . import compat, marks
from .preview_marks import PREVIEW_PROPERTY

#: They have no picture of their own but change the one below, or everything.
_NO_PICTURE = {"SOUND", "ADJUSTMENT"}


def shots(scene: Any, masks: Iterable[str], frames: tuple[int, int] | None = None) -> list[Any]:
    """The strips to paint, in the order of time; only those that show in `frames`.

    Left out are: what is muted; results, keyframes and previews; `masks`, the names of strips that
    are used as such; and what goes into an effect or under a multicam strip all of its time, as
    only these are seen.  What lies in a meta strip is painted as a part of that.
    """
    editor = scene.sequence_editor
    hidden_names = set(masks)
    seen = [
        strip
        for strip in compat.strips_of(editor)
        if strip.type not in _NO_PICTURE
        and strip.name not in hidden_names
        and not marks.is_muted(scene, strip)
        and not _is_ours(scene, strip)
    ]
    found = [strip for strip in seen if not _is_covered(strip, seen)]
    if frames is not None:
        first, last = frames
        found = [s for s in found if compat.left(s) <= last and compat.right(s) > first]
    return sorted(found, key=lambda strip: (compat.left(strip), strip.channel))


def _is_ours(scene: Any, strip: Any) -> bool:
    return (
        marks.JOB_PROPERTY in strip or PREVIEW_PROPERTY in strip or marks.is_keyframe(scene, strip)
    )


def _is_covered(strip: Any, seen: list[Any]) -> bool:
    """Whether other strips show it, or take its place, all of its time."""
    covering = [
        (compat.left(other), compat.right(other))
        for other in seen
        if strip in list(compat.effect_inputs(other))
        or (other.type == "MULTICAM" and other.channel > strip.channel)
    ]
    reached, end = compat.left(strip), compat.right(strip)
    for left, right in sorted(covering):
        if left <= reached:
            reached = max(reached, right)
    return reached >= end


def chosen(scene: Any, selected: bool) -> list[Any]:
    """What Stylize paints: the active strip, or all that are selected and show a picture.

    A result stands for the strip that it was painted from, and a keyframe for nothing.
    """
    editor = scene.sequence_editor
    strips = [editor.active_strip]
    if selected and editor.active_strip.select:
        others = [s for s in compat.all_strips(editor) if s.select and s != editor.active_strip]
        strips += sorted(others, key=lambda s: (compat.left(s), s.channel))
    found: list[Any] = []
    for strip in strips:
        if strip.type == "SOUND" or marks.is_keyframe(scene, strip):
            continue
        shot = marks.shot_of(scene, strip)
        if shot not in found:
            found.append(shot)
    return found
