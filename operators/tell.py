"""Say in Blender's own way, in the status bar and the Info editor, what became of a job."""

from typing import Any

import bpy
from bpy.props import EnumProperty, StringProperty


class ECSET_OT_tell(bpy.types.Operator):
    """Blender shows the reports of operators that events have driven, not of those that a timer's
    function calls: so this waits for one event and reports then."""

    bl_idname = "ecset.tell"
    bl_label = "Ecset"
    bl_description = "Tell what became of a job"
    bl_options = {"INTERNAL"}

    kind: EnumProperty(
        name="Kind",
        description="How it is shown",
        items=(
            ("INFO", "Info", "In the status bar"),
            ("WARNING", "Warning", "In the status bar, in another colour"),
            ("ERROR", "Error", "At the mouse"),
        ),
    )
    message: StringProperty(name="Message", description="What is told")

    def invoke(self, context: Any, event: Any) -> set[str]:
        manager = context.window_manager
        self._timer = manager.event_timer_add(0.01, window=context.window)
        manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: Any, event: Any) -> set[str]:
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        self.cancel(context)
        self.report({self.kind}, self.message)
        return {"FINISHED"}

    def cancel(self, context: Any) -> None:
        context.window_manager.event_timer_remove(self._timer)


def tell(kind: str, message: str) -> None:
    """Report `message` ("INFO", "WARNING", "ERROR") in the window that was opened first."""
    windows = bpy.context.window_manager.windows
    if windows and not bpy.app.background:
        with bpy.context.temp_override(window=windows[0]):
            bpy.ops.ecset.tell("INVOKE_DEFAULT", kind=kind, message=message)
