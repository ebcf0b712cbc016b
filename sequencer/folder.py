"""The folder of a job: made with its ``job.json``, and taken away again.  Standard library only."""

import contextlib
import errno
import json
import os
import shutil
from pathlib import Path
from typing import Any

from . import whole
from .errors import BadInput, EcsetError
from .job import PLATES

#: In the folder of a job: a flow on its way to being kept by the engine.
_LONGEST = f"flow/.{'0' * 32}.npy.{'0' * 8}.tmp"


def write(folder: Path, job: dict[str, Any]) -> Path | None:
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
        _require_room(folder)
        (folder / PLATES).parent.mkdir(exist_ok=True)
        part.write_text(json.dumps(job, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        whole.put(part, target)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        if outermost is not None:
            remove(folder, outermost)
        if _is_too_long(folder, error):
            raise BadInput(
                f"The path of {folder} is too long for this system: choose an output folder with "
                "a shorter one."
            ) from error
        reason = error.strerror or str(error)
        if error.errno == errno.ENOSPC:
            raise EcsetError(f"The disk of {folder.parent} is full: make room on it.") from error
        raise BadInput(
            f"The output folder {folder.parent} cannot be written ({reason}): choose another."
        ) from error
    return outermost


def _require_room(folder: Path) -> None:
    """Raise OSError when the longest path in it would be too long, before hours of painting."""
    trial = folder / ("x" * len(_LONGEST))
    trial.touch()
    trial.unlink(missing_ok=True)


def _is_too_long(folder: Path, error: OSError) -> bool:
    """Windows says of a path that is too long that it is not there."""
    if os.name == "nt":
        return error.errno == errno.ENOENT and len(str(folder)) + len(_LONGEST) > 240
    return error.errno == errno.ENAMETOOLONG


def remove(folder: Path, outermost: Path) -> None:
    """Take away what `write` made, up to the folder `outermost` that it returned."""
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):  # another job came into it meanwhile
        while folder != outermost:
            folder = folder.parent
            folder.rmdir()


def _first_missing(folder: Path) -> Path | None:
    """The outermost of the folders on the way to `folder` that do not exist yet."""
    missing = [path for path in (folder, *folder.parents) if not os.path.lexists(path)]
    return missing[-1] if missing else None
