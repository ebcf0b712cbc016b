"""Every difference between Blender 4.2 LTS and 5.2 LTS that this extension meets.

Nothing outside this module asks for Blender's version.  Where the API can be asked what it has
(``hasattr``) it is asked; ``bpy.app.version`` is only compared where the API does not show the
difference.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import bpy

#: The highest channel of the sequencer, in every version.
LAST_CHANNEL = 128

_STRIP_RNA = getattr(bpy.types, "Strip", None) or bpy.types.Sequence
#: 5.2 renamed the time properties; the old names are deprecated there.
_HANDLE_NAMES = "left_handle" in _STRIP_RNA.bl_rna.properties


#: Options of a property that holds a path which may begin with ``//``; since 4.5 it must say so.
PATH_OPTIONS = (
    {"PATH_SUPPORTS_BLEND_RELATIVE"}
    if "is_path_supports_blend_relative" in bpy.types.Property.bl_rna.properties
    else set()
)

# Strips and their owners (the sequence editor or a META strip): "sequences" became "strips".


def strips_of(owner: Any) -> Any:
    """The strips directly in `owner`: ``sequences`` in 4.2 and 4.3, ``strips`` later."""
    return owner.strips if hasattr(owner, "strips") else owner.sequences


def all_strips(editor: Any) -> Any:
    """Every strip of the editor, children of META strips included, by name."""
    return editor.strips_all if hasattr(editor, "strips_all") else editor.sequences_all


def sequencer_scene(context: Any) -> Any | None:
    """The scene whose timeline the person sees.

    5.0 gave the workspace a sequencer scene of its own, which may be None: then there is none to
    work on.  In the background no workspace decides, so the context's scene it is.
    """
    if hasattr(context, "sequencer_scene"):
        return context.sequencer_scene or (context.scene if bpy.app.background else None)
    return context.scene


def animation_prefixes(name: str) -> tuple[str, ...]:
    """How data paths of the strip's animation may begin, the one that this version writes first.

    4.4 renamed the collection; animation of older files keeps the old path until 5.0.
    """
    quoted = bpy.utils.escape_identifier(name)
    paths = [f'sequence_editor.{group}_all["{quoted}"].' for group in ("strips", "sequences")]
    if not hasattr(bpy.types, "Strip"):
        paths.reverse()
    return tuple(paths)


# Time.


def left(strip: Any) -> int:
    """First timeline frame the strip shows."""
    return strip.left_handle if _HANDLE_NAMES else strip.frame_final_start


def right(strip: Any) -> int:
    """First timeline frame the strip does not show any more."""
    return strip.right_handle if _HANDLE_NAMES else strip.frame_final_end


def content_start(strip: Any) -> float:
    """Where the untrimmed content begins: it moves with the strip, but not when it is trimmed."""
    return strip.content_start if _HANDLE_NAMES else strip.frame_start


# Making strips.


def new_effect(
    owner: Any, name: str, kind: str, channel: int, start: int, length: int, *inputs: Any
) -> Any:
    """A new effect strip; with inputs, `length` does not count (5.0 and 4.5 renamed arguments)."""
    arguments: dict[str, Any] = {}
    if inputs:
        keys = ("input1", "input2") if bpy.app.version >= (4, 5, 0) else ("seq1", "seq2")
        arguments.update(zip(keys, inputs, strict=False))
    if not inputs or bpy.app.version < (5, 0, 0):
        if bpy.app.version >= (5, 0, 0):
            arguments["length"] = length
        else:
            arguments["frame_end"] = start + length
    return strips_of(owner).new_effect(
        name=name, type=kind, channel=channel, frame_start=start, **arguments
    )


def new_image_strip(
    owner: Any, name: str, directory: str, filenames: list[str], channel: int, start: int
) -> Any:
    """A new image strip showing one file a frame; `directory` ends with a separator."""
    strip = strips_of(owner).new_image(
        name=name,
        filepath=directory + filenames[0],
        channel=channel,
        frame_start=start,
        fit_method="ORIGINAL",
    )
    if strip.directory != directory:  # a name with a folder in it would have moved it there
        strip.directory, strip.elements[0].filename = directory, filenames[0]
    for filename in filenames[1:]:
        strip.elements.append(filename)
    return strip


def effect_inputs(strip: Any) -> Iterator[Any]:
    """The strips that an effect strip works on."""
    for key in ("input_1", "input_2"):
        source = getattr(strip, key, None)
        if source is not None:
            yield source


def own_size(strip: Any) -> tuple[int, int] | None:
    """The size of a generated picture, where the strip says one (5.2: colour strips)."""
    width, height = getattr(strip, "width", 0), getattr(strip, "height", 0)
    return (width, height) if strip.type == "COLOR" and width and height else None


# Rendering.


def set_picture_format(settings: Any, file_format: str, depth: int) -> None:
    """Make `settings` (ImageFormatSettings) write RGBA pictures: "PNG" or "OPEN_EXR", 8 or 16 bit.

    5.0 wants the kind of medium before the format.
    """
    if hasattr(settings, "media_type"):
        settings.media_type = "IMAGE"
    settings.file_format = file_format
    settings.color_mode = "RGBA"
    settings.color_depth = str(depth)
    if file_format == "PNG":
        settings.compression = 0  # plates live for minutes: time counts, not space
    else:
        settings.exr_codec = "ZIP"


def literal_path(path: str) -> str:
    """`path` for ``render.filepath``, where 4.5 began to read braces as variables."""
    if bpy.app.version >= (4, 5, 0):
        return path.replace("{", "{{").replace("}", "}}")
    return path


def disable_caches(editor: Any) -> None:
    """Every frame from its source.

    The raw cache of 5.x is keyed by truncated frames, so a slowed strip would show what happens
    to have been rendered before; and nobody looks at a plate twice.  4.x has more caches.
    """
    for name in ("raw", "preprocessed", "composite", "final"):
        if hasattr(editor, f"use_cache_{name}"):
            setattr(editor, f"use_cache_{name}", False)
    editor.use_prefetch = False


def working_space() -> str | None:
    """The scene-linear space of this file; 5.0 lets a person choose it, before it was Rec.709."""
    colorspace = getattr(bpy.data, "colorspace", None)
    return colorspace.working_space if colorspace else None


def set_working_space(name: str) -> None:
    """Take over `name` from another file without touching its colours (5.0 and later)."""
    if working_space() not in (None, name):
        bpy.ops.wm.set_working_color_space(working_space=name, convert_colors=False)


# Animation: actions have had slots since 4.4, and since 5.0 the curves are only found there.


def fcurves_of(scene: Any) -> Any | None:
    """The editable collection of the scene's own animation curves, or None without animation."""
    data = scene.animation_data
    return _fcurves_in(data) if data else None


def animation_of(scene: Any) -> list[Any]:
    """All editable collections of curves that move the scene: its own, those of its NLA strips,
    its drivers.
    """
    data = scene.animation_data
    if data is None:
        return []
    users = [data, *(strip for track in data.nla_tracks for strip in track.strips)]
    found = [data.drivers]
    for user in users:
        curves = _fcurves_in(user)
        # two strips of one action have the same curves
        if curves is not None and curves not in found:
            found.append(curves)
    return found


def _fcurves_in(user: Any) -> Any | None:
    """The curves by which `user`, animation data or an NLA strip, moves what it belongs to."""
    action = user.action
    if action is None:
        return None
    if not hasattr(action, "slots"):
        return action.fcurves
    slot = user.action_slot
    if slot is None or not action.layers or not action.layers[0].strips:
        return None
    channelbag = action.layers[0].strips[0].channelbag(slot)
    return channelbag.fcurves if channelbag else None


def copy_fcurve(curves: Any, source: Any, data_path: str) -> None:
    """Add a copy of the curve `source` to the same collection, under another data path."""
    if hasattr(curves, "new_from_fcurve"):  # 5.0
        copy = curves.new_from_fcurve(source, data_path=data_path)
        copy.array_index = source.array_index
        return
    copy = curves.new(data_path, index=source.array_index)
    _copy_properties(source, copy, skip={"data_path", "array_index", "group"})
    copy.keyframe_points.add(len(source.keyframe_points))
    for old, new in zip(source.keyframe_points, copy.keyframe_points, strict=True):
        # co last-but-one: setting it would move handles that were set before
        new.co = old.co
        _copy_properties(old, new, skip={"co", "co_ui"})
    for old in source.modifiers:
        new = copy.modifiers.new(old.type)
        _copy_properties(old, new, skip={"type"})


def _copy_properties(source: Any, target: Any, skip: Iterable[str]) -> None:
    for rna in source.bl_rna.properties:
        if not rna.is_readonly and rna.identifier not in skip:
            setattr(target, rna.identifier, getattr(source, rna.identifier))
