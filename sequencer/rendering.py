"""What the child that renders has to do for a job: the strip's plates, then masks that are strips.

It works on a snapshot of the session: as it was when the job was asked for, or, for a job of
another day, as it is now.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from . import job, masks, place, plates, record
from .commission import Commission
from .errors import BadInput
from .job import PictureFormat
from .record import Record
from .shot import Shot


def is_complete(commission: Commission, known: Record) -> bool:
    """Whether an earlier go has left all pictures; a new commission has them rendered anew."""
    shot = known.shot
    return (
        commission.snapshot is None
        and known.opaque is not None
        and not any(
            record.missing(commission.path / pattern, shot.first, shot.last)
            for pattern in (known.plates, *known.masks.values())
        )
    )


def commands(commission: Commission) -> Iterator[tuple[str | None, list[str | Path]]]:
    """The calls of the child, one after the other, each with the name of the mask, None for plates.

    Raises EcsetError, as it goes on, when the strip is gone or another one by now.
    """
    moved = 0  # where the snapshot has the shot, beside how its plates are numbered
    if commission.snapshot is None:
        moved = _take_snapshot(commission)
    known, snapshot = commission.record, commission.snapshot
    assert snapshot is not None
    for name, shot in commission.shots.items():
        yield (
            name or None,
            command(
                commission.path,
                shot,
                known.picture_format,
                snapshot,
                commission.shows_scenes,
                known.masks[name] if name else None,
                moved,
            ),
        )


def _take_snapshot(commission: Commission) -> int:
    """The session as it is; returns by how many frames the strip has been moved since."""
    shot, known = commission.record.shot, commission.record
    scene, source = place.find(shot)
    moved = place.moved(shot, source)
    now = plates.describe(scene, source, (shot.first + moved, shot.last + moved))
    if (now.width, now.height) != (shot.width, shot.height):
        raise BadInput(f'"{now.strip}" has another size by now: stylize it again.')
    found = {"": now, **masks.shots(scene, now, known.masks)}
    commission.shots = {
        name: replace(each, first=shot.first, last=shot.last) for name, each in found.items()
    }
    commission.take_snapshot(scene)
    return moved


def command(
    folder: Path,
    shot: Shot,
    picture: PictureFormat,
    snapshot: Path,
    shows_scenes: bool,
    mask: str | None = None,
    moved: int = 0,
) -> list[str | Path]:
    """The call that renders the plates of `shot` into a job's folder, as `picture` says.

    `mask`: the pattern of its pictures, when the shot is a strip that is a mask; the others are as
    in ``plates.write_request`` and ``plates.extract_command``.
    """
    target = folder / (mask or job.PLATES + picture.suffix)
    target.parent.mkdir(exist_ok=True)
    request = plates.write_request(
        shot,
        str(target),
        job.FORMATS["PNG8"] if mask else picture,
        snapshot,
        over_black=mask is not None,
        moved=moved,
    )
    return plates.extract_command(request, shows_scenes)
