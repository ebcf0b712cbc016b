"""Work that a child does while this side listens.  Standard library only."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

from . import engine
from .errors import EcsetError
from .process import Child, clean_environment


class Conversation(ABC):
    """A child at a time, heard to its end; `poll` moves it on and never waits."""

    def __init__(self) -> None:
        self._child: Child | None = None
        self._cancelled = False

    def _start(self, command: list[str | Path], log: Path, room: Path | None = None) -> None:
        """Begin to listen to `command`.  `room`: the child's modules lie there.

        Raises EcsetError when it cannot be started.
        """
        try:
            self._child = Child(command, log, cwd=engine.ROOT, env=clean_environment(room))
        except OSError as error:
            raise EcsetError(f"{command[0]} could not be started: {error}.") from error

    def poll(self) -> bool:
        """Hear what there is to hear; True when something changed.  Raises nothing."""
        child = self._child
        if child is None:
            return False
        status = child.exit_status()
        events = child.events()
        for event in events:
            self._hear(event)
        if status is not None:
            self._child = None
            self._child_ended(status)
        return bool(events) or status is not None

    @abstractmethod
    def _hear(self, event: dict[str, Any]) -> None:
        """Take in what the child says."""

    @abstractmethod
    def _child_ended(self, status: int) -> None:
        """Say how it ended, or start the next one.  Raises nothing."""

    def cancel(self) -> None:
        """Ask it to end; `poll` says when it has."""
        if self._child is not None:
            self._cancelled = True
            self._child.cancel()

    def abandon(self) -> None:
        """End now, because nobody will poll any more."""
        if self._child is not None:
            self._child.end()
            self._child = None
            self._abandoned()

    @abstractmethod
    def _abandoned(self) -> None:
        """It was ended."""
