"""Painted pictures: written in a thread of its own while the next one is painted.

What a later frame goes on from is the picture as it would be read back, so that it makes no
difference whether it comes from memory or, in a later run, from the file.
"""

from __future__ import annotations

import contextlib
import glob
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from . import frames
from .frames import Picture
from .trace import OFF, Tracer

# Pictures that wait to be written, the one that is being written among them.
_WAITING = 2

# How many of those that were just written are kept; they are what frames most often go on from.
_KEPT = 2


class Shelf:
    """Writes pictures behind the work and gives them back."""

    def __init__(self, trace: Tracer = OFF) -> None:
        self._trace = trace
        self._unwritten: dict[Path, Picture] = {}
        self._last: OrderedDict[Path, Picture] = OrderedDict()
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="write")
        self._waiting: list[Future[None]] = []
        self._failed = False

    def read(self, path: Path) -> Picture:
        """A painted picture. Raises EcsetError when the file is gone or damaged."""
        with self._lock:
            picture = self._unwritten.get(path) or self._last.get(path)
        if picture is None:
            picture = frames.read(path)
        self._keep(path, picture)
        return picture

    def write(
        self, path: Path, picture: Picture, depth: int, mark: str, then: Callable[[], None]
    ) -> None:
        """Have a picture written, with its fingerprint; then is called when the file is there.

        Waits while too many others do. Raises what went wrong with an earlier one.
        """
        self.settle(_WAITING - 1)
        with self._lock:
            self._unwritten[path] = frames.quantized(picture, path.suffix, depth)
        self._waiting.append(self._pool.submit(self._write, path, picture, depth, mark, then))

    def settle(self, left: int = 0) -> None:
        """Wait until so many are left to be written. Raises what went wrong with one of them."""
        while self._waiting and (len(self._waiting) > left or self._waiting[0].done()):
            self._waiting.pop(0).result()

    def close(self) -> None:
        """End the thread. What was painted is written, unless that failed before."""
        self._pool.shutdown(wait=True)

    def _keep(self, path: Path, picture: Picture) -> None:
        with self._lock:
            self._last[path] = picture
            self._last.move_to_end(path)
            while len(self._last) > _KEPT:
                self._last.popitem(last=False)

    def _write(
        self, path: Path, picture: Picture, depth: int, mark: str, then: Callable[[], None]
    ) -> None:
        if self._failed:
            return  # the run is about to end
        try:
            with self._trace.span("write", file=path.name):
                frames.write(picture, path, depth, mark)
                _sweep(path)
            then()
        except BaseException:
            self._failed = True
            raise
        with self._lock:
            written = self._unwritten.pop(path)
        self._keep(path, written)


def _sweep(path: Path) -> None:
    """Remove what killed runs left behind of a frame that is now whole."""
    for rest in path.parent.glob(f".{glob.escape(path.name)}.*.tmp"):
        with contextlib.suppress(OSError):
            rest.unlink()
