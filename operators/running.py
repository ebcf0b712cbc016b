"""The task that is under way in this Blender, and what came of the last one."""

from ..sequencer.task import StylizeTask

_task: StylizeTask | None = None


def last_task() -> StylizeTask | None:
    """The task under way, or the last that was."""
    return _task


def is_busy() -> bool:
    """Whether a task is under way."""
    return _task is not None and not _task.phase.is_end


def remember(task: StylizeTask | None) -> None:
    """Make `task` the one that panels show."""
    global _task
    _task = task


def abandon() -> None:
    """End what is under way and forget it, because the extension goes."""
    if _task is not None:
        _task.abandon()
    remember(None)
