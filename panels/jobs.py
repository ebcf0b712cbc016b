"""The queue: what is painted, what waits and what is done, a block each."""

from typing import Any

import bpy

from ..operators import running
from ..sequencer.progress import Phase
from ..sequencer.task import StylizeTask
from .below import Below
from .lines import characters, draw_lines

ICONS = {
    Phase.WAITING: "SORTTIME",
    Phase.PAUSED: "PAUSE",
    Phase.DONE: "CHECKMARK",
    Phase.FAILED: "ERROR",
    Phase.CANCELLED: "X",
}


class ECSET_PT_jobs(Below, bpy.types.Panel):
    bl_label = "Jobs"
    bl_options = set()  # open: whoever has jobs wants to see how they go

    @classmethod
    def poll(cls, context: Any) -> bool:
        return bool(running.tasks())

    def draw_header_preset(self, context: Any) -> None:
        tasks = running.tasks()
        ended = sum(task.phase.is_end for task in tasks)
        if len(tasks) > 1:
            self.layout.label(text=f"{ended} of {len(tasks)}")
        if ended > 1:
            self.layout.operator("ecset.forget_ended_jobs", text="", icon="TRASH", emboss=False)

    def draw(self, context: Any) -> None:
        width = characters(context) - 2  # a box has edges
        blocks = self.layout.column()
        for task in running.tasks():
            _draw_task(blocks.box().column(align=True), task, width)


def _draw_task(column: Any, task: StylizeTask, width: int) -> None:
    """A line with the strip's name and the buttons, and below it how far it is."""
    row = column.row(align=True)
    row.label(text=task.shot.strip, icon=ICONS.get(task.phase, "BRUSH_DATA"), translate=False)
    buttons = row.row(align=True)
    buttons.emboss = "NONE"
    _draw_buttons(buttons, task)
    if task.phase.is_work:
        column.progress(factor=task.factor, text=_progress(task))
        pace = _pace(task)
        if pace:
            column.label(text=pace, icon="BLANK1")
    elif task.phase in {Phase.FAILED, Phase.CANCELLED}:
        draw_lines(column, task.message, "BLANK1", width)
    elif task.phase is Phase.DONE:
        column.label(text=f"Done: {task.shot.length} frames", icon="BLANK1")
    else:
        column.label(text=task.progress_text, icon="BLANK1")


def _draw_buttons(row: Any, task: StylizeTask) -> None:
    row.operator("ecset.reveal_job", text="", icon="FILE_FOLDER").job = task.name
    row.operator("ecset.show_log", text="", icon="TEXT").job = task.name
    if task.phase.is_work or task.phase is Phase.WAITING:
        row.operator("ecset.pause_job", text="", icon="PAUSE").job = task.name
    elif task.phase is not Phase.DONE:
        row.operator("ecset.resume_job", text="", icon="PLAY").job = task.name
    if task.phase.is_end:
        row.operator("ecset.forget_job", text="", icon="TRASH").job = task.name
    else:
        row.operator("ecset.cancel_job", text="", icon="X").job = task.name


def _progress(task: StylizeTask) -> str:
    if task.phase is Phase.PAINT and task.passes is None:
        return f"Frame {task.done}/{task.total}"
    return task.progress_text


def _pace(task: StylizeTask) -> str:
    """How long a frame takes, and how long it will go on; "" while nobody knows."""
    parts = []
    if task.phase is Phase.PAINT and task.seconds_per_frame is not None:
        parts.append(f"{task.seconds_per_frame:.1f} s a frame")
    if task.seconds_left is not None:
        parts.append(f"{clock(task.seconds_left)} left")
    return ", ".join(parts)


def clock(seconds: float) -> str:
    """A time as people write it.

    >>> clock(75.2), clock(3675)
    ('1:15', '1:01:15')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
