"""A job's folder as it is on disk: what it is of, and how far it is.  Standard library only."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import pictures, record
from .errors import BadInput
from .record import Record

NAME = "job.json"

DONE = "done"
UNFINISHED = "unfinished"
CANCELLED = "cancelled"
NO_PLATES = "no plates"


@dataclass(frozen=True)
class FoundJob:
    """`plates`, `masks` and `frames` are patterns of files; masks only those that come with the
    plates.  `record` is what Blender remembers of it, None for a job that was made without.
    """

    folder: Path
    first: int
    last: int
    plates: Path
    masks: tuple[Path, ...]
    frames: Path
    look: str
    styles: tuple[str, ...]
    record: Record | None

    @property
    def total(self) -> int:
        return self.last - self.first + 1

    @property
    def done(self) -> int:
        """How many painted frames are there; whether they are still right the engine knows."""
        return self._present(self.frames)

    @property
    def missing_plates(self) -> int:
        """How many are missing, those of masks included; all, while they are rendered anew."""
        needed = (self.plates, *self.masks)
        if self.record is not None and self.record.opaque is None:
            return len(needed) * self.total
        return sum(self.total - self._present(pattern) for pattern in needed)

    @property
    def state(self) -> str:
        if self.done == self.total:
            return DONE
        if self.record is not None and self.record.dropped:
            return CANCELLED
        return NO_PLATES if self.missing_plates else UNFINISHED

    def _present(self, pattern: Path) -> int:
        return self.total - record.missing(pattern, self.first, self.last)


def is_job(folder: Path) -> bool:
    """Whether it is the folder of a job."""
    return (folder / NAME).is_file()


def read(folder: Path) -> FoundJob:
    """Raises BadInput when it is no job's folder, or what is in it cannot be understood."""
    path = folder / NAME
    try:
        job = json.loads(path.read_text(encoding="utf-8"))
        if job["frames"]["last"] < job["frames"]["first"]:
            raise ValueError(job["frames"])
        coming = [*(style.get("mask") for style in job["look"].get("styles", ()))]
        coming.append(job.get("strength_mask"))
        return FoundJob(
            folder=folder,
            first=int(job["frames"]["first"]),
            last=int(job["frames"]["last"]),
            plates=_pattern(folder, job["plates"]),
            masks=tuple(
                _pattern(folder, mask)
                for mask in dict.fromkeys(coming)
                if mask and not os.path.isabs(mask) and pictures.is_sequence(mask)
            ),
            frames=_pattern(folder, job["output"]["pattern"]),
            look=str(job["look"]["name"]),
            styles=tuple(_pictures(job["look"])),
            record=record.load(folder) if (folder / record.NAME).is_file() else None,
        )
    except OSError as error:
        raise BadInput(f"{folder} is no job's folder: there is no {NAME} to be read.") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadInput(f"{path} is damaged, or no job of Ecset's: stylize the strip.") from error


def _pattern(folder: Path, text: str) -> Path:
    pattern = folder / text
    if "#" not in pattern.name:
        raise ValueError(text)
    return pattern


def _pictures(look: dict[str, Any]) -> list[str]:
    """What it is painted from: styles, or keyframes in their place."""
    return [str(each["path"]) for each in look.get("styles") or look.get("keyframes") or ()]
