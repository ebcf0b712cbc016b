"""What the engine says while it works: one JSON object a line on standard output."""

from __future__ import annotations

import errno
import json
import sys
import threading
from typing import Any, Protocol


class Listener(Protocol):
    """Whoever wants to know how a job goes on."""

    def __call__(self, event: str, **fields: Any) -> None: ...


class JsonLines:
    """Writes events as JSON lines, each flushed at once so that a reader in a pipe sees it.

    Events are ``started`` (first, last, total, done, device), ``frame`` (frame, path, seconds,
    done, total, and pass and passes where there are several), ``warning`` (message), ``error``
    (message), ``finished`` (done, total, seconds); of a preview ``started`` (frame, total, done,
    device) and ``preview`` (frame, size, path, seconds, done, total).
    """

    def __init__(self) -> None:
        self._stream = sys.stdout
        self._lock = threading.Lock()

    def __call__(self, event: str, **fields: Any) -> None:
        # All in ASCII: what a pipe's encoding is, the reader may see otherwise (Windows).
        line = json.dumps({"event": event, **fields}) + "\n"
        with self._lock:  # frames are told of by the thread that writes them
            try:
                self._stream.write(line)
                self._stream.flush()
            except OSError as error:
                if error.errno == errno.EINVAL:  # how Windows says that nobody reads any more
                    raise BrokenPipeError from None
                raise


class Sentences:
    """Says to a person, on standard error, what calls for attention; commands tell the rest."""

    def __call__(self, event: str, **fields: Any) -> None:
        if event in {"warning", "error"}:
            print(f"ecset: {fields['message']}", file=sys.stderr, flush=True)


class ProgressBar:
    """A tqdm bar on standard error, fed by the same events, in front of another listener."""

    def __init__(self, then: Listener) -> None:
        self._then = then
        self._bar: Any = None

    def __call__(self, event: str, **fields: Any) -> None:
        if event == "started":
            from tqdm import tqdm

            self._bar = tqdm(
                total=fields["total"], initial=fields["done"], unit="frame", desc="Painting"
            )
        elif event == "frame" and self._bar is not None:
            self._bar.update(1)
        elif event == "warning" and self._bar is not None:
            self._bar.clear()  # a sentence has the line for itself; the bar comes again below it
        elif event in {"error", "finished"}:
            self.close()
        self._then(event, **fields)

    def close(self) -> None:
        """Leave the bar as it is, and go on below it."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
