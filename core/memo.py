"""What several threads ask for again and again, made once and kept for a while."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Memo(Generic[K, V]):
    """The last things that a function made, by what it was asked for.

    Where several threads ask for the same thing, the first one makes it and the others wait. What
    the function raises is kept and raised alike, for whoever asks.
    """

    def __init__(self, make: Callable[[K], V], kept: int) -> None:
        """kept: how many, those that were not asked for the longest go first."""
        self._make = make
        self.kept = kept
        self._made: OrderedDict[K, Future[V]] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, key: K) -> V:
        """What belongs to a key. Raises what making it raises."""
        with self._lock:
            future = self._made.get(key)
            mine = future is None
            if future is None:
                future = self._made[key] = Future()
                while len(self._made) > self.kept:
                    self._made.popitem(last=False)
            else:
                self._made.move_to_end(key)
        if mine:
            try:
                future.set_result(self._make(key))
            except BaseException as error:
                future.set_exception(error)
                raise
        return future.result()

    def __contains__(self, key: K) -> bool:
        """Whether it is there, or being made."""
        with self._lock:
            return key in self._made

    def __len__(self) -> int:
        with self._lock:
            return len(self._made)
