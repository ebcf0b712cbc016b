"""All motion between the frames of a job: estimated ahead, once, while a look is at work.

OpenCV lets go of Python's lock while it estimates, and cards work on their own; so threads here
are ahead of the painting by some pairs of frames, and the painting seldom waits.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from torch import Tensor

from . import motion
from .errors import EcsetError
from .flow import Estimator
from .flow.consistency import reliable
from .flow_files import FlowFiles, Pair, rounded
from .memo import Memo
from .motion import Motion
from .trace import OFF, Tracer

_THREADS = 2

# Pairs that are estimated before they are asked for: so many, and those of a frame at least.
_AHEAD = 4

# What is kept in memory: within this, but as many as are estimated ahead and are in use at least.
_MEMORY = 256 * 2**20
_BYTES_A_PIXEL = 12  # a flow and where it can be trusted

# Who asks for the motion one way may ask for the other way next.
_PAIRS_KEPT = _THREADS

# Whether frames are cuts is one bit each, and asked for more than once.
_CUTS_KEPT = 1_000_000


class Flows:
    """The motion between the plates of a shot."""

    def __init__(
        self,
        rgb: Callable[[int], Tensor],
        estimate: Estimator,
        files: FlowFiles | None = None,
        at_once: int = 1,
        trace: Tracer = OFF,
    ) -> None:
        """rgb: the plate of a frame, 1×3×H×W, for any thread; files: where flows are kept, None to
        keep only the last ones, in memory; at_once: how many pairs a frame asks for."""
        self._rgb = rgb
        self._estimate = estimate
        self._files = files
        self._trace = trace
        self._ahead = max(_AHEAD, at_once)
        self._least_kept = 2 * (self._ahead + at_once)
        self._motions = Memo(self._motion, self._least_kept)
        self._pairs = Memo(self._pair, _PAIRS_KEPT)
        self._cuts = Memo(self._cut, _CUTS_KEPT)
        self._pool: ThreadPoolExecutor | None = None
        self._waiting: set[tuple[int, int]] = set()
        self._lock = threading.Lock()

    def between(self, other: int, frame: int) -> Motion:
        """How the plate of a frame follows from that of another one, before it or after it.

        Raises EcsetError when a plate can't be read or the motion can't be estimated.
        """
        return self._motions((other, frame))

    def is_cut(self, frame: int) -> bool:
        """Whether a new shot begins with a frame. Raises EcsetError like :meth:`between`."""
        return self._cuts(frame)

    def ahead(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Estimate what will be asked for next, as (other, frame) in that order, in threads.

        Only so many are taken at a time; the rest is for the next call. What fails is told when it
        is asked for.
        """
        for pair in pairs:
            with self._lock:
                if len(self._waiting) >= self._ahead:
                    return
                if pair in self._waiting or pair in self._motions:
                    continue
                self._waiting.add(pair)
                if self._pool is None:
                    self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="flow")
            self._pool.submit(self._prepare, pair)

    def ready(self, pair: tuple[int, int]) -> None:
        """Estimate what will be asked for unless it is there: for spans of waiting to be told from
        spans of work."""
        first, second = sorted(pair)
        known = [number for number in range(first + 1, second + 1) if number in self._cuts]
        if any(self.is_cut(number) for number in known):
            return  # nobody asks across a cut
        self.between(*pair)
        if second == first + 1:
            self.is_cut(second)

    def close(self) -> None:
        """Give up what nobody waits for; returns when the threads have ended."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def _prepare(self, pair: tuple[int, int]) -> None:
        try:
            self.ready(pair)
        finally:
            with self._lock:
                self._waiting.discard(pair)

    def _motion(self, pair: tuple[int, int]) -> Motion:
        other, frame = pair
        self._rgb(other), self._rgb(frame)  # reading is no work of the estimator's
        with self._trace.span("flow", frame=frame, other=other):
            forward, backward = self._pairs((min(pair), max(pair)))
            if other > frame:
                forward, backward = backward, forward
            return Motion(backward, reliable(forward, backward))

    def _pair(self, pair: tuple[int, int]) -> Pair:
        """The flows first → second and second → first."""
        first, second = pair
        a, b = self._rgb(first), self._rgb(second)
        height, width = a.shape[-2:]
        self._motions.kept = max(self._least_kept, _MEMORY // (_BYTES_A_PIXEL * height * width))
        if self._files is None:
            return self._estimated(first, second, a, b)
        found = self._files.read(first, second, (height, width))
        if found is None:
            found = rounded(self._estimated(first, second, a, b))
            self._files.write(first, second, found)
        return found[0].to(a), found[1].to(a)

    def _estimated(self, first: int, second: int, a: Tensor, b: Tensor) -> Pair:
        try:
            return self._estimate(a, b)
        except EcsetError:
            raise
        except Exception as error:  # noqa: BLE001 - estimators are other people's code
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise EcsetError(
                f"The motion between frames {first} and {second} can't be estimated: {reason}"
            ) from None

    def _cut(self, frame: int) -> bool:
        found = self.between(frame - 1, frame)
        return motion.is_cut(self._rgb(frame - 1), self._rgb(frame), found)
