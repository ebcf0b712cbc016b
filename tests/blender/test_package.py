"""The extension as a package, by the tools that come with the bpy module."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import bpy

ROOT = Path(__file__).resolve().parents[2]


def tool(*arguments) -> str:
    scripts = Path(bpy.utils.system_resource("SCRIPTS"))
    program = scripts / "addons_core/bl_pkg/cli/blender_ext.py"
    done = subprocess.run(
        [sys.executable, program, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_builds_to_a_valid_zip_of_what_it_needs(tmp_path):
    tool("validate", ROOT)
    tool("build", "--source-dir", ROOT, "--output-dir", tmp_path)
    (path,) = tmp_path.glob("ecset-*.zip")
    tool("validate", path)
    with zipfile.ZipFile(path) as file:
        names = set(file.namelist())
    assert {name.split("/")[0] for name in names} - {"README.md"} == {
        "LICENSE",
        "__init__.py",
        "blender_manifest.toml",
        "core",
        "operators",
        "panels",
        "presets",
        "requirements",
        "sequencer",
        "vendor_setup.py",
    }
    presets = {str(path.relative_to(ROOT)) for path in (ROOT / "presets").rglob("*.py")}
    assert {
        name for name in names if name.startswith("presets/") and name.endswith(".py")
    } == presets
    assert {name for name in names if name.startswith("requirements/")} == {
        "requirements/engine.txt"
    }
    assert {"core/__main__.py", "sequencer/extract.py", "sequencer/probe.py"} <= names
    assert not [name for name in names if "__pycache__" in name]
