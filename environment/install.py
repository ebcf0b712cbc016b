"""Makes the environment that was planned, beside the one that works.

Killed at any point it leaves ``unfinished.json`` and what was downloaded in whole; the next call
goes on from there.
"""

import contextlib
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from . import child, packages, plan, reasons, trial, uv
from .errors import BadChoice, SetupError
from .folder import Folder, Installed, environment_python, requirements_digest

#: Windows takes paths of 260 characters, and of what is imported the longest has 114 in the folder.
_LONGEST = 140

#: Seconds between two looks at how much is there.
_OFTEN = 0.5


class Progress(Protocol):
    """Told how far it is, in bytes on disk."""

    def __call__(self, done: int, total: int, message: str) -> None: ...


def install(
    folder: Folder,
    the_plan: plan.Plan,
    say: Callable[[str], None],
    progress: Progress,
) -> Installed:
    """Do what the plan says.  Raises SetupError and OSError."""
    began = time.monotonic()
    if os.name == "nt" and len(str(folder.path)) > _LONGEST:
        raise BadChoice(f"{folder.path} is too long a path for Windows: choose a shorter folder.")
    program = folder.uv / ("uv.exe" if os.name == "nt" else "uv")
    before = folder.read()
    environment = folder.begin(the_plan.choices)
    _sweep(folder.cache)
    python = Path(the_plan.python)
    if before.installed is not None and before.python is not None and the_plan.kept:
        say("Taking over what is there")
        shutil.copytree(
            folder.path / before.installed.environment,
            environment,
            symlinks=True,
            copy_function=_link,
        )
    say("Making the environment")
    made: list[str | Path] = [program, "venv", "--no-project", "--allow-existing"]
    made += ["--python", python, environment]
    _do(folder, made, f"No environment could be made in {environment}")
    number = len(the_plan.wanted)
    many = "one package" if number == 1 else f"{number} packages"
    say(f"Getting {many}" if number else "Putting it in order")
    sync: list[str | Path] = [program, "pip", "sync", "--no-build", "--verify-hashes"]
    sync += ["--python", environment_python(environment), plan.lock_file(folder)]
    if the_plan.choices.wheels:
        sync.append("--offline")
    with _watch(folder.cache, the_plan, progress) as heard:
        _do(folder, sync, "The packages could not be got whole", heard)
    say("Trying the engine")
    tried = trial.run(environment_python(environment))
    installed = Installed(
        environment.name,
        str(python),
        tried.torch,
        packages.build_title(tried.torch, packages.versions(environment)),
        tried.device,
        requirements_digest(),
        the_plan.choices,
        _size(environment),
        round(time.monotonic() - began, 1),
    )
    folder.finish(installed)
    return installed


def _do(
    folder: Folder,
    command: list[str | Path],
    failure: str,
    heard: Callable[[str], None] | None = None,
) -> None:
    said: list[str] = []

    def hear(line: str) -> None:
        said.append(line)
        if heard is not None:
            heard(line)

    status = child.run(command, hear, {**uv.SETTINGS, "UV_CACHE_DIR": str(folder.cache)})
    if status != 0:
        # a signal: it had no last word
        why = "the installer was ended from outside." if status < 0 else reasons.why(said)
        raise SetupError(f"{failure}: {why} The same again goes on from here.")


def _link(source: str, target: str) -> None:
    """A second name for a file, as nothing writes into a file that is there; else a copy."""
    try:
        os.link(source, target)
    except OSError:  # not on every file system
        shutil.copy2(source, target)


def _sweep(cache: Path) -> None:
    """Take away what an installer left half done when it was killed."""
    for path in cache.glob(".tmp*"):
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def _watch(cache: Path, the_plan: plan.Plan, progress: Progress) -> Iterator[Callable[[str], None]]:
    """Tell `progress` of what comes; gives what hears the installer's lines."""
    active: list[str] = []
    over = threading.Event()
    known: dict[str, int] = {}

    def hear(line: str) -> None:
        word, _, rest = line.strip().partition(" ")
        name = rest.split(" ")[0]
        if word == "Downloading" and name not in active:  # it says so of each try
            active.append(name)
        elif word == "Downloaded" and name in active:
            active.remove(name)

    def look() -> None:
        done = 0
        while not over.wait(_OFTEN):
            # uv unpacks while it downloads: what is on disk is how far it is; what moves from one
            # place to another just now may be seen at neither
            done = max(done, min(_cached(cache, known), the_plan.disk))
            first = f"{active[0]} and {len(active) - 1} more" if len(active) > 1 else ""
            progress(done, the_plan.disk, f"Getting {first or ''.join(active) or 'packages'}")

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield hear
    finally:
        over.set()
        watcher.join()


def _cached(cache: Path, known: dict[str, int]) -> int:
    """Bytes of what is unpacked; `known` remembers those that are whole."""
    total = 0
    for archive in cache.glob("archive-v*/*"):
        if archive.name not in known:
            known[archive.name] = _size(archive)
        total += known[archive.name]
    return total + sum(_size(path) for path in cache.glob(".tmp*"))


def _size(path: Path) -> int:
    """Bytes in a folder; what goes meanwhile is none."""
    total = 0
    with contextlib.suppress(OSError), os.scandir(path) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                total += _size(Path(entry.path))
            else:
                with contextlib.suppress(OSError):
                    total += entry.stat(follow_symlinks=False).st_size
    return total
