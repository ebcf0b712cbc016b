"""Which Pythons can be the engine's, as far as it is known.  Standard library only."""

import subprocess
from collections.abc import Callable
from pathlib import Path

from . import engine
from .inquiry import Inquiry


def problem_of(python: Path) -> str:
    """Why `python` cannot be the engine's, in one sentence; "" when it can.  Takes a moment."""
    try:
        lines = engine.said_by(engine.probe_command(python))
    except (OSError, ValueError, subprocess.SubprocessError):
        lines = []
    for line in lines:
        if line.get("event") in {"error", "finished"}:
            return str(line.get("message", ""))
    return f"{python} is no Python that runs: name another for the engine."


class Interpreters:
    """What was found out of Pythons that were named; nothing here waits."""

    def __init__(self) -> None:
        self._problems: dict[Path, str] = {}
        self._inquiry = Inquiry("ecset-interpreter")

    @property
    def is_looking(self) -> bool:
        return self._inquiry.is_under_way

    def problem(self, python: Path) -> str | None:
        """One sentence, "" when there is none, None while it is not known."""
        return self._problems.get(python)

    def look_at(self, python: Path) -> None:
        """Find out in the background, unless that is under way."""

        def question() -> Callable[[], None]:
            found = problem_of(python)
            return lambda: self._problems.update({python: found})

        self._inquiry.ask(question)

    def forget(self) -> None:
        """Nothing is known; an answer that is still to come does not count."""
        self._problems = {}
        self._inquiry.forget()
