"""The buttons of a preview: begin one, stop it, take it away."""

import time
from typing import Any

import bpy

from ..sequencer import compat, marks
from ..sequencer.errors import EcsetError
from ..sequencer.preview import Phase, PreviewTask
from . import preview, sidebar


class ECSET_OT_preview(bpy.types.Operator):
    """Paint the present frame and show it over the timeline.

    Invoked, it works beside the interface; executed, as scripts do, it returns when it is done.
    """

    bl_idname = "ecset.preview"
    bl_label = "Preview"
    bl_description = (
        "Paint the present frame to look at, small first and then in full; nothing of it is kept"
    )

    @classmethod
    def poll(cls, context: Any) -> bool:
        scene = compat.sequencer_scene(context)
        editor = scene.sequence_editor if scene else None
        strip = editor.active_strip if editor else None
        if strip is None or strip.type == "SOUND":
            cls.poll_message_set("Select the strip to look at")
            return False
        shot = marks.shot_of(scene, strip)
        if not compat.left(shot) <= scene.frame_current < compat.right(shot):
            cls.poll_message_set("Move the playhead onto the strip, to the frame to look at")
            return False
        return True

    def _begin(self, context: Any) -> PreviewTask | None:
        scene = compat.sequencer_scene(context)
        try:
            return preview.begin(scene, marks.shot_of(scene, scene.sequence_editor.active_strip))
        except EcsetError as error:
            self.report({"ERROR"}, str(error))
            return None

    def execute(self, context: Any) -> set[str]:
        made = self._begin(context)
        if made is None:
            return {"CANCELLED"}
        try:
            while preview.task() is made:
                preview.go_on()
                time.sleep(0.02)
        except KeyboardInterrupt:
            preview.discard()
            raise
        for note in made.notes:
            self.report({"WARNING"}, note)
        if preview.message():
            self.report({"ERROR"}, preview.message())
        if preview.standing() is not None:
            preview.drive()
        return {"FINISHED"} if made.phase is Phase.DONE and not preview.message() else {"CANCELLED"}

    def invoke(self, context: Any, event: Any) -> set[str]:
        if bpy.app.background:
            return self.execute(context)
        made = self._begin(context)
        if made is None:
            return {"CANCELLED"}
        for note in made.notes:
            self.report({"WARNING"}, note)
        preview.drive()
        sidebar.redraw(context)
        return {"FINISHED"}


class ECSET_OT_cancel_preview(bpy.types.Operator):
    bl_idname = "ecset.cancel_preview"
    bl_label = "Cancel Preview"
    bl_description = "Stop painting the preview; what is shown of it already stays"

    @classmethod
    def poll(cls, context: Any) -> bool:
        if preview.task() is None:
            cls.poll_message_set("No preview is being painted")
            return False
        return True

    def execute(self, context: Any) -> set[str]:
        made = preview.task()
        if made is not None:
            made.cancel()
        return {"FINISHED"}


class ECSET_OT_discard_preview(bpy.types.Operator):
    bl_idname = "ecset.discard_preview"
    bl_label = "Discard Preview"
    bl_description = "Take the preview away, without a trace"

    @classmethod
    def poll(cls, context: Any) -> bool:
        if preview.task() is None and preview.standing() is None:
            cls.poll_message_set("There is no preview")
            return False
        return True

    def execute(self, context: Any) -> set[str]:
        preview.discard()
        sidebar.redraw(context)
        return {"FINISHED"}
