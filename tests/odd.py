"""Names that people give to folders and files, and that programs trip over."""

from __future__ import annotations

import os

NAMES = [
    "two words",
    "Bücher",
    "漢字",
    "🎬 film",
    "e\u0301 and é",  # an accent for itself, and one with its letter
    "it's",
    "100% of it",
    "%d %s",
    "shot #3",
    "####",
    "$HOME ${HOME}",
    "[a-z]",
    "{frame} {{}}",
    "-rf",
    "a;b, c & d",
    "(1)",
    "~",
    "name.with.png",
    "n" * 200,
]

if os.name != "nt":  # which has no such names
    NAMES += ['"quoted"', "what? *.* <all> | more", "a: b", "aux", "ends. "]

#: Blender takes a backslash for a slash on every system.
FOR_THE_ENGINE = NAMES if os.name == "nt" else [*NAMES, "C:\\back\\slash"]

#: All of the short ones, one in the other; longer than the 260 characters that Windows once had.
DEEP = os.path.join(*(name for name in NAMES if len(name) < 100), "d" * 80)
