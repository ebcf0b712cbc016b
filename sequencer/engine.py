"""Where the engine's Python is, and how the engine is called.  Standard library only."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..environment import lock
from ..environment.folder import Folder, State
from .errors import BadInput
from .process import clean_environment

#: The folder of the extension, which `core` is imported from.
ROOT = Path(__file__).resolve().parent.parent

VARIABLE = "ECSET_ENGINE_PYTHON"

_HOW = (
    'press "{button}" in the preferences of Ecset (or call '
    "blender --online-mode --command ecset setup), or name a Python that has PyTorch with "
    f"--engine-python or {VARIABLE}"
)

_TROUBLES = {
    State.NONE: ("The engine is not set up yet", "Set Up the Engine"),
    State.UNFINISHED: ("The engine's installation in {folder} did not come to its end", "Repair"),
    State.BROKEN: ("Something of the engine in {folder} is gone", "Repair"),
}


def find_python(argument: str | None, preference: str | None, environment: Path | None) -> Path:
    """The first Python that is named: argument, preference, variable, then our own environment.

    `environment` is the folder that ``vendor_setup.py`` fills; its engine is used while it works,
    be it outdated or half replaced, but not while it is being replaced.  One that is named but is
    not there is an error, not a reason to try the next.  Raises BadInput.
    """
    named = (
        ("--engine-python", argument),
        ("the preferences", preference),
        (VARIABLE, os.environ.get(VARIABLE)),
    )
    for origin, path in named:
        if path:
            python = Path(os.path.abspath(os.path.expanduser(path)))
            if not os.access(python, os.X_OK) or python.is_dir():
                raise BadInput(f"The engine's Python {python}, named by {origin}, cannot be run.")
            return python
    state = State.NONE
    if environment is not None:
        folder = Folder(environment)
        engine = folder.read()
        if engine.state is State.UNFINISHED and lock.is_held(folder.lock):
            # an older one goes when the new one is there, in the midst of what would begin now
            raise BadInput("The engine is being set up: wait until that is done.")
        if engine.python is not None:
            return engine.python
        state = engine.state
    trouble, button = _TROUBLES[state]
    how = _HOW.format(button=button)
    raise BadInput(f"{trouble.format(folder=environment)}: {how}.")


#: What the engine cannot do without, with the oldest version that will do where the package is
#: called as its module; ``core/packages.py`` says the same.
MODULES = (
    "torch>=2.6",
    "torchvision>=0.21",
    "numpy>=1.26",
    "cv2",
    "PIL",
    "OpenEXR>=3.3",
    "filelock>=3.14",
    "platformdirs>=3.0",
    "psutil>=5.9",
    "pydantic>=2.7",
    "safetensors>=0.4",
    "tqdm>=4.60",
    "truststore>=0.8",
)

#: Seconds that a Python may take to answer; it looks at files, on a network drive perhaps.
_PATIENCE = 120.0

_PROBE_SCRIPT = Path(__file__).with_name("probe.py")


def probe_command(python: Path) -> list[str | Path]:
    """The call that finds out within a tenth of a second whether `python` can be the engine's."""
    return [python, _PROBE_SCRIPT, *MODULES]


def doctor_command(python: Path) -> list[str | Path]:
    """The call that looks at the engine from within, one finding after the other."""
    return [python, "-m", "core", "doctor", "--json", "--with-parent"]


def check_command(python: Path, job: Path) -> list[str | Path]:
    """The call that validates a job before there are plates."""
    return [python, "-m", "core", "check", job]


#: How numbers are kept inside of networks; the first lets the engine choose.
PRECISIONS = ("auto", "float32", "bfloat16", "float16")


@dataclass(frozen=True)
class Machine:
    """What a job is painted on: of no account for what comes out, so no part of the job.

    `devices`: as PyTorch calls them (cpu, cuda:1), with commas between several, "all" for all
    graphics cards, "" for the engine's choice; `memory`: mebibytes that a frame may take, 0 for
    most of what there is.
    """

    devices: str = ""
    precision: str = PRECISIONS[0]
    memory: int = 0

    def options(self) -> list[str]:
        """The same, as options of the engine's."""
        options = []
        devices = "".join(self.devices.split())
        if devices == "all":
            options += ["--devices", "auto"]
        elif "," in devices:
            options += ["--devices", devices]
        elif devices:
            options += ["--device", devices]
        if self.precision != PRECISIONS[0]:
            options += ["--precision", self.precision]
        return [*options, "--memory", str(self.memory)] if self.memory else options


def run_command(
    python: Path, job: Path, progress: bool, machine: Machine, frames: str = ""
) -> list[str | Path]:
    """The call that paints; it ends by itself when its standard input does.

    `frames`: "A-B" for these only, "" for all.
    """
    command: list[str | Path] = [python, "-m", "core", "run", job, "--with-parent"]
    command += machine.options()
    if frames:
        command.append(f"--frames={frames}")  # in one word: the first may be negative
    return [*command, "--progress"] if progress else command


def preview_command(
    python: Path, job: Path, frame: int, machine: Machine, small_first: bool
) -> list[str | Path]:
    """The call that paints one frame to look at, as soon as its plates are there."""
    command: list[str | Path] = [python, "-m", "core", "preview", job, "--frame", str(frame)]
    command += ["--wait", "--with-parent", *machine.options()]
    return command if small_first else [*command, "--size", "0"]


def weights_command(python: Path, *arguments: str) -> list[str | Path]:
    """A call that says, gets or removes weights of networks."""
    return [python, "-m", "core", "weights", *arguments]


def said_by(command: list[str | Path]) -> list[dict[str, Any]]:
    """The JSON objects that a call prints, when it has ended.

    Raises OSError, ValueError and subprocess.SubprocessError.
    """
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env=clean_environment(ROOT),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=_PATIENCE,
        check=False,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
