"""Whether a Python that a person has named can be the engine's: found out beside the interface."""

from pathlib import Path

import bpy

from ..sequencer.interpreters import Interpreters
from . import sidebar

_SECONDS = 0.2

_interpreters = Interpreters()
_wanted: list[Path] = []  # one or none


def problem(python: Path) -> str | None:
    """Why `python` cannot be the engine's, in one sentence; "" when it can, None while it is looked
    at, which begins in a moment.

    Panels ask; themselves they must start nothing, for they are drawn at every move of the mouse.
    """
    found = _interpreters.problem(python)
    if found is None and not bpy.app.background:
        _wanted[:] = [python]
        if not bpy.app.timers.is_registered(_tick):
            bpy.app.timers.register(_tick, persistent=True)
    return found


def renew() -> None:
    """What was known may be so no more."""
    _interpreters.forget()


def forget() -> None:
    """The extension goes."""
    renew()
    if bpy.app.timers.is_registered(_tick):
        bpy.app.timers.unregister(_tick)


def _tick() -> float | None:
    while _wanted:
        _interpreters.look_at(_wanted.pop())
    if _interpreters.is_looking:
        return _SECONDS
    sidebar.redraw_engine(bpy.context)
    return None
