"""Take a frame of the shot to paint over."""

import time
from typing import Any

import bpy
from bpy.props import EnumProperty

from ..sequencer import compat, marks
from ..sequencer.errors import EcsetError
from ..sequencer.job import FORMATS
from ..sequencer.keyframe_task import KeyframeTask, Start
from . import running, sidebar
from .order import output_folder


class ECSET_OT_add_keyframe(bpy.types.Operator):
    """Store the shot's present frame as a picture and put it above the shot, as a keyframe.

    Invoked, it works beside the interface; executed, as scripts do, it returns when it is done.
    """

    bl_idname = "ecset.add_keyframe"
    bl_label = "Add Keyframe to Paint"
    bl_description = (
        "Store this frame of the strip as a picture above it; paint over that picture in any "
        "program, and Stylize paints the whole strip like it"
    )
    bl_options = {"UNDO"}

    source: EnumProperty(
        name="Start From",
        description="What you paint over",
        items=(
            ("AUTO", "Painted, Else Plate", "The painted frame if the timeline shows one"),
            ("RESULT", "Painted", "The painted frame, to correct it"),
            ("PLATE", "Plate", "The strip's own picture"),
        ),
    )

    @classmethod
    def poll(cls, context: Any) -> bool:
        if running.keyframe_task() is not None:
            cls.poll_message_set("A keyframe is being made")
            return False
        scene = compat.sequencer_scene(context)
        strip = scene.sequence_editor.active_strip if scene and scene.sequence_editor else None
        if strip is None or strip.type == "SOUND":
            cls.poll_message_set("Select the strip to paint a frame of")
            return False
        shot = marks.shot_of(scene, strip)
        if not compat.left(shot) <= scene.frame_current < compat.right(shot):
            cls.poll_message_set("Move the playhead onto the strip, to the frame to paint")
            return False
        return True

    def _begin(self, context: Any) -> KeyframeTask | None:
        scene = compat.sequencer_scene(context)
        try:
            return KeyframeTask(
                scene,
                marks.shot_of(scene, scene.sequence_editor.active_strip),
                scene.frame_current,
                Start[self.source],
                output_folder(scene.ecset.output),
                FORMATS[scene.ecset.format],
            )
        except EcsetError as error:
            self.report({"ERROR"}, str(error))
            return None

    def _end(self, task: KeyframeTask) -> set[str]:
        try:
            strip, path = task.finish()
        except EcsetError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        self.report({"INFO"}, f'"{strip}" is a keyframe now: paint over {path}')
        return {"FINISHED"}

    def execute(self, context: Any) -> set[str]:
        task = self._begin(context)
        if task is None:
            return {"CANCELLED"}
        try:
            while not task.poll():
                time.sleep(0.02)
        except KeyboardInterrupt:
            task.abandon()
            raise
        return self._end(task)

    def invoke(self, context: Any, event: Any) -> set[str]:
        if bpy.app.background:
            return self.execute(context)
        task = self._begin(context)
        if task is None:
            return {"CANCELLED"}
        running.remember_keyframe(task)
        manager = context.window_manager
        self._timer = manager.event_timer_add(0.1, window=context.window)
        manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: Any, event: Any) -> set[str]:
        task = running.keyframe_task()
        if task is None:  # abandoned
            context.window_manager.event_timer_remove(self._timer)
            return {"CANCELLED"}
        if event.type != "TIMER" or not task.poll():
            return {"PASS_THROUGH"}
        context.window_manager.event_timer_remove(self._timer)
        running.remember_keyframe(None)
        sidebar.redraw(context)
        return self._end(task)

    def cancel(self, context: Any) -> None:
        """Blender calls this when another file is loaded and when it quits."""
        context.window_manager.event_timer_remove(self._timer)
        running.abandon_keyframe()
