"""Programs that work for the setup and do not outlive it."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from . import reasons

#: What a person's shell or Blender says to its own Python would lead another one astray.
_FOREIGN = (
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "UV_PYTHON",
    "UV_TORCH_BACKEND",
    "UV_NO_VERIFY_HASHES",
)

_children: list[subprocess.Popen[str]] = []  # one or none

#: Files that children keep open with this process; on Windows they don't.
inherited: list[int] = []

#: Held while one begins, and for good when this process ends with its parent.
_beginning = threading.Lock()


def run(
    command: Sequence[str | Path],
    heard: Callable[[str], None] | None = None,
    env: Mapping[str, str] | None = None,
) -> int:
    """Run `command` to its end; returns its exit status.

    What it prints goes to standard error, which is the log, and line by line to `heard`.  `env`
    is added to this process's environment.  Raises OSError when it cannot be started.
    """
    with _beginning:
        child = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            env={**clean_environment(), **(env or {})},
            pass_fds=() if os.name == "nt" else tuple(inherited),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        _children.append(child)
    with child:
        try:
            assert child.stdout is not None  # it is a pipe
            for line in child.stdout:
                line = reasons.masked(line)
                print(line, end="", file=sys.stderr, flush=True)
                if heard is not None:
                    heard(line.rstrip("\n"))
            return child.wait()
        except BaseException:
            child.kill()
            raise
        finally:
            _children.clear()


def clean_environment() -> dict[str, str]:
    """This process's environment without what is meant for another Python."""
    return {
        key: value
        for key, value in os.environ.items()
        if not key.startswith("PYTHON") and key not in _FOREIGN
    }


def end_with_parent() -> None:
    """Leave when standard input ends: then Blender, which holds its other end, is gone."""

    def wait() -> None:
        while os.read(0, 4096):
            pass
        _beginning.acquire()
        for child in _children:
            child.kill()
        os._exit(130)

    threading.Thread(target=wait, daemon=True).start()
