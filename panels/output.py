"""Where the painted frames go, and as what, below the main panel."""

from typing import Any

import bpy

from ..operators import running
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
        column = self.layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        column.enabled = not running.is_busy()
        column.prop(settings, "output", text="Folder")
        column.prop(settings, "format")
        if settings.look != "identity":
            draw_mask(column, settings, "strength_mask", "STRENGTH")
