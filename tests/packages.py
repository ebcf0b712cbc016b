"""The extension as the Makefile's `package` and `repository` make it, with whatever tool there is.

A tool takes the arguments of ``blender --command extension``.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MANIFEST = tomllib.loads((ROOT / "blender_manifest.toml").read_text(encoding="utf-8"))
NEXT = "99.0.0"

Tool = Callable[..., object]


def package(tool: Tool, source: Path, path: Path) -> Path:
    """`source` as the zip `path`."""
    tool("build", "--source-dir", source, "--output-filepath", path)
    subprocess.run([sys.executable, ROOT / "packaging/same_bytes.py", path], check=True)
    return path


def next_release(tool: Tool, extension: Path, folder: Path) -> Path:
    """A later version of the zip `extension`; its `sequencer.naming` has a ``RELEASE``."""
    source = folder / "next"
    with zipfile.ZipFile(extension) as file:
        file.extractall(source)
    manifest = source / "blender_manifest.toml"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace(f'"{MANIFEST["version"]}"', f'"{NEXT}"'), encoding="utf-8")
    with (source / "sequencer/naming.py").open("a", encoding="utf-8") as file:
        file.write('\nRELEASE = "the next"\n')
    return package(tool, source, folder / "next.zip")


def site(tool: Tool, folder: Path, extension: Path) -> Path:
    """`folder` as a repository of the zip `extension`."""
    folder.mkdir()
    with zipfile.ZipFile(extension) as file:
        version = tomllib.loads(file.read("blender_manifest.toml").decode())["version"]
    (folder / f"ecset-{version}.zip").write_bytes(extension.read_bytes())
    template = ROOT / "packaging/repository.html"
    tool("server-generate", "--repo-dir", folder, "--html", "--html-template", template)
    return folder
