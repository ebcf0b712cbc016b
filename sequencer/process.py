"""A child process that speaks in events.  Standard library only.

Both children of a task, the one that renders plates and the engine, print one JSON object a line
and end by themselves when their standard input reaches its end.  This side holds that pipe open
and writes nothing: when Blender is gone, in whatever way, the operating system closes it.
"""

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

#: Seconds between asking a child to end and ending it.
GRACE = 5.0
#: The same when a person waits for Blender to quit or to load.
LAST_GRACE = 1.0
#: How much a gentle child stands back, 0 to 19.
GENTLE = 10


class Child:
    """A running child; every method returns at once and belongs to one thread."""

    def __init__(
        self,
        command: Sequence[str | Path],
        log: Path,
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        show_errors: bool = False,
        gentle: bool = False,
    ) -> None:
        """Start `command`; what it prints beside events is appended to `log`.

        With `show_errors` its standard error goes to this process's own instead, which is where
        a progress bar belongs.  A `gentle` child comes after Blender when both want the processor.
        Raises OSError when the command or the log cannot be opened.
        """
        self._log = log.open("ab")
        began = time.strftime("%Y-%m-%d %H:%M:%S")
        self._log.write(f"# {began} {[str(part) for part in command]}\n".encode())
        self._log.flush()
        try:
            self._process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=None if show_errors else self._log,
                cwd=cwd,
                env=env,
                # no console window flashing up behind Blender on Windows; where there is one, for
                # what is shown, it is the child's as well
                creationflags=(0 if show_errors else getattr(subprocess, "CREATE_NO_WINDOW", 0))
                | (getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0) if gentle else 0),
            )
            if gentle and sys.platform != "win32":
                with contextlib.suppress(OSError):  # it has ended already
                    os.setpriority(os.PRIO_PROCESS, self._process.pid, GENTLE)
        except OSError:
            self._log.close()
            raise
        self._queue: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._kill_at: float | None = None
        self._reader = threading.Thread(target=self._read, name="ecset-events", daemon=True)
        self._reader.start()

    def _read(self) -> None:
        with self._log, self._process.stdout:  # type: ignore[union-attr]
            for line in self._process.stdout:  # type: ignore[union-attr]
                event = parse_event(line)
                if event is not None:
                    self._queue.put(event)
                elif line.strip():
                    self._log.write(line)
                    self._log.flush()

    @property
    def pid(self) -> int:
        return self._process.pid

    def events(self) -> list[dict[str, Any]]:
        """What the child said since the last call."""
        events = []
        while not self._queue.empty():
            events.append(self._queue.get())
        return events

    def exit_status(self) -> int | None:
        """None while the child runs or has not been heard to the end; kills it when it must."""
        if self._kill_at is not None and time.monotonic() > self._kill_at:
            self._process.kill()
        status = self._process.poll()
        if status is None:
            return None
        # A grandchild may hold the pipe; then what it would still say does not matter.
        self._reader.join(0.5 if self._kill_at is not None else 0)
        if self._reader.is_alive() and self._kill_at is None:
            return None
        self._process.stdin.close()  # type: ignore[union-attr]
        return status

    def cancel(self, grace: float = GRACE) -> None:
        """Ask the child to end; `exit_status` ends it by force after `grace` seconds.

        It is asked by the end of its standard input, as that is all it can hear on every system:
        what ``terminate`` asks politely elsewhere is force on Windows, and leaves the child's own
        children behind.
        """
        if self._kill_at is None and self._process.poll() is None:
            self._kill_at = time.monotonic() + grace
            self._process.stdin.close()  # type: ignore[union-attr]

    def end(self) -> None:
        """End the child now and wait for it, for when nobody will poll any more.

        Asked by the end of its standard input it can end its own children too; then by force.
        """
        self._process.stdin.close()  # type: ignore[union-attr]
        try:
            self._process.wait(LAST_GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(0.5)  # it has the log open, which could not be removed so on Windows


def parse_event(line: bytes) -> dict[str, Any] | None:
    """The event in a line of output, or None when the line is something else."""
    if not line.startswith(b"{"):
        return None
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and isinstance(event.get("event"), str) else None


def clean_environment(python_path: Path | None = None) -> dict[str, str]:
    """This process's environment without what would lead another Python to foreign modules.

    Blender and the shells it is started from set PYTHONHOME and PYTHONPATH for their own Python.
    `python_path` becomes the child's PYTHONPATH.
    """
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    env.update(PYTHONUNBUFFERED="1", PYTHONNOUSERSITE="1", PYTHONUTF8="1")
    if python_path is not None:
        env["PYTHONPATH"] = str(python_path)
    return env
