"""Files that are whole or not there: written under another name, which is exchanged in the end."""

from __future__ import annotations

import os
import time
from pathlib import Path

# Windows replaces no file that somebody has open, as a scanner for viruses, an indexer or Blender
# has for a moment; elsewhere whoever has it open keeps the old one, and a refusal is meant.
_BUSY_FILES = os.name == "nt"

_PATIENCE_SECONDS = 2.0


def put(part: Path, target: Path) -> None:
    """Give a file its name; what was there under it goes. Raises OSError."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            part.replace(target)
        except PermissionError:
            if not _BUSY_FILES or time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return
