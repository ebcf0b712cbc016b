"""The scripts in ``examples/scripts``, each run as it says."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from pathlib import Path

import bpy
import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "examples/scripts"


@pytest.fixture
def script(monkeypatch):
    """Run a script in the file that is open, as ``blender -b --python`` does."""

    def run(name: str, *arguments) -> None:
        call = ["blender", "--python", name, "--", *(str(part) for part in arguments)]
        monkeypatch.setattr(sys, "argv", call)
        runpy.run_path(str(SCRIPTS / name), run_name="__main__")

    return run


def found(timeline, path: Path) -> list[str]:
    bpy.ops.wm.open_mainfile(filepath=str(path))
    return sorted(strip.name for strip in timeline.compat.all_strips(timeline.editor))


def test_one_strip(timeline, pictures, tmp_path, script, capfd):
    timeline.images(pictures[:3], name="Harbour")
    timeline.images(pictures[:3], name="Other", start=11)
    timeline.save()
    target = tmp_path / "painted.blend"
    script("one_strip.py", "Harbour", pictures[0], target)
    assert "Harbour Ecset: 3 frames, job Harbour-" in capfd.readouterr().out
    assert found(timeline, target) == ["Harbour", "Harbour Ecset", "Other"]
    assert timeline.find("Harbour Ecset")["ecset_style"] == pictures[0].name


def test_all_strips(timeline, pictures, tmp_path, script, capfd):
    timeline.images(pictures[:3], name="One")
    timeline.images(pictures[:3], name="Lost", start=11)
    timeline.images(pictures[:3], name="Three", start=21)
    timeline.images(pictures[:3], name="Muted", start=31).mute = True
    timeline.find("Lost").directory = "/no/where/"
    timeline.scene.ecset.look = "identity"
    timeline.save()
    target = tmp_path / "painted.blend"
    for _ in range(2):
        with pytest.raises(SystemExit) as end:
            script("all_strips.py", target)
        assert end.value.code == 1
        assert 'Lost: Error: The strip "Lost" cannot find its file' in capfd.readouterr().err
        names = ["Lost", "Muted", "One", "One Ecset", "Three", "Three Ecset"]
        assert found(timeline, target) == names


@pytest.fixture
def blender(tmp_path) -> Path:
    """Stands for Blender with the extension: it knows ``--command ecset``."""
    script, program = tmp_path / "blender.py", tmp_path / "blender"
    script.write_text(
        f"""
import sys, pathlib, importlib.util
spec = importlib.util.spec_from_file_location(
    "ecset", {str(ROOT / "__init__.py")!r}, submodule_search_locations=[{str(ROOT)!r}]
)
sys.modules["ecset"] = module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
module.register()
from ecset.operators import command_line
from ecset.sequencer import engine
engine.ROOT, engine.MODULES = pathlib.Path({str(ROOT / "tests/blender/fake_engine")!r}), ()
print("Blender says something of its own")
assert sys.argv[1:3] == ["--command", "ecset"]
status = command_line.main(sys.argv[3:])
module.unregister()
sys.exit(status)
"""
    )
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}" "$@"\n')
    program.chmod(0o755)
    return program


def test_farm_chunk(timeline, pictures, tmp_path, blender):
    from ecset.operators import command_line

    timeline.images(pictures[:4], start=-1)
    blend = timeline.save()
    call = ["stylize", str(blend), "--strip", "Shot", "--look", "identity", "--prepare"]
    assert command_line.main(call) == 0
    (job,) = (tmp_path / "ecset").iterdir()

    def paint(*arguments) -> tuple[int, list[str]]:
        done = subprocess.run(
            [sys.executable, SCRIPTS / "farm_chunk.py", *arguments],
            env={**os.environ, "BLENDER": str(blender)},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout.splitlines()

    percent = [f"PROGRESS {done}%" for done in (25, 50, 75, 100)]
    assert paint(job, "-1-0", "--devices", "cpu") == (0, percent)
    log = (job / "ecset.log").read_text(encoding="utf-8")
    assert "'--device', 'cpu', '--frames=-1-0'" in log
    (job / "plates/plate_0001.png").unlink()
    status, lines = paint(job, "1-2")
    assert status == 2
    assert lines[0].startswith("ERROR: The plates of ")
