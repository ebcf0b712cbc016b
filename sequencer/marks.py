"""What strips are to each other: custom properties on them, and who has them.

Nothing of a strip can be pointed at and lasts in a file but its name, which people change: a strip
that was painted gets an identity as well.
"""

import uuid
from typing import Any

import bpy

from . import compat, timelines
from .preview_marks import PREVIEW_PROPERTY
from .shot import Shot

#: Of a strip that was painted: what it is known by under any name, in any scene.
ID_PROPERTY = "ecset_id"

#: Of a result: the name of its job's folder, which is the parent of its directory.
#: No path, because Blender does not keep paths in custom properties right when a file moves.
JOB_PROPERTY = "ecset_job"

#: Of a result: the name and the identity of the strip that was painted.
SHOT_PROPERTY = "ecset_shot"
SHOT_ID_PROPERTY = "ecset_shot_id"

#: Of a result: what was asked for (JSON), the names of its styles, and the version of Ecset.
ASKED_PROPERTY = "ecset_settings"
STYLE_PROPERTY = "ecset_style"
VERSION_PROPERTY = "ecset_version"

#: Of a result that is not complete yet: its strip was muted for it.
MUTED_PROPERTY = "ecset_muted"

#: Of an older result that is muted until a newer one is complete: the name of that one's job.
REPLACED_PROPERTY = "ecset_replaced_by"

#: Of an image strip that is a keyframe: the name of the strip whose frame it is a painting of.
KEYFRAME_PROPERTY = "ecset_keyframe_of"

_NAMES_SHOT = (KEYFRAME_PROPERTY, SHOT_PROPERTY, PREVIEW_PROPERTY)


def identify(scene: Any, strip: Any) -> str:
    """The identity of `strip`, which gets one of its own when it has none.

    A copy comes with that of its original; results say by name which of the two they are of.
    """
    own = strip.get(ID_PROPERTY, "")
    same = [other for _, other in timelines.strips() if own and other.get(ID_PROPERTY) == own]
    if own and (len(same) == 1 or results_of(scene, strip)):
        return str(own)
    strip[ID_PROPERTY] = uuid.uuid4().hex
    return str(strip[ID_PROPERTY])


def source_of(shot: Shot) -> tuple[Any, Any] | None:
    """The scene and the strip of `shot` as they are now: by its identity, else by names."""
    same = [
        (scene, strip)
        for scene, strip in timelines.strips()
        if shot.identity and strip.get(ID_PROPERTY) == shot.identity
    ]
    if same:
        names = shot.scene, shot.strip
        return max(same, key=lambda pair: (pair[0].name, pair[1].name) == names)
    scene = bpy.data.scenes.get(shot.scene)
    if scene is None or scene.sequence_editor is None:
        return None
    strip = compat.all_strips(scene.sequence_editor).get(shot.strip)
    return None if strip is None else (scene, strip)


def results_with(job: str) -> list[tuple[Any, Any]]:
    """The results of the job in the folder of that name, each with its scene."""
    return [pair for pair in timelines.strips() if pair[1].get(JOB_PROPERTY) == job]


def jobs() -> set[str]:
    """The names of the folders of all jobs whose results are on the timelines."""
    return {strip[JOB_PROPERTY] for _, strip in timelines.strips() if JOB_PROPERTY in strip}


def results_of(scene: Any, source: Any) -> list[Any]:
    """The results of `source` that lie beside it, or in the same meta strip."""
    owner = source.parent_meta() or scene.sequence_editor
    return [
        strip
        for strip in compat.strips_of(owner)
        if JOB_PROPERTY in strip and strip != source and shot_of(scene, strip) == source
    ]


def keyframes_of(scene: Any, shot: str) -> list[Any]:
    """The strips that are marked as keyframes of the strip named `shot`, by their frame."""
    return sorted(
        (s for s in compat.all_strips(scene.sequence_editor) if s.get(KEYFRAME_PROPERTY) == shot),
        key=compat.left,
    )


def lost_keyframes(scene: Any) -> list[Any]:
    """The keyframes of strips that have another name now, or are gone; by their frame."""
    strips = compat.all_strips(scene.sequence_editor)
    marked = [strip for strip in strips if KEYFRAME_PROPERTY in strip]
    return sorted((s for s in marked if s[KEYFRAME_PROPERTY] not in strips), key=compat.left)


def shot_of(scene: Any, strip: Any) -> Any:
    """The strip that `strip` is a keyframe, result or preview of, if it is there; else itself."""
    if not any(names in strip for names in _NAMES_SHOT):
        return strip  # quickly: panels ask at every move of the mouse
    strips = compat.all_strips(scene.sequence_editor)
    name = next((strip[p] for p in _NAMES_SHOT if p in strip), None)
    identity = strip.get(SHOT_ID_PROPERTY)
    same = [other for other in strips if identity and other.get(ID_PROPERTY) == identity]
    if same:
        return max(same, key=lambda other: other.name == name)
    return (name and strips.get(name)) or strip


def is_keyframe(scene: Any, strip: Any) -> bool:
    """Whether `strip` is a keyframe of a strip that is there."""
    shot = strip.get(KEYFRAME_PROPERTY)
    return shot is not None and shot in compat.all_strips(scene.sequence_editor)


def result_at(scene: Any, shot: str, frame: int) -> Any | None:
    """The uppermost result of the strip named `shot` that the timeline shows at `frame`."""
    found = [
        strip
        for strip in compat.all_strips(scene.sequence_editor)
        if strip.get(SHOT_PROPERTY) == shot
        and compat.left(strip) <= frame < compat.right(strip)
        and not is_muted(scene, strip)
    ]
    return max(found, key=lambda strip: strip.channel, default=None)


def is_muted(scene: Any, strip: Any) -> bool:
    """Whether the strip or its channel is muted."""
    owner = strip.parent_meta() or scene.sequence_editor
    return strip.mute or owner.channels[strip.channel].mute


def top_channel(scene: Any, shot: Any, first: int, end: int) -> int:
    """The highest channel of `shot` and its keyframes beside it in frames `first` to `end` - 1.

    Its result goes above that, or keyframes would hide it where they stand.
    """
    owner = shot.parent_meta()
    beside = [
        strip.channel
        for strip in keyframes_of(scene, shot.name)
        if strip.parent_meta() == owner and compat.left(strip) < end and compat.right(strip) > first
    ]
    return max([shot.channel, *beside])
