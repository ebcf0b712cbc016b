"""What can be chosen for the look "Neural"."""

from typing import Any

from bpy.props import EnumProperty, FloatProperty, StringProperty

from ..sequencer.network import LIMITS, Network
from .limits import within


def _number(name: str, soft_max: float) -> dict[str, Any]:
    return {
        **within(LIMITS[name]),
        "default": getattr(Network, name),
        "soft_max": soft_max,
        "options": set(),
    }


class NetworkChoices:
    """Named as in the job, but for the smoothness: ``tv_weight`` and ``tv`` there."""

    quality: EnumProperty(
        name="Quality",
        description="How many sizes and iterations a frame is painted with",
        items=(
            ("draft", "Draft", "Quick, to see where it goes"),
            ("normal", "Normal", "For most shots"),
            ("fine", "Fine", "Slow, with finer texture"),
        ),
        default=Network.quality,
        options=set(),
    )
    content_weight: FloatProperty(
        name="Content Weight",
        description="Neural: how much it counts that the plate is recognised",
        **_number("content_weight", 10.0),
    )
    style_weight: FloatProperty(
        name="Style Weight",
        description="Neural: how much it counts that the style's textures are there",
        **_number("style_weight", 10.0),
    )
    smoothness: FloatProperty(
        name="Smoothness",
        description="Neural: how much it counts that neighbouring pixels are alike",
        **_number("tv_weight", 10.0),
    )
    smoothness_form: EnumProperty(
        name="Differences",
        description="Neural: how the differences of neighbouring pixels count for the smoothness",
        items=(
            ("squared", "Squared", "Large ones count more: edges are softened before grain"),
            ("absolute", "Absolute", "All count alike: grain goes, and edges stay"),
        ),
        default=Network.tv,
        options=set(),
    )
    colours: EnumProperty(
        name="Colours",
        description="Neural: where the colours come from",
        items=(
            ("style", "Style's", "Take the style's colours"),
            ("luminance", "Plate's", "Keep the plate's colours; take light and dark only"),
            (
                "histogram",
                "Plate's, Matched",
                "Give the style the plate's colours first, value by value (histogram)",
            ),
            (
                "linear",
                "Plate's, Linear",
                "Give the style the plate's colours first, by their mean and spread",
            ),
        ),
        default=Network.colours,
        options=set(),
    )
    start: EnumProperty(
        name="Start",
        description="Neural: what the first frame begins from; later ones begin from earlier paint",
        items=(
            ("plate", "Plate", "Begin from the strip's own picture"),
            ("noise", "Noise", "Begin from noise, which leaves more to the style"),
        ),
        default=Network.start,
        options=set(),
    )
    optimiser: EnumProperty(
        name="Optimiser",
        description="Neural: how the picture is improved in each iteration",
        items=(
            ("lbfgs", "L-BFGS", "A better picture from as many iterations"),
            ("adam", "Adam", "Less memory; comes less far in as many iterations"),
        ),
        default=Network.optimiser,
        options=set(),
    )
    iterations: StringProperty(
        name="Iterations",
        description=(
            "Neural: in place of the quality's, how many at each size, from the smallest to the "
            'full one, each twice as large as the one before, as in "200 100 50"'
        ),
        options=set(),
    )
    later: FloatProperty(
        name="Later Frames",
        description="Neural: share of the iterations for a frame that begins from earlier paint",
        default=Network.later,
        min=0.01,
        max=LIMITS["later"][1],
        subtype="FACTOR",
        options=set(),
    )
    pooling: EnumProperty(
        name="Pooling",
        description="Neural: how the network makes its pictures smaller",
        items=(
            ("max", "Maximum", "As the network was trained"),
            ("average", "Average", "Smoother paint"),
        ),
        default=Network.pooling,
        options=set(),
    )
