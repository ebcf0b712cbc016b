"""The controls of the look "Neural", below the main panel."""

from typing import Any

import bpy

from ..sequencer import compat
from .below import Below


class ECSET_PT_network(Below, bpy.types.Panel):
    bl_label = "Neural Network"

    @classmethod
    def poll(cls, context: Any) -> bool:
        scene = compat.sequencer_scene(context)
        return scene is not None and scene.ecset.look == "neural"

    def draw(self, context: Any) -> None:
        settings = compat.sequencer_scene(context).ecset
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        column = layout.column()
        column.prop(settings, "content_weight", text="Content")
        column.prop(settings, "style_weight", text="Style")
        column.prop(settings, "style_scale")
        column.prop(settings, "colours")
        column = layout.column()
        column.prop(settings, "smoothness")
        form = column.column()
        form.active = settings.smoothness > 0
        form.prop(settings, "smoothness_form")
        column = layout.column()
        column.prop(settings, "start")
        column.prop(settings, "optimiser")
        column.prop(settings, "pooling")
        column = layout.column()
        column.prop(settings, "iterations", placeholder="As the quality says")
        if settings.coherence:
            column.prop(settings, "later")
        column.prop(settings, "seed")
