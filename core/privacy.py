"""Texts that a person may show to anyone: without the home folder and the user's name."""

from __future__ import annotations

import getpass
import os
import re
from pathlib import Path

_SLASH = r"[\\/]"

# A whole folder's path: not the end of a longer one, nor the beginning of a longer name.
_BEGIN = r"(?<![\w.\-])"
_END = r"(?![^\\/\s'\"`,;:)])"


def shown(text: str, home: str | None = None, user: str | None = None) -> str:
    """A text with ``~`` for the home folder, and without the user's name in paths.

    home, user: those of whoever runs this, if not given.
    """
    flags = re.IGNORECASE if os.name == "nt" else 0
    homes = [home] if home is not None else _homes()
    for folder in homes:
        parts = [re.escape(part) for part in re.split(_SLASH, folder.rstrip("\\/"))]
        if len(parts) > 1:  # a home that is the root of all says nothing
            whole = _BEGIN + (_SLASH + "+").join(parts) + _END
            text = re.sub(whole, "~", text, flags=flags)
    user = _user() if user is None else user
    if not user:
        return text
    # Elsewhere than in a path it may be a word like any other.
    name = re.escape(user) + "(?![A-Za-z0-9])"
    text = re.sub(rf"(?<={_SLASH}){name}", "USER", text, flags=flags)
    within = re.compile(f"(?<![A-Za-z0-9]){name}", flags)
    return re.sub(rf"\S*{_SLASH}\S*", lambda path: within.sub("USER", path[0]), text)


def _homes() -> list[str]:
    try:
        home = Path.home()
    except RuntimeError:
        return []
    return sorted({str(home), str(home.resolve())}, key=len, reverse=True)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
