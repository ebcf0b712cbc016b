"""A package registry for tests: small wheels of our own, in a folder and over loopback."""

from __future__ import annotations

import functools
import hashlib
import http.server
import json
import ssl
import threading
import urllib.parse
import zipfile
from collections.abc import Callable
from pathlib import Path

#: What Ecset's dependencies are called when they are installed, and what is in them here.
MODULES = {
    "torch": """
__version__ = "{version}"
class _Card:
    @staticmethod
    def is_available():
        return False
cuda = xpu = _Card
class backends:
    mps = _Card
""",
    "torchvision": "",
    "opencv-python-headless": "",
    "numpy": "",
    "OpenEXR": "",
    "pillow": "",
    "safetensors": "",
    "pydantic": "",
}
_IMPORTED = {"opencv-python-headless": "cv2", "pillow": "PIL"}


def make_wheel(
    folder: Path,
    name: str,
    version: str,
    code: str = "",
    tag: str = "py3-none-any",
    ballast: int = 0,
    requires: tuple[str, ...] = (),
) -> Path:
    """A wheel with one module; `ballast`: bytes of another file in it; `requires`: others."""
    stem = f"{name.replace('-', '_')}-{version}"
    info = f"{stem}.dist-info"
    module = _IMPORTED.get(name, name.replace("-", "_"))
    files = {
        f"{module}/__init__.py": code.replace("{version}", version),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        + "".join(f"Requires-Dist: {other}\n" for other in requires),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n",
    }
    if ballast:
        files[f"{module}/ballast.bin"] = "x" * ballast
    return write_wheel(folder / f"{stem}-{tag}.whl", info, files)


def write_wheel(path: Path, info: str, files: dict[str, str | bytes]) -> Path:
    record = "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**files, f"{info}/RECORD": record}.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o100755 << 16  # a file that can be run
            archive.writestr(entry, content)
    return path


def make_uv_wheel(folder: Path, uv: Path, version: str) -> Path:
    """A wheel of the program `uv`, in the form that the real one has."""
    info = f"uv-{version}.dist-info"
    files: dict[str, str | bytes] = {
        f"uv-{version}.data/scripts/uv": uv.read_bytes(),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: uv\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    return write_wheel(folder / f"uv-{version}-py3-none-any.whl", info, files)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def pin(wheels: list[Path]) -> str:
    """Requirements with hashes, as the project's own are written."""
    lines = []
    for wheel in wheels:
        name, version = wheel.name.split("-")[:2]
        lines.append(
            f"{name.replace('_', '-').lower()}=={version} \\\n    --hash=sha256:{sha256(wheel)}"
        )
    return "\n".join(lines) + "\n"


class Server(http.server.ThreadingHTTPServer):
    """Whoever asked may be gone before the answer is whole."""

    def handle_error(self, *_: object) -> None:
        """Quiet."""


#: What a server does in place of answering with `body`; `handler` has begun nothing yet.
Fault = Callable[["Handler", bytes], None]


class Registry:
    """Serves the wheels of a folder as an index (PEP 503 and 691), on loopback.

    `faults`: part of a path to what happens to those who ask for it.
    """

    def __init__(self, folder: Path, tls: ssl.SSLContext | None = None) -> None:
        self.folder = folder
        self.asked: list[str] = []
        self.faults: dict[str, Fault] = {}
        handler = functools.partial(Handler, self)
        self._server = Server(("127.0.0.1", 0), handler)
        if tls is not None:
            # hands are shaken in the thread of each connection
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}/simple"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def find(self, path: str) -> tuple[str, bytes] | None:
        """The content type and the bytes that lie at a path."""
        name = path.strip("/").rpartition("/")[2]
        if not path.startswith("/simple/"):
            return read(self.folder / name)
        files = [
            {
                "filename": wheel.name,
                "url": f"/files/{wheel.name}",
                "hashes": {"sha256": sha256(wheel)},
                "size": wheel.stat().st_size,
            }
            for wheel in wheels_of(self.folder, name)
        ]
        if not files:
            return None
        index = {"meta": {"api-version": "1.1"}, "name": name, "files": files}
        return "application/vnd.pypi.simple.v1+json", json.dumps(index).encode()


def wheels_of(folder: Path, name: str) -> list[Path]:
    """Those of one package, by its normalised name."""
    return [
        wheel
        for wheel in sorted(folder.glob("*.whl"))
        if wheel.name.split("-")[0].replace("_", "-").lower() == name
    ]


def metadata(wheel: Path) -> bytes:
    """What a wheel says of itself."""
    with zipfile.ZipFile(wheel) as archive:
        (inside,) = (n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        return archive.read(inside)


def read(file: Path) -> tuple[str, bytes] | None:
    return ("application/octet-stream", file.read_bytes()) if file.exists() else None


class Handler(http.server.BaseHTTPRequestHandler):
    def __init__(self, registry: Registry, *arguments: object) -> None:
        self._registry = registry
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        self._registry.asked.append(self.path)
        found = self._registry.find(urllib.parse.unquote(self.path))
        if found is None:
            self.send_error(404)
            return
        kind, body = found
        for part, fault in self._registry.faults.items():
            if part in self.path and self.command == "GET":
                fault(self, body)
                return
        self.begin(len(body), kind)
        if self.command == "GET":
            self.wfile.write(body)

    def begin(self, length: int, kind: str = "application/octet-stream") -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""
