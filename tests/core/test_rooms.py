"""The seam between the two worlds: who may import what."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BLENDERS = {"bpy", "bpy_extras", "bl_operators", "bl_ui", "mathutils", "addon_utils", "gpu", "blf"}
ROOMS = ("environment", "operators", "panels", "sequencer")


def imported(file: Path) -> Iterator[str]:
    """Top-level names of what a file imports; relative imports stay inside and have none."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.split(".")[0]


def test_the_engine_knows_no_blender():
    files = list((ROOT / "core").rglob("*.py"))
    assert files
    for file in files:
        assert not BLENDERS & set(imported(file)), file


def test_blenders_side_needs_nothing_but_blender():
    files = [ROOT / "__init__.py", ROOT / "vendor_setup.py"]
    files += [file for room in ROOMS for file in (ROOT / room).rglob("*.py")]
    assert len(files) > 5
    # The script that renders plates and the one that sets up the engine run by their paths.
    allowed = BLENDERS | sys.stdlib_module_names | {"sequencer", "environment"}
    for file in files:
        assert set(imported(file)) <= allowed, file


def test_a_job_is_checked_without_torch():
    """`check` runs before every job; torch would make it wait for seconds."""
    code = "import sys, core.job, core.run, core.__main__; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
