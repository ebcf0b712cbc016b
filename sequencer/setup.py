"""Setting up the engine, as seen from Blender: a child does it, this side asks, listens and shows.

Standard library only.  ``vendor_setup.py`` is the child; it is called once to plan and, when a
person has agreed to the plan, once more to install.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from ..environment.errors import SetupError
from ..environment.folder import Choices, Folder, State
from . import engine
from .conversation import Conversation
from .errors import EXIT_CANCELLED, EXIT_DONE, BadInput

_GIGABYTE, _MEGABYTE = 10**9, 10**6


class Step(Enum):
    """What is being done, or how it ended."""

    PLANNING = "Planning"
    PLANNED = "Planned"
    INSTALLING = "Installing"
    REMOVING = "Removing"
    DONE = "Done"
    FAILED = "Failed"
    CANCELLED = "Cancelled"

    @property
    def is_work(self) -> bool:
        return self in {Step.PLANNING, Step.INSTALLING, Step.REMOVING}


@dataclass(frozen=True)
class Plan:
    """What a person agrees to.  `lines`: sentences; `download`, `disk`: bytes."""

    digest: str
    lines: tuple[str, ...]
    download: int = 0
    disk: int = 0

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> "Plan":
        """The plan that a child told of."""
        numbers = (int(event.get(name) or 0) for name in ("download", "disk"))
        return cls(str(event["digest"]), tuple(map(str, event["lines"])), *numbers)


def command(action: str, folder: Path, choices: Choices, *more: str) -> list[str | Path]:
    """The call of ``vendor_setup.py`` that speaks in events and ends with this process."""
    call: list[str | Path] = [sys.executable, engine.ROOT / "vendor_setup.py", action]
    call += ["--target", folder]
    if action in {"plan", "install"}:
        # what is not said would be as it was chosen last
        call += ["--torch-backend", choices.build]
        call += ["--wheels", choices.wheels, "--python", choices.python]
    return [*call, *more, "--with-parent"]


def require_place(folder: Path, choices: Choices) -> None:
    """Make the folder, where its log goes.  Raises BadInput when it is no place for an engine."""
    if choices.wheels and not Path(choices.wheels).is_dir():
        raise BadInput(f"The folder of wheels {choices.wheels} is not there: choose another.")
    try:
        Folder(folder).require_own()
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            raise PermissionError
    except SetupError as error:
        raise BadInput(str(error)) from error
    except OSError as error:
        raise BadInput(f"{folder} cannot be written: choose another folder.") from error


def readable(size: float) -> str:
    """Bytes as a person reads them."""
    if size < 100 * _MEGABYTE:
        return f"{size / _MEGABYTE:.0f} MB"
    return f"{size / _GIGABYTE:.1f} GB"


class Setup(Conversation):
    """The engine in a folder on its way.

    `message` is what is being done, or why it failed; `done` and `total` count bytes;
    `exit_status` is the last child's.
    """

    def __init__(self, folder: Path, choices: Choices, log: Path) -> None:
        """Nothing is under way yet.  `log`: of what goes when the folder goes."""
        super().__init__()
        self.folder, self.choices = folder, choices
        self.step = Step.DONE
        self.exit_status = EXIT_DONE
        self.message = ""
        self.done, self.total = 0, 0
        self.plan: Plan | None = None
        self._passing_log = log
        self._log = log
        self._error = ""

    def make_plan(self) -> None:
        """Start to find out what an installation would get.  Raises EcsetError."""
        require_place(self.folder, self.choices)
        self._begin(Step.PLANNING, "Finding out what is needed", "plan")

    def install(self) -> None:
        """Start to install what was planned.  Raises EcsetError."""
        assert self.step is Step.PLANNED
        assert self.plan is not None
        require_place(self.folder, self.choices)
        digest = self.plan.digest
        self._begin(Step.INSTALLING, "Installing the engine", "install", "--agreed", digest)

    def remove(self) -> None:
        """Start to take all of the engine away.  Raises EcsetError."""
        self._begin(Step.REMOVING, "Removing the engine", "remove")

    def decline(self) -> None:
        """Forget the plan, with what it left in a folder that holds no engine.

        Raises EcsetError.
        """
        assert self.step is Step.PLANNED
        if Folder(self.folder).read().state is State.NONE:
            self.remove()
        else:
            self.step = Step.CANCELLED

    def _begin(self, step: Step, message: str, action: str, *more: str) -> None:
        folder = Folder(self.folder)
        # a file in use cannot be removed on Windows
        self._log = self._passing_log if step is Step.REMOVING else folder.log
        self._start(command(action, self.folder, self.choices, *more), self._log)
        self.step, self.message = step, message
        self.done = self.total = 0
        self._error, self._cancelled = "", False

    @property
    def factor(self) -> float:
        """How much is done, 0 to 1."""
        return min(self.done / self.total, 1.0) if self.total else 0.0

    @property
    def progress_text(self) -> str:
        """How far it is, in a few words, for a progress bar."""
        if not self.total:
            return f"{self.step.value}…"
        return f"{readable(self.done)} of {readable(self.total)}"

    def _hear(self, event: dict[str, Any]) -> None:
        kind, message = event["event"], str(event.get("message", ""))
        if kind == "error":
            self._error = message
        elif kind == "plan":
            self.plan = Plan.of(event)
        elif kind in {"message", "progress"}:
            self.message = message or self.message
            # a message begins something whose length is not known
            self.done, self.total = int(event.get("done", 0)), int(event.get("total", 0))

    def _child_ended(self, status: int) -> None:
        ended = self.step
        self.exit_status = status
        if self._cancelled or status == EXIT_CANCELLED:
            self.step, self.message = Step.CANCELLED, ""
        elif status != EXIT_DONE or (ended is Step.PLANNING and self.plan is None):
            what = {Step.PLANNING: "planned", Step.REMOVING: "removed"}.get(ended, "set up")
            self.step = Step.FAILED
            self.message = self._error or f"The engine could not be {what}: see {self._log}."
        elif ended is Step.PLANNING:
            self.step, self.message = Step.PLANNED, ""
        else:
            self.step = Step.DONE
            self.message = "" if ended is Step.REMOVING else "The engine is ready."

    def _abandoned(self) -> None:
        self.step = Step.CANCELLED
