"""Other processes, seen from outside of Blender."""

from __future__ import annotations

import os
import time


def is_gone(pid: int, seconds: float = 10) -> bool:
    """Whether a process ends in that time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False
