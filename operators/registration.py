"""What Blender is told when the extension comes and goes."""

import bpy

from ..panels.brushwork import ECSET_PT_brushwork
from ..panels.keyframes import ECSET_PT_keyframes
from ..panels.preferences import EcsetPreferences
from ..panels.style import ECSET_PT_style
from . import command_line, running
from .add_keyframe import ECSET_OT_add_keyframe
from .cancel import ECSET_OT_cancel
from .mark_keyframe import ECSET_OT_mark_keyframe, ECSET_OT_unmark_keyframe
from .settings import EcsetSettings
from .setup_engine import ECSET_OT_setup_engine
from .stylize import ECSET_OT_stylize, EcsetGuide, EcsetStyle

_CLASSES = (
    EcsetPreferences,
    EcsetSettings,
    EcsetStyle,
    EcsetGuide,
    ECSET_OT_stylize,
    ECSET_OT_cancel,
    ECSET_OT_add_keyframe,
    ECSET_OT_mark_keyframe,
    ECSET_OT_unmark_keyframe,
    ECSET_OT_setup_engine,
    ECSET_PT_style,
    ECSET_PT_brushwork,
    ECSET_PT_keyframes,
)

_commands: list = []


def register() -> None:
    for cls in _CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.Scene.ecset = bpy.props.PointerProperty(type=EcsetSettings)
    _commands.append(bpy.utils.register_cli_command("ecset", command_line.main))


def unregister() -> None:
    running.abandon()
    while _commands:
        bpy.utils.unregister_cli_command(_commands.pop())
    del bpy.types.Scene.ecset
    for cls in reversed(_CLASSES):
        bpy.utils.unregister_class(cls)
