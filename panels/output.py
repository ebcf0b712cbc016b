"""Where the painted frames go, and as what, below the main panel."""

from typing import Any

import bpy

from ..sequencer import compat
from .below import Below
from .styles import draw_mask


class ECSET_PT_output(Below, bpy.types.Panel):
    bl_label = "Output"

    @classmethod
    def poll(cls, context: Any) -> bool:
        return compat.sequencer_scene(context) is not None

    def draw(self, context: Any) -> None:
        settings = compat.sequencer_scene(context).ecset
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        column = layout.column()
        column.prop(settings, "output", text="Folder")
        column.prop(settings, "format")
        column = layout.column()
        column.prop(settings, "result_name", placeholder="As the strip")
        column.prop(settings, "older")
        column.prop(settings, "originals")
        if settings.look != "identity":
            draw_mask(layout.column(), settings, "strength_mask", "STRENGTH")
