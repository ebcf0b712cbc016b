"""By which command this program was called, so that help and sentences name one that works here."""

from __future__ import annotations

import sys
from pathlib import PurePath

# What the wheel installs; PEP 621 calls it a script.
SCRIPT = "ecset"


def command() -> str:
    """``ecset``, or ``python -m`` and this package's name where there was no such script."""
    if PurePath(sys.argv[0]).stem.lower() == SCRIPT:
        return SCRIPT
    return f"python -m {__package__}"
