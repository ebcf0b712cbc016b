"""The packages of a plan: what a lock file says of a wheel, and whether it is the one we know."""

import contextlib
import importlib
import os
import re
import ssl
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import SetupError
from .folder import REQUIREMENTS

#: Its index, and where that has its files, are hosts of this domain.
_PYTORCH = "pytorch.org"

#: Bytes.
_LARGE = 300_000_000

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


def package(found: dict[str, Any]) -> Package:
    """What a lock file says of one.  Raises SetupError where there is no wheel that fits."""
    wheels = found.get("wheels", [])
    if not wheels:
        raise SetupError(f"There is no build of {found['name']} for this system and Python.")
    pin = pins().get(found["name"])
    # of several that fit uv takes one: they are about the same
    urls = [wheel.get("url") or wheel["path"] for wheel in wheels]
    hashes = {wheel["hashes"].get("sha256") for wheel in wheels}
    return Package(
        found["name"],
        found["version"],
        max((_size(w, url) or 0 for w, url in zip(wheels, urls, strict=True)), default=0) or None,
        _source(urls[0]),
        pin is not None and found["version"] == pin[0] and hashes <= pin[1],
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
        with urllib.request.urlopen(  # noqa: S310
            request, timeout=_PATIENCE, context=_trust()
        ) as answer:
            return int(answer.headers["Content-Length"])
    except (OSError, urllib.error.URLError, TypeError, ValueError):
        return None  # and the plan says so


def _trust() -> ssl.SSLContext:
    """Whom this system trusts; and whom Blender brings along for its Python, which knows none."""
    context = ssl.create_default_context()
    if "SSL_CERT_FILE" not in os.environ:
        with contextlib.suppress(ImportError):
            context.load_verify_locations(importlib.import_module("certifi").where())
    return context


def pins() -> dict[str, tuple[str, frozenset[str]]]:
    """Name to version and SHA-256 of its files, of what Ecset has pinned."""
    found = {}
    for entry in re.split(r"\n(?=\S)", REQUIREMENTS.read_text(encoding="utf-8")):
        if head := re.match(r"([\w.-]+)==([^\s;\\]+)", entry):
            found[head[1]] = (head[2], frozenset(re.findall(r"sha256:([0-9a-f]{64})", entry)))
    return found


def of_a_build(name: str) -> bool:
    """Whether each build of PyTorch asks for a version of its own."""
    return re.fullmatch(r"triton|(cuda|nvidia)-.+", name) is not None


def unpacked(package: Package) -> int:
    """Bytes on disk, about: what a byte of such a wheel becomes (measured: Linux, CUDA 13.2)."""
    size = package.size or 0
    if of_a_build(package.name):
        return round(size * 1.75)
    # libraries for a card are packed already; a small PyTorch is the processor's
    return round(size * (2.1 if size > _LARGE else 2.9))


def from_pytorch(package: Package) -> bool:
    """Whether it comes from PyTorch's own index."""
    return package.source == _PYTORCH or package.source.endswith(f".{_PYTORCH}")


def require_pinned(packages: tuple[Package, ...]) -> None:
    """Raise SetupError for a file that is not ours where it could be.

    With another build of PyTorch, that one and what only it asks for are others.
    """
    torch = next((p for p in packages if p.name == "torch"), None)
    if torch is None:
        raise SetupError("The plan holds no PyTorch.")
    known = pins()
    for package in packages:
        if package.ours:
            continue
        if package.name in {"torch", "torchvision"}:
            # on some systems that index has a build whose version does not say so
            fits = from_pytorch(package) or (
                os.path.isabs(package.source) and "+" in package.version
            )
        elif torch.ours:
            fits = False
        elif of_a_build(package.name):
            # the same version from elsewhere has to be the same file
            fits = from_pytorch(package) or package.version != known.get(package.name, ("",))[0]
        else:
            fits = package.name not in known
        if not fits:
            same = package.version == known.get(package.name, ("",))[0]
            raise SetupError(
                f"{package.name} {package.version} from {package.source} is not the file that "
                f"Ecset knows: its {'hash' if same else 'version'} is another."
            )


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


def versions(environment: Path) -> dict[str, str]:
    """The packages of an environment, by their normalised names."""
    site = "Lib" if os.name == "nt" else "lib/python3.*"
    found = environment.glob(f"{site}/site-packages/*.dist-info")
    parts = [path.name.removesuffix(".dist-info").partition("-") for path in found]
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, _, version in parts}
