"""What Blender remembers of a job beside the job itself: ``ecset.json`` in its folder.

``job.json`` is the engine's and knows of no timeline.  This says which strip the job is of and what
becomes of the result, so that the job is found again another day, by another Blender or by a farm.
Standard library only.
"""

import contextlib
import json
import os
import tomllib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from . import whole
from .errors import BadInput
from .job import FORMATS, FRAMES, MASKS, PLATES, PictureFormat
from .naming import frame_path
from .shot import Shot

NAME = "ecset.json"
_FORM = 1


@dataclass(frozen=True)
class Record:
    """The timeline's side of a job.

    `masks`: the names of strips that are masks, each with the pattern of its pictures in the job's
    folder; `asked`: what the person asked for (``Order.to_json``); `opaque`: whether no plate lets
    anything through, None as long as the plates are not complete; `dropped`: the person has
    cancelled it, so that it is not offered again; `prepared`: it is painted elsewhere, and then has
    to come to the timeline.
    """

    shot: Shot
    blend: str  # the name of the .blend, without its folder
    format: str
    masks: dict[str, str] = field(default_factory=dict)
    result_name: str = ""
    older: str = "REPLACE"
    originals: str = "AUTO"
    asked: dict[str, Any] = field(default_factory=dict)
    opaque: bool | None = None
    dropped: bool = False
    prepared: bool = False

    @property
    def picture_format(self) -> PictureFormat:
        return FORMATS[self.format]

    @property
    def plates(self) -> str:
        """The pattern of the plates, from the job's folder."""
        return PLATES + self.picture_format.suffix

    @property
    def frames(self) -> str:
        """The pattern of the painted frames, from the job's folder."""
        return FRAMES + self.picture_format.suffix


def save(folder: Path, record: Record) -> None:
    """Write it, whole or not at all.  Raises OSError."""
    part = folder / f"{NAME}.part"
    content = {"ecset": version(), "form": _FORM, **asdict(record)}
    part.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    whole.put(part, folder / NAME)


def load(folder: Path) -> Record:
    """What `folder` remembers.  Raises BadInput when it is not the folder of a job of Blender's."""
    path = folder / NAME
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content.pop("form") != _FORM:
            raise BadInput(f"{path} was written by another version of Ecset: stylize the strip.")
        content.pop("ecset")
        record = Record(**{**content, "shot": Shot(**content["shot"])})
        # a folder may come from anywhere: nothing is written beside it
        if record.format not in FORMATS or not all(map(_is_mask, record.masks.values())):
            raise ValueError
    except OSError as error:
        raise BadInput(f"{folder} is no job of a strip: it has no {NAME}.") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadInput(f"{path} is damaged: stylize the strip again.") from error
    return record


def _is_mask(pattern: str) -> bool:
    folder, _, name = pattern.rpartition("/")
    return f"{folder}/" == MASKS and "#" in name and "\\" not in name


def update(folder: Path, **changes: Any) -> None:
    """Change what `folder` remembers, if it is still there: a person may have removed it."""
    with contextlib.suppress(BadInput, OSError):
        save(folder, replace(load(folder), **changes))


def jobs_in(output: Path) -> Iterator[tuple[Path, Record]]:
    """The jobs in an output folder; folders that are something else are passed over."""
    try:
        folders = sorted(path for path in output.iterdir() if (path / NAME).is_file())
    except OSError:  # not there, or not to be read: then there are none to go on with
        return
    for folder in folders:
        with contextlib.suppress(BadInput):
            yield folder, load(folder)


def missing(pattern: Path, first: int, last: int) -> int:
    """How many of the pictures of that pattern are not there yet, of the frames in question."""
    try:
        present = set(os.listdir(pattern.parent))
    except OSError:
        present = set()
    wanted = (frame_path(pattern.name, frame) for frame in range(first, last + 1))
    return sum(name not in present for name in wanted)


@cache
def version() -> str:
    """Ecset's own."""
    manifest = Path(__file__).resolve().parent.parent / "blender_manifest.toml"
    return str(tomllib.loads(manifest.read_text(encoding="utf-8"))["version"])
