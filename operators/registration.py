"""What Blender is told when the extension comes and goes."""

import bpy

from ..panels import thumbnails
from ..panels.brushwork import ECSET_PT_brushwork
from ..panels.coherence import ECSET_PT_coherence
from ..panels.engine import ECSET_PT_engine
from ..panels.jobs import ECSET_PT_jobs
from ..panels.keyframes import ECSET_PT_keyframes
from ..panels.library import ECSET_PT_library
from ..panels.network import ECSET_PT_network
from ..panels.output import ECSET_PT_output
from ..panels.preferences import EcsetPreferences
from ..panels.presets import ECSET_PT_brushwork_presets, ECSET_PT_network_presets
from ..panels.style import ECSET_PT_style
from ..panels.styles import ECSET_UL_styles
from . import (
    command_line,
    doctor,
    interpreters,
    library,
    presets,
    preview,
    running,
    setup_engine,
    weights,
)
from .add_keyframe import ECSET_OT_add_keyframe
from .doctor import ECSET_OT_cancel_doctor, ECSET_OT_copy_findings, ECSET_OT_doctor
from .drag_style import ECSET_OT_drag_style
from .jobs import (
    ECSET_OT_cancel_job,
    ECSET_OT_forget_ended_jobs,
    ECSET_OT_forget_job,
    ECSET_OT_pause_job,
    ECSET_OT_resume_job,
    ECSET_OT_reveal_job,
    ECSET_OT_show_log,
)
from .library import ECSET_OT_turn_page, ECSET_OT_use_picture, EcsetLibrary
from .mark_keyframe import ECSET_OT_mark_keyframe, ECSET_OT_unmark_keyframe
from .mask_strip import ECSET_OT_mask_strip
from .presets import (
    ECSET_OT_load_preset,
    ECSET_OT_save_brushwork_preset,
    ECSET_OT_save_network_preset,
)
from .preview_buttons import ECSET_OT_cancel_preview, ECSET_OT_discard_preview, ECSET_OT_preview
from .redo import ECSET_OT_redo
from .scene import EcsetSettings, EcsetStyle
from .setup_engine import (
    ECSET_OT_cancel_engine,
    ECSET_OT_decline_engine,
    ECSET_OT_install_engine,
    ECSET_OT_remove_engine,
    ECSET_OT_setup_engine,
)
from .styles import ECSET_OT_add_styles, ECSET_OT_move_style, ECSET_OT_remove_style
from .stylize import ECSET_OT_stylize, EcsetGuide, EcsetStyleArgument
from .tell import ECSET_OT_tell
from .weights import ECSET_OT_cancel_weights, ECSET_OT_get_weights

_CLASSES = (
    EcsetPreferences,
    EcsetStyle,
    EcsetSettings,
    EcsetLibrary,
    EcsetStyleArgument,
    EcsetGuide,
    ECSET_OT_stylize,
    ECSET_OT_preview,
    ECSET_OT_cancel_preview,
    ECSET_OT_discard_preview,
    ECSET_OT_redo,
    ECSET_OT_tell,
    ECSET_OT_pause_job,
    ECSET_OT_resume_job,
    ECSET_OT_cancel_job,
    ECSET_OT_forget_job,
    ECSET_OT_forget_ended_jobs,
    ECSET_OT_reveal_job,
    ECSET_OT_show_log,
    ECSET_OT_add_styles,
    ECSET_OT_remove_style,
    ECSET_OT_move_style,
    ECSET_OT_drag_style,
    ECSET_OT_use_picture,
    ECSET_OT_turn_page,
    ECSET_OT_load_preset,
    ECSET_OT_save_brushwork_preset,
    ECSET_OT_save_network_preset,
    ECSET_OT_mask_strip,
    ECSET_OT_add_keyframe,
    ECSET_OT_mark_keyframe,
    ECSET_OT_unmark_keyframe,
    ECSET_OT_setup_engine,
    ECSET_OT_install_engine,
    ECSET_OT_decline_engine,
    ECSET_OT_cancel_engine,
    ECSET_OT_remove_engine,
    ECSET_OT_doctor,
    ECSET_OT_cancel_doctor,
    ECSET_OT_copy_findings,
    ECSET_OT_get_weights,
    ECSET_OT_cancel_weights,
    ECSET_UL_styles,
    ECSET_PT_brushwork_presets,
    ECSET_PT_network_presets,
    ECSET_PT_engine,  # on top of the tab
    ECSET_PT_style,
    ECSET_PT_jobs,
    ECSET_PT_library,
    ECSET_PT_brushwork,
    ECSET_PT_network,
    ECSET_PT_coherence,
    ECSET_PT_keyframes,
    ECSET_PT_output,
)

_commands: list = []


def register() -> None:
    for cls in _CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.Scene.ecset = bpy.props.PointerProperty(type=EcsetSettings)
    bpy.types.WindowManager.ecset_library = bpy.props.PointerProperty(type=EcsetLibrary)
    presets.register_path()
    running.register()
    preview.register()
    _commands.append(bpy.utils.register_cli_command("ecset", command_line.main))


def unregister() -> None:
    preview.unregister()
    running.unregister()
    for module in (weights, setup_engine, doctor, interpreters):
        module.forget()
    while _commands:
        bpy.utils.unregister_cli_command(_commands.pop())
    presets.unregister_path()
    thumbnails.forget()
    library.forget()
    del bpy.types.WindowManager.ecset_library
    del bpy.types.Scene.ecset
    for cls in reversed(_CLASSES):
        bpy.utils.unregister_class(cls)
