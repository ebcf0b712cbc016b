"""The jobs in the queue: pause, go on, cancel, look at, forget."""

from typing import Any

import bpy
from bpy.props import StringProperty

from ..panels.preferences import engine_python, machine
from ..sequencer.errors import EXIT_DONE, BadInput, EcsetError
from ..sequencer.progress import Phase
from ..sequencer.task import LOG, StylizeTask
from . import running, sidebar


class _ForJob:
    """What an operator for one job has; `job` is the name of the job's folder."""

    report: Any
    poll_message_set: Any

    job: StringProperty(
        name="Job",
        description="The name of the job's folder; empty for the one at work",
        options={"SKIP_SAVE"},
    )

    def execute(self, context: Any) -> set[str]:
        task = running.find(self.job)
        if task is None:
            what = f'There is no job "{self.job}".' if self.job else "There is no job at work."
            self.report({"ERROR"}, what)
            return {"CANCELLED"}
        try:
            self._do(task)
        except EcsetError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        sidebar.redraw(context)
        return {"FINISHED"}

    def _do(self, task: StylizeTask) -> None:
        raise NotImplementedError

    @classmethod
    def poll(cls, context: Any) -> bool:
        if not running.tasks():
            cls.poll_message_set("There are no jobs")
            return False
        return True


class ECSET_OT_pause_job(_ForJob, bpy.types.Operator):
    bl_idname = "ecset.pause_job"
    bl_label = "Pause"
    bl_description = (
        "Give the processor and the graphics card back for now; frames that are done are kept, "
        "the one at work is begun anew"
    )

    def _do(self, task: StylizeTask) -> None:
        if not (task.phase.is_work or task.phase is Phase.WAITING):
            raise BadInput("The job is not under way: there is nothing to pause.")
        task.pause()


class ECSET_OT_resume_job(_ForJob, bpy.types.Operator):
    """In the background, as scripts call it, it returns when the job is done."""

    bl_idname = "ecset.resume_job"
    bl_label = "Resume"
    bl_description = "Go on behind the frames that are done, when the jobs before it are through"

    def _do(self, task: StylizeTask) -> None:
        if task.phase.is_work or task.phase is Phase.WAITING:
            raise BadInput("The job is under way already.")
        task.wait(engine_python(), machine())
        if not bpy.app.background:
            running.drive()
            return
        status = task.run_to_end()
        for note in task.notes:
            self.report({"WARNING"}, note)
        if status != EXIT_DONE:
            raise EcsetError(task.message)


class ECSET_OT_cancel_job(_ForJob, bpy.types.Operator):
    bl_idname = "ecset.cancel_job"
    bl_label = "Cancel"
    bl_description = (
        "Stop painting and take the unfinished strip away; frames that are done are kept on disk, "
        "and Stylize goes on from there"
    )

    def _do(self, task: StylizeTask) -> None:
        if task.phase.is_end:
            raise BadInput("The job has ended already: there is nothing to cancel.")
        task.on_change = running.push_undo
        task.cancel()


class ECSET_OT_forget_job(_ForJob, bpy.types.Operator):
    bl_idname = "ecset.forget_job"
    bl_label = "Remove from List"
    bl_description = "Take the job from this list; its strip and its files stay"

    def _do(self, task: StylizeTask) -> None:
        if task.phase.is_work:
            raise BadInput("The job is at work: cancel it first.")
        running.forget(task)


class ECSET_OT_forget_ended_jobs(bpy.types.Operator):
    bl_idname = "ecset.forget_ended_jobs"
    bl_label = "Remove Ended Jobs from List"
    bl_description = (
        "Take the jobs that are done, failed or cancelled from this list; strips and files stay"
    )

    @classmethod
    def poll(cls, context: Any) -> bool:
        if not any(task.phase.is_end for task in running.tasks()):
            cls.poll_message_set("No job has ended")
            return False
        return True

    def execute(self, context: Any) -> set[str]:
        for task in running.tasks():
            if task.phase.is_end:
                running.forget(task)
        sidebar.redraw(context)
        return {"FINISHED"}


class ECSET_OT_reveal_job(_ForJob, bpy.types.Operator):
    bl_idname = "ecset.reveal_job"
    bl_label = "Show Folder"
    bl_description = "Open the job's folder, with its frames, in the system's file browser"

    def _do(self, task: StylizeTask) -> None:
        if not task.folder.is_dir():
            raise BadInput(f"The folder {task.folder} is gone.")
        if bpy.app.background:
            raise BadInput(f"There is no screen to show the folder on: it is {task.folder}.")
        bpy.ops.wm.path_open(filepath=str(task.folder))


class ECSET_OT_show_log(_ForJob, bpy.types.Operator):
    bl_idname = "ecset.show_log"
    bl_label = "Show Log"
    bl_description = "Open what the engine wrote about the job in a text editor of Blender's"

    def _do(self, task: StylizeTask) -> None:
        path = task.folder / LOG
        try:
            lines = path.read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            raise BadInput(f"There is no log of this job ({path}).") from error
        name = f"{task.name}.log"
        text = bpy.data.texts.get(name) or bpy.data.texts.new(name)
        text.from_string(lines)
        if not bpy.app.background:
            _show(text)


def _show(text: Any) -> None:
    """In the text editor that is open, else in a window of its own."""
    manager = bpy.context.window_manager
    areas = [area for window in manager.windows for area in window.screen.areas]
    area = next((area for area in areas if area.type == "TEXT_EDITOR"), None)
    if area is None and manager.windows:
        with bpy.context.temp_override(window=manager.windows[0]):
            bpy.ops.wm.window_new()
        area = manager.windows[-1].screen.areas[0]
        area.type = "TEXT_EDITOR"
    if area is not None:
        area.spaces[0].text = text
