"""The engine installed in earnest: ``pytest -m setup tests/gui``, with network and 20 GB of disk.

From the zip to the first painted strip; from a folder of wheels with no network at all; killed and
repaired; removed; uninstalled.  `--basetemp` names a folder on a disk that has room.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.gui.conftest import _run
from tests.gui.launch import ROOT, Blender

pytestmark = pytest.mark.setup


@pytest.fixture
def blender(extension_zip, tmp_path) -> Iterator[Blender]:
    """Blender with Ecset and no engine."""
    blender = Blender.without_engine(tmp_path / "blender")
    blender.install(extension_zip)
    yield blender
    shutil.rmtree(tmp_path, ignore_errors=True)  # gigabytes


@pytest.fixture
def window(blender, screen, tmp_path):
    """Do `acts` in a window; returns what was seen."""
    count = 0

    def do(name: str, *acts: list[str], killed: bool = False, **plan: Any) -> dict[str, Any]:
        nonlocal count
        count += 1
        folder = tmp_path / f"window{count}"
        folder.mkdir()
        seen = _run(
            blender,
            screen,
            "setup_real.py",
            folder,
            killed=killed,
            name=name,
            acts=acts,
            seconds=900,
            **plan,
        )
        told = {key: value for key, value in seen.items() if key != "said"}
        print(json.dumps({"name": name, **told}, indent=1, ensure_ascii=False))
        assert all(seen["clicks"])
        return seen

    return do


def left_of(blender: Blender) -> list[str]:
    """What is there of Ecset among a person's files of Blender."""
    user = blender.folder / "user"
    return [str(path.relative_to(user)) for path in user.rglob("*ecset*")]


def test_from_the_zip_to_the_first_painted_strip(blender, window):
    seen = window("network", ["install"], ["paint"], ["doctor"])
    assert seen["at first"] == "none"
    assert any("to download" in line for line in seen["plan"])
    assert seen["installed"] == ["Done", "The engine is ready.", "ready"]
    assert not seen["shown when ready"]
    assert seen["most of the bar"] > 0.5
    assert seen["painted"][0] == "Done"
    assert "FAIL" not in seen["doctor"].replace("FAIL Weights", "")
    folder = Path(seen["folder"])
    assert {path.name for path in folder.iterdir()} >= {"engine.json", "env1"}
    assert not (folder / "cache").exists()
    # uninstalled with the engine in it, Blender leaves nothing behind
    blender.run("--command", "extension", "remove", "ecset")
    assert left_of(blender) == []


def test_remove_leaves_nothing(blender, window):
    seen = window("remove", ["install"], ["remove"])
    assert seen["removed"] == ["Done", "", False]
    assert not Path(seen["folder"]).exists()


def test_from_wheels_without_network(blender, window, tmp_path):
    wheels = Path(os.environ.get("ECSET_WHEELS", tmp_path / "wheels"))
    fill(wheels)
    blender.before = ["unshare", "-n"]
    seen = window("wheels", ["install"], ["paint"], wheels=str(wheels))
    assert seen["installed"] == ["Done", "The engine is ready.", "ready"]
    assert any(str(wheels) in line for line in seen["plan"])
    assert seen["painted"][0] == "Done"


def fill(wheels: Path) -> None:
    """As docs/installation.md says."""
    if wheels.is_dir():
        return
    # uv makes environments without pip
    environment = wheels.with_name("pip")
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    call = [str(environment / "bin/python"), "-m", "pip", "download"]
    call += ["--only-binary=:all:", "--require-hashes"]
    for name in ("engine", "uv"):
        call += ["-r", str(ROOT / f"requirements/{name}.txt")]
    subprocess.run([*call, "-d", str(wheels)], check=True)
    shutil.rmtree(environment)


def test_killed_and_repaired(blender, window):
    seen = window("killed-blender-plan", ["kill", "blender", "plan"], killed=True)
    assert seen["killed"][0][0] == "blender"
    seen = window("killed-blender", ["kill", "blender", "0.3"], killed=True)
    assert seen["at first"] == "none"
    seen = window(
        "killed",
        ["kill", "setup", "plan"],
        ["kill", "uv", "plan"],
        ["kill", "setup", "0.3"],
        ["kill", "uv", "0.5"],
        ["kill", "uv", "0.9"],
        ["install"],
        ["paint"],
    )
    assert seen["at first"] == "unfinished"
    assert [step for step, *_ in seen["after"]] == ["Failed", "Planned", *["Failed"] * 3]
    assert {state for *_, state in seen["after"]} == {"unfinished"}
    assert seen["installed"] == ["Done", "The engine is ready.", "ready"]
    assert seen["painted"][0] == "Done"
