"""Names of files: frame patterns and folders.  Standard library only."""

import re
import unicodedata

_HASHES = re.compile(r"#+")
#: What Windows, the strictest, does not allow in a name, and control characters.
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]+')
#: Bytes that the name of a strip may have.
_STRIP_NAME_BYTES = 61
_DEVICES = {"con", "conin$", "conout$", "prn", "aux", "nul"} | {
    f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10)
}


def frame_path(pattern: str, frame: int) -> str:
    """`pattern` with its last run of '#' replaced by `frame`, padded with zeros.

    >>> frame_path("plates/plate_####.png", 12)
    'plates/plate_0012.png'
    >>> frame_path("plate_####.png", -5)
    'plate_-005.png'
    """
    run = list(_HASHES.finditer(pattern))[-1]
    number = f"{frame:0{len(run.group())}d}"
    return pattern[: run.start()] + number + pattern[run.end() :]


def composed(name: str) -> str:
    """`name` with each letter and its accent as one, which macOS may have taken apart."""
    return unicodedata.normalize("NFC", name)


def folder_name(name: str) -> str:
    """`name` as a folder's name that every file system takes; never empty, at most 60 characters.

    >>> folder_name("Shot 3/b: wide")
    'Shot 3_b_ wide'
    """
    name = _FORBIDDEN.sub("_", composed(name)).strip(" .")
    name = name[:60].rstrip(" .")
    # 60 characters of any script stay under the 255 bytes a name may have
    if not name or name.split(".")[0].lower() in _DEVICES:
        name = f"strip_{name}"
    return name


def strip_name(name: str, suffix: str) -> str:
    """`name` with `suffix`, shortened so that Blender does not cut the suffix off.

    >>> strip_name("n" * 61, " Ecset") == "n" * 55 + " Ecset"
    True
    """
    room = _STRIP_NAME_BYTES - len(suffix.encode())
    # a character that the cut goes through is left out
    return name.encode()[:room].decode(errors="ignore").rstrip() + suffix
