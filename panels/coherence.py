"""How a shot is kept from flickering, below the main panel."""

from typing import Any

import bpy

from ..sequencer import compat, keyframes
from ..sequencer.coherence import Coherence
from .below import Below


class ECSET_PT_coherence(Below, bpy.types.Panel):
    bl_label = "Coherence"

    @classmethod
    def poll(cls, context: Any) -> bool:
        scene = compat.sequencer_scene(context)
        return scene is not None and scene.ecset.look != "identity"

    def draw_header(self, context: Any) -> None:
        self.layout.prop(compat.sequencer_scene(context).ecset, "coherence", text="")

    def draw(self, context: Any) -> None:
        scene = compat.sequencer_scene(context)
        settings = scene.ecset
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        if keyframes.count(scene):
            layout.prop(settings, "coherence_weight")
            layout.prop(settings, "flow")
            return
        layout.active = settings.coherence
        chosen = Coherence(method=settings.coherence_method, segment=settings.segment or None)
        column = layout.column()
        column.prop(settings, "coherence_method")
        for name, control in _OF_METHOD.items():
            if chosen.counts(name):
                column.prop(settings, control)
        column.prop(settings, "flow")
        column = layout.column()
        if chosen.counts("segment"):
            column.prop(settings, "segment")
        if chosen.counts("overlap"):
            column.prop(settings, "overlap")


#: What some methods have, and the control of it.
_OF_METHOD = {
    "weight": "coherence_weight",
    "distances": "distances",
    "passes": "passes",
    "blend": "blend",
}
