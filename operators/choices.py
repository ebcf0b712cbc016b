"""What can be chosen for a strip, each thing once: for panel, scripts and command line.

The strength can be animated, and the weights of the scene's styles: all else holds for a whole
strip.
"""

from collections.abc import Mapping
from typing import Any

from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, StringProperty

from ..sequencer import compat
from ..sequencer.brushwork import LIMITS, STRENGTH, STRENGTH_LIMITS, Brushwork
from ..sequencer.job import FORMATS
from .coherence_choices import CoherenceChoices
from .limits import within
from .network_choices import NetworkChoices

DEFAULT_OUTPUT = "//ecset/"

LOOKS = (
    ("patch", "Brushwork", "Paint with pieces of the style picture itself"),
    (
        "neural",
        "Neural",
        "Paint until a neural network (VGG-19) sees the plate's content in the style's textures",
    ),
    ("identity", "Unchanged", "Change nothing: shows that the picture comes back exactly"),
)

OLDER = (
    ("REPLACE", "Replace", "It goes from the timeline; its frames stay on disk"),
    ("STACK", "Keep Below", "It stays, and the new one comes above it"),
)

ORIGINALS = (
    ("AUTO", "Mute if It Shows", "Mute it only where it would show through what is painted"),
    ("MUTE", "Mute", "Mute it, unless it has sound in it"),
    ("KEEP", "Keep", "Leave it as it is"),
)

_FORMAT_HELP = {
    "PNG8": "Small and exact for 8-bit footage",
    "PNG16": "Finer steps, for grading afterwards",
    "EXR": "Scene-linear, keeps what is brighter than white",
}
FORMAT_ITEMS = tuple((f.name, f.label, _FORMAT_HELP[f.name]) for f in FORMATS.values())


class GeneralChoices:
    """What every look has."""

    look: EnumProperty(
        name="Look",
        description="How each frame is painted",
        items=LOOKS,
        options=set(),
    )
    strength: FloatProperty(
        name="Strength",
        description="How much of the paint shows over the plate; it can be animated",
        default=STRENGTH,
        **within(STRENGTH_LIMITS),
        subtype="FACTOR",
    )
    strength_mask: StringProperty(
        name="Strength Mask",
        description=(
            "Where the paint shows: white all of it, black none. One picture, or one for each "
            'frame of the timeline with # in place of its number, or "strip:" and the name of a '
            "strip"
        ),
        subtype="FILE_PATH",
        options=compat.PATH_OPTIONS,
    )
    style_scale: FloatProperty(
        name="Style Scale",
        description="Size of the brushwork: at 1 the style picture is as large as the plate",
        default=Brushwork.style_scale,
        **within(LIMITS["style_scale"]),
        soft_min=0.5,
        soft_max=2.0,
        options=set(),
    )
    seed: IntProperty(
        name="Seed",
        description="Another number paints another picture of the same kind",
        min=0,
        options=set(),
    )
    output: StringProperty(
        name="Output",
        description="Folder for the painted frames; each strip gets a folder of its own in it",
        subtype="DIR_PATH",
        options=compat.PATH_OPTIONS,
        default=DEFAULT_OUTPUT,
    )
    format: EnumProperty(
        name="Format",
        description="How the painted frames are stored",
        items=FORMAT_ITEMS,
        options=set(),
    )
    result_name: StringProperty(
        name="Name",
        description='What the painted strip is called; empty for the strip\'s own name and "Ecset"',
        options=set(),
    )
    older: EnumProperty(
        name="Older Result",
        description="What happens to a painted strip that an earlier go left of the same strip",
        items=OLDER,
        options=set(),
    )
    originals: EnumProperty(
        name="Original",
        description="What happens to the strip that is painted",
        items=ORIGINALS,
        options=set(),
    )


class BrushworkChoices:
    """What the look "Brushwork" has."""

    content: FloatProperty(
        name="Content",
        description="Brushwork: how closely it follows the plate; less leaves more to the style",
        default=Brushwork.guide_weight,
        **within(LIMITS["guide_weight"]),
        soft_max=5.0,
        options=set(),
    )
    detail: FloatProperty(
        name="Stroke Detail",
        description="0 paints with broad strokes, 1 with the finest that the style has",
        default=Brushwork.detail,
        **within(LIMITS["detail"]),
        subtype="FACTOR",
        options=set(),
    )
    palette: FloatProperty(
        name="Palette",
        description="1 takes the style's colours, 0 keeps the plate's, in between mixes them",
        default=Brushwork.palette,
        **within(LIMITS["palette"]),
        subtype="FACTOR",
        options=set(),
    )
    variety: FloatProperty(
        name="Variety",
        description="How soon a piece of the style is left alone because it was used before",
        default=Brushwork.variety,
        **within(LIMITS["variety"]),
        soft_max=2.0,
        options=set(),
    )
    rotate: BoolProperty(
        name="Turn Strokes",
        description="Let pieces of the style be turned by quarter turns",
        default=Brushwork.rotate,
        options=set(),
    )
    flip: BoolProperty(
        name="Mirror Strokes",
        description="Let pieces of the style be mirrored",
        default=Brushwork.flip,
        options=set(),
    )


class Choices(GeneralChoices, BrushworkChoices, NetworkChoices, CoherenceChoices):
    """What is chosen for a strip: the scene's settings, and ``ecset.stylize``'s arguments."""


def declared() -> Mapping[str, Any]:
    """The properties of `Choices` by their names, as they are declared.

    Each has the ``function`` of ``bpy.props`` that makes it, and ``keywords`` for that.
    """
    found: dict[str, Any] = {}
    for kind in Choices.__bases__:
        found.update(kind.__annotations__)
    return found
