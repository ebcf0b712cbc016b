"""What an installation would download, from where, how much and where to: what a person agrees to.

uv looks at the machine and writes the very files into a lock file (PEP 751), which is then
installed as it stands.  Versions and hashes are Ecset's own (``requirements/engine.txt``).  Builds
of PyTorch for other cards come from PyTorch's index, of which we know the versions only: their
hashes are what that index states when the plan is made.
"""

import hashlib
import json
import os
import re
import shutil
import tomllib
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from . import child, uv
from .errors import BadChoice, SetupError
from .folder import AUTO, REGISTRY, REQUIREMENTS, ROOT, Choices, Folder

#: What a byte of a wheel becomes on disk (measured: 2.94 GiB of wheels are 5.4 GiB, Linux, CUDA).
UNPACKED = 1.85

_BUILDS = re.compile(r"auto|registry|cpu|xpu|cu\d+|rocm\d+(\.\d+)*")

#: Seconds to ask for the size of one file.
_PATIENCE = 20


@dataclass(frozen=True)
class Package:
    """One wheel.  `size`: bytes, None where nobody says; `source`: a host or a folder; `ours`: it
    is checked by Ecset's own hashes."""

    name: str
    version: str
    size: int | None
    source: str
    ours: bool


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
        return round(self.download * UNPACKED)

    @property
    def torch(self) -> Package:
        return next(p for p in self.packages if p.name == "torch")

    @property
    def build(self) -> str:
        """For what PyTorch is built, in words; "" where its files do not tell."""
        return build_title(self.torch.version, {p.name: p.version for p in self.packages})


def build_title(torch: str, versions: dict[str, str]) -> str:
    """What a version of PyTorch among other packages is built for."""
    local = torch.partition("+")[2]
    if found := re.fullmatch(r"cu(\d+)(\d)", local):
        return f"CUDA {found[1]}.{found[2]}"
    if local.startswith("rocm"):
        return f"ROCm {local.removeprefix('rocm')}"
    if local:
        return {"cpu": "the processor", "xpu": "Intel graphics"}.get(local, local)
    cuda = versions.get("cuda-toolkit") or versions.get("nvidia-cuda-runtime")
    return f"CUDA {'.'.join(cuda.split('.')[:2])}" if cuda else ""


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
    folder.require_own()
    python = uv.base_python(choices.python)
    program = uv.get(folder, python, wheels, say)
    folder.plan.mkdir(parents=True, exist_ok=True)
    say("Finding out what fits this machine")
    note = _lock(program, folder, python, choices, wheels)
    plan = _read(folder, choices, python, note)
    _require_pinned(plan.packages)
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
    packages = tuple(_package(found) for found in tomllib.loads(text)["packages"])
    digest = hashlib.sha256((text + json.dumps(asdict(choices))).encode()).hexdigest()[:16]
    return Plan(choices, str(python), packages, _kept(folder, packages), note, digest)


def lines(plan: Plan, folder: Folder) -> list[str]:
    """What a person must know, one sentence each."""
    torch, others = plan.torch, len(plan.wanted) - (plan.torch in plan.wanted)
    build = f" for {plan.build}" if plan.build else ""
    if torch in plan.wanted:
        what = f"PyTorch {torch.version.partition('+')[0]}{build} and {others} other packages"
    else:
        what = f"{others} packages"
    how_much = f"{readable(plan.download)} to {'unpack' if plan.choices.wheels else 'download'}"
    if unknown := [p.name for p in plan.wanted if p.size is None]:
        how_much += f" and {', '.join(unknown)}, whose size its index does not state"
    said = [f"{what}: {how_much}, about {readable(plan.disk)} on disk."]
    free = shutil.disk_usage(_existing(folder.path)).free
    said.append(f"Goes into {folder.path}, where {readable(free)} are free.")
    sources = ", ".join(sorted({p.source for p in plan.wanted})) or "what is there already"
    said.append(f"Comes from {sources}.")
    foreign = [p.name for p in plan.packages if not p.ours]
    if foreign:
        said.append(
            f"Every file is checked by its hash: {', '.join(foreign)} by what PyTorch's own index "
            "states now, all others by what Ecset knows."
        )
    else:
        said.append("Every file is checked by the hash that Ecset knows.")
    return [*said, plan.note] if plan.note else said


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
    command += ["--constraints", REQUIREMENTS, "--python", python, "--no-build", "--no-header"]
    command += ["--quiet", "--no-annotate", "--format", "pylock.toml", "-o", lock_file(folder)]
    if wheels is not None:
        command += ["--offline", "--no-index", "--find-links", wheels]
    backend = [] if wheels or choices.build == REGISTRY else ["--torch-backend", choices.build]
    heard = _compile(folder, [*command, *backend])
    if heard is None:
        return ""
    if wheels is not None:
        raise BadChoice(
            f"{wheels} does not hold all that is needed: fetch what requirements/engine.txt asks "
            f"for on a machine like this one, with the same Python. {last_words(heard)}"
        )
    if choices.build == AUTO:
        heard = _compile(folder, command)
        if heard is None:
            return (
                "PyTorch's own index gave no build made for this machine (it could not be reached, "
                "or has none): this is the package registry's, which runs without a card too."
            )
    raise SetupError(
        "There is no plan of what to install (no network, a proxy to be named by HTTPS_PROXY, no "
        f"such build): {last_words(heard)}"
    )


def _compile(folder: Folder, command: list[str | Path]) -> list[str] | None:
    """None when it is done, else the lines that say why not."""
    lock_file(folder).unlink(missing_ok=True)  # what is there would be kept to
    heard: list[str] = []
    status = child.run(command, heard.append, {**uv.SETTINGS, "UV_CACHE_DIR": str(folder.cache)})
    return None if status == 0 else heard


def last_words(heard: list[str]) -> str:
    """The innermost cause of what uv said, as a sentence."""
    causes = [line.strip(" ├╰─▶│×").split("ause: ")[-1].split("aused by: ")[-1] for line in heard]
    causes = [cause.removeprefix("error: ") for cause in causes if cause]
    return f"{causes[-1].rstrip('.')}." if causes else "The log says more."


def _package(found: dict[str, Any]) -> Package:
    wheels = found.get("wheels", [])
    if not wheels:
        raise SetupError(f"There is no build of {found['name']} for this system and Python.")
    pins = _pins().get(found["name"])
    # of several that fit uv takes one: they are about the same
    urls = [wheel.get("url") or wheel["path"] for wheel in wheels]
    hashes = {wheel["hashes"].get("sha256") for wheel in wheels}
    return Package(
        found["name"],
        found["version"],
        max((_size(w, url) or 0 for w, url in zip(wheels, urls, strict=True)), default=0) or None,
        _source(urls[0]),
        pins is not None and found["version"] == pins[0] and hashes <= pins[1],
    )


def _source(url: str) -> str:
    parts = urllib.parse.urlsplit(url)
    if parts.scheme in {"http", "https"}:
        return parts.netloc.rpartition("@")[2]  # no name, no password
    return str(_local(url).parent)


def _local(url: str) -> Path:
    if not url.startswith("file:"):
        return Path(url)
    return Path(urllib.request.url2pathname(urllib.parse.urlsplit(url).path))


def _size(wheel: dict[str, Any], url: str) -> int | None:
    if "size" in wheel:
        return int(wheel["size"])
    if not url.startswith(("http:", "https:")):
        return _local(url).stat().st_size
    request = urllib.request.Request(url, method="HEAD")  # noqa: S310 - http and https only
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310
            return int(answer.headers["Content-Length"])
    except (OSError, urllib.error.URLError, TypeError, ValueError):
        return None  # and the plan says so


def _pins() -> dict[str, tuple[str, frozenset[str]]]:
    """Name to version and SHA-256 of its files, of what Ecset has pinned."""
    pins = {}
    for entry in re.split(r"\n(?=\S)", REQUIREMENTS.read_text(encoding="utf-8")):
        if found := re.match(r"([\w.-]+)==([^\s;\\]+)", entry):
            pins[found[1]] = (found[2], frozenset(re.findall(r"sha256:([0-9a-f]{64})", entry)))
    return pins


def _require_pinned(packages: tuple[Package, ...]) -> None:
    """Raise SetupError for a file that is not ours where it could be.

    With a build of PyTorch that its own index has, that one and what it asks for are others.
    """
    torch = next((p for p in packages if p.name == "torch"), None)
    if torch is None:
        raise SetupError("The plan holds no PyTorch.")
    pins = _pins()
    for package in packages:
        if package.ours:
            continue
        another_build = "+" in package.version or (
            "+" in torch.version and package.name not in pins
        )
        if not another_build:
            raise SetupError(
                f"{package.name} {package.version} from {package.source} is not the file that "
                "Ecset knows: its hash is another."
            )


def _kept(folder: Folder, packages: tuple[Package, ...]) -> frozenset[str]:
    """What the environment that works has already, in the same version."""
    engine = folder.read()
    if engine.python is None or engine.installed is None:
        return frozenset()
    there = versions(folder.path / engine.installed.environment)
    return frozenset(p.name for p in packages if there.get(p.name) == p.version)


def versions(environment: Path) -> dict[str, str]:
    """The packages of an environment, by their normalised names."""
    site = "Lib" if os.name == "nt" else "lib/python3.*"
    found = environment.glob(f"{site}/site-packages/*.dist-info")
    parts = [path.name.removesuffix(".dist-info").partition("-") for path in found]
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, _, version in parts}


def _require_room(folder: Folder, plan: Plan) -> None:
    free = shutil.disk_usage(_existing(folder.path)).free
    if free < plan.disk:
        raise BadChoice(
            f"{folder.path} has {readable(free)} free and the engine takes about "
            f"{readable(plan.disk)}: make room, or choose another folder."
        )


def _existing(path: Path) -> Path:
    return next(p for p in (path, *path.parents) if p.exists())
