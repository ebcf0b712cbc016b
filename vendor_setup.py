"""Makes the engine's own Python environment.  Standard library only; needs no Blender.

``python vendor_setup.py --target DIR [--python PYTHON]`` makes a virtual environment in DIR and
installs what ``requirements/engine.txt`` lists, every file checked by its hash.  While DIR is not
complete a marker says so; then the same call starts it anew.  On a complete one the same call
brings it up to date.  Exit status: 0 done, 1 failure, 2 bad input, 130 cancelled.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().with_name("requirements") / "engine.txt"

#: The engine's dependencies come in builds for these.
OLDEST, NEWEST = (3, 11), (3, 13)

#: Lies in an environment that is not complete; ``sequencer.engine`` knows it too.
INCOMPLETE = ".ecset-incomplete"

#: Takes its place in the end, so that nobody else's environment passes for ours.
COMPLETE = ".ecset-complete"

#: The process that works for this one, if any, so that it does not outlive it.
_children: list[subprocess.Popen] = []  # one or none

#: Held while it begins, and for good when this process ends with its parent.
_beginning = threading.Lock()


class SetupError(Exception):
    """One sentence and an exit status."""

    def __init__(self, message: str, exit_status: int = 1) -> None:
        super().__init__(message)
        self.exit_status = exit_status


def check_python(python: str) -> None:
    """Raise SetupError when `python` cannot make or be the engine's Python."""
    code = "import sys, venv, ensurepip; print(*sys.version_info[:2])"
    try:
        done = subprocess.run(
            [python, "-c", code], capture_output=True, text=True, check=True, timeout=60
        )
        major, minor = map(int, done.stdout.split())
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise SetupError(
            f"{python} cannot make a virtual environment: name another with --python.", 2
        ) from error
    if not OLDEST <= (major, minor) <= NEWEST:
        wanted = f"{'.'.join(map(str, OLDEST))} to {'.'.join(map(str, NEWEST))}"
        raise SetupError(
            f"{python} is Python {major}.{minor}, the engine needs {wanted}: "
            "name another with --python.",
            2,
        )


def prepare(target: Path) -> None:
    """Mark `target` as incomplete, and empty it if it was.

    Raises SetupError when it holds something foreign or cannot be written.
    """
    marker, complete = target / INCOMPLETE, target / COMPLETE
    try:
        if complete.exists():
            complete.rename(marker)
        elif marker.exists():
            for path in target.iterdir():
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                elif path != marker:
                    path.unlink()
        elif target.exists() and any(target.iterdir()):
            raise SetupError(f"{target} holds other files: choose another --target.", 2)
        target.mkdir(parents=True, exist_ok=True)
        marker.touch()
    except OSError as error:
        raise SetupError(f"{target} cannot be written ({error.strerror}).", 2) from error


def run(command: list[str | Path], failure: str) -> None:
    """Run `command` with its output on standard error; standard output is for messages.

    Raises SetupError with the sentence `failure` when it fails.
    """
    # Blender's and the shell's Python settings would lead the other Python astray.
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    with _beginning:
        child = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=sys.stderr)
        _children.append(child)
    with child:
        try:
            status = child.wait()
        except BaseException:
            child.kill()
            raise
        finally:
            _children.clear()
    if status != 0:
        raise SetupError(failure)


def install(target: Path, python: str, say: Callable[[str], None]) -> None:
    """The whole work.  Raises SetupError."""
    check_python(python)
    prepare(target)
    say(f"Making an environment in {target}")
    run(
        [python, "-m", "venv", target],
        f"No environment could be made in {target}: the lines above say why.",
    )
    say("Downloading and installing the engine's packages")
    inner = target / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pip: list[str | Path] = [
        inner,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--no-input",
        "install",
    ]
    run(
        [*pip, "--only-binary=:all:", "--require-hashes", "-r", REQUIREMENTS],
        "The engine's packages could not be installed, the lines above say why "
        "(no network, a full disk): the same call tries again.",
    )
    (target / INCOMPLETE).rename(target / COMPLETE)


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


def main() -> int:
    parser = argparse.ArgumentParser(
        description="Make the Python environment that Ecset's engine runs in: PyTorch and what "
        "else it needs, some gigabytes.  The same call goes on where one failed."
    )
    parser.add_argument(
        "--target", type=Path, required=True, metavar="DIR", help="new or empty, or made by this"
    )
    parser.add_argument(
        "--python",
        default=sys.executable,
        help="what to make it of (default: the one running this)",
    )
    parser.add_argument(
        "--with-parent",
        action="store_true",
        help="speak in events, one JSON object a line, and end when standard input does",
    )
    arguments = parser.parse_args()

    def say(text: str, event: str = "message") -> None:
        if arguments.with_parent:
            text = json.dumps({"event": event, "message": text})
        print(text, flush=True)

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # takes the child along, as Ctrl-C
    if arguments.with_parent:
        end_with_parent()
    try:
        install(Path(os.path.abspath(arguments.target)), arguments.python, say)
    except SetupError as error:
        if arguments.with_parent:
            say(str(error), "error")
        else:
            print(f"vendor_setup: {error}", file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        return 130
    say("The engine is ready.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
