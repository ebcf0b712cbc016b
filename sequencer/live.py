"""A result strip while its frames are being painted.

It stands on the timeline from the first frame on: frames that are not painted yet show their plates
and are exchanged as they come.  No exchange is a step of undo, so that undo and redo may bring back
a strip as it was earlier; and Blender may have ended before a job did.  `catch_up` puts both right.
"""

import re
from pathlib import Path
from typing import Any

import bpy

from . import compat, marks, place
from .job import FRAMES, PLATES
from .naming import frame_path
from .record import Record
from .shot import Shot


def find(shot: Shot, job: str) -> tuple[Any, Any] | None:
    """The scene and the strip of the result of that job: that of the shot's scene, if a scene was
    copied with all that is in it."""
    found = marks.results_with(job)
    if len(found) > 1:
        source = marks.source_of(shot)
        home = source and source[0]
        found.sort(key=lambda pair: pair[0] != home)
    return found[0] if found else None


def show(job: Path, record: Record, frames: list[int]) -> None:
    """Let the result show what is painted of `frames`."""
    found = find(record.shot, job.name)
    if found is None:
        return
    pattern = job / record.frames
    for frame in frames:
        name = frame_path(pattern.name, frame)
        if (pattern.parent / name).is_file():
            _exchange(found[1], frame - record.shot.first, name)


def complete(job: Path, record: Record) -> str | None:
    """Let the result show all its frames, and those go that it takes the place of.

    Returns its name, None when it is not on the timeline.  Raises EcsetError when a frame is
    missing.
    """
    found = find(record.shot, job.name)
    if found is None:
        return None
    scene, strip = found
    for index, name in enumerate(place.file_names(job, record, complete=True)):
        # the first in any case: its files may be others under the same names, and Blender forgets
        # all pictures of a strip with the first
        if index == 0 or (index < len(strip.elements) and strip.elements[index].filename != name):
            _exchange(strip, index, name)
    if marks.MUTED_PROPERTY in strip:
        del strip[marks.MUTED_PROPERTY]
    _remove_replaced(scene, strip)
    return str(strip.name)


def take_away(job: Path, record: Record) -> bool:
    """Remove a result that was not completed, and let what it had hidden be seen again.

    Returns whether there was one.
    """
    found = find(record.shot, job.name)
    if found is None or not _is_partial(found[1]):
        return False
    scene, strip = found
    editor = scene.sequence_editor
    source, was_active = marks.shot_of(scene, strip), editor.active_strip == strip
    if strip.get(marks.MUTED_PROPERTY):
        source.mute = False
    for other in _replaced_by(scene, job.name):
        other.mute = False
        del other[marks.REPLACED_PROPERTY]
    if was_active and source != strip:  # so that Stylize goes on with what it was pressed for
        editor.active_strip, source.select = source, True
    compat.strips_of(strip.parent_meta() or editor).remove(strip)
    return True


def catch_up() -> bool:
    """Bring all results that show plates up to what is on disk; whether anything changed."""
    changed = False
    for scene in bpy.data.scenes:
        if scene.sequence_editor is None:
            continue
        results = [s for s in compat.all_strips(scene.sequence_editor) if marks.JOB_PROPERTY in s]
        for strip in results:
            changed |= _catch_up(strip)
        # a step of undo may bring back what a complete result has taken the place of
        waiting = {s[marks.REPLACED_PROPERTY] for s in results if marks.REPLACED_PROPERTY in s}
        complete = [
            strip.name
            for strip in results
            if strip[marks.JOB_PROPERTY] in waiting and not _is_partial(strip)
        ]
        for name in complete:
            strip = compat.all_strips(scene.sequence_editor)[name]
            changed |= _remove_replaced(scene, strip)
    return changed


def _catch_up(strip: Any) -> bool:
    """The same for one result."""
    if strip.type != "IMAGE":
        return False
    wanted = [(i, name) for i, e in enumerate(strip.elements) if (name := _painted(e.filename))]
    folder = Path(bpy.path.abspath(strip.directory))
    there = [(index, name) for index, name in wanted if (folder / name).is_file()]
    for index, name in there:
        _exchange(strip, index, name)
    return bool(there)


def _exchange(strip: Any, index: int, name: str) -> None:
    """Setting the name, even to what it is, makes Blender read the file anew."""
    if index < len(strip.elements):
        strip.elements[index].filename = name


def _is_partial(strip: Any) -> bool:
    return strip.type == "IMAGE" and any(_painted(e.filename) for e in strip.elements)


def _painted(filename: str) -> str | None:
    """The name of the painted frame in whose place `filename`, a plate, is shown."""
    plate = Path(PLATES).name.rstrip("#")
    folder, _, name = filename.replace("\\", "/").rpartition("/")
    if not (folder.startswith("..") and name.startswith(plate)):
        return None
    return Path(FRAMES).name.rstrip("#") + name.removeprefix(plate)


def _replaced_by(scene: Any, job: str) -> list[Any]:
    strips = compat.all_strips(scene.sequence_editor)
    return [strip for strip in strips if strip.get(marks.REPLACED_PROPERTY) == job]


def _remove_replaced(scene: Any, strip: Any) -> bool:
    """Remove what the complete result `strip` takes the place of, and give it that place."""
    job = strip[marks.JOB_PROPERTY]
    replaced = _replaced_by(scene, job)
    names = [other.name for other in replaced]
    for other in replaced:
        compat.strips_of(other.parent_meta() or scene.sequence_editor).remove(other)
    if re.sub(r"\.\d+$", "", strip.name) in names:  # it had a number because the name was taken
        strip.name = re.sub(r"\.\d+$", "", strip.name)
    if replaced:
        source = marks.shot_of(scene, strip)
        first, end = compat.left(strip), compat.right(strip)
        if source != strip:
            owner = strip.parent_meta() or scene.sequence_editor
            above = marks.top_channel(scene, source, first, end)
            lower = place.free_channel(owner, first, end, above)
            if lower < strip.channel:
                strip.channel = lower
    return bool(replaced)
