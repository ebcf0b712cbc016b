"""What the tests of the set-up have in common."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any


def drive(setup: Any, until: Any = None, seconds: float = 60) -> None:
    """Poll until it has ended, or until that is so."""
    end = time.monotonic() + seconds
    while setup.step.is_work and not (until and until()):
        setup.poll()
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.01)


def planned(setup: Any) -> Any:
    """The same set-up, with a plan."""
    setup.make_plan()
    drive(setup)
    assert setup.step.value == "Planned", setup.message
    return setup


def installed(setup: Any) -> Any:
    """The same set-up, with an engine."""
    planned(setup).install()
    drive(setup)
    assert setup.step.value == "Done", setup.message
    return setup


def outdate(folder: Path) -> None:
    """As if an older version of Ecset had installed it."""
    file = folder / "engine.json"
    text = file.read_text(encoding="utf-8")
    before, _, rest = text.partition('"requirements": "')
    file.write_text(f'{before}"requirements": "older{rest[5:]}', encoding="utf-8")


def state(folder: Path) -> str:
    """How far the engine in a folder is."""
    from ecset.environment.folder import Folder

    return Folder(folder).read().state.value
