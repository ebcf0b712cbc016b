"""The controls of the look "Brushwork", below the main panel."""

from typing import Any

import bpy

from ..sequencer import compat
from .below import Below


class ECSET_PT_brushwork(Below, bpy.types.Panel):
    bl_label = "Brushwork"

    @classmethod
    def poll(cls, context: Any) -> bool:
        scene = compat.sequencer_scene(context)
        return scene is not None and scene.ecset.look == "patch"

    def draw(self, context: Any) -> None:
        settings = compat.sequencer_scene(context).ecset
        column = self.layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        for name in ("style_scale", "content", "detail", "palette", "variety"):
            column.prop(settings, name)
        strokes = column.column(heading="Strokes")
        strokes.prop(settings, "rotate", text="Turn")
        strokes.prop(settings, "flip", text="Mirror")
        column.prop(settings, "seed")
