"""The engine's command line: ``ecset run JOB``, or ``python -m core run JOB``, and companions."""

from __future__ import annotations

import _thread
import argparse
import io
import json
import os
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from . import (
    __version__,
    doctor_command,
    hand_command,
    invocation,
    preview_command,
    run_command,
    shot_command,
    standard_input,
    style_command,
    weights_command,
)
from .errors import Cancelled, EcsetError, InputError
from .events import JsonLines, Listener, ProgressBar, Sentences

if TYPE_CHECKING:
    from . import measure

# Blender runs beside the engine. Torch's threads spin while they wait for one another, and on cores
# that are wanted elsewhere that makes painting ten times slower (measured on two busy cores), so
# they are told to sleep. OpenMP reads this once, when torch is imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# How long a cancelled run may take to come to an end before it is cut short.
_GRACE_SECONDS = 5.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status: 0 done, 1 failed, 2 bad input, 130 cancelled."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A console may lack letters of a file's name; that is no reason to end.
        sys.stdout.reconfigure(errors="backslashreplace")
    options = _parser().parse_args(arguments)
    listener: Listener = JsonLines() if options.speaks_json else Sentences()
    if getattr(options, "progress", False):
        listener = ProgressBar(listener)
    cancel = _CancelOnce()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, cancel)
    try:
        if getattr(options, "with_parent", False):
            threading.Thread(target=_end_with_parent, daemon=True).start()
        status: int | None = options.command(options, listener)
    except EcsetError as error:
        listener("error", message=str(error))
        return error.exit_status
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == __package__:
            raise  # a mistake of ours
        listener("error", message=_lacking(error.name))
        return EcsetError.exit_status
    except Cancelled as stop:
        return stop.exit_status
    except BrokenPipeError:
        # Whoever listened is gone; there is nobody left to work for.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
        return Cancelled.exit_status
    return status or 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=invocation.command(),
        description="Ecset's engine: paints pictures and shots in the style of a picture.",
    )
    parser.add_argument("--version", action="version", version=f"Ecset {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", title="commands")

    style_command.add_to(commands)
    shot_command.add_to(commands)

    command = commands.add_parser("check", help="look a job over before it has plates")
    command.add_argument("job", type=Path, help="the job's folder, or its job.json")
    command.set_defaults(command=_check, speaks_json=True)

    run_command.add_to(commands)
    preview_command.add_to(commands)
    hand_command.add_to(commands)

    command = commands.add_parser(
        "measure", help="do painted shots flicker, blur or drift, and are they still the style?"
    )
    command.add_argument("jobs", type=Path, nargs="+", metavar="JOB")
    command.add_argument(
        "--alone", type=Path, metavar="JOB", help="the shot painted without coherence, to judge by"
    )
    command.add_argument(
        "--vector",
        metavar="PATTERN",
        help="exact motion: OpenEXR files with Blender's Vector pass, # for the frame's number",
    )
    command.add_argument("--json", action="store_true", help="a line of JSON for each job")
    run_command.add_device(command)
    command.set_defaults(command=_measure, speaks_json=False)

    command = commands.add_parser("sheet", help="a contact sheet: plates above, results below")
    command.add_argument("job", type=Path)
    command.add_argument("--output", type=Path, required=True, help="the picture to write")
    command.add_argument("--columns", type=int, default=6, help="how many frames (6)")
    command.add_argument("--width", type=int, default=480, help="of one picture (480 pixels)")
    command.add_argument(
        "--difference", action="store_true", help="a third row: change since the frame before"
    )
    command.set_defaults(command=_sheet, speaks_json=False)

    weights_command.add_to(commands)
    doctor_command.add_to(commands)
    return parser


def _lacking(module: str | None) -> str:
    return (
        f"This Python ({sys.executable}) lacks the package {module}, which Ecset needs; "
        f"`{invocation.command()} doctor` says what else is missing."
    )


def _check(options: argparse.Namespace, listener: Listener) -> None:
    del listener
    from . import job, run

    run.check(job.load(options.job))


def _measure(options: argparse.Namespace, listener: Listener) -> None:
    del listener
    from . import job, measure

    jobs = [job.load(path) for path in options.jobs]
    alone = None
    if options.alone is not None:
        without = job.load(options.alone)
        for the_job in jobs:
            measure.compare(the_job, without)
        alone = measure.measure(without, options.vector, options.device)
        _print_measured(options, options.alone, alone, [])
    for path, the_job in zip(options.jobs, jobs, strict=True):
        found = measure.measure(the_job, options.vector, options.device)
        goals = [] if alone is None else measure.judge(found, alone)
        _print_measured(options, path, found, goals)


def _print_measured(
    options: argparse.Namespace, path: Path, found: measure.Figures, goals: list[measure.Goal]
) -> None:
    if options.json:
        judged = [{**asdict(goal), "met": goal.met} for goal in goals]
        print(json.dumps({"job": str(path), **asdict(found), "goals": judged}))
    else:
        print(f"{path}:", *found.lines(), *goals, sep="\n  ")
    if options.vector is not None and found.motion == 0:
        print(
            "ecset: the Vector pass is zero everywhere. Unless nothing moves, it was rendered with "
            "motion blur on; turn that off.",
            file=sys.stderr,
        )


def _sheet(options: argparse.Namespace, listener: Listener) -> None:
    del listener
    from . import job, sheet

    if options.columns < 1 or options.width < 16:
        raise InputError("A sheet needs one column and a width of 16 pixels at least.")
    sheet.contact_sheet(
        job.load(options.job),
        options.output,
        columns=options.columns,
        width=options.width,
        difference=options.difference,
    )


class _CancelOnce:
    """Handles the signals that ask a run to stop.

    Once is enough: a terminal's Ctrl-C and Blender's own request arrive one upon the other, and
    the second must not break into the way out.
    """

    def __init__(self) -> None:
        self._asked = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if not self._asked:
            self._asked = True
            raise Cancelled


def _end_with_parent() -> None:
    """Wait until the parent's end of the pipe is gone, then cancel the main thread."""
    for _ in standard_input.arriving():
        pass
    _thread.interrupt_main(signal.SIGTERM)
    # The main thread may be deep in a long call; frames are renamed when whole, so that a hard
    # end does no harm.
    threading.Event().wait(_GRACE_SECONDS)
    os._exit(Cancelled.exit_status)


if __name__ == "__main__":
    sys.exit(main())
