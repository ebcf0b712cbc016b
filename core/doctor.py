"""What there is to say of an engine: is all of it there, and does it work?

Nothing but the standard library is imported before a check asks for it: an engine that lacks
something, or is broken, can still say so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from . import doctor_files, doctor_machine, privacy
from .errors import EcsetError


@dataclass(frozen=True)
class Finding:
    """What was found. text: for people, without private paths."""

    name: str
    ok: bool
    text: str


# In this order. Each is called with the name of the device that was asked for, and gives one line
# or several: a name, whether that is as it should be, and a text.
Lines = Iterator[tuple[str, bool, str]]
CHECKS: dict[str, Callable[[str], Lines]] = {
    "Engine": doctor_machine.engine,
    "Python": doctor_machine.python,
    "System": doctor_machine.system,
    "Packages": doctor_machine.needed,
    "PyTorch": doctor_machine.pytorch,
    "Devices": doctor_machine.devices,
    "OpenCV": doctor_files.opencv,
    "OpenEXR": doctor_files.openexr,
    "Weights": doctor_files.trained,
    "Folders": doctor_files.folders,
    "One frame": doctor_files.one_frame,
}


def examine(name: str, device: str) -> Iterator[Finding]:
    """Make one of the checks. Whatever goes wrong in it is a finding."""
    try:
        for what, ok, text in CHECKS[name](device):
            yield Finding(what, ok, privacy.shown(text))
    except EcsetError as error:
        yield Finding(name, False, privacy.shown(str(error)))
    except ModuleNotFoundError as error:
        yield Finding(name, False, f"can't be tried without the package {error.name}")
    except Exception as error:  # noqa: BLE001  what is broken may break in any way
        first = (str(error).strip().splitlines() or ["no reason is given"])[0]
        yield Finding(name, False, privacy.shown(f"{type(error).__name__}: {first}"))
