"""What the preferences and the sidebar show of the engine, in every state of it."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

import bpy
import pytest

from tests.blender import recording
from tests.blender.setting_up import drive, installed, outdate, planned, state


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "engine"


@pytest.fixture
def show(addon, timeline):
    """What the preferences, or the sidebar, show; None where there is nothing."""

    def draw(sidebar: bool = False, width: int = 400) -> recording.Layout | None:
        from ecset.panels.engine import ECSET_PT_engine, draw_preferences

        context = recording.context(timeline.scene, width)
        if sidebar:
            return recording.draw(ECSET_PT_engine, context)
        layout = recording.Layout()
        draw_preferences(layout, context, addon)
        return layout

    return draw


def words(layout: recording.Layout) -> str:
    return " ".join(layout.texts)


def test_no_network_unless_allowed(addon, folder, tmp_path, show):
    assert not bpy.app.online_access
    with pytest.raises(RuntimeError, match=r"Allow Online Access in the preferences first.*wheels"):
        bpy.ops.ecset.setup_engine()
    shown = show()
    assert "Allow Online Access in the" in words(shown)
    assert "screen.userpref_show" in shown.operators
    assert not folder.exists()
    (tmp_path / "wheels").mkdir()
    addon.wheels = str(tmp_path / "wheels")
    assert "screen.userpref_show" not in show().operators
    assert bpy.ops.ecset.setup_engine() == {"FINISHED"}
    call = json.loads((folder / "plan/call.json").read_text(encoding="utf-8"))
    assert call["wheels"] == str(tmp_path / "wheels")
    assert bpy.ops.ecset.install_engine() == {"FINISHED"}
    assert state(folder) == "ready"


def test_nothing_yet(online, show):
    for layout in (show(), show(sidebar=True)):
        assert "to be set up once" in words(layout).replace("  ", " ")
        assert "Set Up the Engine…" in layout.texts
        assert "ecset.remove_engine" not in layout.operators
    assert {"engine", "engine_folder", "torch_build", "wheels"} <= set(show().properties)


def test_planning_and_planned(online, show, setup, monkeypatch):
    from ecset.operators import setup_engine

    monkeypatch.setattr(setup_engine, "_setups", [setup])
    monkeypatch.setenv("ECSET_FAKE_SECONDS", "0.3")
    setup.make_plan()
    for layout in (show(), show(sidebar=True)):
        assert "Planning…" in layout.texts
        assert "ecset.cancel_engine" in layout.operators
        assert "ecset.setup_engine" not in layout.operators
    drive(setup)
    for layout in (show(), show(sidebar=True)):
        assert "3.0 GB" in words(layout)
        assert layout.operators[-2:] == ["ecset.install_engine", "ecset.decline_engine"]
    setup.install()
    drive(setup, until=lambda: setup.total)
    assert "Downloading torch, nccl" in show().texts
    drive(setup)
    assert show(sidebar=True) is None


def test_broken_off(online, show, setup, folder, monkeypatch):
    monkeypatch.setenv("ECSET_FAKE_SETUP", "die")
    planned(setup).install()
    drive(setup)
    for layout in (show(), show(sidebar=True)):
        assert "did not come to its end" in words(layout)
        assert {"Repair", "Remove…"} <= set(layout.texts)


def test_a_failure_is_shown(online, show, setup, monkeypatch):
    from ecset.operators import setup_engine

    monkeypatch.setattr(setup_engine, "_setups", [setup])
    monkeypatch.setenv("ECSET_FAKE_SETUP", "fail")
    planned(setup).install()
    drive(setup)
    for layout in (show(), show(sidebar=True)):
        assert "could not be got whole" in words(layout)
        assert "Repair" in layout.texts


def test_ready(online, show, setup, folder, monkeypatch):
    installed(setup)
    monkeypatch.setenv("HOME", str(folder.parent))
    assert show(sidebar=True) is None
    layout = show()
    assert "PyTorch 2.15.0 for CUDA 13.2, cpu" in layout.texts
    assert "5.4 GB in ~/engine" in layout.texts
    assert "Remove…" in layout.texts


def test_another_build_is_offered(online, show, addon, setup):
    installed(setup)
    addon.torch_build = "cu130"
    assert "ecset.setup_engine" not in show().operators
    addon.torch_build = "cpu"
    assert "Change to CPU" in show().texts


def test_broken(online, show, setup, folder):
    installed(setup)
    (folder / "env1/bin/python").unlink()
    for layout in (show(), show(sidebar=True)):
        assert "Something of the engine is" in words(layout)
        assert {"Repair", "Remove…"} <= set(layout.texts)


def test_outdated(online, show, setup, folder):
    installed(setup)
    outdate(folder)
    sidebar = show(sidebar=True)
    assert sidebar.texts == ["Update the Engine"]
    assert {"Update", "Remove…"} <= set(show().texts)
    assert (folder / "env1/bin/python").exists()
    installed(setup)
    assert state(folder) == "ready"
    assert show(sidebar=True) is None


def test_update_that_is_broken_off(online, show, setup, folder, monkeypatch):
    from ecset.panels import preferences

    installed(setup)
    outdate(folder)
    monkeypatch.setenv("ECSET_FAKE_SETUP", "die")
    planned(setup).install()
    drive(setup)
    assert "until then the older engine paints" in words(show()).replace("  ", " ")
    assert preferences.engine_python() == folder / "env1/bin/python"


# Another Python.


@pytest.fixture
def looked_at(addon, monkeypatch):
    """Look at a Python as the timer would, which does not run here."""
    from ecset.operators import interpreters
    from ecset.panels import preferences

    def look() -> None:
        interpreters._interpreters.look_at(preferences.engine_python())
        for thread in threading.enumerate():
            if thread.name == "ecset-interpreter":
                thread.join()

    yield look
    interpreters.renew()


def test_another_python(addon, show, looked_at, monkeypatch):
    from ecset.panels import preferences
    from ecset.sequencer import engine

    addon.engine = "another"
    for layout in (show(), show(sidebar=True)):
        assert "ask for another Python and name none" in words(layout).replace("  ", " ")
    assert "engine_python" in show().properties
    assert "torch_build" not in show().properties
    addon.engine_python = sys.executable
    assert "Looking at the Python…" in show().texts
    assert show(sidebar=True) is None
    looked_at()
    assert "Painting with" in words(show())
    monkeypatch.setattr(engine, "MODULES", ("no_such_module",))
    addon.engine_python = sys.executable  # chosen anew: looked at anew
    looked_at()
    for layout in (show(), show(sidebar=True)):
        assert "lacks no_such_module" in words(layout).replace("  ", " ")
    assert "preferences.addon_show" in show(sidebar=True).operators
    addon.engine_python = "/no/python"
    assert "cannot be run" in words(show(sidebar=True))
    assert preferences.engine_is_named()


def test_a_python_of_the_variable(addon, show, looked_at, monkeypatch):
    from ecset.sequencer import engine

    monkeypatch.setenv(engine.VARIABLE, sys.executable)
    looked_at()
    assert show(sidebar=True) is None
    assert f"by {engine.VARIABLE}" in words(show())
