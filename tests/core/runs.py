"""Runs of the engine, in a process of their own or in this one, and what came of them."""

from __future__ import annotations

import contextlib
import io
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from core import frames
from core.__main__ import main

ROOT = Path(__file__).resolve().parents[2]


def start(job: Path, *options: str, **more: Any) -> subprocess.Popen[str]:
    where = () if "--devices" in options else ("--device", "cpu")
    return subprocess.Popen(
        [sys.executable, "-m", "core", "run", str(job), *where, *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **more,
    )


class Ended:
    """A run that is over: exit status, events, what went to stderr."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status = status
        self.events = [json.loads(line) for line in out.splitlines()]
        self.stderr = err

    def all(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["event"] == kind]

    @property
    def painted(self) -> list[int]:
        return [event["frame"] for event in self.all("frame")]

    @property
    def error(self) -> str:
        (event,) = self.all("error")
        message: str = event["message"]
        assert "\n" not in message
        assert "Traceback" not in self.stderr
        return message


def end_of(process: subprocess.Popen[str]) -> Ended:
    out, err = process.communicate(timeout=120)
    return Ended(process.returncode, out, err)


def run(job: Path, *options: str, command: str = "run") -> Ended:
    """The same in this process, which spares a second for importing torch."""
    where = () if "--devices" in options else ("--device", "cpu")
    out, err = io.StringIO(), io.StringIO()
    numbers = (signal.SIGINT, signal.SIGTERM)
    handlers = {number: signal.getsignal(number) for number in numbers}
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = main([command, str(job), *where, *options])
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    return Ended(status, out.getvalue(), err.getvalue())


def results(job: Path) -> dict[str, bytes]:
    """The painted frames' bytes. Nothing else may lie beside them."""
    files = sorted((job / "frames").iterdir())
    assert all(file.name.startswith("ecset_") for file in files), files
    return {file.name: file.read_bytes() for file in files}


def results_of_a_killed_run(job: Path) -> list[Path]:
    """Its whole frames; the part of one may lie beside them."""
    return [file for file in (job / "frames").glob("ecset_*.png") if frames.fingerprint_of(file)]
