"""The presets of the look that is chosen, in a popover as Blender's own presets are."""

from typing import Any

import bpy
from bl_ui.utils import PresetPanel

from ..operators import presets


class ECSET_PT_brushwork_presets(PresetPanel, bpy.types.Panel):
    bl_label = "Brushwork Presets"
    bl_description = "Ways to set the brushwork: those that come with Ecset, and your own"
    preset_subdir = presets.folder("patch")
    preset_operator = "ecset.load_preset"
    preset_add_operator = "ecset.save_brushwork_preset"


class ECSET_PT_network_presets(PresetPanel, bpy.types.Panel):
    bl_label = "Neural Presets"
    bl_description = "Ways to set the neural network: those that come with Ecset, and your own"
    preset_subdir = presets.folder("neural")
    preset_operator = "ecset.load_preset"
    preset_add_operator = "ecset.save_network_preset"


_OF_LOOK = {
    "patch": ECSET_PT_brushwork_presets,
    "neural": ECSET_PT_network_presets,
}


def draw(layout: Any, settings: Any) -> None:
    """A row that says which preset the look is set as, and opens the others."""
    row = layout.row()
    row.use_property_decorate = False
    split = row.split(factor=0.4)
    name = split.row()
    name.alignment = "RIGHT"
    name.label(text="Preset")
    split.popover(
        _OF_LOOK[settings.look].__name__, text=presets.current(settings) or "Custom", icon="PRESET"
    )
