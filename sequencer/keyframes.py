"""The keyframes of a shot on the timeline, as paintings for a job."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import bpy

from . import compat, marks, plates
from .errors import BadInput
from .job import Keyframe, Settings
from .shot import Shot


def refuse_as_keyframe(scene: Any, strip: Any, shot: Any) -> None:
    """Raise BadInput when `strip` cannot be a keyframe of the strip `shot`."""
    if strip.type != "IMAGE":
        raise BadInput(
            f'"{strip.name}" is no image strip, and a keyframe must be one: '
            f'select the paintings, and "{shot.name}" last.'
        )
    frame = compat.left(strip)
    if not _shows(shot, frame):
        raise BadInput(
            f'"{strip.name}" begins at frame {frame}, where "{shot.name}" is not (it shows frames '
            f"{compat.left(shot)}-{compat.right(shot) - 1}): move it to the frame that it paints."
        )
    _check(Keyframe(frame, str(file_of(strip))), plates.describe(scene, shot, (frame, frame)))


def counting(scene: Any, shot: Any) -> list[int]:
    """The frames of the keyframes that `shot` would be painted from, all of it."""
    return [
        compat.left(strip)
        for strip in marks.keyframes_of(scene, shot.name)
        if _shows(shot, compat.left(strip)) and not marks.is_muted(scene, strip)
    ]


def count(scene: Any) -> int:
    """How many keyframes the active strip would be painted from, with the look that is chosen."""
    strip = scene.sequence_editor.active_strip if scene.sequence_editor else None
    return len(counting(scene, strip)) if strip and scene.ecset.look == "patch" else 0


def _shows(strip: Any, frame: int) -> bool:
    return compat.left(strip) <= frame < compat.right(strip)


def use(scene: Any, shot: Shot, settings: Settings) -> tuple[Settings, list[str]]:
    """`settings` with the keyframes that the shot is to be painted from, if there are any.

    Those that are given already come before those on the timeline, and either take the place of
    styles.  Returns notes too.  Raises BadInput.
    """
    if settings.look != "patch":
        return settings, []
    if settings.keyframes:
        _check_given(settings.keyframes, shot)
        found, unused = settings.keyframes, list[str]()
    else:
        found, unused = _on_timeline(scene, shot)
    for keyframe in found:
        _check(keyframe, shot)
    if found:
        settings = replace(settings, keyframes=found, styles=())
    elif unused and not settings.styles:
        raise BadInput(f"There is no style picture, and {unused[0]}.")
    return settings, [f"{clause[0].upper()}{clause[1:]}." for clause in unused]


def _check_given(keyframes: tuple[Keyframe, ...], shot: Shot) -> None:
    frames = [keyframe.frame for keyframe in keyframes]
    for frame in frames:
        if not shot.first <= frame <= shot.last:
            raise BadInput(
                f"A keyframe is given for frame {frame}, which is not painted: "
                f"the frames are {shot.first}-{shot.last}."
            )
        if frames.count(frame) > 1:
            raise BadInput(f"Two keyframes are given for frame {frame}: leave one of them.")


def _on_timeline(scene: Any, shot: Shot) -> tuple[tuple[Keyframe, ...], list[str]]:
    """The marked strips that count for the frames of `shot`, and why others do not, as clauses."""
    shown = compat.all_strips(scene.sequence_editor)[shot.strip]
    strips = [s for s in marks.keyframes_of(scene, shot.strip) if not marks.is_muted(scene, s)]
    found: dict[int, Any] = {}
    unused = []
    for strip in strips:
        frame = compat.left(strip)
        if shot.first <= frame <= shot.last:
            other = found.setdefault(frame, strip)
            if other != strip:
                raise BadInput(
                    f'The keyframes "{other.name}" and "{strip.name}" both begin at frame '
                    f"{frame}: mute or move one of them."
                )
        elif not _shows(shown, frame):
            unused.append(
                f'the keyframe "{strip.name}" is not used, as it begins at frame {frame}, where '
                f'"{shot.strip}" is not'
            )
    if strips and not found and not unused:
        unused.append(f'no keyframe of "{shot.strip}" is in frames {shot.first}-{shot.last}')
    for lost in marks.lost_keyframes(scene):
        if shot.first <= compat.left(lost) <= shot.last:
            unused.append(why_lost(lost))
    return tuple(Keyframe(frame, str(file_of(strip))) for frame, strip in found.items()), unused


def why_lost(strip: Any) -> str:
    """What to do with a keyframe whose strip is not found by its name, as a clause."""
    return (
        f'"{strip.name}" is a keyframe of "{strip[marks.KEYFRAME_PROPERTY]}", which is gone or '
        'has another name: press "Use as Keyframe" anew'
    )


def file_of(strip: Any) -> Path:
    """The picture that an image strip shows at its first frame."""
    element = strip.strip_elem_from_frame(compat.left(strip)) or strip.elements[0]
    return Path(os.path.abspath(bpy.path.abspath(os.path.join(strip.directory, element.filename))))


def _check(keyframe: Keyframe, shot: Shot) -> None:
    """Raise BadInput when the painting is not there, no picture, or of another shape."""
    name = f"The painting {keyframe.path} of frame {keyframe.frame}"
    if not os.path.isfile(keyframe.path):
        raise BadInput(f"{name} is not there: put it back, or remove the keyframe.")
    width, height = _size(keyframe.path)
    if not width:
        raise BadInput(f"{name} is no picture that Blender can read.")
    # as large as the plate, or scaled from it with a side rounded to whole pixels
    if abs(height * shot.width - width * shot.height) > max(shot.width, shot.height):
        raise BadInput(
            f"{name} has {width} x {height} pixels, another shape than the frame's "
            f"{shot.width} x {shot.height}: paint over the whole frame and keep its size."
        )


def _size(path: str) -> tuple[int, int]:
    """Of the file as it is now; the strip only knows what it was when it was added."""
    try:
        image = bpy.data.images.load(path, check_existing=False)
    except RuntimeError:
        return 0, 0
    try:
        return tuple(image.size)
    finally:
        bpy.data.images.remove(image)
