"""What is about to be painted, in the main panel: which strip, its size, its frames."""

from typing import Any

from ..sequencer import compat, marks, plates, visible
from .lines import characters, draw_lines

#: What is read of a strip, in a word; of others what Blender calls their kind.
_KINDS = {
    "MOVIE": "Movie",
    "IMAGE": "Images",
    "SCENE": "Rendered scene",
    "META": "Meta strip",
    "COLOR": "Colour",
    "TEXT": "Text",
    "MOVIECLIP": "Movie clip",
    "MASK": "Mask",
    "ADJUSTMENT": "Adjusted strips below",
    "MULTICAM": "Multicam",
}


def selected(scene: Any) -> list[Any]:
    """What "Stylize" paints when several strips are selected: each shot once, by time."""
    editor = scene.sequence_editor
    if editor is None or editor.active_strip is None or not editor.active_strip.select:
        return []
    shots = visible.chosen(scene, selected=True)
    return sorted(shots, key=lambda strip: (compat.left(strip), strip.channel))


def draw(layout: Any, context: Any, scene: Any, strip: Any, strips: list[Any]) -> None:
    """The active `strip`, or `strips` if several are selected."""
    column = layout.column(align=True)
    if len(strips) > 1:
        _draw_several(column, context, strips)
    elif strip is None:
        column.label(text="Select the strip to paint", icon="SEQ_SEQUENCER")
    else:
        _draw_one(column, context, scene, strip)


def _draw_several(column: Any, context: Any, strips: list[Any]) -> None:
    column.label(text=f"{len(strips)} strips", icon="SEQ_SEQUENCER")
    most = 4
    for strip in strips[:most]:
        column.label(text=f"{strip.name}: {_frames(_length(strip))}", icon="BLANK1")
    if len(strips) > most:
        rest = sum(map(_length, strips[most:]))
        column.label(text=f"and {len(strips) - most} more: {_frames(rest)}", icon="BLANK1")


def _draw_one(column: Any, context: Any, scene: Any, strip: Any) -> None:
    width = characters(context)
    column.label(text=strip.name, icon="SEQ_SEQUENCER")
    if strip.type == "SOUND":
        draw_lines(column, "A sound: select a strip that shows a picture", "INFO", width)
        return
    shot = marks.shot_of(scene, strip)
    if marks.is_keyframe(scene, strip):
        text = f"Keyframe of {shot.name}: select that to paint it"
        draw_lines(column, text, "KEYFRAME_HLT", width)
        return
    if shot != strip:
        draw_lines(column, f"Result of {shot.name}: paints {shot.name} anew", "BLANK1", width)
    elif marks.JOB_PROPERTY in strip:
        draw_lines(column, "A result whose strip is gone: paints over the paint", "INFO", width)
    width_, height = plates.native_size(scene, shot) or plates.screen_size(scene)
    kind = _KINDS.get(shot.type) or shot.bl_rna.properties["type"].enum_items[shot.type].name
    column.label(text=f"{kind}, {_frames(_length(shot))}", icon="BLANK1")
    first = compat.left(shot)
    last = first + _length(shot) - 1
    column.label(text=f"{width_} × {height}, {first}–{last}", icon="BLANK1")
    if shot != strip:
        column.operator("ecset.redo", text="Take Its Settings", icon="FILE_REFRESH")


def _length(strip: Any) -> int:
    return compat.right(strip) - compat.left(strip)


def _frames(count: int) -> str:
    return f"{count} frame{'s' * (count != 1)}"
