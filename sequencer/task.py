"""Working off a job, from the engine's probe to the result strip, as a state machine without any
interface.

``poll`` moves it on and never waits, for a timer; ``run_to_end`` waits, for a command line.  Both
belong to the main thread, because the first and the last step touch Blender's data.
"""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Any

from . import engine, job, live, masks, place, plates, record
from .commission import Commission
from .errors import EXIT_BAD_INPUT, EXIT_CANCELLED, EXIT_DONE, EXIT_FAILURE, BadInput, EcsetError
from .process import Child, clean_environment
from .shot import Shot

#: In the folder of a job: what its children said beside events.
LOG = "ecset.log"


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


class StylizeTask:
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
        self.phase = phase
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
        self._mask: str | None = None  # the one that is rendered
        self._masks: dict[str, Shot] = {}  # still to be rendered
        self._moved = 0  # where the snapshot has the shot, beside how its plates are numbered
        #: Told after the timeline has got or lost a strip, with a name for a step of undo.
        self.on_change: Callable[[str], None] = lambda _: None
        #: Told of every frame that was rendered or painted, in `phase`, as the child said it.
        self.on_frame: Callable[[dict[str, Any]], None] = lambda _: None
        self._begin()
        self.total = self.shot.length
        pattern = job.FRAMES + self.record.picture_format.suffix
        self.done = self.total - record.missing(self.folder, pattern, self.shot)

    def _begin(self) -> None:
        """What is so before a first and before each further go."""
        self.done, self.total = 0, self.shot.length
        self.frame: int | None = None  # the last that was painted
        self.seconds_per_frame: float | None = None
        self.passes: tuple[int, int] | None = None  # the one under way and how many, if several
        self._first_frame: tuple[float, int] | None = None  # when it came, and how many were done
        self._last_frame = 0.0
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
    def name(self) -> str:
        """The name of the job's folder, which tells jobs of a session apart."""
        return self.folder.name

    @property
    def _engine(self) -> Path:
        assert self._python is not None, "not ready to start"
        return self._python

    @property
    def factor(self) -> float:
        """How much of the present phase is done, 0 to 1."""
        return self.done / self.total if self.total else 0.0

    @property
    def seconds_left(self) -> float | None:
        """How long painting will take from here on, None while that cannot be told."""
        if self.phase is not Phase.PAINT or self._first_frame is None:
            return None
        began, done = self._first_frame
        if self.done > done:  # by the clock: several devices paint at once
            each = (self._last_frame - began) / (self.done - done)
        elif self.seconds_per_frame is not None:
            each = self.seconds_per_frame
        else:
            return None
        return each * (self.total - self.done)

    @property
    def progress_text(self) -> str:
        """The present phase in a few words, for a progress bar."""
        if self.phase is Phase.PAINT:
            return self._frame_text()
        if self.phase is Phase.PLATES:
            return f"Reading {'mask ' if self._mask else ''}{self.done}/{self.total}"
        if self.phase is Phase.PAUSED:
            return f"Paused at {self.done}/{self.total}"
        return self.phase.value

    def _frame_text(self) -> str:
        seconds = self.seconds_per_frame
        if self.passes is None:
            text = f"Frame {self.done}/{self.total}"
            return text if seconds is None else f"{text} - {seconds:.1f} s/frame"
        present, passes = self.passes
        frames = self.total // passes  # each of them counts once a pass
        text = f"Pass {present}/{passes}, frame {self.done - (present - 1) * frames}/{frames}"
        return f"{text} - {seconds:.1f} s"

    # What a person may want.

    def start(self) -> None:
        """Begin, or go on.  A child that cannot be started ends it as failed."""
        self._begin()
        self.phase, self.message, self.exit_status = Phase.PROBE, "", None
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
        told = None
        if self.phase is Phase.WAITING:
            self.start()
        while self.phase.is_work:
            try:
                self.poll()
                if self.phase is not told and self.phase.is_work:
                    told = self.phase
                    if on_phase is not None:
                        on_phase(told)
                time.sleep(0.02)
            except KeyboardInterrupt:
                self.cancel()
        assert self.exit_status is not None
        return self.exit_status

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
            self.done = int(event.get("done", self.done))
            self.total = int(event.get("total", self.total))
            self._heard_finish = kind == "finished"
        if kind == "frame":
            if self.phase is Phase.PLATES and self._mask is None:
                self._opaque = self._opaque and event.get("opaque", True)
            if self.phase is Phase.PAINT:
                painted.append(int(event["frame"]))
                self._tell_time()
            self.frame = int(event["frame"])
            self.seconds_per_frame = event.get("seconds", self.seconds_per_frame)
            if "pass" in event:
                self.passes = int(event["pass"]), int(event["passes"])
            self.on_frame(event)
        elif kind == "warning":
            self.notes.append(str(event.get("message", "")))
        elif kind == "error":
            self._error = str(event.get("message", ""))

    def _tell_time(self) -> None:
        self._last_frame = time.monotonic()
        if self._first_frame is None:
            self._first_frame = self._last_frame, self.done

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
        elif self.phase is Phase.CHECK and self._has_plates():
            self._paint()
        elif self.phase is Phase.CHECK:
            self._take_snapshot()
            self._enter(Phase.PLATES, self._extract_command(self._plates), extract=True)
        elif self.phase is Phase.PLATES and self._masks:
            self._mask = next(iter(self._masks))
            mask = self._masks.pop(self._mask)
            self._enter(Phase.PLATES, self._extract_command(mask), extract=True)
        elif self.phase is Phase.PLATES:
            self.record = replace(self.record, opaque=self._opaque)
            record.update(self.folder, opaque=self._opaque)
            self._commission.forget()
            self._paint()
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

    def _enter(self, phase: Phase, command: list[str | Path], *, extract: bool = False) -> None:
        self.phase, self.done, self.seconds_per_frame = phase, 0, None
        self._child = self._run(command, extract=extract)

    def _has_plates(self) -> bool:
        """Whether an earlier go has left all of them; a new commission renders them anew."""
        pattern = job.PLATES + self.record.picture_format.suffix
        return (
            self._commission.snapshot is None
            and self.record.opaque is not None
            and not any(
                record.missing(self.folder, needed, self.shot)
                for needed in (pattern, *self.record.masks.values())
            )
        )

    def _take_snapshot(self) -> None:
        """What the plates are rendered from: as it was when it was asked for, else as it is."""
        made = self._commission
        if made.snapshot is None:
            scene, source = place.find(self.shot)
            self._moved = place.moved(self.shot, source)
            frames = self.shot.first + self._moved, self.shot.last + self._moved
            now = plates.describe(scene, source, frames)
            if (now.width, now.height) != (self.shot.width, self.shot.height):
                raise BadInput(f'"{now.strip}" has another size by now: stylize it again.')
            found = {"": now, **masks.shots(scene, now, self.record.masks)}
            made.shots = {
                name: replace(shot, first=self.shot.first, last=self.shot.last)
                for name, shot in found.items()
            }
            made.take_snapshot(scene)
        self._mask, self._masks = None, dict(made.shots)
        self._plates = self._masks.pop("")

    def _extract_command(self, shot: Shot) -> list[str | Path]:
        picture = self.record.picture_format
        pattern = job.PLATES + picture.suffix
        if self._mask is not None:
            picture = job.FORMATS["PNG8"]
            pattern = self.record.masks[self._mask]
        target = self.folder / pattern
        target.parent.mkdir(exist_ok=True)
        assert self._commission.snapshot is not None
        request = plates.write_request(
            shot,
            str(target),
            picture,
            self._commission.snapshot,
            over_black=self._mask is not None,
            moved=self._moved,
        )
        return plates.extract_command(request, self._commission.shows_scenes)

    @property
    def _shows_bar(self) -> bool:
        return self._headless and not self._silent

    def _paint(self) -> None:
        self._mask = None
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
        pattern = job.FRAMES + self.record.picture_format.suffix
        nothing = record.missing(self.folder, pattern, self.shot) == self.shot.length
        if nothing and not self._headless and live.take_away(self.folder, self.record):
            self.on_change("Stylize")
        self._end(Phase.FAILED, message, status)

    def _end(self, phase: Phase, message: str, status: int) -> None:
        self._child = None
        if phase is not Phase.PAUSED:
            self._commission.forget()
        self.phase, self.message, self.exit_status = phase, message, status
