"""``resume``: go on with jobs, by their folders or by their .blend."""

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

from ...sequencer import found, record
from ...sequencer.chunk import ChunkTask
from ...sequencer.commission import unfinished
from ...sequencer.engine import Machine
from ...sequencer.errors import EXIT_CANCELLED, EXIT_DONE, BadInput, EcsetError
from ...sequencer.task import StylizeTask
from .. import running
from ..order import parse_frames
from .files import open_blend, save, save_target
from .orders import machine, python_of
from .voice import Voice
from .work import work_off, work_off_folder, worst


def run(arguments: argparse.Namespace, voice: Voice) -> int:
    """Returns the exit status; raises EcsetError when nothing can be begun at all."""
    parse_frames(arguments.frames)
    target = save_target(arguments.save_as)
    blends = [path for path in arguments.paths if path.endswith(".blend")]
    if target is not None and len(blends) != 1:
        raise BadInput("--save-as is for one .blend: resume it in a call of its own.")
    if arguments.frames and blends:
        raise BadInput(f"--frames is for the folder of a job: name one in place of {blends[0]}.")
    python, on = python_of(arguments), machine(arguments)
    statuses: list[int] = []
    for path in arguments.paths:
        try:
            if path in blends:
                # it ends after each job, to be stopped between two
                statuses += _until_cancelled(_blend(voice, path, python, on, target))
            else:
                statuses.append(_folder(voice, path, python, on, arguments.frames))
        except EcsetError as error:
            statuses.append(voice.refuse(error, path=path))
        if statuses and statuses[-1] == EXIT_CANCELLED:
            break
    return worst(statuses)


def _folder(voice: Voice, path: str, python: Path, on: Machine, frames: str) -> int:
    folder = Path(os.path.abspath(path))
    if folder.is_dir() and not found.is_job(folder):
        inside = [child.name for child in folder.iterdir() if found.is_job(child)]
        if inside:
            raise BadInput(f"{folder} is a folder of jobs: name one in it, such as {inside[0]}.")
    task = ChunkTask(folder, python, on, frames, silent=voice.is_json)
    if task.job.record and task.job.record.dropped:
        record.update(folder, dropped=False)
    return work_off_folder(voice, task)


def _blend(
    voice: Voice, path: str, python: Path, on: Machine, target: Path | None
) -> Iterator[int]:
    """The exit statuses of its jobs, one after the other."""
    open_blend(path)
    jobs = unfinished(running.output_folders())
    if not jobs:
        nothing = f"There is nothing to go on with in {path}."
        voice.say("note", nothing, message=nothing)
    done = []
    for made in jobs:
        task = StylizeTask(made, python, on, headless=True, silent=voice.is_json)
        try:
            status = work_off(voice, task, path)
        finally:
            task.abandon()
        done += [task] if status == EXIT_DONE else []
        yield status
    if target is not None and done:
        save(target)
        for task in done:
            record.update(task.folder, prepared=False)
        voice.say("saved", f"Painted .blend: {target}", file=str(target))


def _until_cancelled(statuses: Iterator[int]) -> Iterator[int]:
    for status in statuses:
        yield status
        if status == EXIT_CANCELLED:
            return
