"""The queue: the tasks of this Blender in their order, one at work at a time, driven by a timer.

A timer and no modal operator: it needs no window, so that any may be closed, and it lets the person
undo, save and load as if nothing went on.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from ..sequencer import live
from ..sequencer.commission import result_folders, unfinished
from ..sequencer.errors import BadInput
from ..sequencer.keyframe_task import KeyframeTask
from ..sequencer.progress import Phase
from ..sequencer.task import StylizeTask
from . import sidebar, weights
from .order import output_folder
from .tell import tell

_SECONDS = 0.1

#: Operators that hold strips in their hands while they run.
_HANDS = ("TRANSFORM_OT_", "SEQUENCER_OT_")


@dataclass(frozen=True)
class Refusal:
    """Why a strip was not even begun, in one sentence."""

    scene: str
    strip: str
    message: str


_tasks: list[StylizeTask] = []
_last: list[StylizeTask | Refusal] = []  # one or none
_keyframe: list[KeyframeTask] = []  # one or none


def tasks() -> list[StylizeTask]:
    """In the order of the queue: those that have ended as well, until they are forgotten."""
    return list(_tasks)


def find(job: str) -> StylizeTask | None:
    """The task of the job in the folder of that name; with "" the one at work, or the only one."""
    if not job:
        return active() or (_tasks[0] if len(_tasks) == 1 else None)
    return next((task for task in _tasks if task.name == job), None)


def active() -> StylizeTask | None:
    """The task at work."""
    return next((task for task in _tasks if task.phase.is_work), None)


def is_busy() -> bool:
    """Whether a task is at work or will be."""
    return any(task.phase.is_work or task.phase is Phase.WAITING for task in _tasks)


def last_task() -> StylizeTask | None:
    """The task that was asked for last, if nothing was refused since."""
    return _last[0] if _last and isinstance(_last[0], StylizeTask) else None


def last_refusal() -> Refusal | None:
    """The refusal that was the answer to the last try, if it was one."""
    return _last[0] if _last and isinstance(_last[0], Refusal) else None


def refuse(refusal: Refusal) -> None:
    """Remember why nothing was begun, for the panel."""
    _last[:] = [refusal]


def add(task: StylizeTask) -> None:
    """Put `task` at the end of the queue, in the place of an ended one of the same job."""
    for other in tasks():
        if other.name == task.name:
            forget(other)
    _tasks.append(task)
    _last[:] = [task]


def drive() -> None:
    """Let the timer move the queue on; in the background, where none runs, nothing happens."""
    if not bpy.app.timers.is_registered(_tick):
        bpy.app.timers.register(_tick, persistent=True)


def forget(task: StylizeTask) -> None:
    """Take a task that does nothing from the list; its folder stays."""
    task.abandon()
    _tasks.remove(task)


def _tick() -> float | None:
    if _hands_full():
        return _SECONDS
    changed = False
    if _catch_up:
        _catch_up.clear()
        changed = live.catch_up()
    task = active()
    if task is None:
        task = next((task for task in _tasks if task.phase is Phase.WAITING), None)
        if task is not None:
            task.on_change = push_undo
            task.start()
            changed = True
    elif task.poll():
        changed = True
    if task is not None and not task.phase.is_work:
        _tell_end(task)
    if changed:
        sidebar.redraw(bpy.context)
    return _SECONDS if is_busy() or _catch_up else None


def _tell_end(task: StylizeTask) -> None:
    if task.phase is Phase.FAILED or weights.seem_missing():
        weights.renew()
    for note in task.notes:
        tell("WARNING", note)
    if task.message:
        tell("ERROR" if task.phase is Phase.FAILED else "INFO", task.message)


def _hands_full() -> bool:
    """Whether a person is moving strips about, which then must not change by themselves."""
    return any(
        operator.bl_idname.startswith(_HANDS)
        for window in bpy.context.window_manager.windows
        for operator in window.modal_operators
    )


def push_undo(name: str) -> None:
    """A step of undo for what has just been done outside of operators."""
    windows = bpy.context.window_manager.windows
    if windows and not bpy.app.background:
        with bpy.context.temp_override(window=windows[0]):
            bpy.ops.ed.undo_push(message=name)


# What happens to the file meanwhile.

_catch_up: list[bool] = []  # one or none: strips may show less than is painted


@bpy.app.handlers.persistent
def _before_load(*_: Any) -> None:
    abandon()


@bpy.app.handlers.persistent
def _after_load(*_: Any) -> None:
    look_for_jobs()


@bpy.app.handlers.persistent
def _after_undo(*_: Any) -> None:
    _catch_up[:] = [True]
    drive()


_HANDLERS = {
    "load_pre": _before_load,
    "load_post": _after_load,
    "undo_post": _after_undo,
    "redo_post": _after_undo,
}


def register() -> None:
    for name, handler in _HANDLERS.items():
        getattr(bpy.app.handlers, name).append(handler)
    if not bpy.app.background:  # it may be switched on when a file is open already
        bpy.app.timers.register(look_for_jobs, first_interval=_SECONDS)


def unregister() -> None:
    for name, handler in _HANDLERS.items():
        getattr(bpy.app.handlers, name).remove(handler)
    for function in (_tick, look_for_jobs):
        if bpy.app.timers.is_registered(function):
            bpy.app.timers.unregister(function)
    abandon()


def look_for_jobs() -> None:
    """Find the unfinished jobs of the file that was opened; they stand in the list as paused."""
    if not bpy.data.filepath:
        return
    live.catch_up()
    for made in unfinished(output_folders()):
        if made.path.name not in {task.name for task in _tasks}:
            _tasks.append(StylizeTask(made, phase=Phase.PAUSED))


def output_folders() -> list[Path]:
    """Where the jobs of this file may be."""
    folders = result_folders()
    for scene in bpy.data.scenes:
        try:
            folders.append(output_folder(scene.ecset.output))
        except BadInput:
            continue  # a path that leads nowhere holds no jobs
    return folders


# A keyframe that is being made, which is no job and waits for none.


def keyframe_task() -> KeyframeTask | None:
    """The keyframe that is being made beside the interface."""
    return _keyframe[0] if _keyframe else None


def remember_keyframe(task: KeyframeTask | None) -> None:
    """Make `task` the one that is under way."""
    _keyframe[:] = [] if task is None else [task]


def abandon_keyframe() -> None:
    """End and forget the keyframe that is being made, if one is."""
    while _keyframe:
        _keyframe.pop().abandon()


def abandon() -> None:
    """End what is under way and forget all: another file comes, or the extension goes."""
    abandon_keyframe()
    while _tasks:
        _tasks.pop().abandon()
    _last.clear()
    _catch_up.clear()
