"""A package registry for tests: small wheels of our own, in a folder and over loopback."""

from __future__ import annotations

import functools
import hashlib
import http.server
import json
import threading
import zipfile
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
) -> Path:
    """A wheel with one module; `ballast`: bytes of another file in it."""
    stem = f"{name.replace('-', '_')}-{version}"
    info = f"{stem}.dist-info"
    module = _IMPORTED.get(name, name.replace("-", "_"))
    files = {
        f"{module}/__init__.py": code.replace("{version}", version),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
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


class Registry:
    """Serves the wheels of a folder as an index (PEP 503 and 691), on loopback."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[str] = []
        handler = functools.partial(_Handler, self)
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/simple"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    def __init__(self, registry: Registry, *arguments: object) -> None:
        self._registry = registry
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def _answer(self, with_body: bool) -> None:
        self._registry.asked.append(self.path)
        kind = "application/octet-stream"
        if self.path.startswith("/simple/"):
            body = self._index(self.path.split("/")[2])
            kind = "application/vnd.pypi.simple.v1+json"
        else:
            file = self._registry.folder / self.path.rpartition("/")[2]
            body = file.read_bytes() if file.exists() else None
        if body is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def _index(self, name: str) -> bytes | None:
        wheels = [
            wheel
            for wheel in sorted(self._registry.folder.glob("*.whl"))
            if wheel.name.split("-")[0].replace("_", "-").lower() == name
        ]
        if not wheels:
            return None
        files = [
            {
                "filename": wheel.name,
                "url": f"/files/{wheel.name}",
                "hashes": {"sha256": sha256(wheel)},
                "size": wheel.stat().st_size,
            }
            for wheel in wheels
        ]
        return json.dumps({"meta": {"api-version": "1.1"}, "name": name, "files": files}).encode()

    def log_message(self, *_: object) -> None:
        """Quiet."""
