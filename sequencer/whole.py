"""Files that are whole or not there: written under another name, which is exchanged in the end.

As in ``core/whole.py``, which this side cannot import.  Standard library only.
"""

import os
import time
from pathlib import Path

#: Windows replaces no file that somebody has open, as a scanner for viruses, an indexer or the
#: other process has for a moment; elsewhere a refusal is meant.
_BUSY_FILES = os.name == "nt"

#: Seconds; not many, as Blender waits meanwhile.
_PATIENCE = 1.0


def put(part: Path, target: Path) -> None:
    """Give a file its name; what was there under it goes.  Raises OSError."""
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            part.replace(target)
        except PermissionError:
            if not _BUSY_FILES or time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return
