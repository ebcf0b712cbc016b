"""The command line's ``hand``: one of several processes that paint a job (:mod:`core.hand`)."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .events import Listener


def add_to(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command to the parser's. It is not for people, so the help does not show it."""
    command = commands.add_parser("hand")
    command.add_argument("job", type=Path)
    command.add_argument("--device", required=True)
    command.add_argument("--precision", required=True)
    command.add_argument("--memory", type=int)
    command.add_argument("--weights", type=Path)
    command.add_argument("--spans", action="store_true")
    command.set_defaults(command=_work, speaks_json=True)


def _work(options: argparse.Namespace, listener: Listener) -> None:
    from . import hand

    hand.work(options, listener)
