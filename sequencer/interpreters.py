"""Which Pythons can be the engine's, as far as it is known.  Standard library only."""

import json
import subprocess
import threading
from pathlib import Path

from . import engine
from .process import clean_environment

#: Seconds that a Python may take to say what it has; it looks at files, on a network drive perhaps.
_PATIENCE = 120.0


def problem_of(python: Path) -> str:
    """Why `python` cannot be the engine's, in one sentence; "" when it can.  Takes a moment."""
    try:
        done = subprocess.run(
            [str(part) for part in engine.probe_command(python)],
            cwd=engine.ROOT,
            env=clean_environment(engine.ROOT),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=_PATIENCE,
            check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
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
        self._looking: threading.Thread | None = None

    @property
    def is_looking(self) -> bool:
        return self._looking is not None and self._looking.is_alive()

    def problem(self, python: Path) -> str | None:
        """One sentence, "" when there is none, None while it is not known."""
        return self._problems.get(python)

    def look_at(self, python: Path) -> None:
        """Find out in the background, unless that is under way."""
        if not self.is_looking:
            self._looking = threading.Thread(
                target=self._look_at, args=(python,), name="ecset-interpreter", daemon=True
            )
            self._looking.start()

    def forget(self) -> None:
        """Nothing is known; an answer that is still to come does not count."""
        self._problems = {}
        self._looking = None

    def _look_at(self, python: Path) -> None:
        found = problem_of(python)
        if self._looking is threading.current_thread():
            self._problems[python] = found
