"""What a person chooses before painting: properties in the scene, and settings for a task."""

import os
import re
from pathlib import Path
from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, StringProperty

from ..sequencer.errors import BadInput
from ..sequencer.job import FORMATS, Settings, Style

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


class EcsetSettings(bpy.types.PropertyGroup):
    """``scene.ecset``; every name is one of ``ecset.stylize``'s properties too."""

    style: StringProperty(
        name="Style Picture",
        description="The picture whose style the strip is painted in",
        subtype="FILE_PATH",
    )
    look: EnumProperty(name="Look", description="How each frame is painted", items=LOOKS)
    coherence: BoolProperty(
        name="Coherence",
        description="Let the paint follow the motion, so that it does not flicker",
        default=True,
    )
    output: StringProperty(
        name="Output",
        description="Folder for the painted frames; each strip gets a folder of its own in it",
        subtype="DIR_PATH",
        default=DEFAULT_OUTPUT,
    )
    format: EnumProperty(
        name="Format", description="How the painted frames are stored", items=FORMAT_ITEMS
    )
    seed: IntProperty(
        name="Seed", description="Another number paints another picture of the same kind", min=0
    )


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


def gather(chosen: Any, styles: list[tuple[str, float]], frames: str = "") -> Settings:
    """Settings of a task from properties (`chosen`) and (path, weight) of style pictures."""
    if chosen.look == "identity":
        styles = []
    return Settings(
        styles=tuple(
            Style(str(absolute_path(path, "style picture")), weight) for path, weight in styles
        ),
        look=chosen.look,
        coherence=chosen.coherence,
        format=chosen.format,
        seed=chosen.seed,
        output=absolute_path(chosen.output, "output folder"),
        frames=parse_frames(frames),
    )
