"""One setup at a time in a folder.  The lock goes with the process, however that ends.

And, but for Windows, with the installer that works for it, which a killed setup leaves behind.
"""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from . import child
from .errors import BadChoice


@contextlib.contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold `file`, which is made for it.  Raises BadChoice when another process does, OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT)
    try:
        try:
            _take(descriptor)
        except OSError as error:
            raise BadChoice(
                f"Another setup is at work in {file.parent}: wait for it, or cancel it there."
            ) from error
        child.inherited.append(descriptor)
        yield
    finally:
        child.inherited.clear()
        os.close(descriptor)


def is_held(file: Path) -> bool:
    """Whether a setup is at work there.  Reads quickly and changes nothing."""
    try:
        descriptor = os.open(file, os.O_RDWR)
    except OSError:
        return False
    try:
        _take(descriptor)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


if sys.platform == "win32":
    import msvcrt

    def _take(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
