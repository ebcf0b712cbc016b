"""What can be chosen for the coherence of a shot."""

from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, StringProperty

from ..sequencer.coherence import LIMITS, Coherence
from .limits import within


class CoherenceChoices:
    coherence: BoolProperty(
        name="Coherence",
        description="Let the paint follow the motion, so that it does not flicker",
        default=Coherence.enabled,
        options=set(),
    )
    coherence_method: EnumProperty(
        name="Method",
        description="What each frame of a shot begins from and is held to",
        items=(
            (
                "anchored",
                "Anchored",
                "An earlier frame, which stays for a while, or the one before",
            ),
            ("warp", "Warped Start", "Begin from the frame before, brought along the motion"),
            ("short", "Short-Term", "Begin from the frame before, and be held to it"),
            ("long", "Long-Term", "Be held to several earlier frames, for what comes back in view"),
            ("multipass", "Multi-Pass", "Go through the shot several times, there and back"),
        ),
        default=Coherence.method,
        options=set(),
    )
    flow: EnumProperty(
        name="Flow",
        description="What estimates the motion between frames",
        items=(
            ("dis", "DIS", "Dense inverse search, down to single pixels; runs on the processor"),
            ("dis-medium", "DIS, Medium", "Dense inverse search, quicker and coarser"),
            ("dis-fast", "DIS, Fast", "Dense inverse search, much quicker and coarser"),
            ("dis-ultrafast", "DIS, Ultrafast", "Dense inverse search, the quickest"),
            ("raft-small", "RAFT, Small", "A small neural network; needs weights (4 MB)"),
            ("raft-large", "RAFT, Large", "A neural network; needs weights (21 MB), best on a GPU"),
        ),
        default=Coherence.flow,
        options=set(),
    )
    coherence_weight: FloatProperty(
        name="Weight",
        description="How strongly a frame is held to earlier ones, beside what the look wants",
        default=Coherence.weight,
        **within(LIMITS["weight"]),
        soft_max=20.0,
        options=set(),
    )
    distances: StringProperty(
        name="Distances",
        description='Long-term: how many frames ago those are that a frame is held to ("1 2 4")',
        default=" ".join(map(str, Coherence.distances)),
        options=set(),
    )
    passes: IntProperty(
        name="Passes",
        description="Multi-pass: how often the shot is gone through",
        default=Coherence.passes,
        **within(LIMITS["passes"]),
        soft_max=15,
        options=set(),
    )
    blend: FloatProperty(
        name="Blend",
        description="Multi-pass: how much of its neighbour's paint a frame begins with",
        default=Coherence.blend,
        min=0.01,
        max=LIMITS["blend"][1],
        subtype="FACTOR",
        options=set(),
    )
    segment: IntProperty(
        name="Segment",
        description=(
            "A new beginning after so many frames, so that several graphics cards or machines can "
            "share the shot; 0 for none"
        ),
        default=Coherence.segment or 0,
        min=0,
        options=set(),
    )
    overlap: IntProperty(
        name="Overlap",
        description="For so many frames one segment is faded over to the next",
        default=Coherence.overlap,
        **within(LIMITS["overlap"]),
        options=set(),
    )
