"""How far a task is: its phase, and what its children say of frames.  Standard library only."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from enum import Enum
from typing import Any


class Phase(Enum):
    """Where a task stands; the value is how a person reads it."""

    WAITING = "Waiting"
    PROBE = "Looking for the engine"
    CHECK = "Checking the job"
    PLATES = "Rendering the strip"
    PAINT = "Painting"
    PAUSED = "Paused"
    DONE = "Done"
    FAILED = "Failed"
    CANCELLED = "Cancelled"

    @property
    def is_end(self) -> bool:
        """Nothing happens any more unless the person wants it to go on."""
        return self in {Phase.DONE, Phase.FAILED, Phase.CANCELLED}

    @property
    def is_work(self) -> bool:
        """A child process is at it."""
        return self in {Phase.PROBE, Phase.CHECK, Phase.PLATES, Phase.PAINT}


class Polled(ABC):
    """Work that goes on when it is polled, in phases of its own."""

    phase: Any
    exit_status: int | None

    @property
    @abstractmethod
    def is_under_way(self) -> bool:
        """Whether `poll` has something to do."""

    @abstractmethod
    def poll(self) -> bool:
        """Move on as far as possible without waiting; True when something changed."""

    @abstractmethod
    def cancel(self) -> None:
        """Ask the children to end; `poll` reports when they have."""

    def run_to_end(self, on_phase: Callable[[Any], None] | None = None) -> int:
        """Wait for the end, telling of every phase; returns the exit status."""
        told = None
        while self.is_under_way:
            try:
                self.poll()
                if self.phase is not told and self.is_under_way:
                    told = self.phase
                    if on_phase is not None:
                        on_phase(told)
                time.sleep(0.02)
            except KeyboardInterrupt:
                self.cancel()
        assert self.exit_status is not None
        return self.exit_status


class Progress:
    """`done` of `total` frames in the present phase; in several passes each counts once a pass."""

    def __init__(self, phase: Phase, total: int) -> None:
        self.phase = phase
        self.begin_phase(phase, total)

    def begin_phase(self, phase: Phase, total: int) -> None:
        """Nothing is done of `phase` yet."""
        self.phase, self.done, self.total = phase, 0, total
        self.frame: int | None = None  # the last that came
        self.seconds_per_frame: float | None = None
        self.passes: tuple[int, int] | None = None  # the one under way and how many, if several
        self.mask: str | None = None  # the name of the strip that is rendered as a mask
        self._came: list[tuple[float, int]] = []  # when the first and the last came, and `done`

    def count(self, event: dict[str, Any]) -> None:
        """Take in what a child says of the frames."""
        self.done = int(event.get("done", self.done))
        self.total = int(event.get("total", self.total))
        if event["event"] != "frame":
            return
        self.frame = int(event["frame"])
        self.seconds_per_frame = event.get("seconds", self.seconds_per_frame)
        if "pass" in event:
            self.passes = int(event["pass"]), int(event["passes"])
        self._came = [*self._came[:1], (time.monotonic(), self.done)]

    @property
    def factor(self) -> float:
        """How much of the present phase is done, 0 to 1."""
        return self.done / self.total if self.total else 0.0

    @property
    def seconds_left(self) -> float | None:
        """How long painting will take from here on, None while that cannot be told."""
        if self.phase is not Phase.PAINT or not self._came:
            return None
        (began, first), (now, done) = self._came[0], self._came[-1]
        # by the clock if possible: several devices paint at once
        each = (now - began) / (done - first) if done > first else self.seconds_per_frame
        return None if each is None else each * (self.total - self.done)

    @property
    def progress_text(self) -> str:
        """The present phase in a few words, for a progress bar."""
        if self.phase is Phase.PAINT:
            return self._frame_text()
        if self.phase is Phase.PLATES:
            return f"Reading {'mask ' if self.mask else ''}{self.done}/{self.total}"
        if self.phase is Phase.PAUSED:
            return f"Paused at {self.done}/{self.total}"
        return self.phase.value

    def _frame_text(self) -> str:
        seconds = self.seconds_per_frame
        if self.passes is None:
            text = f"Frame {self.done}/{self.total}"
            return text if seconds is None else f"{text} - {seconds:.1f} s/frame"
        present, passes = self.passes
        frames = self.total // passes
        text = f"Pass {present}/{passes}, frame {self.done - (present - 1) * frames}/{frames}"
        return f"{text} - {seconds:.1f} s"
