"""Who worked on what and when, as a file that Perfetto and chrome://tracing show.

A span is one piece of work of one thread: ``read``, ``flow``, ``paint`` or ``write`` of a frame.
The form is the Trace Event Format's: complete events (``"ph": "X"``), times in microseconds.
"""

from __future__ import annotations

import json
import os
import threading
import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from . import whole
from .errors import EcsetError, InputError

# What our files begin with: others are never replaced.
_HEAD = '{"ecset": "trace",'


class Tracer(Protocol):
    """Whoever takes note of spans."""

    def span(self, name: str, **about: Any) -> AbstractContextManager[None]:
        """The time until the context ends belongs to this piece of work. about: what it is of."""


class _Off:
    """Takes no note."""

    _nothing = nullcontext()

    def span(self, name: str, **about: Any) -> AbstractContextManager[None]:
        return self._nothing


OFF: Tracer = _Off()


class Trace:
    """Takes note of the spans of this process, from all its threads."""

    def __init__(self, process: str) -> None:
        """process: its name in the picture."""
        self._process = process
        self._spans: list[dict[str, Any]] = []
        self._threads: dict[int, str] = {}

    def span(self, name: str, **about: Any) -> AbstractContextManager[None]:
        """See :class:`Tracer`."""
        return _Span(self, name, about)

    def add(self, name: str, about: dict[str, Any], began: int, ended: int) -> None:
        """Take note of a span of the calling thread. began, ended: nanoseconds."""
        thread = threading.current_thread()
        ident = thread.native_id or 0
        self._threads.setdefault(ident, thread.name)
        self._spans.append(
            {
                "name": name,
                "cat": "ecset",
                "ph": "X",
                "ts": began / 1000,
                "dur": (ended - began) / 1000,
                "pid": os.getpid(),
                "tid": ident,
                "args": about,
            }
        )

    def take_over(self, events: list[dict[str, Any]]) -> None:
        """Take note of what another process has seen: its :meth:`events`."""
        self._spans += events

    def events(self) -> list[dict[str, Any]]:
        """The spans so far, and the names of the process and of its threads."""
        named = [("process_name", self._process, os.getpid())]
        named += [("thread_name", name, tid) for tid, name in list(self._threads.items())]
        return [
            {"name": what, "ph": "M", "pid": os.getpid(), "tid": tid, "args": {"name": name}}
            for what, name, tid in named
        ] + list(self._spans)


class _Span:
    def __init__(self, trace: Trace, name: str, about: dict[str, Any]) -> None:
        self._trace, self._name, self._about = trace, name, about

    def __enter__(self) -> None:
        # The one clock that processes of a machine share.
        self._began = time.monotonic_ns()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._trace.add(self._name, self._about, self._began, time.monotonic_ns())


def require_writable(path: Path) -> None:
    """Raise InputError when a trace can't be written there, or another kind of file would go."""
    try:
        if path.exists():
            with path.open("rb") as file:
                ours = file.read(len(_HEAD)) == _HEAD.encode()
            if not ours:
                raise InputError(
                    f"{path} is no trace of Ecset's and won't be replaced; choose another name."
                )
        elif not path.parent.is_dir():
            raise InputError(f"The trace {path} can't be written: its folder does not exist.")
    except OSError as error:
        raise InputError(f"The trace {path} can't be written: {error.strerror}.") from None


def write(path: Path, events: list[dict[str, Any]]) -> None:
    """Write a trace, whole or not at all. Raises EcsetError when the disk is full or the like."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    lines = ",\n".join(json.dumps(event) for event in events)
    try:
        try:
            text = f'{_HEAD} "displayTimeUnit": "ms", "traceEvents": [\n{lines}\n]}}\n'
            temporary.write_text(text, encoding="utf-8")
            whole.put(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise EcsetError(f"The trace {path} can't be written: {error.strerror}.") from None
