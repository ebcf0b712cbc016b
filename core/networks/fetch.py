"""Getting weights as they are published, on request only, and removing them again."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from ..errors import EcsetError, InputError
from . import catalogue, foreign, weights
from .download import Progress, download


def get(name: str, progress: Progress) -> weights.Found:
    """Download a network's weights as they are published, check and convert them.

    What stops on its way goes on from there the next time. Weights that are here already, and are
    whole, are left as they are. Raises EcsetError when the server can't be reached or sends
    something else than what is published, InputError when the store can't be written to.
    """
    with contextlib.suppress(InputError):
        weights.load(name, None)
        found = weights.find(name, None)
        if found.source == catalogue.published(name).url:
            return found
    published = catalogue.published(name)
    part = _part(name)
    with _alone(part):
        download(published.url, part, progress)
        try:
            foreign.check(name, part)
        except InputError:
            part.unlink()
            raise EcsetError(
                f"What {published.url} sent is not the file that torchvision publishes: a page of "
                "the network that wants to be signed in to, perhaps, or it was damaged on its way. "
                "It was thrown away; try again."
            ) from None
        found = weights.save(name, foreign.read(name, part), weights.stored(name), published.url)
        with contextlib.suppress(OSError):  # the weights are here, and `remove` takes it along
            part.unlink()
    return found


def remove(name: str) -> list[Path]:
    """Delete a network's weights from the store, and what there is of a download.

    Returns what was deleted. Raises InputError when it is in use.
    """
    part = _part(name)
    there = [file for file in (weights.stored(name), part) if file.exists()]
    if there:
        with _alone(part):
            for file in there:
                try:
                    file.unlink()
                except OSError as error:
                    raise InputError(f"{file} can't be removed: {error.strerror}.") from None
    return there


def _part(name: str) -> Path:
    """The file of a download that is not whole yet."""
    return weights.folder() / f"{catalogue.published(name).file_name}.part"


@contextlib.contextmanager
def _alone(part: Path) -> Iterator[None]:
    """Keeps a second download of the same file out."""
    lock = FileLock(part.with_suffix(".lock"), blocking=False)
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise InputError(f"{part} is being downloaded already; wait for that to end.") from None
    except OSError as error:
        raise InputError(f"{part.parent} can't be written to: {error.strerror}.") from None
    try:
        yield
    finally:
        lock.release()
