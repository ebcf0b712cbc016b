"""The job a task hands to the engine: its settings, its folder, its ``job.json``.

Standard library only.  The engine validates the file; here it is only written.
"""

import contextlib
import errno
import hashlib
import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .errors import BadInput, EcsetError
from .naming import folder_name

VERSION = 1
PLATES = "plates/plate_####"
FRAMES = "frames/ecset_####"


@dataclass(frozen=True)
class PictureFormat:
    """How plates and frames are stored, and the colour settings that bring them back exactly."""

    name: str
    label: str
    file_format: str  # as job.json says it
    depth: int  # bits a channel; EXR's 16 is half float
    suffix: str

    @property
    def blender_format(self) -> str:
        return "OPEN_EXR" if self.file_format == "EXR" else self.file_format


FORMATS = {
    item.name: item
    for item in (
        PictureFormat("PNG8", "PNG, 8 bit", "PNG", 8, ".png"),
        PictureFormat("PNG16", "PNG, 16 bit", "PNG", 16, ".png"),
        PictureFormat("EXR", "OpenEXR, half float", "EXR", 16, ".exr"),
    )
}


@dataclass(frozen=True)
class Style:
    """One style picture and how much it counts beside the others."""

    path: str
    weight: float = 1.0


@dataclass(frozen=True)
class Settings:
    """What a person chooses; paths are absolute by now."""

    styles: tuple[Style, ...] = ()
    look: str = "patch"
    coherence: bool = True
    format: str = "PNG8"
    seed: int = 0
    output: Path = field(default_factory=Path)
    frames: tuple[int, int] | None = None  # None: the whole strip

    @property
    def picture_format(self) -> PictureFormat:
        return FORMATS[self.format]


def describe(settings: Settings, first: int, last: int) -> dict[str, Any]:
    """job.json for the frames `first` to `last` (timeline numbers, both included)."""
    picture = settings.picture_format
    return {
        "version": VERSION,
        "plates": PLATES + picture.suffix,
        "frames": {"first": first, "last": last},
        "look": {
            "name": settings.look,
            "styles": [{"path": s.path, "weight": s.weight} for s in settings.styles],
            "settings": {},
        },
        "coherence": {"enabled": settings.coherence, "flow": "dis"},
        "output": {
            "pattern": FRAMES + picture.suffix,
            "format": picture.file_format,
            "depth": picture.depth,
        },
        "seed": settings.seed,
    }


def job_folder(output: Path, job: dict[str, Any], blend: str, scene: str, strip: str) -> Path:
    """Where the job lives: the same call finds the same folder, any other another one.

    Style pictures count by what is in them, so that a project may be moved, and another picture
    under an old name does not paint over what an earlier result shows.  Raises BadInput when one
    cannot be read.
    """
    styles = [{**style, "path": _content(style["path"])} for style in job["look"]["styles"]]
    look = {**job["look"], "styles": styles}
    identity = {"job": {**job, "look": look}, "blend": blend, "scene": scene, "strip": strip}
    text = json.dumps(identity, sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return output / f"{folder_name(strip)}-{digest[:8]}"


def _content(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BadInput(
            f"The style picture {path} cannot be read ({error.strerror}): choose another."
        ) from error


def write_job(folder: Path, job: dict[str, Any]) -> Path | None:
    """Make the folder with its ``job.json`` and an empty folder for plates.

    Returns the outermost folder that was made for it, None if there was the job before.  Raises
    BadInput when the folder cannot be made or holds something else; then nothing is left of it.
    """
    target = folder / "job.json"
    part = folder / "job.json.part"
    outermost = _first_missing(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not target.exists() and any(folder.iterdir()):
            raise BadInput(
                f"The folder {folder} holds other files: choose another output folder, "
                "or move them away."
            )
        (folder / PLATES).parent.mkdir(exist_ok=True)
        part.write_text(json.dumps(job, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        os.replace(part, target)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        if outermost is not None:
            remove_job(folder, outermost)
        reason = error.strerror or str(error)
        if error.errno == errno.ENOSPC:
            raise EcsetError(f"The disk of {folder.parent} is full: make room on it.") from error
        raise BadInput(
            f"The output folder {folder.parent} cannot be written ({reason}): choose another."
        ) from error
    return outermost


def remove_job(folder: Path, outermost: Path) -> None:
    """Take away what `write_job` made, up to the folder `outermost` that it returned."""
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):  # another job came into it meanwhile
        while folder != outermost:
            folder = folder.parent
            folder.rmdir()


def _first_missing(folder: Path) -> Path | None:
    """The outermost of the folders on the way to `folder` that do not exist yet."""
    missing = [path for path in (folder, *folder.parents) if not os.path.lexists(path)]
    return missing[-1] if missing else None
