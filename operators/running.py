"""The task that is under way in this Blender, or how the last try to paint ended."""

from dataclasses import dataclass

from ..sequencer.task import StylizeTask


@dataclass(frozen=True)
class Refusal:
    """Why a strip was not even begun, in one sentence."""

    scene: str
    strip: str
    message: str


_last: list[StylizeTask | Refusal] = []  # one or none


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


def abandon() -> None:
    """End what is under way and forget it, because the extension goes."""
    task = last_task()
    if task is not None:
        task.abandon()
    _last.clear()
