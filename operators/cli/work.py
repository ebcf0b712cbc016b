"""A task worked off while it is told of: for ``stylize`` and ``resume``."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ...sequencer import found
from ...sequencer.chunk import ChunkTask
from ...sequencer.errors import EXIT_BAD_INPUT, EXIT_CANCELLED, EXIT_DONE, EXIT_FAILURE
from ...sequencer.progress import Phase
from ...sequencer.task import StylizeTask
from .voice import Voice

#: What a repeated call does not put right comes first.
_WORST_FIRST = (EXIT_BAD_INPUT, EXIT_FAILURE, EXIT_CANCELLED)


def worst(statuses: Iterable[int]) -> int:
    """The exit status of several pieces of work."""
    reached = set(statuses)
    return next((status for status in _WORST_FIRST if status in reached), EXIT_DONE)


class Teller:
    """Tells of one task as it goes on; `about` is what every event of it has."""

    def __init__(self, voice: Voice, task: StylizeTask | ChunkTask, **about: Any) -> None:
        self._voice, self._task, self._about = voice, task, about
        self._told = 0  # notes
        task.on_frame = self._frame

    def phase(self, phase: Phase) -> None:
        text = "" if phase is Phase.PROBE else f"{phase.value} ..."
        self._voice.say("phase", text, **self._about, phase=phase.name.lower())
        if self._voice.is_json:
            self.notes()

    def _frame(self, event: dict[str, Any]) -> None:
        if not self._voice.is_json:
            return
        self.notes()
        fields = {key: value for key, value in event.items() if key not in {"event", "opaque"}}
        phase = self._task.phase.name.lower()
        self._voice.say("frame", **self._about, phase=phase, **fields)

    def notes(self) -> None:
        """What there is to know and was not told yet."""
        for note in self._task.notes[self._told :]:
            self._told += 1
            self._voice.say("note", f"Note: {note}", **self._about, message=note)


def work_off(
    voice: Voice,
    task: StylizeTask,
    of: str,
    *,
    has_styles: bool = False,
    prepare: bool = False,
) -> int:
    """Do a task of the .blend `of` to its end; returns the exit status.

    `has_styles`: some were typed; `prepare`: it ends with the plates.
    """
    shot, about = task.shot, {"job": task.name}
    keyframes = [k.frame for k in task.settings.keyframes] if task.settings else []
    voice.say(
        "started",
        f'{"Preparing" if prepare else "Painting"} "{shot.strip}" of {of}: '
        f"frames {shot.first}-{shot.last}, "
        f"{shot.width} x {shot.height}",
        **about,
        folder=str(task.folder),
        scene=shot.scene,
        strip=shot.strip,
        first=shot.first,
        last=shot.last,
        width=shot.width,
        height=shot.height,
        keyframes=keyframes,
    )
    if keyframes:
        instead = ", not from --style" if has_styles else ""
        voice.tell(f"From keyframes at {', '.join(map(str, keyframes))}{instead}")
    voice.tell(f"Job folder: {task.folder}")
    teller = Teller(voice, task, **about)
    status = task.run_to_end(teller.phase)
    teller.notes()
    if status != EXIT_DONE:
        voice.fail(as_typed_here(task.message), status, **about)
    else:
        tell_result(voice, task.folder, task.result, prepared=prepare)
    return status


def work_off_folder(voice: Voice, task: ChunkTask) -> int:
    """Do what is to be painted of a job's folder; returns the exit status."""
    job = task.job
    about = {"job": job.folder.name}
    shot = job.record.shot if job.record else None
    voice.say(
        "started",
        f"Painting {job.folder}: {job.done} of {job.total} frames are there",
        **about,
        folder=str(job.folder),
        scene=shot and shot.scene,
        strip=shot and shot.strip,
        first=job.first,
        last=job.last,
        width=shot and shot.width,
        height=shot and shot.height,
    )
    teller = Teller(voice, task, **about)
    status = task.run_to_end(teller.phase)
    teller.notes()
    if status != EXIT_DONE:
        voice.fail(as_typed_here(task.message), status, **about)
    else:
        tell_result(voice, job.folder, None)
    return status


def tell_result(voice: Voice, folder: Path, strip: str | None, *, prepared: bool = False) -> None:
    """Where the frames are, and how many; or the plates, if it is only `prepared`."""
    job = found.read(folder)
    text = f"{job.done} frame{'s' * (job.done > 1)}: {job.frames.parent}"
    if prepared:
        text = f"{job.total} plate{'s' * (job.total > 1)}: {job.plates.parent}"
    elif job.done < job.total:
        text = f"{job.done} of {job.total} frames: {job.frames.parent}"
    voice.say(
        "result",
        text,
        job=folder.name,
        folder=str(folder),
        plates=str(job.plates),
        frames=str(job.frames),
        result=strip,
        done=job.done,
        total=job.total,
    )


def as_typed_here(message: str) -> str:
    """What the engine says of its own command line, for this one."""
    ours = "blender --online-mode --command ecset weights"
    message = message.replace("python -m core weights", ours)
    return message.replace("coherence.flow_weights in the job", "--flow-weights FILE")
