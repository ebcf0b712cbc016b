"""What an installation would download, from where, how much and where to: what a person agrees to.

uv looks at the machine and writes the very files into a lock file (PEP 751), which is then
installed as it stands.  Versions and hashes are Ecset's own (``requirements/engine.txt``).  Builds
of PyTorch for other cards come from PyTorch's index, of which we know the versions only: their
hashes are what that index states when the plan is made.  What such a build asks for (CUDA's
libraries) is of our version where that will do, and else as the registry states it.
"""

import hashlib
import json
import os
import re
import shutil
import sys
import tomllib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from . import child, packages, reasons, trial, uv
from .errors import BadChoice, SetupError
from .folder import AUTO, REGISTRY, REQUIREMENTS, ROOT, Choices, Folder
from .packages import Package

_WINDOWS = os.name == "nt"

#: So many packages are listed by name.
_FEW = 4

_BUILDS = re.compile(r"auto|registry|cpu|xpu|cu\d+|rocm\d+(\.\d+)*")


@dataclass(frozen=True)
class Plan:
    """What `digest` stands for.  `kept`: names of packages that are there already."""

    choices: Choices
    python: str
    packages: tuple[Package, ...]
    kept: frozenset[str]
    note: str
    digest: str

    @property
    def wanted(self) -> tuple[Package, ...]:
        """What has to be got."""
        return tuple(p for p in self.packages if p.name not in self.kept)

    @property
    def download(self) -> int:
        """Bytes, of files whose size is known."""
        return sum(p.size or 0 for p in self.wanted)

    @property
    def disk(self) -> int:
        """Bytes on disk, about."""
        return sum(packages.unpacked(p) for p in self.wanted)

    @property
    def torch(self) -> Package:
        return next(p for p in self.packages if p.name == "torch")

    @property
    def build(self) -> str:
        """For what PyTorch is built, in words; "" where its files do not tell."""
        return packages.build_title(self.torch.version, {p.name: p.version for p in self.packages})


def make(folder: Folder, choices: Choices, say: Callable[[str], None]) -> Plan:
    """Plan, and keep the plan in the folder.  Raises SetupError and OSError."""
    if not _BUILDS.fullmatch(choices.build):
        raise BadChoice(
            f'"{choices.build}" is no build of PyTorch: auto, registry, cpu, xpu, or one like '
            "cu130 or rocm6.4."
        )
    wheels = Path(choices.wheels).expanduser() if choices.wheels else None
    if wheels is not None and not any(wheels.glob("*.whl")):
        raise BadChoice(f"There are no wheels (*.whl) in {wheels}: name another folder.")
    python = uv.base_python(choices.python)
    program = uv.get(folder, python, wheels, say)
    folder.plan.mkdir(parents=True, exist_ok=True)
    say("Finding out what fits this machine")
    note = _lock(program, folder, python, choices, wheels)
    plan = _read(folder, choices, python, note)
    packages.require_pinned(plan.packages)
    _require_room(folder, plan)
    return plan


def agreed(folder: Folder, choices: Choices, digest: str) -> Plan:
    """The plan that was made and agreed to.  Raises SetupError when it is not there any more."""
    try:
        plan = _read(folder, choices, uv.base_python(choices.python), "")
    except OSError:
        plan = None
    if plan is None or plan.digest != digest:
        raise SetupError("What is to be installed has changed since it was shown: look again.")
    return plan


def _read(folder: Folder, choices: Choices, python: Path, note: str) -> Plan:
    text = lock_file(folder).read_text(encoding="utf-8")
    listed = tuple(packages.package(found) for found in tomllib.loads(text)["packages"])
    digest = hashlib.sha256((text + json.dumps(asdict(choices))).encode()).hexdigest()[:16]
    return Plan(choices, str(python), listed, _kept(folder, listed), note, digest)


def lines(plan: Plan, folder: Folder) -> list[str]:
    """What a person must know, one sentence each."""
    torch, others = plan.torch, len(plan.wanted) - (plan.torch in plan.wanted)
    build = f" for {plan.build}" if plan.build else ""
    if torch in plan.wanted:
        what = f"PyTorch {torch.version.partition('+')[0]}{build} and {_counted(others, 'other ')}"
    elif others:
        what = _counted(others)
    else:
        return ["Nothing is to be got: all packages are there."]
    how_much = f"{readable(plan.download)} to {'unpack' if plan.choices.wheels else 'download'}"
    if unknown := [p.name for p in plan.wanted if p.size is None]:
        how_much += f" and {', '.join(unknown)}, whose size its index does not state"
    said = [f"{what}: {how_much}, about {readable(plan.disk)} on disk."]
    free = shutil.disk_usage(_existing(folder.path)).free
    said.append(f"Goes into {folder.path}, where {readable(free)} are free.")
    sources = ", ".join(sorted({p.source for p in plan.wanted}))
    said.append(f"Comes from {sources}.")
    return [*said, _checked(plan), *([plan.note] if plan.note else [])]


def _counted(number: int, kind: str = "") -> str:
    return f"{number} {kind}package{'' if number == 1 else 's'}"


def _checked(plan: Plan) -> str:
    foreign = [p for p in plan.packages if not p.ours]
    if not foreign:
        return "Every file is checked by the hash that Ecset knows."
    names = ", ".join(p.name for p in foreign)
    if len(foreign) > _FEW:
        names = f"PyTorch and {len(foreign) - 1} packages of its build"
    if plan.choices.wheels:
        return f"{names} are of a build that Ecset knows no hash of: they are taken as they lie."
    hosts = sorted({p.source for p in foreign})
    state = "states" if len(hosts) == 1 else "state"
    return (
        f"Every file is checked by its hash: {names} by what {' and '.join(hosts)} {state} now, "
        "all others by what Ecset knows."
    )


def readable(size: int) -> str:
    """Bytes as a person reads them."""
    if size < 10**8:
        return f"{size / 10**6:.1f} MB"
    return f"{size / 10**9:.1f} GB"


def lock_file(folder: Folder) -> Path:
    """Where the plan's files are listed."""
    return folder.plan / "pylock.ecset.toml"


def _lock(
    program: Path, folder: Folder, python: Path, choices: Choices, wheels: Path | None
) -> str:
    """Write the lock file; returns what a person must know of it, or ""."""
    command: list[str | Path] = [program, "pip", "compile", ROOT / "pyproject.toml"]
    command += ["--python", python, "--no-build", "--no-header"]
    command += ["--quiet", "--no-annotate", "--format", "pylock.toml", "-o", lock_file(folder)]
    ours: list[str | Path] = [*command, "--constraints", REQUIREMENTS]
    if wheels is not None:
        # a studio may have fetched another build
        command += ["--constraints", _constraints(folder)]
        heard = _compile(
            folder, [*command, "--offline", "--no-index", "--find-links", wheels], preferred=True
        )
        if heard is None:
            return ""
        raise BadChoice(
            f"{wheels} does not hold all that is needed: fetch what requirements/engine.txt asks "
            f"for on a machine like this one, with the same Python. {reasons.last_words(heard)}"
        )
    # macOS has one build of PyTorch, which the package registry has
    if choices.build == REGISTRY or (choices.build == AUTO and sys.platform == "darwin"):
        heard = _compile(folder, ours)
        if heard is None:
            return ""
        raise SetupError(f"There is no plan of what to install: {reasons.why(heard)}")
    command += ["--constraints", _constraints(folder), "--torch-backend", choices.build]
    unfit = _compile(folder, command, preferred=True)
    if unfit is None:
        return ""
    if choices.build == AUTO:
        heard = _compile(folder, ours)
        if heard is None:
            note = (
                "This is the package registry's build of PyTorch, as PyTorch's own index gave none "
                f"for this machine: {reasons.why(unfit)}"
            )
            return f"{note} On Windows it works on the processor alone." if _WINDOWS else note
        raise SetupError(f"There is no plan of what to install: {reasons.why(heard)}")
    raise SetupError(f"There is no plan for the build {choices.build}: {reasons.why(unfit)}")


def _constraints(folder: Folder) -> Path:
    """Our versions, but for those of packages that each build of PyTorch has its own of."""
    file = folder.plan / "constraints.txt"
    pins = packages.pins().items()
    lines = [f"{name}=={pin[0]}\n" for name, pin in pins if not packages.of_a_build(name)]
    file.write_text("".join(lines), encoding="utf-8")
    return file


def _compile(
    folder: Folder, command: list[str | Path], preferred: bool = False
) -> list[str] | None:
    """None when it is done, else the lines that say why not.

    `preferred`: take our version of what PyTorch brings along where it will do.
    """
    lock_file(folder).unlink(missing_ok=True)  # what is there is kept to where that can be
    if preferred:
        before = ['lock-version = "1.0"\ncreated-by = "ecset"\n']
        for name, (version, _) in packages.pins().items():
            before.append(f'[[packages]]\nname = "{name}"\nversion = "{version}"\n')
        lock_file(folder).write_text("".join(before), encoding="utf-8")
    heard: list[str] = []
    status = child.run(command, heard.append, {**uv.SETTINGS, "UV_CACHE_DIR": str(folder.cache)})
    return None if status == 0 else heard


def _kept(folder: Folder, listed: tuple[Package, ...]) -> frozenset[str]:
    """What the environment that is there has already, in the same version; none if it is torn."""
    engine = folder.read()
    if engine.python is None or engine.installed is None:
        return frozenset()
    try:
        trial.run(engine.python)
    except SetupError:
        return frozenset()
    there = packages.versions(folder.path / engine.installed.environment)
    return frozenset(p.name for p in listed if there.get(p.name) == p.version)


def _require_room(folder: Folder, plan: Plan) -> None:
    free = shutil.disk_usage(_existing(folder.path)).free
    if free < plan.disk:
        raise BadChoice(
            f"{folder.path} has {readable(free)} free and the engine takes about "
            f"{readable(plan.disk)}: make room, or choose another folder."
        )


def _existing(path: Path) -> Path:
    return next(p for p in (path, *path.parents) if p.exists())
