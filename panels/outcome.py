"""How the last try to paint a strip ended, in the main panel below its button."""

from typing import Any

from ..operators import running
from ..operators.choices import declared
from ..sequencer import marks
from ..sequencer.task import StylizeTask
from . import jobs
from .lines import draw_lines

#: What changes from frame to frame, and not by a person's hand, where it is animated.
_ANIMATED = {"strength"}

#: The last refusal, and what was set when it was shown first; one or none.
_refused: list[tuple[running.Refusal, Any]] = []


def draw(layout: Any, scene: Any, strip: Any, width: int) -> None:
    """What came of the last try, if it was to paint `strip` or brought it about.

    `width`: characters in a line.
    """
    column = layout.column(align=True)
    names = strip.name, marks.shot_of(scene, strip).name
    refusal = running.last_refusal()
    if refusal is not None and refusal.scene == scene.name and refusal.strip in names:
        if not _is_stale(refusal, scene.ecset):
            draw_lines(column, refusal.message, "ERROR", width)
        return
    task = _last_of(scene.name, names)
    if task is None or not task.phase.is_end:
        return  # the panel of the jobs shows how it goes
    draw_lines(column, task.message, jobs.ICONS[task.phase], width)
    for note in task.notes:
        draw_lines(column, note, "INFO", width)


def _is_stale(refusal: running.Refusal, settings: Any) -> bool:
    """Whether something was set since: what was said may hold no more."""
    now = [getattr(settings, name) for name in declared() if name not in _ANIMATED]
    now += [(style.path, style.mask) for style in settings.styles]
    if not _refused or _refused[0][0] is not refusal:
        _refused[:] = [(refusal, now)]
    return bool(_refused[0][1] != now)


def _last_of(scene: str, names: tuple[str, str]) -> StylizeTask | None:
    """The last task in the queue that is of a strip of one of these names."""
    for task in reversed(running.tasks()):
        if task.shot.scene == scene and task.shot.strip in names:
            return task
    return None
