"""The task that is under way in this Blender, or the last that was."""

from ..sequencer.task import StylizeTask

_tasks: list[StylizeTask] = []  # one or none


def last_task() -> StylizeTask | None:
    """The task under way, or the last that was."""
    return _tasks[0] if _tasks else None


def is_busy() -> bool:
    """Whether a task is under way."""
    return bool(_tasks) and not _tasks[0].phase.is_end


def remember(task: StylizeTask) -> None:
    """Make `task` the one that panels show."""
    _tasks[:] = [task]


def abandon() -> None:
    """End what is under way and forget it, because the extension goes."""
    for task in _tasks:
        task.abandon()
    _tasks.clear()
