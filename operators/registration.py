"""What Blender is told when the extension comes and goes."""

import bpy

from ..panels.brushwork import ECSET_PT_brushwork
from ..panels.coherence import ECSET_PT_coherence
from ..panels.keyframes import ECSET_PT_keyframes
from ..panels.network import ECSET_PT_network
from ..panels.output import ECSET_PT_output
from ..panels.preferences import EcsetPreferences
from ..panels.style import ECSET_PT_style
from ..panels.styles import ECSET_UL_styles
from . import command_line, running, weights
from .add_keyframe import ECSET_OT_add_keyframe
from .cancel import ECSET_OT_cancel
from .mark_keyframe import ECSET_OT_mark_keyframe, ECSET_OT_unmark_keyframe
from .mask_strip import ECSET_OT_mask_strip
from .scene import EcsetSettings, EcsetStyle
from .setup_engine import ECSET_OT_setup_engine
from .styles import ECSET_OT_add_styles, ECSET_OT_move_style, ECSET_OT_remove_style
from .stylize import ECSET_OT_stylize, EcsetGuide, EcsetStyleArgument
from .weights import ECSET_OT_cancel_weights, ECSET_OT_get_weights

_CLASSES = (
    EcsetPreferences,
    EcsetStyle,
    EcsetSettings,
    EcsetStyleArgument,
    EcsetGuide,
    ECSET_OT_stylize,
    ECSET_OT_cancel,
    ECSET_OT_add_styles,
    ECSET_OT_remove_style,
    ECSET_OT_move_style,
    ECSET_OT_mask_strip,
    ECSET_OT_add_keyframe,
    ECSET_OT_mark_keyframe,
    ECSET_OT_unmark_keyframe,
    ECSET_OT_setup_engine,
    ECSET_OT_get_weights,
    ECSET_OT_cancel_weights,
    ECSET_UL_styles,
    ECSET_PT_style,
    ECSET_PT_coherence,
    ECSET_PT_brushwork,
    ECSET_PT_network,
    ECSET_PT_keyframes,
    ECSET_PT_output,
)

_commands: list = []


def register() -> None:
    for cls in _CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.Scene.ecset = bpy.props.PointerProperty(type=EcsetSettings)
    _commands.append(bpy.utils.register_cli_command("ecset", command_line.main))


def unregister() -> None:
    running.abandon()
    weights.forget()
    while _commands:
        bpy.utils.unregister_cli_command(_commands.pop())
    del bpy.types.Scene.ecset
    for cls in reversed(_CLASSES):
        bpy.utils.unregister_class(cls)
