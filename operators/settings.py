"""What a person chooses before painting: properties in the scene, and settings for a task."""

import os
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, StringProperty

from ..sequencer import compat
from ..sequencer.brushwork import LIMITS, STRENGTH, STRENGTH_LIMITS, Brushwork
from ..sequencer.errors import BadInput
from ..sequencer.job import (
    FORMATS,
    GUIDE,
    KEYFRAME,
    MASK,
    STRENGTH_MASK,
    STYLE,
    Guide,
    Keyframe,
    Settings,
    Style,
)

DEFAULT_OUTPUT = "//ecset/"

LOOKS = (
    ("patch", "Brushwork", "Paint with pieces of the style picture itself"),
    ("identity", "Unchanged", "Change nothing: shows that the picture comes back exactly"),
)

_FORMAT_HELP = {
    "PNG8": "Small and exact for 8-bit footage",
    "PNG16": "Finer steps, for grading afterwards",
    "EXR": "Scene-linear, keeps what is brighter than white",
}
FORMAT_ITEMS = tuple((f.name, f.label, _FORMAT_HELP[f.name]) for f in FORMATS.values())


def _limits(name: str) -> dict[str, float]:
    low, high = LIMITS[name]
    return {"min": low, "max": high}


class Choices:
    """What is chosen for a strip: the scene's settings, and ``ecset.stylize``'s arguments."""

    style: StringProperty(
        name="Style Picture",
        description="The picture whose style the strip is painted in",
        subtype="FILE_PATH",
        options=compat.PATH_OPTIONS,
    )
    look: EnumProperty(name="Look", description="How each frame is painted", items=LOOKS)
    style_scale: FloatProperty(
        name="Style Scale",
        description="Size of the brushwork: at 1 the style picture is as large as the plate",
        default=Brushwork.style_scale,
        **_limits("style_scale"),
        soft_min=0.5,
        soft_max=2.0,
    )
    content: FloatProperty(
        name="Content",
        description="How closely the paint follows the plate; less leaves more to the style",
        default=Brushwork.guide_weight,
        **_limits("guide_weight"),
        soft_max=5.0,
    )
    detail: FloatProperty(
        name="Stroke Detail",
        description="0 paints with broad strokes, 1 with the finest that the style has",
        default=Brushwork.detail,
        **_limits("detail"),
        subtype="FACTOR",
    )
    palette: FloatProperty(
        name="Palette",
        description="1 takes the style's colours, 0 keeps the plate's, in between mixes them",
        default=Brushwork.palette,
        **_limits("palette"),
        subtype="FACTOR",
    )
    variety: FloatProperty(
        name="Variety",
        description="How soon a piece of the style is left alone because it was used before",
        default=Brushwork.variety,
        **_limits("variety"),
        soft_max=2.0,
    )
    rotate: BoolProperty(
        name="Turn Strokes",
        description="Let pieces of the style be turned by quarter turns",
        default=Brushwork.rotate,
    )
    flip: BoolProperty(
        name="Mirror Strokes",
        description="Let pieces of the style be mirrored",
        default=Brushwork.flip,
    )
    strength: FloatProperty(
        name="Strength",
        description="How much of the paint shows over the plate",
        default=STRENGTH,
        min=STRENGTH_LIMITS[0],
        max=STRENGTH_LIMITS[1],
        subtype="FACTOR",
    )
    strength_mask: StringProperty(
        name="Strength Mask",
        description=(
            "Where the paint shows: white all of it, black none. One picture, or one for each "
            "frame of the timeline with # in place of its number"
        ),
        subtype="FILE_PATH",
        options=compat.PATH_OPTIONS,
    )
    coherence: BoolProperty(
        name="Coherence",
        description="Let the paint follow the motion, so that it does not flicker",
        default=True,
    )
    output: StringProperty(
        name="Output",
        description="Folder for the painted frames; each strip gets a folder of its own in it",
        subtype="DIR_PATH",
        options=compat.PATH_OPTIONS,
        default=DEFAULT_OUTPUT,
    )
    format: EnumProperty(
        name="Format", description="How the painted frames are stored", items=FORMAT_ITEMS
    )
    seed: IntProperty(
        name="Seed", description="Another number paints another picture of the same kind", min=0
    )


class EcsetSettings(Choices, bpy.types.PropertyGroup):
    """``scene.ecset``."""


def parse_frames(text: str) -> tuple[int, int] | None:
    """ "A-B" or "A" as a range, None for "".  Numbers may be negative: "-5--1".

    >>> parse_frames("-5-10")
    (-5, 10)
    """
    if not text:
        return None
    match = re.fullmatch(r"\s*(-?\d+)\s*(?:-\s*(-?\d+)\s*)?", text)
    if match is None:
        raise BadInput(f'"{text}" is no frame range: write the first and the last, as in 1-24.')
    first = int(match[1])
    return first, int(match[2]) if match[2] else first


def absolute_path(path: str, what: str) -> Path:
    """`path` as Blender means it; ``//`` is the folder of the .blend.  Raises BadInput."""
    if not path:
        raise BadInput(f"There is no {what}: choose one.")
    if path.startswith("//") and not bpy.data.filepath:
        raise BadInput(
            f'The .blend is not saved yet, so the {what} "{path}" has no place: '
            "save it, or choose a full path."
        )
    return Path(os.path.abspath(os.path.expanduser(bpy.path.abspath(path))))


def output_folder(path: str) -> Path:
    """The folder that the folders of jobs lie in.  Raises BadInput."""
    return absolute_path(path, "output folder")


def gather(
    chosen: Any,
    styles: Iterable[Style],
    guides: Iterable[Guide] = (),
    keyframes: Iterable[Keyframe] = (),
    frames: str = "",
) -> Settings:
    """Settings of a task from `chosen` (`Choices`) and pictures by paths as Blender means them.

    Raises BadInput.
    """
    if chosen.look == "identity":
        painting = {}
    else:
        painting = {
            "styles": tuple(
                replace(style, path=_picture(style.path, STYLE), mask=_mask(style.mask, MASK))
                for style in styles
            ),
            "guides": tuple(replace(guide, path=_picture(guide.path, GUIDE)) for guide in guides),
            "keyframes": tuple(
                replace(keyframe, path=_picture(keyframe.path, KEYFRAME)) for keyframe in keyframes
            ),
            "brushwork": Brushwork(
                style_scale=chosen.style_scale,
                guide_weight=chosen.content,
                detail=chosen.detail,
                palette=chosen.palette,
                variety=chosen.variety,
                rotate=chosen.rotate,
                flip=chosen.flip,
            ),
            "strength": chosen.strength,
            "strength_mask": _mask(chosen.strength_mask, STRENGTH_MASK),
        }
    return Settings(
        **painting,
        look=chosen.look,
        coherence=chosen.coherence,
        format=chosen.format,
        seed=chosen.seed,
        output=output_folder(chosen.output),
        frames=parse_frames(frames),
    )


def _picture(path: str, what: str) -> str:
    return str(absolute_path(path, what))


def _mask(path: str, what: str) -> str:
    return path and _picture(path, what)
