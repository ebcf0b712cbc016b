"""Setting up the engine from Blender, with a stand-in for what does the work."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import bpy
import pytest

from tests.blender import recording
from tests.blender.setting_up import drive, installed, outdate, planned


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
def folder(tmp_path) -> Path:
    return tmp_path / "engine"


@pytest.fixture
def setup(addon, folder, tmp_path):
    from ecset.environment.folder import Choices
    from ecset.sequencer.setup import Setup

    setup = Setup(folder, Choices("cu130"), tmp_path / "removing.log")
    yield setup
    setup.abandon()


@pytest.fixture
def online(addon):
    bpy.context.preferences.system.use_online_access = True
    yield
    bpy.context.preferences.system.use_online_access = False


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


def state(folder: Path) -> str:
    from ecset.environment.folder import Folder

    return Folder(folder).read().state.value


def words(layout: recording.Layout) -> str:
    return " ".join(layout.texts)


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


# The work itself.


def test_plan_and_install(setup, folder):
    setup.make_plan()
    assert setup.step.is_work
    assert setup.progress_text == "Planning…"
    drive(setup)
    assert setup.step.value == "Planned"
    assert setup.plan.lines[0].startswith("PyTorch 2.15.0 for CUDA 13.2 and 27 other packages")
    assert setup.plan.download == 3_000_000_000
    assert state(folder) == "none"
    setup.install()
    drive(setup)
    assert (setup.step.value, setup.message) == ("Done", "The engine is ready.")
    assert state(folder) == "ready"


def test_what_is_chosen_is_said(setup, folder):
    planned(setup)
    call = json.loads((folder / "plan/call.json").read_text(encoding="utf-8"))
    # empty ones too: else an earlier choice would go on
    assert (call["build"], call["wheels"], call["python"]) == ("cu130", "", "")
    assert call["target"] == str(folder)


def test_decline_leaves_nothing(setup, folder):
    planned(setup).decline()
    drive(setup)
    assert (setup.step.value, setup.message) == ("Done", "")
    assert not folder.exists()


def test_decline_leaves_an_engine_alone(setup, folder):
    installed(setup)
    outdate(folder)
    planned(setup).decline()
    assert not setup.step.is_work
    assert state(folder) == "outdated"


def test_progress(setup, monkeypatch):
    monkeypatch.setenv("ECSET_FAKE_SECONDS", "0.1")
    planned(setup).install()
    texts, factors = [], []
    while setup.step.is_work:
        setup.poll()
        texts.append(setup.progress_text)
        factors.append(setup.factor)
    assert "1.5 of 3.0 GB" in [text.replace(" GB of", " of") for text in texts]
    assert 0.5 in factors
    assert texts[0] == "Installing…"


def test_cancel_and_repair(setup, folder, monkeypatch):
    monkeypatch.setenv("ECSET_FAKE_SETUP", "hang")
    planned(setup).install()
    drive(setup, until=lambda: setup.factor == 0.5)
    setup.cancel()
    drive(setup)
    assert (setup.step.value, setup.message) == ("Cancelled", "")
    assert state(folder) == "unfinished"
    monkeypatch.delenv("ECSET_FAKE_SETUP")
    installed(setup)
    assert state(folder) == "ready"


def test_cancel_while_it_plans(setup, folder, monkeypatch):
    monkeypatch.setenv("ECSET_FAKE_SECONDS", "60")
    setup.make_plan()
    setup.cancel()
    drive(setup)
    assert setup.step.value == "Cancelled"
    assert state(folder) == "none"


@pytest.mark.parametrize("how", ["hang", "deaf"])
def test_ends_with_blender(setup, folder, monkeypatch, how):
    monkeypatch.setenv("ECSET_FAKE_SETUP", how)
    planned(setup).install()
    drive(setup, until=lambda: setup.factor == 0.5)
    pid = setup._child.pid
    setup.abandon()
    assert is_gone(pid)
    assert state(folder) == "unfinished"


def test_plan_that_fails(setup, folder, monkeypatch):
    monkeypatch.setenv("ECSET_FAKE_SETUP", "refuse")
    setup.make_plan()
    drive(setup)
    assert setup.step.value == "Failed"
    assert setup.message.startswith("The package registry gave no plan")
    assert state(folder) == "none"


def test_installation_that_fails(setup, folder, monkeypatch):
    monkeypatch.setenv("ECSET_FAKE_SETUP", "fail")
    planned(setup).install()
    drive(setup)
    assert setup.step.value == "Failed"
    assert setup.message.startswith("The packages could not be got whole")
    assert state(folder) == "unfinished"


def test_child_that_dies_without_a_word(setup, folder, monkeypatch):
    monkeypatch.setenv("ECSET_FAKE_SETUP", "die")
    planned(setup).install()
    drive(setup)
    assert setup.step.value == "Failed"
    assert setup.message == f"The engine could not be set up: see {folder / 'setup.log'}."
    assert "noise that is no event" in (folder / "setup.log").read_text(encoding="utf-8")
    assert state(folder) == "unfinished"


def test_remove(setup, folder, tmp_path):
    installed(setup)
    setup.remove()
    drive(setup)
    assert setup.step.value == "Done"
    assert not folder.exists()
    assert (tmp_path / "removing.log").exists()


def test_a_folder_of_somebody_else_stays_as_it_is(setup, folder):
    from ecset.sequencer.errors import BadInput

    folder.mkdir()
    (folder / "mine").touch()
    with pytest.raises(BadInput, match="holds other files \\(mine\\)"):
        setup.make_plan()
    assert [path.name for path in folder.iterdir()] == ["mine"]


def test_a_place_that_is_none(addon, folder, tmp_path):
    from ecset.environment.folder import Choices
    from ecset.sequencer.errors import BadInput
    from ecset.sequencer.setup import Setup

    (tmp_path / "file").touch()
    for place in (tmp_path / "file", tmp_path / "file/engine"):
        with pytest.raises(BadInput, match=r"is a file: choose a folder|cannot be written"):
            Setup(place, Choices(), tmp_path / "log").make_plan()
    wheels = Choices(wheels=str(tmp_path / "no wheels"))
    with pytest.raises(BadInput, match=r"The folder of wheels .* is not there"):
        Setup(folder, wheels, tmp_path / "log").make_plan()
    assert not folder.exists()


# The buttons.


def test_as_a_script_calls_it(online, addon, folder):
    assert bpy.ops.ecset.setup_engine() == {"FINISHED"}
    assert bpy.ops.ecset.install_engine() == {"FINISHED"}
    assert state(folder) == "ready"
    from ecset.panels import preferences

    assert preferences.engine_python() == folder / "env1/bin/python"
    assert bpy.ops.ecset.remove_engine() == {"FINISHED"}
    assert not folder.exists()


def test_not_now(online, folder):
    bpy.ops.ecset.setup_engine()
    assert bpy.ops.ecset.decline_engine() == {"FINISHED"}
    assert not folder.exists()
    with pytest.raises(RuntimeError, match="Nothing is planned"):
        bpy.ops.ecset.install_engine()


def test_what_fails_is_said(online, addon, folder, monkeypatch):
    monkeypatch.setenv("ECSET_FAKE_SETUP", "refuse")
    with pytest.raises(RuntimeError, match="The package registry gave no plan"):
        bpy.ops.ecset.setup_engine()
    folder.mkdir(exist_ok=True)
    (folder / "mine").touch()
    with pytest.raises(RuntimeError, match="choose an empty or a new folder"):
        bpy.ops.ecset.setup_engine()


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


def test_an_engine_stays_under_a_strip_that_is_painted(online, setup, monkeypatch):
    from ecset.operators import running

    bpy.ops.ecset.setup_engine()
    monkeypatch.setattr(running, "is_busy", lambda: True)
    for name in ("install_engine", "remove_engine"):
        with pytest.raises(RuntimeError, match="A strip is being painted: pause or cancel"):
            getattr(bpy.ops.ecset, name)()


@pytest.mark.filterwarnings("ignore:.*blend relative")  # file browsers of older Blenders give them
def test_blend_relative_folders(addon, timeline, tmp_path):
    from ecset.panels import preferences

    timeline.save()
    addon.engine_folder, addon.wheels = "//env", "//wheels/"
    assert preferences.engine_environment() == tmp_path / "env"
    assert preferences.engine_choices().wheels == str(tmp_path / "wheels")
    addon.engine_folder = ""
    assert preferences.engine_environment() is None  # imported from a folder, not installed


# What is shown.


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
        interpreters._interpreters._looking.join()

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
