"""One frame on its way to being looked at, as a state machine without any interface.

Two children work side by side: a Blender that renders the plate, and the engine, which takes
seconds to start and then waits for it.  All lies in a temporary folder, which goes with the
preview.
"""

import contextlib
import os
import shutil
import tempfile
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Any

import bpy

from . import check, engine, folder, job, keyframes, masks, plates, rendering
from .errors import EXIT_BAD_INPUT, EXIT_CANCELLED, EXIT_DONE, EXIT_FAILURE, BadInput, EcsetError
from .naming import frame_path
from .process import Child, clean_environment
from .progress import Polled
from .shot import Shot


class Phase(Enum):
    """Where a preview stands; the value is how a person reads it."""

    PLATES = "Reading"
    SMALL = "Painting Small"
    FULL = "Painting"
    DONE = "Done"
    FAILED = "Failed"
    CANCELLED = "Cancelled"

    @property
    def is_end(self) -> bool:
        """Nothing more comes."""
        return self in {Phase.DONE, Phase.FAILED, Phase.CANCELLED}


class PreviewTask(Polled):
    """One frame of a strip, painted small and then in full.

    `shot` is that frame; `plate`, `small` and `path` are its pictures, None as long as they are not
    there (a plate that is small itself has no small one).  `message` says in one sentence why it
    failed, `notes` what else there is to know; `exit_status` is the command line's.
    """

    def __init__(
        self,
        scene: Any,
        strip: Any,
        frame: int,
        settings: job.Settings,
        python: Path,
        machine: engine.Machine | None = None,
        headless: bool = False,
    ) -> None:
        """Look everything over and start.  Raises EcsetError; then nothing is under way.

        `headless`: nobody looks on, so there is no small one, and what the engine prints beside
        events is passed on.
        """
        check.refuse_foreign(settings)
        self.shot = plates.describe(scene, strip, (frame, frame))
        settings, needed, self.notes = _around(scene, strip, self.shot, settings)
        settings = check.with_the_scenes_own(scene, needed, settings)
        check.files(settings, needed)
        self.picture = settings.picture_format
        self.phase = Phase.PLATES
        self.message = ""
        self.exit_status: int | None = None
        self.plate: Path | None = None
        self.small: Path | None = None
        self.path: Path | None = None
        self.done, self.total = 0, needed.length
        self._settings = settings
        self._python = python
        self._machine = machine or engine.Machine()
        self._headless = headless
        self._cancelled = False
        self._error: str | None = None
        self._needed = needed
        # What is rendered, by the names of masks; the strip itself comes last: when its plates are
        # there the engine goes on.
        self._rendered = [
            *masks.shots(scene, needed, settings.mask_strips).items(),
            ("", needed),
        ]
        self._shows_scenes = plates.shows_scenes(scene)
        self._renderer: Child | None = None
        self._engine: Child | None = None
        self._probing, self._heard_finish = True, False
        self._snapshot: Path | None = None
        temporary = tempfile.mkdtemp(prefix="ecset-preview-", dir=bpy.app.tempdir or None)
        self.folder = Path(os.path.realpath(temporary))
        try:
            folder.write(self.folder, job.describe(settings, needed.first, needed.last))
            self._snapshot = plates.write_snapshot(scene, self.folder)
            self._renderer = self._render()
            self._engine = self._start("engine", engine.probe_command(python))
        except (OSError, EcsetError) as error:
            self.abandon()
            if isinstance(error, EcsetError):
                raise
            raise EcsetError(f"The preview could not be started: {error}.") from error

    @property
    def factor(self) -> float:
        """How much is done, 0 to 1; the last part takes the longest."""
        steps = {Phase.PLATES: (0.0, 0.2), Phase.SMALL: (0.2, 0.2), Phase.FULL: (0.5, 0.5)}
        begin, share = steps.get(self.phase, (1.0, 0.0))
        return begin + (share * self.done / self.total if self.phase is Phase.PLATES else 0)

    @property
    def progress_text(self) -> str:
        """The present phase in a few words, for a progress bar."""
        if self.phase is Phase.PLATES and self.total > 1:
            return f"{self.phase.value} {self.done}/{self.total}"
        return self.phase.value

    def poll(self) -> bool:
        """Move on as far as possible without waiting; True when something changed."""
        if self.phase.is_end:
            return False
        before = (self.phase, self.done, self.small, self.path)
        try:
            # The engine first: of two that end at once it has the sentence for a person.
            if not self._poll_engine():
                self._poll_renderer()
        except EcsetError as error:
            self._end(Phase.FAILED, str(error), error.exit_status)
        except OSError as error:
            self._end(Phase.FAILED, f"The preview failed: {error}.", EXIT_FAILURE)
        return before != (self.phase, self.done, self.small, self.path)

    @property
    def is_under_way(self) -> bool:
        return not self.phase.is_end

    def cancel(self) -> None:
        """Ask the children to end; `poll` reports when they have."""
        if not self.phase.is_end:
            self._cancelled = True
            for child in (self._renderer, self._engine):
                if child is not None:
                    child.cancel()

    def abandon(self) -> None:
        """End now, because nobody will poll any more, and leave nothing behind."""
        if not self.phase.is_end:
            self._end(Phase.CANCELLED, "Cancelled.", EXIT_CANCELLED)
        self.remove()

    def remove(self) -> None:
        """Take all its files away."""
        shutil.rmtree(self.folder, ignore_errors=True)

    # The children.

    def _start(self, log: str, command: list[str | Path], *, extract: bool = False) -> Child:
        try:
            return Child(
                command,
                self.folder / f"{log}.log",
                cwd=None if extract else engine.ROOT,
                env=plates.extract_environment() if extract else clean_environment(engine.ROOT),
                show_errors=self._headless and not extract,
            )
        except OSError as error:
            raise EcsetError(f"{command[0]} could not be started: {error}.") from error

    def _render(self) -> Child:
        name, shot = self._rendered.pop(0)
        mask = self._settings.mask_path(job.STRIP + name) if name else None
        assert self._snapshot is not None
        command = rendering.command(
            self.folder, shot, self.picture, self._snapshot, self._shows_scenes, mask
        )
        return self._start("render", command, extract=True)

    def _poll_renderer(self) -> None:
        if self._renderer is None:
            return
        status = self._renderer.exit_status()
        for event in self._renderer.events():
            if event["event"] == "frame":
                self.done = int(event["done"])
            elif event["event"] == "error":
                self._error = str(event.get("message", ""))
        if status is None:
            return
        self._renderer = None
        if self._cancelled:
            return  # the engine has been asked, too, and says when all is over
        if status != 0:
            sentence = f"Blender ended with status {status} at frame {self.shot.first}."
            raise EcsetError(self._error or sentence)
        if self._rendered:
            self.done, self._renderer = 0, self._render()
            return
        if self.phase is Phase.PLATES:
            self.phase = Phase.FULL if self._headless else Phase.SMALL

    def _poll_engine(self) -> bool:
        """Returns whether the engine has ended, or all has."""
        assert self._engine is not None
        status = self._engine.exit_status()
        for event in self._engine.events():
            self._hear(event)
        if status is None:
            return False
        if self._cancelled or status == EXIT_CANCELLED:
            self._end(Phase.CANCELLED, "Cancelled.", EXIT_CANCELLED)
        elif self._probing and status == 0 and self._heard_finish:
            self._probing = self._heard_finish = False
            command = engine.preview_command(
                self._python,
                self.folder,
                self.shot.first,
                self._machine,
                small_first=not self._headless,
            )
            self._engine = self._start("engine", command)
            return False
        elif self._probing and not self._error:
            raise BadInput(f"{self._python} is no Python that runs: name another for the engine.")
        elif status != 0 or self.path is None:
            message = self._error or f"Painting stopped with exit status {status}{self._why()}."
            message = message.removeprefix(f"{self.folder / 'job.json'}: ")
            kind = EXIT_BAD_INPUT if status == EXIT_BAD_INPUT else EXIT_FAILURE
            self._end(Phase.FAILED, message, kind)
        else:
            self._end(Phase.DONE, "", EXIT_DONE)
        return True

    def _hear(self, event: dict[str, Any]) -> None:
        kind = event["event"]
        if kind == "preview":
            plate = job.PLATES + self.picture.suffix
            self.plate = self.folder / frame_path(plate, self.shot.first)
        if kind == "preview" and event.get("size") == "small":
            self.small, self.phase = Path(event["path"]), Phase.FULL
        elif kind == "preview":
            self.path = Path(event["path"])
        elif kind == "warning":
            self.notes.append(str(event.get("message", "")))
        elif kind == "error":
            self._error = str(event.get("message", ""))
        elif kind == "finished":
            self._heard_finish = True

    def _why(self) -> str:
        """What the engine said last beside events: its log goes with the folder."""
        try:
            lines = (self.folder / "engine.log").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
        last = next((line for line in reversed(lines.splitlines()) if line.strip()), "")
        return f": {last.strip()}" if last and not last.startswith("#") else ""

    def _end(self, phase: Phase, message: str, status: int) -> None:
        for child in (self._renderer, self._engine):
            if child is not None and child.exit_status() is None:
                child.end()
        self._renderer = None
        if self._snapshot is not None:
            with contextlib.suppress(OSError):  # it goes with the folder at the latest
                self._snapshot.unlink(missing_ok=True)
        self.phase, self.message, self.exit_status = phase, message, status
        if phase is not Phase.DONE and self.small is None:
            self.remove()


def _around(
    scene: Any, strip: Any, shot: Shot, settings: job.Settings
) -> tuple[job.Settings, Shot, list[str]]:
    """What a frame is painted from: itself, or with keyframes all frames up to the nearest ones.

    Returns the settings with those keyframes, the shot of these frames, and notes.
    """
    # a frame by itself is held to none
    alone = replace(settings.coherence, enabled=False)
    settings = replace(settings, frames=None, coherence=alone)
    whole = plates.describe(scene, strip)
    settings, notes = keyframes.use(scene, whole, settings)
    frame = shot.first
    if not settings.keyframes:
        return settings, shot, notes
    numbers = [keyframe.frame for keyframe in settings.keyframes]
    first = max((number for number in numbers if number <= frame), default=frame)
    last = min((number for number in numbers if number >= frame), default=frame)
    near = tuple(k for k in settings.keyframes if k.frame in (first, last))
    needed = plates.describe(scene, strip, (first, last))
    return replace(settings, keyframes=near), needed, notes
