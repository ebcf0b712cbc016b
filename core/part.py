"""What the parts of a job have in common, and how it names pictures."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator

# A number, or a list with one for each frame: the tags of the two forms.
ONE, EACH = "one", "each"


class Part(BaseModel):
    """A part of the job: nothing unknown in it, nothing changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


def _one_or_each(value: object) -> str:
    return EACH if isinstance(value, list) else ONE


# Which of the two forms is meant, so that mistakes are told of that one.
ONE_OR_EACH = Discriminator(_one_or_each)


def checked_pattern(pattern: str) -> str:
    """The pattern, if it stands for one picture for each frame; ValueError says what is wrong."""
    if "#" in pattern and not is_pattern(pattern):
        raise ValueError("must have its # in the file's name, not in a folder's")
    if len(re.findall(r"#+", Path(pattern).name)) != 1:
        raise ValueError("must hold one run of #, which stands for the frame number")
    return pattern


def _checked_picture(path: str) -> str:
    if not path:
        raise ValueError("must name a picture, or be null")
    return checked_pattern(path) if is_pattern(path) else path


# A picture that is the same for all frames, or with a run of # one for each.
PicturePath = Annotated[str, AfterValidator(_checked_picture)]


def is_pattern(path: str) -> bool:
    """Whether a path stands for one picture for each frame: # in a folder's name is its own."""
    return "#" in Path(path).name


def numbered(pattern: str, frame: int) -> str:
    """A pattern with the ``#`` of its name replaced by the frame number, as Blender writes it."""
    *_, match = re.finditer(r"#+", pattern)
    # Blender counts the minus sign in: #### gives -005.
    number = f"{frame:0{len(match[0])}d}"
    return pattern[: match.start()] + number + pattern[match.end() :]
