"""Texts that are shown to others say nothing of whose machine they come from."""

import getpass
import os
import re
from collections.abc import Iterable
from pathlib import Path

#: What stands in the place of a person's name.
NOBODY = "…"


def at_home(text: str) -> str:
    """`text` with the home folder as "~"."""
    return _without(text, _homes(), "~")


def without_names(text: str, folders: Iterable[Path] = ()) -> str:
    """`text` without the home folder, the user's name, and `folders`, which become "//"."""
    places = [place for folder in folders for place in _spellings(folder)]
    text = at_home(_without(text, places, "//"))
    return re.sub(rf"\b{re.escape(_user())}\b", NOBODY, text) if _user() else text


def _homes() -> list[str]:
    try:
        home = Path.home()
    except RuntimeError:  # a machine's account without one
        return []
    return _spellings(home) + _spellings(home.resolve())


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def _spellings(folder: Path) -> list[str]:
    """As it is written in texts, with either slash, and with two of them in what Python quotes."""
    name = str(folder)
    return [name, folder.as_posix(), name.replace("\\", "\\\\")]


def _without(text: str, places: list[str], instead: str) -> str:
    flags = re.IGNORECASE if os.name == "nt" else 0
    # the root of all is nobody's home
    for place in sorted({p for p in places if len(p) > 1}, key=len, reverse=True):
        separator = r"[\\/]+" if instead == "//" else ""
        end = rf"(?:{separator}|(?![\w.-]))" if separator else r"(?![\w.-])"
        text = re.sub(re.escape(place) + end, instead, text, flags=flags)
    return text
