"""The extension in the bpy module: registered once, a new timeline for each test."""

from __future__ import annotations

import atexit
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

# Several workers at once: each sees what it leaves in a temporary folder of its own, where Blender
# looks when it is imported.
if "PYTEST_XDIST_WORKER" in os.environ:
    own = os.environ["TMPDIR"] = tempfile.mkdtemp(prefix="ecset-worker-")
    tempfile.tempdir = None
    atexit.register(shutil.rmtree, own, ignore_errors=True)

import bpy
import pytest

from tests.blender.timeline import Timeline
from tests.packages import package

ROOT = Path(__file__).resolve().parents[2]
FAKE_ENGINE = Path(__file__).with_name("fake_engine")


@pytest.fixture(scope="session")
def extension() -> Iterator[ModuleType]:
    """The extension, imported as the package "ecset" as Blender does under a longer name."""
    spec = importlib.util.spec_from_file_location(
        "ecset", ROOT / "__init__.py", submodule_search_locations=[str(ROOT)]
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules["ecset"] = module
    spec.loader.exec_module(module)
    module.register()
    yield module
    module.unregister()  # or Blender 4.2 crashes and 4.5 hangs at exit


@pytest.fixture(autouse=True)
def fake_engine(extension, monkeypatch) -> Path:
    """Frames that are copies of the plates, by this very Python."""
    from ecset.sequencer import engine

    monkeypatch.setattr(engine, "ROOT", FAKE_ENGINE)
    monkeypatch.setattr(engine, "MODULES", ())
    monkeypatch.setenv(engine.VARIABLE, sys.executable)
    return FAKE_ENGINE


@pytest.fixture
def addon(extension, monkeypatch, tmp_path):
    """The extension's preferences, with a folder for the engine and no other Python."""
    from ecset.operators import setup_engine
    from ecset.sequencer import engine

    monkeypatch.delenv(engine.VARIABLE)
    addon = bpy.context.preferences.addons.new()
    addon.module = "ecset"
    addon.preferences.engine_folder = str(tmp_path / "engine")
    yield addon.preferences
    setup_engine.forget()
    bpy.context.preferences.addons.remove(addon)


@pytest.fixture
def setup(addon, tmp_path):
    """A set-up of the engine in that folder, by a stand-in."""
    from ecset.environment.folder import Choices
    from ecset.sequencer.setup import Setup

    setup = Setup(tmp_path / "engine", Choices("cu130"), tmp_path / "removing.log")
    yield setup
    setup.abandon()


@pytest.fixture
def online(addon):
    """Online access is allowed."""
    bpy.context.preferences.system.use_online_access = True
    yield
    bpy.context.preferences.system.use_online_access = False


@pytest.fixture
def timeline(extension, tmp_path) -> Timeline:
    """An empty timeline of 96 x 54 pixels in a file of its own."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    return Timeline(tmp_path)


@pytest.fixture(scope="session")
def pictures(tmp_path_factory) -> list[Path]:
    """12 different opaque pictures of 64 x 40 pixels, with every value of a byte in them."""
    from tests.blender.timeline import noise, save_png

    folder = tmp_path_factory.mktemp("pictures")
    return [save_png(folder / f"p_{i:04d}.png", noise(64, 40, seed=i)) for i in range(12)]


@pytest.fixture(scope="session")
def movie(extension, pictures, tmp_path_factory) -> Path:
    """The pictures as a movie of 24 frames a second."""
    from tests.blender.timeline import make_movie

    return make_movie(tmp_path_factory.mktemp("movie") / "movie.mkv", pictures, 24)


@pytest.fixture(scope="session")
def tool() -> Callable[..., str]:
    """Blender's tool for extensions, which comes with the module; returns what it prints."""
    program = Path(bpy.utils.system_resource("SCRIPTS"), "addons_core/bl_pkg/cli/blender_ext.py")

    def run(*arguments: str | Path) -> str:
        done = subprocess.run(
            [sys.executable, program, *arguments], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="session")
def built(tool, tmp_path_factory) -> Path:
    """The extension as a zip."""
    return package(tool, ROOT, tmp_path_factory.mktemp("package") / "ecset.zip")
