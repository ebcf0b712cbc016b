"""Working off a job, from the engine's probe to the result strip, as a state machine without any
interface.

``poll`` moves it on and never waits, for a timer; ``run_to_end`` waits, for a command line.  Both
belong to the main thread, because the first and the last step touch Blender's data.
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from . import engine, job, live, place, plates, record, rendering
from .commission import Commission
from .errors import EXIT_BAD_INPUT, EXIT_CANCELLED, EXIT_DONE, EXIT_FAILURE, BadInput, EcsetError
from .process import Child, clean_environment
from .progress import Phase, Polled, Progress
from .shot import Shot

#: In the folder of a job: what its children said beside events.
LOG = "ecset.log"


class StylizeTask(Progress, Polled):
    """One job on its way to being painted.

    `message` says in one sentence why it failed or what came of it; `notes` what else there is
    to know; `exit_status` is the command line's.
    """

    def __init__(
        self,
        commission: Commission,
        python: Path | None = None,
        machine: engine.Machine | None = None,
        *,
        headless: bool = False,
        silent: bool = False,
        plates_only: bool = False,
        phase: Phase = Phase.WAITING,
    ) -> None:
        """Nothing is under way before `start`, or `run_to_end`; by then it needs a `python`.

        `headless`: the engine draws its progress bar on this process's standard error, and the
        result comes to the timeline when it is complete; else while it is painted, and the children
        leave the processor to Blender.  `silent`: without that bar.  `plates_only`: it is done when
        the plates are, and is painted elsewhere.
        """
        self.folder = commission.path
        self.record = commission.record
        Progress.__init__(self, phase, self.shot.length)
        self.message = ""
        self.notes = commission.notes
        self.exit_status: int | None = None
        self.result: str | None = None
        self._commission = commission
        self._python = python
        self._machine = machine or engine.Machine()
        self._headless = headless
        self._silent = silent
        self._plates_only = plates_only
        self._child: Child | None = None
        self._renders: Iterator[tuple[str | None, list[str | Path]]] = iter(())
        #: Told after the timeline has got or lost a strip, with a name for a step of undo.
        self.on_change: Callable[[str], None] = lambda _: None
        #: Told of every frame that was rendered or painted, in `phase`, as the child said it.
        self.on_frame: Callable[[dict[str, Any]], None] = lambda _: None
        self._begin()
        self.done = self._painted

    def _begin(self) -> None:
        """What is so before a first and before each further go."""
        self._opaque = True
        self._asked_to: Phase | None = None  # PAUSED or CANCELLED, while the child ends
        self._error: str | None = None
        self._heard_finish = False
        self._placed = False

    @property
    def shot(self) -> Shot:
        return self.record.shot

    @property
    def settings(self) -> job.Settings | None:
        """What it is painted with; None for a job of another day."""
        return self._commission.settings

    @property
    def _painted(self) -> int:
        """How many frames are on disk."""
        shot = self.shot
        return shot.length - record.missing(self.folder / self.record.frames, shot.first, shot.last)

    @property
    def name(self) -> str:
        """The name of the job's folder, which tells jobs of a session apart."""
        return self.folder.name

    @property
    def _engine(self) -> Path:
        assert self._python is not None, "not ready to start"
        return self._python

    # What a person may want.

    def start(self) -> None:
        """Begin, or go on.  A child that cannot be started ends it as failed."""
        self._begin()
        self.begin_phase(Phase.PROBE, self.shot.length)
        self.message, self.exit_status = "", None
        with self._ending():
            self._child = self._run(engine.probe_command(self._engine))

    def wait(self, python: Path, machine: engine.Machine) -> None:
        """Get ready to go on after a pause, a failure or a cancellation; nothing starts yet."""
        if not self.phase.is_work:
            self._python, self._machine = python, machine
            self.phase, self.message = Phase.WAITING, ""
            record.update(self.folder, dropped=False)

    def pause(self) -> None:
        """Ask the running child to end; frames that are done stay, and `start` goes on."""
        if self.phase is Phase.WAITING:
            self._end(Phase.PAUSED, "", EXIT_CANCELLED)
        elif self.phase.is_work and self._child is not None:
            self._asked_to = Phase.PAUSED
            self._child.cancel()

    def cancel(self) -> None:
        """Ask the running child to end and give the job up; `poll` reports when it has."""
        if self.phase.is_work and self._child is not None:
            self._asked_to = Phase.CANCELLED
            self._child.cancel()
        elif not self.phase.is_end:
            self._end_cancelled()

    def abandon(self) -> None:
        """End now, because nobody will poll any more.  Frames on disk stay whole, and the job is
        found again where its .blend is opened."""
        if self.phase.is_work and self._child is not None:
            self._child.end()
        if not self.phase.is_end:
            self._end(Phase.CANCELLED, "Cancelled.", EXIT_CANCELLED)
        self._commission.forget()

    def poll(self) -> bool:
        """Move on as far as possible without waiting; True when something changed."""
        if not self.phase.is_work or self._child is None:
            return False
        before = (self.phase, self.done, self.seconds_per_frame)
        # Asked first: when the child has been heard to the end, so are its events.
        status = self._child.exit_status()
        painted: list[int] = []
        for event in self._child.events():
            self._hear(event, painted)
        with self._ending():
            if painted and not self._headless:
                self._show(painted)
            if status is not None:
                self._child_ended(status)
        return before != (self.phase, self.done, self.seconds_per_frame)

    def run_to_end(self, on_phase: Callable[[Phase], None] | None = None) -> int:
        """Start, if it was not yet, and wait for the end, telling of every phase; returns the exit
        status."""
        if self.phase is Phase.WAITING:
            self.start()
        return super().run_to_end(on_phase)

    @property
    def is_under_way(self) -> bool:
        return self.phase.is_work

    # The steps.

    @contextlib.contextmanager
    def _ending(self) -> Iterator[None]:
        """Let what goes wrong end the task, and the child that may be at work."""
        try:
            yield
        except EcsetError as error:
            self._fail(str(error), error.exit_status)
        except OSError as error:
            self._fail(f"{self.phase.value} failed: {error}.", EXIT_FAILURE)

    def _run(self, command: list[str | Path], *, extract: bool = False) -> Child:
        try:
            return Child(
                command,
                self.folder / LOG,
                cwd=None if extract else engine.ROOT,
                env=plates.extract_environment() if extract else clean_environment(engine.ROOT),
                show_errors=self._shows_bar and self.phase is Phase.PAINT,
                gentle=not self._headless,
            )
        except FileNotFoundError as error:
            if not self.folder.is_dir():
                raise EcsetError(
                    f"The job's folder {self.folder} is gone: stylize the strip again."
                ) from error
            raise EcsetError(f"{command[0]} could not be started: {error}.") from error
        except OSError as error:
            raise EcsetError(f"{command[0]} could not be started: {error}.") from error

    def _hear(self, event: dict[str, Any], painted: list[int]) -> None:
        kind = event["event"]
        if kind in {"started", "frame", "finished"}:
            self.count(event)
            self._heard_finish = kind == "finished"
        if kind == "frame":
            if self.phase is Phase.PLATES and self.mask is None:
                self._opaque = self._opaque and event.get("opaque", True)
            if self.phase is Phase.PAINT:
                painted.append(int(event["frame"]))
            self.on_frame(event)
        elif kind == "warning":
            self.notes.append(str(event.get("message", "")))
        elif kind == "error":
            self._error = str(event.get("message", ""))

    def _child_ended(self, status: int) -> None:
        self._child = None
        if self._asked_to is Phase.PAUSED:
            self._end(Phase.PAUSED, "", EXIT_CANCELLED)
        elif self._asked_to is Phase.CANCELLED or status == EXIT_CANCELLED:
            self._end_cancelled()
        elif self.phase is Phase.PROBE and not (self._error or self._heard_finish):
            self._commission.undo()
            raise BadInput(f"{self._engine} is no Python that runs: name another for the engine.")
        elif status != 0:
            self._child_failed(status)
        elif self.phase is Phase.PROBE:
            self._enter(Phase.CHECK, engine.check_command(self._engine, self.folder))
        elif self.phase is Phase.CHECK:
            self._commission.keep()
            if rendering.is_complete(self._commission, self.record):
                self._paint()
            else:
                self._renders = rendering.commands(self._commission)
                self._render()
        elif self.phase is Phase.PLATES:
            self._render()
        else:
            self._finish()

    def _child_failed(self, status: int) -> None:
        message = self._error or (
            f"{self.phase.value} stopped with exit status {status}: see {self.folder / LOG}."
        )
        if not self.folder.is_dir():
            message = f"The job's folder {self.folder} is gone: stylize the strip again."
        kind = EXIT_BAD_INPUT if status == EXIT_BAD_INPUT else EXIT_FAILURE
        if self._error and self.phase in {Phase.PROBE, Phase.CHECK}:
            self._commission.undo()
            message = message.removeprefix(f"{self.folder / 'job.json'}: ")
        self._fail(message, kind)

    def _enter(self, phase: Phase, command: list[str | Path]) -> None:
        self.begin_phase(phase, self.shot.length)
        self._child = self._run(command, extract=phase is Phase.PLATES)

    def _render(self) -> None:
        """What comes next of the plates and masks; when nothing does they are complete."""
        mask, command = next(self._renders, (None, []))
        if command:
            self._enter(Phase.PLATES, command)
            self.mask = mask
            return
        self.record = replace(self.record, opaque=self._opaque)
        record.update(self.folder, opaque=self._opaque)
        self._commission.forget()
        self._paint()

    @property
    def _shows_bar(self) -> bool:
        return self._headless and not self._silent

    def _paint(self) -> None:
        if self._plates_only:
            record.update(self.folder, prepared=True)
            self._end(Phase.DONE, f'"{self.shot.strip}" is ready to be painted.', EXIT_DONE)
            return
        command = engine.run_command(self._engine, self.folder, self._shows_bar, self._machine)
        self._enter(Phase.PAINT, command)
        if not self._headless:
            self._show([])

    def _show(self, painted: list[int]) -> None:
        """Let the timeline show what is painted."""
        if self._placed or live.find(self.shot, self.name):
            live.show(self.folder, self.record, painted)
        else:
            placed = place.place(self.folder, self.record, complete=False)
            self.notes += placed.notes
            self.result = placed.strip
            self.on_change("Stylize")
        self._placed = True

    def _finish(self) -> None:
        name = live.complete(self.folder, self.record)
        if name is None and self._placed:
            message = (
                "All frames are painted, but the painted strip was taken away meanwhile: "
                f'stylize "{self.shot.strip}" again to have it back.'
            )
            self._end(Phase.DONE, message, EXIT_DONE)
            return
        if name is None:
            placed = place.place(self.folder, self.record)
            self.notes += placed.notes
            name = placed.strip
        self.result = name
        if not self._headless:
            record.update(self.folder, prepared=False)
        self._end(Phase.DONE, f'"{name}" stands over "{self.shot.strip}".', EXIT_DONE)

    def _end_cancelled(self) -> None:
        # what ends a command line is no person who has seen enough of it
        record.update(self.folder, dropped=not self._headless)
        if not self._headless and live.take_away(self.folder, self.record):
            self.on_change("Cancel Painting")
        message = "Cancelled: the frames that are done are kept."
        self._end(Phase.CANCELLED, message, EXIT_CANCELLED)

    def _fail(self, message: str, status: int) -> None:
        if self._child is not None:
            self._child.end()
        if not self._painted and not self._headless and live.take_away(self.folder, self.record):
            self.on_change("Stylize")
        self._end(Phase.FAILED, message, status)

    def _end(self, phase: Phase, message: str, status: int) -> None:
        self._child = None
        if phase is not Phase.PAUSED:
            self._commission.forget()
        self.phase, self.message, self.exit_status = phase, message, status
