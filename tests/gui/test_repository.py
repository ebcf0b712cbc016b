"""A folder with the extension in it: Blender's own commands add, install, update and remove."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

import pytest

from tests.gui.launch import ROOT, Blender
from tests.packages import Tool, next_release, package, site

#: What the command line of one Blender after the other says of the installed extension.
WHERE = """
import sys, bpy
from pathlib import Path
module = sys.modules["bl_ext.ecset_site.ecset"]
release = getattr(sys.modules["bl_ext.ecset_site.ecset.sequencer.naming"], "RELEASE", "the first")
engine = Path(bpy.utils.extension_path_user(module.__name__, path="engine", create=True))
print("SEEN", release, engine, sep="|")
"""


@pytest.fixture
def app(tmp_path) -> Blender:
    """Blender with nothing of anybody's in it."""
    return Blender(tmp_path / "app")


@pytest.fixture
def extension(app) -> Tool:
    """``blender --command extension``, with whatever network there is allowed."""
    return partial(app.run, "--online-mode", "--command", "extension")


def seen(app: Blender, folder: Path) -> tuple[str, Path]:
    """The release of the extension that a new Blender loads, and the folder of its engine."""
    script = folder / "where.py"
    script.write_text(WHERE)
    printed = app.run("--background", "--python-exit-code", "1", "--python", script).stdout
    (line,) = (line for line in printed.splitlines() if line.startswith("SEEN|"))
    _, release, engine = line.split("|")
    return release, Path(engine)


def test_blender_installs_updates_and_removes(app, extension, tmp_path):
    built = package(extension, ROOT, tmp_path / "ecset.zip")
    folder = site(extension, tmp_path / "site", built)
    newer = site(extension, tmp_path / "newer", next_release(extension, built, tmp_path))
    address = (folder / "index.json").as_uri()

    # all others go: the tests go no further than this machine
    extension("repo-add", "--clear-all", "--name", "Ecset", "--url", address, "ecset_site")
    extension("install", "--sync", "--enable", "ecset")
    release, engine = seen(app, tmp_path)
    assert release == "the first"
    (engine / "engine.json").write_text("{}")

    shutil.rmtree(folder)
    shutil.copytree(newer, folder)
    updated = extension("update", "--sync").stdout
    assert seen(app, tmp_path) == ("the next", engine), updated
    assert (engine / "engine.json").exists()

    extension("remove", "ecset")
    # Blender takes the extension's user folder along, and with it the engine
    assert not engine.parent.exists()
