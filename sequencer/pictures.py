"""Pictures, and other files, that a person names by path.  Standard library only.

Styles and paintings are single files.  A mask or a guide may also be a sequence: a path with one
run of ``#`` in the file's name, whose numbers are frames of the timeline.
"""

import contextlib
import hashlib
import os
import re
from collections.abc import Iterator
from io import BufferedReader
from pathlib import PurePath

from .errors import BadInput
from .naming import frame_path


def is_sequence(path: str) -> bool:
    """Whether a path stands for a picture of each frame: a # in a folder's name is its own."""
    return "#" in PurePath(path).name


def check(path: str, what: str, kind: str = "picture") -> None:
    """Raise BadInput when there is no file at `path`; `what` names it in the sentence."""
    if os.path.isdir(path):
        raise BadInput(f"The {what} {path} is a folder: name a {kind} in it.")
    if not os.path.exists(path):
        raise BadInput(f"The {what} {path} is not there: choose another.")


def check_each(path: str, what: str, frames: range) -> None:
    """The same for a picture that may be a sequence with one file for each of `frames`."""
    if not is_sequence(path):
        check(path, what)
        return
    if len(re.findall("#+", PurePath(path).name)) > 1:
        raise BadInput(
            f"The {what} {path} has a # too many: "
            "only one run of them may be in the file's name, for the frame's number."
        )
    for frame in frames:
        file = frame_path(path, frame)
        if not os.path.isfile(file):
            raise BadInput(f"The {what} has no picture for frame {frame}: {file} is not there.")


def content(path: str, what: str) -> str:
    """What is in the file, as a hash, where its name does not matter.  Raises BadInput."""
    with _opened(path, what) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def content_of_each(path: str, what: str, frames: range) -> str | list[tuple[int, int]]:
    """The same for a picture that may be a sequence, which counts by its files' sizes and times.

    A long one is not read in a moment, and a person would wait for it.
    """
    if not is_sequence(path):
        return content(path, what)
    check_each(path, what, frames)
    states = (os.stat(frame_path(path, frame)) for frame in frames)
    return [(state.st_size, state.st_mtime_ns) for state in states]


def ends(path: str, what: str, length: int = 65536) -> str:
    """The same of a large file, as far as its size and its two ends tell.  Raises BadInput."""
    with _opened(path, what) as file:
        size = os.fstat(file.fileno()).st_size
        found = hashlib.sha256(b"%d" % size + file.read(length))
        file.seek(max(size - length, 0))
        found.update(file.read(length))
        return found.hexdigest()


@contextlib.contextmanager
def _opened(path: str, what: str) -> Iterator[BufferedReader]:
    try:
        with open(path, "rb") as file:
            yield file
    except OSError as error:
        raise BadInput(
            f"The {what} {path} cannot be read ({error.strerror}): choose another."
        ) from error
