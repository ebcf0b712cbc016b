"""What strips are to each other: custom properties on results and keyframes, and who has them.

They name strips, because nothing else of a strip can be pointed at and lasts in a file.
"""

from typing import Any

from . import compat

#: Of a result: the name of its job's folder, which is the parent of its directory.
#: No path, because Blender does not keep paths in custom properties right when a file moves.
JOB_PROPERTY = "ecset_job"

#: Of a result: the name of the strip that was painted.
SHOT_PROPERTY = "ecset_shot"

#: Of an image strip that is a keyframe: the name of the strip whose frame it is a painting of.
KEYFRAME_PROPERTY = "ecset_keyframe_of"


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
    """The strip that `strip` is a keyframe or a result of, if it is there; else `strip` itself."""
    name = strip.get(KEYFRAME_PROPERTY) or strip.get(SHOT_PROPERTY)
    return (name and compat.all_strips(scene.sequence_editor).get(name)) or strip


def is_keyframe(scene: Any, strip: Any) -> bool:
    """Whether `strip` is a keyframe of a strip that is there."""
    return strip.get(KEYFRAME_PROPERTY, "") in compat.all_strips(scene.sequence_editor)


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
