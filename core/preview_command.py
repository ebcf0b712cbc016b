"""The command line's ``preview``: one frame of a job, to look at."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from . import run_command
from .events import Listener


def add_to(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command to the parser's."""
    command = commands.add_parser(
        "preview", help="paint one frame of a job for itself: small first, then in full"
    )
    command.add_argument("job", type=Path, help="the job's folder, or its job.json")
    command.add_argument("--frame", type=int, required=True, metavar="N", help="which frame")
    command.add_argument(
        "--size",
        type=int,
        default=320,
        metavar="PIXELS",
        help="of the small one's long side (320), 0 for none",
    )
    command.add_argument(
        "--wait", action="store_true", help="for plates that are still being made; they come whole"
    )
    run_command.add_machine(command)
    command.set_defaults(command=_preview, speaks_json=True)


def _preview(options: argparse.Namespace, listener: Listener) -> None:
    the_job = run_command.chosen(options)
    machine = run_command.first_machine(options)
    from . import preview

    preview.preview(the_job, options.frame, listener, machine, options.size, options.wait)
