"""The extension as a package, by the tools that come with the bpy module."""

from __future__ import annotations

import os
import re
import tomllib
import zipfile

import pytest

from tests.packages import MANIFEST, ROOT, package

pytestmark = pytest.mark.once

ROOMS = {"core", "environment", "operators", "panels", "presets", "sequencer"}


def test_source_and_zip_are_valid(tool, built):
    assert "Success" in tool("validate", ROOT)
    assert "Success" in tool("validate", built)


def test_holds_what_the_extension_needs_and_nothing_else(built):
    with zipfile.ZipFile(built) as file:
        names = set(file.namelist())
    assert {name for name in names if name.split("/")[0] not in ROOMS} == {
        "LICENSE",
        "README.md",
        "__init__.py",
        "blender_manifest.toml",
        "pyproject.toml",
        "requirements/engine.txt",
        "requirements/uv.txt",
        "vendor_setup.py",
    }
    sources = {
        path.relative_to(ROOT).as_posix() for room in ROOMS for path in (ROOT / room).rglob("*.py")
    }
    assert {name for name in names if name.endswith(".py") and "/" in name} == sources
    assert not [name for name in names if "__pycache__" in name or "/." in name]


def test_same_bytes_from_another_folder_with_other_times_and_rights(tool, built, tmp_path):
    copy = tmp_path / "Another clone, née zip"
    with zipfile.ZipFile(built) as file:
        # the other way round, as a folder's order is the order of writing on some file systems
        for name in reversed(file.namelist()):
            file.extract(name, copy)
    for number, path in enumerate(path for path in copy.rglob("*") if path.is_file()):
        path.chmod(0o700)
        os.utime(path, (10**9 + number, 10**9 + number))
    assert package(tool, copy, tmp_path / "again.zip").read_bytes() == built.read_bytes()


def test_licence_of_the_extension_and_of_the_engine():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert MANIFEST["license"] == ["SPDX:" + project["license"]] == ["SPDX:GPL-3.0-or-later"]


def test_permissions_are_those_that_are_used():
    """Files and the network are the engine's work; the rest can be seen in the sources."""
    sources = "".join(
        path.read_text(encoding="utf-8")
        for room in ("operators", "panels", "sequencer")
        for path in (ROOT / room).rglob("*.py")
    )
    wanted = {"files", "network"} | set(re.findall(r"\.(clipboard)\b", sources))
    assert set(MANIFEST["permissions"]) == wanted
