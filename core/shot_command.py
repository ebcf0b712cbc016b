"""The command line's ``shot``: make a job of frames on disk, and paint it."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import request, run_command
from .errors import Cancelled, InputError
from .events import Listener, ProgressBar
from .invocation import command as this_command

if TYPE_CHECKING:
    from .job import Job

# Blender's own file beside a job that it made.
_BLENDERS = "ecset.json"


def add_to(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command to the parser's."""
    command = commands.add_parser(
        "shot",
        help="paint the frames of a shot, so that it does not flicker",
        description="Paint the frames of a shot in the style of a picture, so that it does not "
        "flicker. The folder that it makes is a job: the same command goes on with it when it was "
        "stopped, and run, measure and sheet take it.",
    )
    add = command.add_argument
    add(
        "shot",
        nargs="+",
        metavar="FRAMES",
        help="the shot's frames: 'plates/frame_####.png', # for the number, or all of its files",
    )
    add("--output", type=Path, required=True, metavar="DIR", help="a new folder for the job")
    add("--frames", metavar="A-B", help="only these (all that are there)")
    add(
        "--replace",
        action="store_true",
        help="also when DIR holds another job that this command made: what is painted is painted "
        "anew where it differs",
    )
    add("--prepare", action="store_true", help="only make the job, for other machines to paint")
    request.add_format(command, "EXR for EXR, else PNG with 8 bits")
    request.add_look(command)
    request.add_coherence(command)
    run_command.add_machine(command.add_argument_group("the machine"))
    add("--json", dest="speaks_json", action="store_true", help="tell of it in lines of JSON")
    command.set_defaults(command=_shot)


def _shot(options: argparse.Namespace, listener: Listener) -> None:
    """Events: those of ``run``."""
    from . import inputs, job, run, sequence

    asked = None if options.frames is None else job.parse_range(options.frames)
    plates, which = sequence.find(options.shot, asked)
    folder = Path(os.path.abspath(options.output)).resolve()
    usual = "EXR" if plates.lower().endswith(".exr") else "PNG8"
    the_job = request.job(options, folder, plates, (which.first, which.last), usual)
    _require_place(folder, the_job, options.replace)
    # All that can be wrong with the pictures is said before anything is written.
    with request.as_typed():
        surveyed = run.surveyed(the_job, inputs.check(the_job))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        job.save(the_job, folder)
    except OSError as error:
        raise InputError(f"The folder {folder} can't be written: {error.strerror}.") from None
    if options.prepare:
        if options.speaks_json:
            listener("finished", done=0, total=len(the_job.frames.numbers()), seconds=0.0)
        else:
            print(f"{folder}: ready for `{this_command()} run {folder}`.")
        return
    told = _Told(listener)
    with ExitStack() as stack:
        heard: Listener = told
        if not options.speaks_json and sys.stderr.isatty():
            heard = stack.enter_context(closing(ProgressBar(told)))
        try:
            run_command.paint(folder, the_job, the_job.frames, options, heard, surveyed=surveyed)
        except Cancelled:
            stack.close()
            told("warning", message="Stopped; the same command goes on with it.")
            raise
    if not options.speaks_json:
        print(f"{the_job.result(the_job.frames.first).parent}: {told.sentence()}")


class _Told:
    """Hands on what is told of a job, and keeps how much of it there was to do."""

    def __init__(self, then: Listener) -> None:
        self._then = then
        self._total = self._before = 0
        self._seconds = 0.0

    def __call__(self, event: str, **fields: Any) -> None:
        if event == "started":
            self._total, self._before = fields["total"], fields["done"]
        elif event == "finished":
            self._seconds = fields["seconds"]
        self._then(event, **fields)

    def sentence(self) -> str:
        """What was done."""
        now = self._total - self._before
        if not now:
            return "all is painted already."
        were = f", {self._before} were there" if self._before else ""
        return f"{now} frame{'s' * (now > 1)} painted in {self._seconds:.1f} s{were}."


def _require_place(folder: Path, the_job: Job, replace: bool) -> None:
    """Raise InputError unless the folder is new, or empty, or that of this very job."""
    from . import job

    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file; name a folder that does not exist yet.")
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not (folder / job.JOB_FILE).exists():
        raise InputError(
            f"{folder} is not empty and no job of Ecset's; name a folder that does not exist yet."
        )
    if (folder / _BLENDERS).exists():
        raise InputError(f"{folder} is a job that Blender made; name another folder.")
    before, now = job.load(folder).model_dump(), the_job.model_dump()
    others = [name for name in now if now[name] != before[name]]
    if others and not replace:
        raise InputError(
            f"{folder} holds another job: another {' and '.join(others)}. Choose another folder, "
            f"go on with that one by `{this_command()} run {folder}`, or add --replace."
        )
