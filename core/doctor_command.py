"""The command line's ``doctor``: is all of the engine there, and does it work?

The checks are made in a process of their own: a library that is broken can take it down, which is a
finding, too.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Generator, Iterator
from typing import Any

from . import doctor, invocation
from .doctor import Finding
from .events import Listener


def add_to(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command to the parser's, and the one that it starts, which the help does not show."""
    command = commands.add_parser(
        "doctor",
        help="is all of the engine there, and does it work?",
        description="Looks at Python, packages, PyTorch, devices, weights and folders, and paints "
        "a frame. What it prints names no private folder. Exit status 0 if all is well, else 1.",
    )
    command.add_argument("--device", default="auto", help="look at this one (all that there are)")
    command.add_argument(
        "--json", dest="speaks_json", action="store_true", help="tell of it in lines of JSON"
    )
    command.add_argument(
        "--with-parent", action="store_true", help="end when standard input is closed"
    )
    command.set_defaults(command=_doctor)

    command = commands.add_parser("examine")
    command.add_argument("checks", nargs="+", choices=doctor.CHECKS)
    command.add_argument("--device", required=True)
    command.set_defaults(command=_examine, speaks_json=True, with_parent=True)


def _doctor(options: argparse.Namespace, listener: Listener) -> int:
    """Returns the exit status. Events: ``finding`` (name, ok, text) for each, and ``finished``."""
    wrong = total = 0
    for finding in _findings(options.device):
        total += 1
        wrong += not finding.ok
        if options.speaks_json:
            listener("finding", name=finding.name, ok=finding.ok, text=finding.text)
        else:
            print(f"{'ok' if finding.ok else '—':2}  {finding.name:18} {finding.text}", flush=True)
    if options.speaks_json:
        listener("finished")
    else:
        print(
            f"\n{total - wrong} of {total} are as they should be. No private folder is named above:"
            " it can be pasted into a bug report."
        )
    return 1 if wrong else 0


def _findings(device: str) -> Iterator[Finding]:
    """Of all checks; after one that takes its process down the others go on in a new one."""
    left = list(doctor.CHECKS)
    while left:
        status = yield from _made(left, device)
        if left:
            how = f"ended by signal {-status}" if status < 0 else f"gone with status {status}"
            yield Finding(left.pop(0), False, f"this check broke Python itself ({how})")


def _made(left: list[str], device: str) -> Generator[Finding, None, int]:
    """Findings of checks that are made in one process, and its exit status.

    left: loses those that came to an end.
    """
    process = subprocess.Popen(
        invocation.child("examine", *left, "--device", device),
        cwd=invocation.ROOM,
        env=invocation.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    with process:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                try:
                    said = json.loads(line)
                except ValueError:  # some library's own words
                    sys.stderr.write(line)
                    continue
                if said["event"] == "finding":
                    yield Finding(said["name"], said["ok"], said["text"])
                elif said["event"] == "checked":
                    left.remove(said["name"])
        except BaseException:
            process.kill()
            raise
    return process.returncode


def _examine(options: argparse.Namespace, listener: Listener) -> None:
    for name in options.checks:
        for finding in doctor.examine(name, options.device):
            listener("finding", name=finding.name, ok=finding.ok, text=finding.text)
        listener("checked", name=name)
