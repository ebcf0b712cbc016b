"""By which command this program was called, and how it calls itself for work beside its own."""

from __future__ import annotations

import os
import sys
from pathlib import Path, PurePath

# What the wheel installs.
SCRIPT = "ecset"

# Tells a child by which command a person called its parent.
_CALLED_AS = "ECSET_CALLED_AS"

# Where this package lies, under whatever name: `core` in the extension, `ecset` in the wheel.
ROOM = Path(__file__).resolve().parents[1]


def command() -> str:
    """``ecset``, or ``python -m`` and this package's name: what help and sentences should name."""
    if called_as := os.environ.get(_CALLED_AS):
        return called_as
    if PurePath(sys.argv[0]).stem.lower() == SCRIPT:
        return SCRIPT
    return f"python -m {__package__}"


def child(*arguments: str) -> list[str]:
    """The call that starts this program again; to be started in ``ROOM``."""
    return [sys.executable, "-m", str(__package__), *arguments]


def environment() -> dict[str, str]:
    """The environment of such a child."""
    return {**os.environ, "PYTHONIOENCODING": "utf-8", _CALLED_AS: command()}
