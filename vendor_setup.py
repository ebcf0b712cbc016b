"""Makes the engine's own Python environment.  Standard library only; needs no Blender.

``python vendor_setup.py --target DIR [--python PYTHON]`` makes a virtual environment in DIR and
installs what ``requirements/engine.txt`` lists, every file checked by its hash.  While DIR is not
complete a marker lies in it, and the same call starts it anew.  Exit status: 0 done, 1 failure,
2 bad input, 130 cancelled.
"""

import argparse
import json
import os
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
        version = tuple(map(int, done.stdout.split()))
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise SetupError(
            f"{python} cannot make a virtual environment: name another with --python.", 2
        ) from error
    if not OLDEST <= version <= NEWEST:
        wanted = f"{'.'.join(map(str, OLDEST))} to {'.'.join(map(str, NEWEST))}"
        found = ".".join(map(str, version))
        raise SetupError(f"{python} is Python {found}, the engine needs {wanted}: see --python.", 2)


def prepare(target: Path) -> None:
    """Mark `target` as incomplete.  Raises SetupError when it holds something foreign."""
    ours = (target / INCOMPLETE).exists() or (target / "pyvenv.cfg").exists()
    try:
        if target.exists() and not ours and any(target.iterdir()):
            raise SetupError(f"{target} holds other files: choose another --target.", 2)
        target.mkdir(parents=True, exist_ok=True)
        (target / INCOMPLETE).touch()
    except OSError as error:
        raise SetupError(f"{target} cannot be written ({error.strerror}).", 2) from error


def run(command: list[str | Path], what: str) -> None:
    """Run `command` with its output on standard error; standard output is for messages."""
    # Blender's and the shell's Python settings would lead the other Python astray.
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(
        command, env=env, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False
    )
    if done.returncode != 0:
        raise SetupError(f"{what} failed; what it says stands above.")


def install(target: Path, python: str, say: Callable[[str], None]) -> None:
    """The whole work.  Raises SetupError."""
    check_python(python)
    prepare(target)
    say(f"Making an environment in {target}")
    run([python, "-m", "venv", target], "Making the environment")
    say("Downloading and installing the engine's packages")
    inner = target / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pip = [inner, "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
    run([*pip, "--only-binary=:all:", "--require-hashes", "-r", REQUIREMENTS], "Installing")
    (target / INCOMPLETE).unlink()


def end_with_parent() -> None:
    """Leave when standard input ends: then Blender, which holds its other end, is gone."""

    def wait() -> None:
        while os.read(0, 4096):
            pass
        os._exit(130)

    threading.Thread(target=wait, daemon=True).start()


def main() -> int:
    parser = argparse.ArgumentParser(description="Make the engine's own Python environment.")
    parser.add_argument("--target", type=Path, required=True, metavar="DIR")
    parser.add_argument("--python", default=sys.executable, help="default: the one running this")
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
