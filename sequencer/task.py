"""Painting one strip, from settings to result strip, as a state machine without any interface.

``poll`` moves it on and never waits, for a timer; ``run_to_end`` waits, for a command line.  Both
belong to the main thread, because the first and the last step touch Blender's data.
"""

import shutil
import tempfile
import time
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any

import bpy

from . import check, engine, folder, job, keyframes, marks, masks, place, plates
from .errors import EXIT_BAD_INPUT, EXIT_CANCELLED, EXIT_DONE, EXIT_FAILURE, BadInput, EcsetError
from .process import Child, clean_environment


class Phase(Enum):
    """Where a task stands; the value is how a person reads it."""

    PROBE = "Looking for the engine"
    CHECK = "Checking the job"
    PLATES = "Rendering the strip"
    PAINT = "Painting"
    DONE = "Done"
    FAILED = "Failed"
    CANCELLED = "Cancelled"

    @property
    def is_end(self) -> bool:
        return self in {Phase.DONE, Phase.FAILED, Phase.CANCELLED}


class StylizeTask:
    """One strip on its way to being painted.

    `message` says in one sentence why it failed or what came of it; `notes` what else there is
    to know; `exit_status` is the command line's.
    """

    def __init__(
        self,
        scene: Any,
        strip: Any,
        settings: job.Settings,
        python: Path,
        headless: bool = False,
        machine: engine.Machine | None = None,
    ) -> None:
        """Validate, write the job and start.  Raises EcsetError; then nothing is under way.

        `headless`: the engine draws its progress bar on this process's standard error.
        """
        check.refuse_foreign(settings)
        self.shot = plates.describe(scene, strip, settings.frames)
        settings = check.with_strength(scene, self.shot, settings)
        self.settings, notes = keyframes.use(scene, self.shot, settings)
        self.phase = Phase.PROBE
        self.message = ""
        self.notes = notes
        self.exit_status: int | None = None
        self.result: str | None = None
        self.done, self.total = 0, self.shot.length
        self.seconds_per_frame: float | None = None
        self.passes: tuple[int, int] | None = None  # the one under way and how many, if several
        self._python = python
        self._machine = machine or engine.Machine()
        self._headless = headless
        self._opaque = True
        self._cancelled = False
        self._error: str | None = None
        self._heard_finish = False
        self._temporary: Path | None = None
        check.files(self.settings, self.shot)
        self._masks = masks.shots(scene, self.shot, self.settings)  # still to be rendered
        self._mask: str | None = None  # the one that is
        if not settings.output.is_absolute():
            raise BadInput(f"The output folder {settings.output} must be an absolute path.")
        effect = plates.covers_effect(scene, strip)
        if effect:
            self.notes.append(
                f'"{strip.name}" goes into the effect "{effect}" and is painted without it: '
                "choose the effect to paint what the timeline shows."
            )
        owner = strip.parent_meta() or scene.sequence_editor
        end = self.shot.first + self.shot.length
        above = marks.top_channel(scene, strip, self.shot.first, end)
        place.free_channel(owner, self.shot.first, end, above)  # or it would end in vain
        description = job.describe(self.settings, self.shot.first, self.shot.last)
        blend = bpy.path.basename(bpy.data.filepath)
        self.folder = job.job_folder(
            settings.output,
            description,
            blend,
            self.shot.scene,
            self.shot.strip,
            self.settings.mask_strips,
        )
        self._outermost = folder.write(self.folder, description)
        self._child = self._start(engine.probe_command(python))

    @property
    def factor(self) -> float:
        """How much of the present phase is done, 0 to 1."""
        return self.done / self.total if self.total else 0.0

    @property
    def progress_text(self) -> str:
        """The present phase in a few words, for a progress bar."""
        if self.phase is Phase.PAINT:
            return self._frame_text()
        if self.phase is Phase.PLATES:
            return f"Reading {'mask ' if self._mask else ''}{self.done}/{self.total}"
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

    def poll(self) -> bool:
        """Move on as far as possible without waiting; True when something changed."""
        if self.phase.is_end:
            return False
        before = (self.phase, self.done, self.seconds_per_frame)
        # Asked first: when the child has been heard to the end, so are its events.
        status = self._child.exit_status()
        for event in self._child.events():
            self._hear(event)
        if status is not None:
            try:
                self._child_ended(status)
            except EcsetError as error:
                self._end(Phase.FAILED, str(error), error.exit_status)
            except OSError as error:
                self._end(Phase.FAILED, f"{self.phase.value} failed: {error}.", EXIT_FAILURE)
        return before != (self.phase, self.done, self.seconds_per_frame)

    def run_to_end(self, on_phase: Callable[[Phase], None] | None = None) -> int:
        """Wait until the task has ended, telling of every phase; returns the exit status."""
        told = None
        while not self.phase.is_end:
            try:
                self.poll()
                if self.phase is not told and not self.phase.is_end:
                    told = self.phase
                    if on_phase is not None:
                        on_phase(told)
                time.sleep(0.02)
            except KeyboardInterrupt:
                self.cancel()
        assert self.exit_status is not None
        return self.exit_status

    def cancel(self) -> None:
        """Ask the running child to end; `poll` reports when it has."""
        if not self.phase.is_end:
            self._cancelled = True
            self._child.cancel()

    def abandon(self) -> None:
        """End now, because nobody will poll any more.  Frames on disk stay whole."""
        if not self.phase.is_end:
            self._child.end()
            self._end(Phase.CANCELLED, "Cancelled.", EXIT_CANCELLED)

    # The steps.

    def _start(self, command: list[str | Path], *, extract: bool = False) -> Child:
        try:
            return Child(
                command,
                self.folder / "ecset.log",
                cwd=None if extract else engine.ROOT,
                env=plates.extract_environment() if extract else clean_environment(engine.ROOT),
                show_errors=self._headless and self.phase is Phase.PAINT,
            )
        except OSError as error:
            raise EcsetError(f"{command[0]} could not be started: {error}.") from error

    def _hear(self, event: dict[str, Any]) -> None:
        kind = event["event"]
        if kind in {"started", "frame", "finished"}:
            self.done = int(event.get("done", self.done))
            self.total = int(event.get("total", self.total))
            self._heard_finish = kind == "finished"
        if kind == "frame":
            if self._mask is None:
                self._opaque = self._opaque and event.get("opaque", True)
            self.seconds_per_frame = event.get("seconds", self.seconds_per_frame)
            if "pass" in event:
                self.passes = int(event["pass"]), int(event["passes"])
        elif kind == "warning":
            self.notes.append(str(event.get("message", "")))
        elif kind == "error":
            self._error = str(event.get("message", ""))

    def _child_ended(self, status: int) -> None:
        if self._cancelled or status == EXIT_CANCELLED:
            message = "Cancelled: the frames that are done are kept."
            self._end(Phase.CANCELLED, message, EXIT_CANCELLED)
        elif self.phase is Phase.PROBE and not (self._error or self._heard_finish):
            self._leave_nothing()
            raise BadInput(f"{self._python} is no Python that runs: name another for the engine.")
        elif status != 0:
            message = self._error or (
                f"{self.phase.value} stopped with exit status {status}: "
                f"see {self.folder / 'ecset.log'}."
            )
            kind = EXIT_BAD_INPUT if status == EXIT_BAD_INPUT else EXIT_FAILURE
            if self._error and self.phase in {Phase.PROBE, Phase.CHECK}:
                self._leave_nothing()
                message = message.removeprefix(f"{self.folder / 'job.json'}: ")
            self._end(Phase.FAILED, message, kind)
        elif self.phase is Phase.PROBE:
            self._enter(Phase.CHECK, engine.check_command(self._python, self.folder))
        elif self.phase is Phase.CHECK:
            self._enter(Phase.PLATES, self._extract_command(), extract=True)
        elif self.phase is Phase.PLATES and self._masks:
            self._mask = next(iter(self._masks))
            self._enter(Phase.PLATES, self._extract_command(), extract=True)
        elif self.phase is Phase.PLATES:
            self._remove_temporary()
            self._mask = None
            command = engine.run_command(self._python, self.folder, self._headless, self._machine)
            self._enter(Phase.PAINT, command)
        else:
            self._finish()

    def _enter(self, phase: Phase, command: list[str | Path], *, extract: bool = False) -> None:
        self.phase, self.done, self.seconds_per_frame = phase, 0, None
        self._child = self._start(command, extract=extract)

    def _extract_command(self) -> list[str | Path]:
        self._remove_temporary()
        shot, picture = self.shot, self.settings.picture_format
        pattern = job.PLATES + picture.suffix
        if self._mask is not None:
            shot, picture = self._masks.pop(self._mask), job.FORMATS["PNG8"]
            pattern = self.settings.mask_path(job.STRIP + self._mask) or ""
        scene, _ = place.find(shot)
        target = self.folder / pattern
        target.parent.mkdir(exist_ok=True)
        self._temporary = Path(tempfile.mkdtemp(prefix="ecset-", dir=bpy.app.tempdir or None))
        request = plates.write_request(
            shot, str(target), picture, self._temporary, over_black=self._mask is not None
        )
        return plates.extract_command(request, plates.shows_scenes(scene))

    def _finish(self) -> None:
        placed = place.place(self.shot, self.folder, self.settings.picture_format, self._opaque)
        self.result = placed.strip
        self.notes += placed.notes
        self._end(Phase.DONE, f'"{placed.strip}" stands over "{self.shot.strip}".', EXIT_DONE)

    def _end(self, phase: Phase, message: str, status: int) -> None:
        self._remove_temporary()
        self.phase, self.message, self.exit_status = phase, message, status

    def _leave_nothing(self) -> None:
        """Take a new job away again that was refused before anything was made of it."""
        if self._outermost is not None:
            folder.remove(self.folder, self._outermost)

    def _remove_temporary(self) -> None:
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)
            self._temporary = None
