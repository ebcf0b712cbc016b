"""What the scene keeps: ``scene.ecset``, what was chosen in the panel."""

import bpy
from bpy.props import CollectionProperty, FloatProperty, IntProperty, StringProperty

from ..sequencer import compat
from ..sequencer.brushwork import WEIGHT_LIMITS
from .choices import Choices
from .limits import within


class EcsetStyle(bpy.types.PropertyGroup):
    """One of the scene's style pictures.

    No property has an update function: with one, Blender 4.2 crashes on its way out as a module.
    """

    path: StringProperty(
        name="Picture",
        description="A picture in whose style the strip is painted",
        subtype="FILE_PATH",
        options=compat.PATH_OPTIONS,
    )
    weight: FloatProperty(
        name="Weight",
        description="How much this style counts beside the others",
        default=1.0,
        soft_max=10.0,
        **within(WEIGHT_LIMITS),
    )
    mask: StringProperty(
        name="Style Mask",
        description=(
            "Where this style is used: white there, black elsewhere; empty for everywhere. One "
            "picture, or one for each frame of the timeline with # in place of its number, or "
            '"strip:" and the name of a strip'
        ),
        subtype="FILE_PATH",
        options=compat.PATH_OPTIONS,
    )


class EcsetSettings(Choices, bpy.types.PropertyGroup):
    """``scene.ecset``."""

    styles: CollectionProperty(
        name="Styles",
        description="The pictures in whose styles strips are painted",
        type=EcsetStyle,
    )
    active_style: IntProperty(
        name="Style",
        description="The style picture that is chosen in the list",
        min=0,
        options=set(),
    )
