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
from .record import Record
from .shot import Shot


def is_complete(commission: Commission, known: Record) -> bool:
    """Whether an earlier go has left all pictures; a new commission has them rendered anew."""
    plate = job.PLATES + known.picture_format.suffix
    return (
        commission.snapshot is None
        and known.opaque is not None
        and not any(
            record.missing(commission.path, pattern, known.shot)
            for pattern in (plate, *known.masks.values())
        )
    )


def commands(commission: Commission) -> Iterator[tuple[str | None, list[str | Path]]]:
    """The calls of the child, one after the other, each with the name of the mask, None for plates.

    Raises EcsetError, as it goes on, when the strip is gone or another one by now.
    """
    moved = 0  # where the snapshot has the shot, beside how its plates are numbered
    if commission.snapshot is None:
        moved = _take_snapshot(commission)
    for name, shot in commission.shots.items():
        yield name or None, _command(commission, name, shot, moved)


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


def _command(commission: Commission, mask: str, shot: Shot, moved: int) -> list[str | Path]:
    known = commission.record
    picture = job.FORMATS["PNG8"] if mask else known.picture_format
    pattern = known.masks[mask] if mask else job.PLATES + picture.suffix
    target = commission.path / pattern
    target.parent.mkdir(exist_ok=True)
    assert commission.snapshot is not None
    request = plates.write_request(
        shot, str(target), picture, commission.snapshot, over_black=bool(mask), moved=moved
    )
    return plates.extract_command(request, commission.shows_scenes)
