"""``status``: which jobs there are, and how far they are.  Reads only."""

import argparse
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from ...sequencer import found, marks, record
from ...sequencer.errors import EXIT_DONE, BadInput, EcsetError
from ...sequencer.found import FoundJob
from ...sequencer.naming import composed
from .. import running
from .files import open_blend
from .voice import Voice
from .work import worst

_TITLES = ("JOB", "STRIP", "FRAMES", "STATE", "LOOK", "STYLES")


def run(arguments: argparse.Namespace, voice: Voice) -> int:
    """Returns the exit status."""
    statuses, jobs = [EXIT_DONE], dict[Path, FoundJob]()
    for path in arguments.paths:
        try:
            folders = _folders(Path(os.path.abspath(path)))
        except EcsetError as error:
            statuses.append(voice.refuse(error, path=path))
            continue
        for folder in folders:
            try:
                jobs[folder] = found.read(folder)
            except EcsetError as error:
                statuses.append(voice.refuse(error, path=str(folder)))
    for job in jobs.values():
        _tell_program(voice, job)
    if jobs:
        _tell_person(voice, jobs.values())
    elif statuses == [EXIT_DONE]:
        voice.tell("There are no jobs.")
    return worst(statuses)


def _folders(path: Path) -> list[Path]:
    """The folders of jobs that are meant.  Raises BadInput."""
    if path.suffix == ".blend":
        open_blend(str(path))
        placed = marks.jobs()  # those of a copy were begun under another name
        return [
            folder
            for output in dict.fromkeys(running.output_folders())
            for folder, known in record.jobs_in(output)
            if known.blend == composed(path.name) or folder.name in placed
        ]
    if not path.is_dir():
        raise BadInput(f"{path} is neither a .blend nor a folder that is there.")
    if found.is_job(path):
        return [path]
    try:
        return sorted(child for child in path.iterdir() if found.is_job(child))
    except OSError as error:
        raise BadInput(f"The folder {path} cannot be read ({error.strerror}).") from error


def _tell_program(voice: Voice, job: FoundJob) -> None:
    if not voice.is_json:
        return
    known = job.record
    voice.say(
        "job",
        job=job.folder.name,
        folder=str(job.folder),
        blend=known and known.blend,
        scene=known and known.shot.scene,
        strip=known and known.shot.strip,
        first=job.first,
        last=job.last,
        done=job.done,
        total=job.total,
        state=job.state,
        look=job.look,
        styles=list(job.styles),
    )


def _tell_person(voice: Voice, jobs: Iterable[FoundJob]) -> None:
    rows = [_TITLES, *(_row(job) for job in jobs)]
    # the last column is as wide as it is
    widths = [max(len(row[i]) for row in rows) for i in range(len(_TITLES) - 1)]
    for row in rows:
        voice.tell(_line(row, widths))


def _row(job: FoundJob) -> tuple[str, ...]:
    styles = ", ".join(os.path.basename(path) for path in job.styles)
    strip = job.record.shot.strip if job.record else "-"
    frames = f"{job.done}/{job.total}"
    return job.folder.name, strip, frames, job.state, job.look, styles or "-"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
    return "  ".join([*cells, row[-1]])
