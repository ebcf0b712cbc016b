"""A shot as a person names it on the command line: a pattern, or the files that a shell lists."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable
from pathlib import Path

from .errors import InputError
from .job import FrameRange
from .part import numbered

# Films are for Blender, or whatever else makes pictures of them.
_FILMS = {".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpg", ".mxf", ".ogv", ".webm"}


def find(named: list[str], asked: FrameRange | None) -> tuple[str, FrameRange]:
    """The frames that are named: a pattern (absolute, with #), and which.

    asked: only these; None for all that are there. Raises InputError when they are no one shot,
    there are none, or one in between is missing.
    """
    pattern, numbers = _pattern(named) if _is_pattern(named) else _listed(_expanded(named))
    wanted = asked or FrameRange(first=numbers[0], last=numbers[-1])
    if missing := set(wanted.numbers()) - set(numbers):
        raise InputError(
            f"Frames of {pattern} are missing: {_told(missing)}; there are {_told(numbers)}. "
            "Bring them, or choose a part that is whole with --frames A-B."
        )
    return pattern, wanted


def _is_pattern(named: list[str]) -> bool:
    return len(named) == 1 and "#" in Path(named[0]).name and not os.path.exists(named[0])


def _pattern(named: list[str]) -> tuple[str, list[int]]:
    """A pattern, and the numbers of the files that it stands for."""
    pattern = os.path.abspath(named[0])
    folder, name = os.path.split(pattern)
    if len(re.findall("#+", name)) != 1:
        raise InputError(f"{named[0]} must hold one run of #, which stands for the frame number.")
    before, after = re.split("#+", name)
    files = re.compile(re.escape(before) + r"(-?\d+)" + re.escape(after))
    numbers = [
        number
        for file in _names(folder)
        if (match := files.fullmatch(file))
        # 7 is no frame of ####, nor is 00007.
        and numbered(name, number := int(match[1])) == file
    ]
    if not numbers:
        raise InputError(f"There are no frames {named[0]}.")
    return pattern, sorted(numbers)


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError as error:
        raise InputError(f"The folder {folder} can't be read: {error.strerror}.") from None


def _expanded(named: list[str]) -> list[str]:
    """With * and ? resolved, where no shell has done so; all of them are files."""
    found: list[str] = []
    for name in named:
        if not os.path.exists(name) and glob.has_magic(name):
            found += sorted(glob.glob(name))
        else:
            found.append(name)
    if not found:
        raise InputError(f"There are no frames {' '.join(named)}.")
    for name in found:
        if os.path.isdir(name):
            raise InputError(f"{name} is a folder; name the frames in it, such as {name}/*.png.")
        if not os.path.exists(name):
            raise InputError(f"The frame {name} does not exist.")
        if Path(name).suffix.lower() in _FILMS:
            raise InputError(f"{name} is a film; give its frames as pictures, such as PNG.")
    return [os.path.abspath(name) for name in found]


def _listed(files: list[str]) -> tuple[str, list[int]]:
    """The pattern that files follow, and their numbers."""
    folders = {os.path.dirname(file) for file in files}
    names = sorted({os.path.basename(file) for file in files})
    parts = [re.split(r"(\d+)", name) for name in names]  # text and digits in turn
    if len(folders) > 1 or len({len(part) for part in parts}) > 1:
        raise _no_shot(files)
    differing = [place for place, found in enumerate(zip(*parts, strict=True)) if len({*found}) > 1]
    if not differing:  # one file
        differing = list(range(1, len(parts[0]), 2))[-1:]
        if not differing:
            raise InputError(f"The frame {files[0]} has no number in its name.")
    place = differing[0]
    if len(differing) > 1 or place % 2 == 0:
        raise _no_shot(files)
    before, after = "".join(parts[0][:place]), "".join(parts[0][place + 1 :])
    if "#" in before + after:
        raise InputError(f"{names[0]} has a # in its name, which stands for frame numbers.")
    width = min(len(part[place]) for part in parts)
    pattern = os.path.join(folders.pop(), before + "#" * width + after)
    numbers = [int(part[place]) for part in parts]
    if any(
        numbered(os.path.basename(pattern), number) != name
        for name, number in zip(names, numbers, strict=True)
    ):
        raise InputError(
            f"{names[0]} and the others have numbers of different lengths; rename them, so that "
            "each has as many digits."
        )
    return pattern, sorted(numbers)


def _no_shot(files: list[str]) -> InputError:
    return InputError(
        f"{files[0]} and {files[-1]} are no frames of one shot: their paths must differ by one "
        "number and nothing else."
    )


def _told(numbers: Iterable[int]) -> str:
    """``1-4, 7, 9-12``; the end of a long list is left out."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    told = [f"{first}-{last}" if last > first else f"{first}" for first, last in runs]
    return ", ".join(told[:4]) + (" …" if len(told) > 4 else "")
