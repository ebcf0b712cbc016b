"""uv, which plans and installs: the version that is pinned, checked by its hash, in our folder.

It comes from the package registry by way of pip, which every Python can bring along, or out of a
folder of wheels, which needs nothing at all.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

from . import child, reasons
from .errors import BadChoice, SetupError
from .folder import ROOT, Folder, environment_python

_PINS = ROOT / "requirements" / "uv.txt"
_NAME = "uv.exe" if os.name == "nt" else "uv"

#: Seconds.
_PATIENCE = 60

#: The engine's packages come in builds for these.
OLDEST, NEWEST = (3, 11), (3, 13)

#: Where Linux has the authorities that it trusts.
_SYSTEM = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt")

#: uv and the system's certificates get on with a studio's proxy; and Python is what we were given.
SETTINGS = {
    "UV_SYSTEM_CERTS": "1",
    "UV_PYTHON_DOWNLOADS": "never",
    "UV_NO_PROGRESS": "1",
    "UV_NO_WRAP": "1",
}


def get(folder: Folder, python: Path, wheels: Path | None, say: Callable[[str], None]) -> Path:
    """The program, got if it is not there.  Raises SetupError and OSError.

    `python`: an interpreter that has pip or can get it; `wheels`: a folder in place of the network.
    """
    program = folder.uv / _NAME
    version, hashes = pinned()
    if _version(program) == version:
        return program
    say(f"Getting uv {version}, which installs the rest")
    folder.uv.mkdir(parents=True, exist_ok=True)
    if wheels is not None:
        _unpack(wheels, version, hashes, program)
    else:
        by_pip(python, folder.uv / "pip", program)
    if _version(program) != version:
        raise SetupError(f"uv {version} does not run on this system: the log says more.")
    return program


def pinned() -> tuple[str, frozenset[str]]:
    """The version, and the SHA-256 of its wheels."""
    text = _PINS.read_text(encoding="utf-8")
    found = re.search(r"^uv==(\S+)", text, re.MULTILINE)
    assert found is not None  # it is our own file
    return found[1], frozenset(re.findall(r"sha256:([0-9a-f]{64})", text))


def _version(program: Path) -> str | None:
    try:
        return _said_by(program, "--version").split()[1]
    except (OSError, subprocess.SubprocessError, IndexError):
        return None


def _said_by(program: Path, *arguments: str) -> str:
    done = subprocess.run(
        [program, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        timeout=_PATIENCE,
        stdin=subprocess.DEVNULL,
        env=child.clean_environment(),
    )
    return done.stdout


def _unpack(wheels: Path, version: str, hashes: frozenset[str], program: Path) -> None:
    """Take it out of a wheel in the folder `wheels`; those of other systems do not run here."""
    found = sorted(wheels.glob(f"uv-{version}-*.whl"))
    for wheel in found:
        if _sha256(wheel) not in hashes:
            raise BadChoice(f"{wheel} is damaged or not the published file: fetch it again.")
        with zipfile.ZipFile(wheel) as archive:
            inside = [n for n in archive.namelist() if n.endswith(f".data/scripts/{_NAME}")]
            if not inside:
                continue
            part = program.with_name(program.name + ".part")
            with archive.open(inside[0]) as source, part.open("wb") as target:
                shutil.copyfileobj(source, target)
        part.chmod(0o755)
        part.replace(program)
        if _version(program) == version:
            return
    what = "runs on this system" if found else f"is uv {version}"
    raise BadChoice(
        f"No file in {wheels} {what}: fetch what requirements/uv.txt asks for on a machine like "
        "this one."
    )


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def by_pip(python: Path, tools: Path, program: Path) -> None:
    """Install it into the folder `tools` for a moment, and keep `program`.  Raises SetupError.

    BadChoice where `python` has no pip and cannot get it.
    """
    install = ["-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
    install += ["--quiet", "--only-binary=:all:", "--require-hashes", "-r", str(_PINS)]
    shutil.rmtree(tools, ignore_errors=True)
    heard: list[str] = []
    # some Pythons can make an environment with pip in it, some have pip, some have both
    if child.run([python, "-m", "venv", tools]) == 0:
        status = child.run([environment_python(tools), *install], heard.append, _certificates())
    elif child.run([python, "-m", "pip", "--version"]) == 0:
        status = child.run([python, *install, "--target", tools], heard.append, _certificates())
    else:
        shutil.rmtree(tools, ignore_errors=True)
        raise BadChoice(
            f"{python} has neither venv nor pip (on Debian and Ubuntu: apt install python3-venv): "
            "install them, or name another Python."
        )
    if status != 0:
        raise SetupError(f"uv, which installs the rest, could not be got: {reasons.why(heard)}")
    (tools / ("Scripts" if os.name == "nt" else "bin") / _NAME).replace(program)
    shutil.rmtree(tools)


def _certificates() -> dict[str, str]:
    """For pip, which may be one that looks at neither the system's nor at SSL_CERT_FILE."""
    named = os.environ.get("SSL_CERT_FILE")
    if named:
        return {} if "PIP_CERT" in os.environ else {"PIP_CERT": named}
    found = [file for file in _SYSTEM if os.path.exists(file)]
    # pip's own settings go before that one
    key = "REQUESTS_CA_BUNDLE"
    return {key: found[0]} if found and not {key, "CURL_CA_BUNDLE"} & {*os.environ} else {}


def base_python(named: str) -> Path:
    """The interpreter to make environments of.  Raises BadChoice.

    `named`: a path, or "" for the one that runs this.
    """
    python = Path(os.path.abspath(Path(named).expanduser())) if named else Path(sys.executable)
    try:
        said = _said_by(python, "-c", "import sys; print(*sys.version_info[:2])")
        version = tuple(map(int, said.split()))
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise BadChoice(f"{python} is no Python that runs: name another one.") from error
    if not OLDEST <= version <= NEWEST:
        wanted = " to ".join(".".join(map(str, v)) for v in (OLDEST, NEWEST))
        have = ".".join(map(str, version))
        raise BadChoice(f"{python} is Python {have}, the engine needs {wanted}: name another one.")
    return python
