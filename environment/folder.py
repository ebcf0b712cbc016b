"""What lies in the engine's folder, and what it says of the engine.  Reads quickly: panels ask.

::

    engine.json        the environment that is whole, and what it was made of; written last
    unfinished.json    what was chosen for an installation that has begun and is not whole yet
    env1/, env2/       an environment; a new one is made beside the old one, which works meanwhile
    uv/, cache/, plan/ the installer, what it has downloaded, what a person is asked to agree to
    setup.log, lock
"""

import contextlib
import enum
import hashlib
import json
import os
import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .errors import BadChoice

#: The extension's folder; what it asks of the engine's environment lies in it.
ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements" / "engine.txt"

#: Builds of PyTorch: what fits this machine, the package registry's own, or one that is named.
AUTO, REGISTRY = "auto", "registry"

# Short names: on Windows a path is 260 characters long at most, and PyTorch's are long.
#: Seconds that whoever reads a file is waited for.
_PATIENCE = 2.0

_ENVIRONMENTS = ("env1", "env2")
_OURS = (
    *_ENVIRONMENTS,
    "engine.json",
    "unfinished.json",
    "uv",
    "cache",
    "plan",
    "setup.log",
    "lock",
)


class State(enum.Enum):
    """How far the engine in a folder is."""

    NONE = "none"
    #: An installation was begun and did not come to its end; there may be an older engine.
    UNFINISHED = "unfinished"
    #: It was whole, and something of it is gone.
    BROKEN = "broken"
    #: It works, and this version of Ecset asks for other packages.
    OUTDATED = "outdated"
    READY = "ready"


@dataclass(frozen=True)
class Choices:
    """What a person can choose.

    `build`: of PyTorch, "auto", "registry", or as uv calls it (cpu, cu130, rocm6.4, xpu …);
    `wheels`: a folder of wheels to install from with no network, "" for the network; `python`:
    the interpreter to make the environment of, "" for the one that runs this.
    """

    build: str = AUTO
    wheels: str = ""
    python: str = ""


@dataclass(frozen=True)
class Installed:
    """An environment that is whole.  `environment`: its folder's name; `build`: of PyTorch;
    `requirements`: `requirements_digest` of then; `size`: bytes on disk; `seconds`: it took."""

    environment: str
    python: str
    torch: str
    build: str
    device: str
    requirements: str
    choices: Choices
    size: int
    seconds: float


@dataclass(frozen=True)
class Engine:
    """What is known of the engine in a folder.  `python` is there where one can be run."""

    state: State
    python: Path | None = None
    installed: Installed | None = None
    unfinished: Choices | None = None


def requirements_digest() -> str:
    """Of the packages that this version of Ecset asks for, 16 hexadecimal digits."""
    return hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:16]


def environment_python(environment: Path) -> Path:
    """The interpreter of a virtual environment."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


class Folder:
    """The engine's folder, there or not yet."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.uv = path / "uv"
        self.cache = path / "cache"
        self.plan = path / "plan"
        self.log = path / "setup.log"
        self.lock = path / "lock"
        self._installed = path / "engine.json"
        self._unfinished = path / "unfinished.json"

    def read(self) -> Engine:
        """What is there.  Never raises: what cannot be read is broken."""
        begun, installed = self._begun(), self._whole()
        python = None
        if installed is not None:
            python = environment_python(self.path / installed.environment)
            # a link to a Blender that was removed or moved leads nowhere
            python = python if python.exists() else None
        if self._unfinished.exists():
            return Engine(State.UNFINISHED, python, installed, begun or Choices())
        if installed is None or python is None:
            gone = self._installed.exists()
            return Engine(State.BROKEN if gone else State.NONE, None, installed)
        current = installed.requirements == requirements_digest()
        return Engine(State.READY if current else State.OUTDATED, python, installed)

    def _begun(self) -> Choices | None:
        try:
            return Choices(**_load(self._unfinished))
        except (OSError, TypeError, ValueError):
            return None

    def _whole(self) -> Installed | None:
        try:
            found = _load(self._installed)
            installed = Installed(**{**found, "choices": Choices(**found["choices"])})
        except (OSError, KeyError, TypeError, ValueError):
            return None
        return installed if installed.environment in _ENVIRONMENTS else None

    def require_own(self) -> None:
        """Raise BadChoice when it is a file, or holds other things and no engine."""
        if self.path.exists() and not self.path.is_dir():
            raise BadChoice(f"{self.path} is a file: choose a folder.")
        if not self.path.exists() or self._begun() is not None or self._whole() is not None:
            return
        foreign = sorted(p.name for p in self.path.iterdir() if p.name not in _OURS)
        if foreign:
            raise BadChoice(
                f"{self.path} holds other files ({foreign[0]}): choose an empty or a new folder."
            )

    def begin(self, choices: Choices) -> Path:
        """Mark the folder as unfinished; returns where a new environment goes, which is not there.

        Raises OSError.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        _write(self._unfinished, asdict(choices))
        engine = self.read()
        current = engine.installed.environment if engine.installed and engine.python else None
        free = next(name for name in _ENVIRONMENTS if name != current)
        _remove(self.path / free)
        return self.path / free

    def finish(self, installed: Installed) -> None:
        """From now on this environment is the engine; others and what made it go."""
        _write(self._installed, asdict(installed))
        self._unfinished.unlink()
        for name in _ENVIRONMENTS:
            if name != installed.environment:
                # somebody may be painting with it on Windows: it goes with the next installation
                with contextlib.suppress(OSError):
                    _remove(self.path / name)
        _remove(self.cache)
        _remove(self.plan)

    def remove(self) -> None:
        """Take all of ours away but the lock.  Raises OSError."""
        # what says that it is whole goes first: broken off, it is broken
        for name in _OURS:
            if name != "lock":  # held meanwhile
                _remove(self.path / name)

    def remove_lock(self) -> None:
        """And the folder, when it is empty then.  Raises OSError."""
        self.lock.unlink(missing_ok=True)
        if self.path.is_dir() and not any(self.path.iterdir()):
            self.path.rmdir()


def _load(file: Path) -> dict[str, Any]:
    found = json.loads(file.read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise ValueError(f"{file} holds no object")
    return found


def _write(file: Path, content: dict[str, Any]) -> None:
    file.parent.joinpath("plan").mkdir(exist_ok=True)
    part = file.parent / "plan" / file.name
    part.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            part.replace(file)
        except PermissionError:
            # Windows replaces no file that somebody reads, as Blender does at every draw
            if os.name != "nt" or time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


def _verbatim(path: Path) -> str:
    """A path of Windows that may be longer."""
    full = str(path.absolute())
    return f"\\\\?\\UNC{full[1:]}" if full.startswith("\\\\") else f"\\\\?\\{full}"


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        # without this Windows takes no paths of more than 260 characters
        shutil.rmtree(_verbatim(path) if os.name == "nt" else path)
    else:
        path.unlink(missing_ok=True)
