"""The folder of a job on its way to being painted where there is no timeline, as on a farm.

The same steps as a ``StylizeTask``'s but for the plates, which must be there.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import engine, found
from .errors import EXIT_BAD_INPUT, EXIT_CANCELLED, EXIT_DONE, EXIT_FAILURE, BadInput, EcsetError
from .found import FoundJob
from .process import Child, clean_environment
from .progress import Phase, Progress
from .task import LOG


class ChunkTask(Progress):
    """`message` says in one sentence why it failed, `notes` what else there is to know; `done` and
    `total` count as the engine does; `exit_status` is the command line's.
    """

    def __init__(
        self,
        folder: Path,
        python: Path,
        machine: engine.Machine,
        frames: str = "",
        *,
        silent: bool = False,
    ) -> None:
        """Look at what is there; nothing is under way before `run_to_end`.

        `frames`: "A-B" for these only; `silent`: without a progress bar on standard error.  Raises
        BadInput when it is no job's folder, or plates are missing.
        """
        self.job: FoundJob = found.read(folder)
        missing = self.job.missing_plates
        if missing:
            raise BadInput(
                f"The plates of {folder} are not complete, {missing} are missing: "
                "resume its .blend, or stylize it with --prepare."
            )
        super().__init__(Phase.WAITING, self.job.total)
        self.done = self.job.done
        self.message = ""
        self.notes: list[str] = []
        self.exit_status: int | None = None
        self.on_frame: Callable[[dict[str, Any]], None] = lambda _: None
        self._folder, self._python, self._machine = folder, python, machine
        self._frames, self._silent = frames, silent
        self._error: str | None = None
        self._heard_finish = False

    def run_to_end(self, on_phase: Callable[[Phase], None] = lambda _: None) -> int:
        """Do it, telling of every phase; returns the exit status."""
        steps = {
            Phase.PROBE: engine.probe_command(self._python),
            Phase.CHECK: engine.check_command(self._python, self._folder),
            Phase.PAINT: engine.run_command(
                self._python, self._folder, not self._silent, self._machine, self._frames
            ),
        }
        status = EXIT_DONE
        try:
            for phase, command in steps.items():
                self.phase = phase
                on_phase(phase)
                status = self._run(command)
                if status != EXIT_DONE:
                    break
                if phase is Phase.PROBE and not self._heard_finish:
                    raise BadInput(
                        f"{self._python} is no Python that runs: name another for the engine."
                    )
        except KeyboardInterrupt:  # between two children
            status = EXIT_CANCELLED
        except EcsetError as error:
            return self._end(Phase.FAILED, str(error), error.exit_status)
        except OSError as error:
            sentence = f"{self.phase.value} failed: {error}."
            return self._end(Phase.FAILED, sentence, EXIT_FAILURE)
        if status == EXIT_DONE:
            return self._end(Phase.DONE, "", EXIT_DONE)
        if status == EXIT_CANCELLED:
            message = "Cancelled: the frames that are done are kept."
            return self._end(Phase.CANCELLED, message, EXIT_CANCELLED)
        return self._end_failed(status)

    def _run(self, command: list[str | Path]) -> int:
        """One child to its end; an interrupt ends it in its own time."""
        child = Child(
            command,
            self._folder / LOG,
            cwd=engine.ROOT,
            env=clean_environment(engine.ROOT),
            show_errors=self.phase is Phase.PAINT and not self._silent,
        )
        cancelled = False
        while True:
            try:
                # asked first: when the child has been heard to the end, so are its events
                status = child.exit_status()
                for event in child.events():
                    self._hear(event)
                if status is not None:
                    return EXIT_CANCELLED if cancelled else status
                time.sleep(0.02)
            except KeyboardInterrupt:
                cancelled = True
                child.cancel()

    def _hear(self, event: dict[str, Any]) -> None:
        kind = event["event"]
        if kind in {"started", "frame", "finished"}:
            self.count(event)
            self._heard_finish = kind == "finished"
        if kind == "frame":
            self.on_frame(event)
        elif kind == "warning":
            self.notes.append(str(event.get("message", "")))
        elif kind == "error":
            self._error = str(event.get("message", ""))

    def _end_failed(self, status: int) -> int:
        if self.phase is Phase.PROBE and not self._error:
            sentence = f"{self._python} is no Python that runs: name another for the engine."
            return self._end(Phase.FAILED, sentence, EXIT_BAD_INPUT)
        log = self._folder / LOG
        sentence = f"{self.phase.value} stopped with exit status {status}: see {log}."
        message = (self._error or sentence).removeprefix(f"{self._folder / found.NAME}: ")
        kind = EXIT_BAD_INPUT if status == EXIT_BAD_INPUT else EXIT_FAILURE
        return self._end(Phase.FAILED, message, kind)

    def _end(self, phase: Phase, message: str, status: int) -> int:
        self.phase, self.message, self.exit_status = phase, message, status
        return status
