"""The weights of networks: which the engine has, and getting those that it has not.

Standard library only.  Nothing here waits: a panel draws what is known by now.
"""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from . import engine
from .conversation import Conversation
from .errors import EXIT_CANCELLED, EcsetError
from .inquiry import Inquiry
from .interpreters import problem_of
from .network import TITLES

_MEGABYTE = 1 << 20

#: How large the downloads are.
SIZES = {"vgg19": "548 MB", "raft-small": "4 MB", "raft-large": "20 MB"}


def needed(look: str, flow: str | None) -> list[str]:
    """The networks that a look and an estimator of motion (None: no coherence) work with."""
    networks = ["vgg19"] if look == "neural" else []
    return networks + ([flow] if flow in TITLES else [])


@dataclass(frozen=True)
class Answer:
    """Whether the engine has the weights of a network, and what is wrong with a file of them."""

    there: bool
    fault: str = ""


class Inventory:
    """What the engine said of its weights the last time it was asked."""

    def __init__(self) -> None:
        self._answers: dict[str, Answer] = {}
        self._problem = ""
        self._inquiry = Inquiry("ecset-weights")

    @property
    def is_asking(self) -> bool:
        return self._inquiry.is_under_way

    @property
    def problem(self) -> str:
        """Why nothing is known, in one sentence; "" when that is not so."""
        return self._problem

    def answer(self, network: str) -> Answer | None:
        """None while it is not known."""
        return self._answers.get(network)

    def ask(self, python: Path) -> None:
        """Ask the engine, in the background, unless that is under way."""
        self._inquiry.ask(lambda: self._ask(python))

    def fail(self, problem: str) -> None:
        """Nothing is known, for that reason."""
        self._answers, self._problem = {}, problem

    def forget(self) -> None:
        """Nothing is known; an answer that is still to come does not count."""
        self._inquiry.forget()
        self.fail("")

    def _ask(self, python: Path) -> Callable[[], None]:
        problem = problem_of(python)
        answers = {}
        if not problem:
            try:
                lines = engine.said_by(engine.weights_command(python, "list", "--json"))
                answers = {line["name"]: _answer(line) for line in lines if "there" in line}
            except (OSError, ValueError, subprocess.SubprocessError) as error:
                problem = f"The engine could not be asked for its weights: {error}."
        if not (answers or problem):
            problem = "The engine does not say which weights it has."

        def take() -> None:
            self._answers, self._problem = answers, problem

        return take


def _answer(line: dict[str, Any]) -> Answer:
    wrong = not line["there"] and "download" not in line
    return Answer(line["there"], str(line.get("message", "")) if wrong else "")


class Step(Enum):
    """Where a download stands."""

    GETTING = "Getting"
    DONE = "Done"
    FAILED = "Failed"
    CANCELLED = "Cancelled"


class Download(Conversation):
    """The weights of one network on their way."""

    def __init__(self, network: str, python: Path, log: Path) -> None:
        """Start.  Raises EcsetError; then nothing is under way."""
        super().__init__()
        self.network = network
        self.step = Step.GETTING
        self.message = ""
        self.done, self.total = 0, 0  # bytes
        self._python = python
        self._log = log
        self._error: str | None = None
        self._probing = True
        self._start(engine.probe_command(python), log, engine.ROOT)

    @property
    def factor(self) -> float:
        """How much is here, 0 to 1."""
        return self.done / self.total if self.total else 0.0

    @property
    def progress_text(self) -> str:
        """How far it is, in a few words, for a progress bar."""
        if not self.total:
            return f"Getting {TITLES[self.network]}…"
        if self.done >= self.total:
            return f"Checking {TITLES[self.network]}…"
        return f"{self.done / _MEGABYTE:.0f} of {self.total / _MEGABYTE:.0f} MB"

    def _hear(self, event: dict[str, Any]) -> None:
        self.done = int(event.get("done", self.done))
        self.total = int(event.get("total", self.total))
        if event["event"] == "error":
            self._error = str(event.get("message", ""))

    def _child_ended(self, status: int) -> None:
        title = TITLES[self.network]
        if self._cancelled or status == EXIT_CANCELLED:
            self.step = Step.CANCELLED
            self.message = f"Cancelled: getting {title} again goes on where it stopped."
        elif status:
            self.step = Step.FAILED
            self.message = self._error or f"{title} could not be got: see {self._log}."
        elif self._probing:
            self._probing = False
            command = ("get", self.network, "--json", "--with-parent")
            try:
                self._start(engine.weights_command(self._python, *command), self._log, engine.ROOT)
            except EcsetError as error:
                self.step, self.message = Step.FAILED, str(error)
        else:
            self.step, self.message = Step.DONE, f"{title} is ready."

    def _abandoned(self) -> None:
        self.step = Step.CANCELLED
