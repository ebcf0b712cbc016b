"""Painted frames as an image strip over the strip they were made from."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from . import animation, compat, marks, outline
from .animation import OPACITY, PLACEMENT
from .errors import BadInput, EcsetError
from .job import FRAMES
from .naming import frame_path, strip_name
from .placement import Placement
from .plates import screen_size
from .preview_marks import PREVIEW_PROPERTY
from .record import Record, version
from .shot import Shot

#: How a strip reads the files of a format back: colour space and kind of alpha.
_READING = {"PNG": ("sRGB", "STRAIGHT"), "EXR": ("Linear Rec.709", "PREMUL")}

#: Blend modes in which an opaque picture hides what is below it.
_HIDING = {"REPLACE", "CROSS", "GAMMA_CROSS", "ALPHA_OVER", "OVER_DROP"}

#: Muting these would silence the sound in them.
_WITH_SOUND = {"META", "SCENE"}


@dataclass(frozen=True)
class Placed:
    """The result's name, and what an editor should know about it, if anything."""

    strip: str
    notes: list[str]


def free_channel(owner: Any, first: int, end: int, above: int) -> int:
    """The lowest channel over `above` without strips in frames `first` to `end` - 1.

    A muted channel would hide the result and a locked one is not to be touched: both are passed
    over.  Raises BadInput when there is none.
    """
    used = {
        strip.channel
        for strip in compat.strips_of(owner)
        if compat.left(strip) < end
        and compat.right(strip) > first
        and PREVIEW_PROPERTY not in strip  # it makes way
    }
    for channel in range(above + 1, compat.LAST_CHANNEL + 1):
        if channel not in used:
            state = owner.channels[channel]
            if not (state.mute or state.lock):
                return channel
    raise BadInput(
        f"There is no free channel above channel {above} for frames {first}-{end - 1}: "
        "move or remove a strip there."
    )


def find(shot: Shot) -> tuple[Any, Any]:
    """The shot's scene and strip as they are now; they may be gone while a task goes on."""
    found = marks.source_of(shot)
    if found is None:
        raise EcsetError(f'The strip "{shot.strip}" is gone from the timeline of "{shot.scene}".')
    return found


def blend_path(path: Path) -> str:
    """`path` in Blender's way: beginning with ``//`` when the .blend lies on the same drive.

    Then with slashes on Windows too, so that the .blend finds it on other systems as well.
    """
    if bpy.data.filepath:
        try:
            return bpy.path.relpath(str(path)).replace(os.sep, "/")
        except ValueError:  # another drive on Windows
            pass
    return str(path)


def place(job: Path, record: Record, complete: bool = True) -> Placed:
    """Put the painted frames of `job` over their strip and make them the active strip.

    Without `complete`, frames that are not painted yet show their plates, and what the result
    takes the place of is muted until `live` completes it.  When the strip was moved meanwhile the
    result follows it.  Raises EcsetError when the strip or a frame is gone, or no channel is free.
    """
    shot, picture = record.shot, record.picture_format
    scene, source = find(shot)
    editor = scene.sequence_editor
    owner = source.parent_meta() or editor
    first = shot.first + moved(shot, source)
    end = first + shot.length
    above = marks.top_channel(scene, source, first, end)
    files = file_names(job, record, complete)
    older = _replaced(scene, source, first, end) if record.older == "REPLACE" else []
    if complete:
        for strip in older:
            compat.strips_of(owner).remove(strip)
    channel = free_channel(owner, first, end, above)
    strip = put_over(
        scene,
        source,
        record.result_name or strip_name(source.name, " Ecset"),
        os.path.join(blend_path((job / FRAMES).parent), ""),
        files,
        channel=channel,
        start=first,
        file_format=picture.file_format,
        keep_placement=shot.keep_placement,
    )
    _remember(strip, source, job, record)
    if not complete:
        for replaced in older:
            replaced.mute, replaced[marks.REPLACED_PROPERTY] = True, job.name
    notes = []
    shows = not _is_hidden(shot, scene, source, record.opaque is True)
    if record.originals == "MUTE" or (record.originals == "AUTO" and shows):
        muted_before = source.mute
        notes += _hide_source(shot, source, shows)
        if source.mute and not (muted_before or complete):
            strip[marks.MUTED_PROPERTY] = True
    if shows:
        notes += _tell_of_keyframes(scene, source, first, end)
    for other in compat.all_strips(editor):
        other.select = False
    strip.select = True
    editor.active_strip = strip
    return Placed(strip.name, notes)


def moved(shot: Shot, source: Any) -> int:
    """By how many frames the strip of `shot` has been moved since."""
    return round(compat.content_start(source) - shot.content_start)


def file_names(job: Path, record: Record, complete: bool) -> list[str]:
    """What the result's elements show, from the folder of the frames.

    Raises EcsetError when `complete` and a frame is missing.
    """
    pattern = job / record.frames
    plate = f"../{record.plates}"
    painted = set(os.listdir(pattern.parent)) if pattern.parent.is_dir() else set()
    names = []
    for frame in range(record.shot.first, record.shot.last + 1):
        name = frame_path(pattern.name, frame)
        if name not in painted:
            if complete:
                raise EcsetError(f"The painted frame {pattern.parent / name} is missing.")
            name = frame_path(plate, frame)
        names.append(name)
    return names


def _replaced(scene: Any, source: Any, first: int, end: int) -> list[Any]:
    """The older results of `source` that would lie below a new one in these frames."""
    return [
        strip
        for strip in marks.results_of(scene, source)
        if compat.left(strip) < end and compat.right(strip) > first
    ]


def _remember(strip: Any, source: Any, job: Path, record: Record) -> None:
    """Let the result know where it comes from and how it was made."""
    strip[marks.JOB_PROPERTY] = job.name
    strip[marks.SHOT_PROPERTY] = source.name
    strip[marks.SHOT_ID_PROPERTY] = source.get(marks.ID_PROPERTY, "")
    strip[marks.VERSION_PROPERTY] = version()
    if record.asked:
        strip[marks.ASKED_PROPERTY] = json.dumps(record.asked, ensure_ascii=False)
        styles = record.asked.get("styles", ())
        strip[marks.STYLE_PROPERTY] = ", ".join(bpy.path.basename(s["path"]) for s in styles)


def put_over(
    scene: Any,
    source: Any,
    name: str,
    directory: str,
    filenames: list[str],
    *,
    channel: int,
    start: int,
    file_format: str,
    keep_placement: bool,
) -> Any:
    """A new image strip of pictures like the plates of `source`, which it covers exactly.

    `file_format` as job.json says it; `directory` in Blender's way and with a separator.
    """
    owner = source.parent_meta() or scene.sequence_editor
    strip = image_strip(
        owner, name, directory, filenames, channel=channel, start=start, file_format=file_format
    )
    parts = _take_over(source, strip, keep_placement)
    animation.copy(scene, source.name, strip.name, parts)
    return strip


def image_strip(
    owner: Any,
    name: str,
    directory: str,
    filenames: list[str],
    *,
    channel: int,
    start: int,
    file_format: str,
) -> Any:
    """A new image strip that reads pictures as they were written."""
    strip = compat.new_image_strip(owner, name, directory, filenames, channel, start)
    colorspace, strip.alpha_mode = _READING[file_format]
    strip.colorspace_settings.name = colorspace
    return strip


def _take_over(source: Any, strip: Any, keep_placement: bool) -> tuple[str, ...]:
    """Give `strip` what the plates of `source` were made without; returns the names of it."""
    strip.blend_type = source.blend_type
    strip.blend_alpha = source.blend_alpha
    Placement.of(source, keep_placement).give(strip)
    return OPACITY if keep_placement else OPACITY + PLACEMENT


def _is_hidden(shot: Shot, scene: Any, source: Any, opaque: bool) -> bool:
    """Whether the result hides all that is below it of its source.

    A half transparent shot over itself would count twice, and so would edges that are blended with
    what is below.
    """
    return (
        opaque
        and source.blend_type in _HIDING
        and source.blend_alpha == 1
        and not animation.is_animated(scene, source.name, OPACITY)
        and (shot.keep_placement or _has_still_hard_edges(shot, scene, source))
    )


def _hide_source(shot: Shot, source: Any, shows: bool) -> list[str]:
    """Mute the source and say so where it would show through its result; or why it is not muted."""
    if source.mute:
        return []
    whole = compat.right(source) - compat.left(source) <= shot.length
    if not whole or source.type in _WITH_SOUND:
        return (
            [f'"{source.name}" shows through its result: hide it where the result stands.']
            if shows
            else []
        )
    source.mute = True
    return [f'"{source.name}" is muted now: it would show through its result.'] if shows else []


def _tell_of_keyframes(scene: Any, source: Any, first: int, end: int) -> list[str]:
    """Keyframes cannot be muted, because muted ones do not count."""
    names = [
        f'"{strip.name}"'
        for strip in marks.keyframes_of(scene, source.name)
        if first <= compat.left(strip) < end
        and not marks.is_muted(scene, strip)
        and strip.blend_alpha > 0
    ]
    if not names:
        return []
    return [f"The result lets its keyframes show through: set opacity 0 for {', '.join(names)}."]


def _has_still_hard_edges(shot: Shot, scene: Any, source: Any) -> bool:
    size = shot.width, shot.height
    return not (
        animation.is_animated(scene, source.name, PLACEMENT)
        or outline.has_soft_edges(source, size, screen_size(scene))
    )
