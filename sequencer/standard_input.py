"""Standard input as it comes, for a thread beside the work: by it a parent holds this process.

As in ``core/standard_input.py``, which this side cannot import.  Standard library only.
"""

import contextlib
import os
import stat
import sys
import time
from collections.abc import Iterator

_OFTEN_SECONDS = 0.05


def arriving() -> Iterator[bytes]:
    """What comes, in pieces as they come, until nothing will any more.

    Windows lets nobody so much as look at a pipe while a read of it waits, and libraries look at
    standard input when they are loaded: those of graphics cards, or NumPy (numpy/numpy#24290),
    would wait until the parent writes.  There a pipe is only read when something has come.
    """
    with contextlib.suppress(OSError, ValueError):
        polled = sys.platform == "win32" and stat.S_ISFIFO(os.fstat(0).st_mode)
        while True:
            while polled and not _has_come():
                time.sleep(_OFTEN_SECONDS)
            piece = os.read(0, 1 << 16)
            if not piece:
                return
            yield piece


def _has_come() -> bool:
    """Whether the pipe of standard input holds something.  Raises OSError at its end."""
    if sys.platform == "win32":
        import _winapi  # what multiprocessing asks its pipes by
        import msvcrt

        return _winapi.PeekNamedPipe(msvcrt.get_osfhandle(0))[-2] > 0
    return True  # elsewhere a read may wait
