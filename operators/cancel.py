"""Stop painting."""

from typing import Any

import bpy

from . import running


class ECSET_OT_cancel(bpy.types.Operator):
    bl_idname = "ecset.cancel"
    bl_label = "Cancel"
    bl_description = "Stop painting; frames that are done are kept, and Stylize goes on from there"

    @classmethod
    def poll(cls, context: Any) -> bool:
        return running.is_busy()

    def execute(self, context: Any) -> set[str]:
        task = running.last_task()
        if task is not None:
            task.cancel()
        return {"FINISHED"}
