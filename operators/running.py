"""The tasks that are under way in this Blender, or how the last try to paint ended."""

from dataclasses import dataclass

from ..sequencer.keyframe_task import KeyframeTask
from ..sequencer.task import StylizeTask


@dataclass(frozen=True)
class Refusal:
    """Why a strip was not even begun, in one sentence."""

    scene: str
    strip: str
    message: str


_last: list[StylizeTask | Refusal] = []  # one or none
_keyframe: list[KeyframeTask] = []  # one or none


def last_task() -> StylizeTask | None:
    """The task under way, or the last that was, if nothing was refused since."""
    return _last[0] if _last and isinstance(_last[0], StylizeTask) else None


def last_refusal() -> Refusal | None:
    """The refusal that was the answer to the last try, if it was one."""
    return _last[0] if _last and isinstance(_last[0], Refusal) else None


def is_busy() -> bool:
    """Whether a task is under way."""
    task = last_task()
    return task is not None and not task.phase.is_end


def remember(outcome: StylizeTask | Refusal) -> None:
    """Make `outcome` the one that panels show."""
    _last[:] = [outcome]


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
    """End what is under way and forget it, because the extension goes."""
    abandon_keyframe()
    task = last_task()
    if task is not None:
        task.abandon()
    _last.clear()
