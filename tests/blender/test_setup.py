"""Setting up the engine from Blender, with a stand-in for what does the work."""

from __future__ import annotations

import json
import os
from pathlib import Path

import bpy
import pytest

from tests.blender.setting_up import drive, installed, outdate, planned, state

pytestmark = pytest.mark.once


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "engine"


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
    assert (call["torch_backend"], call["wheels"], call["python"]) == ("cu130", "", "")
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
