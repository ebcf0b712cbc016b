"""The doctor: what it finds, also when the engine is missing or broken, and what it keeps quiet."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import bpy
import pytest

from tests.blender import recording
from tests.blender.setting_up import installed

pytestmark = pytest.mark.once

WELL = """
import json, sys
def say(event, **more): print(json.dumps({"event": event, **more}), flush=True)
say("finding", name="PyTorch", ok=True, text="2.15.0 for CUDA 13.2")
"""


@pytest.fixture
def engine_says(monkeypatch, tmp_path):
    """Let the engine's own doctor be this code."""
    from ecset.sequencer import engine

    def write(code: str) -> None:
        (tmp_path / "core.py").write_text(code, encoding="utf-8")
        monkeypatch.setattr(engine, "ROOT", tmp_path)

    return write


@pytest.fixture(autouse=True)
def forgotten(extension):
    from ecset.operators import doctor

    yield
    doctor.forget()


def look() -> dict[str, tuple[bool, str]]:
    from ecset.operators import doctor

    checkup = doctor.begin()
    doctor.wait_for(checkup)
    return {finding.name: (finding.ok, finding.text) for finding in checkup.findings}


def test_all_is_well(timeline, engine_says):
    timeline.save()
    engine_says(WELL + "say('finished')")
    found = look()
    assert found["Blender"] == (True, bpy.app.version_string)
    assert found["PyTorch"] == (True, "2.15.0 for CUDA 13.2")
    assert found["Ecset"][1].count(".") == 2
    assert found["Online access"] == (True, "off: nothing is downloaded")
    ok, text = found["Folder of jobs"]
    assert ok
    assert text.startswith("can be written, ")
    assert all(ok for ok, _ in found.values())


def test_the_engine_finds_something(timeline, engine_says):
    engine_says(WELL + "say('finding', name='Device', ok=False, text='none'); say('finished')")
    assert look()["Device"] == (False, "none")


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("import no_such_library", "exit status 1: ModuleNotFoundError: No module named 'no_such"),
        ("import os; os._exit(7)", "ended with exit status 7"),
        (WELL + "say('error', message='The disk is full.'); sys.exit(1)", "1: The disk is full."),
        (WELL, "ended with exit status 0"),  # it did not come to its end
    ],
)
def test_an_engine_that_breaks(timeline, engine_says, code, sentence):
    engine_says(code)
    ok, text = look()["Engine"]
    assert not ok
    assert sentence in text


def test_an_engine_that_lacks_something(timeline, monkeypatch):
    from ecset.sequencer import engine

    monkeypatch.setattr(engine, "MODULES", ("no_such_module",))
    ok, text = look()["Engine"]
    assert not ok
    assert "lacks no_such_module: set up the engine again" in text


def test_no_engine(timeline, monkeypatch):
    from ecset.sequencer import engine

    monkeypatch.delenv(engine.VARIABLE)
    found = look()
    assert not found["Engine"][0]
    assert 'press "Set Up the Engine"' in found["Engine"][1]
    assert "PyTorch" not in found


def test_own_environment(timeline, monkeypatch, tmp_path, engine_says):
    from ecset.environment.folder import Choices, Folder
    from ecset.panels import preferences
    from ecset.sequencer import engine, setup

    monkeypatch.delenv(engine.VARIABLE)
    monkeypatch.setattr(preferences, "engine_environment", lambda: tmp_path / "e")
    installed(setup.Setup(tmp_path / "e", Choices(), tmp_path / "log"))
    engine_says(WELL + "say('finished')")
    found = look()
    assert found["Environment"][0]
    assert found["Environment"][1].startswith("PyTorch 2.15.0 (auto), 5.4 GB in ")
    assert found["Engine's folder"][0]
    Folder(tmp_path / "e").begin(Choices())
    assert "an older one is in use" in look()["Environment"][1]
    Folder(tmp_path / "e").remove()
    found = look()
    assert found["Environment"][1].startswith("not set up yet")
    assert not found["Environment"][0]


@pytest.mark.skipif(os.name == "nt" or os.getuid() == 0, reason="root may write everywhere")
def test_a_folder_without_rights(extension, tmp_path):
    from ecset.sequencer import doctor

    tmp_path.chmod(0o500)
    assert not doctor.of_folder("Folder", tmp_path / "not there").ok


def test_a_folder_that_is_none(extension, tmp_path):
    from ecset.sequencer import doctor

    (tmp_path / "file").touch()
    found = doctor.of_folder("Folder", tmp_path / "file")
    assert not found.ok
    assert found.text.endswith(": choose another")


def test_a_disk_that_is_full(extension, tmp_path, monkeypatch):
    from ecset.sequencer import doctor

    monkeypatch.setattr(doctor, "_ENOUGH", 1 << 60)
    assert doctor.of_folder("Folder", tmp_path).text.endswith("free: make room")


def test_cancelled(timeline, engine_says):
    from ecset.operators import doctor

    engine_says(WELL + "import time; time.sleep(300)")
    checkup = doctor.begin()
    while "PyTorch" not in [finding.name for finding in checkup.findings]:
        checkup.poll()
    checkup.cancel()
    doctor.wait_for(checkup)
    assert checkup.findings[-1].text == "was not looked at to the end"
    assert not checkup.is_well


# What is kept quiet.


def test_no_private_word(timeline, engine_says, monkeypatch, tmp_path):
    home = tmp_path / "home/zelda"
    (home / "films/secret film").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "zelda")
    bpy.ops.wm.save_as_mainfile(filepath=str(home / "films/secret film/edit.blend"))
    paths = [
        str(home / "x.py"),
        str(home / "films/secret film/a.png"),
        "/mnt/zelda/b",
        "zelda@host",
    ]
    engine_says(WELL + f"say('finding', name='Paths', ok=True, text={' '.join(paths)!r})")
    found = look()
    assert found["Paths"][1] == "~/x.py //a.png /mnt/…/b …@host"
    assert all("zelda" not in text and "secret" not in text for _, text in found.values())


def test_private_words_on_windows(extension, monkeypatch):
    from pathlib import PureWindowsPath

    from ecset.sequencer import private

    class Path(PureWindowsPath):
        @classmethod
        def home(cls):
            return cls("C:\\Users\\Zelda")

        def resolve(self):
            return self

    monkeypatch.setattr(private, "Path", Path)
    for text, quiet in (
        ("C:\\Users\\Zelda\\a", "~\\a"),
        ("C:/Users/Zelda/a", "~/a"),
        ("'C:\\\\Users\\\\Zelda\\\\a'", "'~\\\\a'"),
        ("C:\\Users\\Zeldas", "C:\\Users\\Zeldas"),
    ):
        assert private.at_home(text) == quiet


# Where it is shown.


def test_buttons(timeline, engine_says):
    from ecset.panels import doctor as panel

    context = recording.context(timeline.scene, 600)

    def show() -> recording.Layout:
        layout = recording.Layout()
        panel.draw(layout, context)
        return layout

    assert show().operators == ["ecset.doctor"]
    with pytest.raises(RuntimeError, match="The doctor has not looked yet"):
        bpy.ops.ecset.copy_findings()
    engine_says(WELL + "say('finding', name='Device', ok=False, text='none'); say('finished')")
    assert bpy.ops.ecset.doctor() == {"FINISHED"}
    layout = show()
    assert "PyTorch: 2.15.0 for CUDA 13.2" in layout.texts
    assert {"CHECKMARK", "ERROR"} <= set(layout.icons)
    assert layout.operators == ["ecset.doctor", "ecset.copy_findings"]


def test_text_of_a_report(timeline, engine_says):
    from ecset.operators import doctor

    engine_says(WELL + "say('finding', name='Device', ok=False, text='none'); say('finished')")
    bpy.ops.ecset.doctor()
    lines = doctor.last().report().splitlines()
    assert f"ok   Blender: {bpy.app.version_string}" in lines
    assert lines[-1] == "FAIL Device: none"


def test_while_it_looks(timeline, engine_says):
    from ecset.operators import doctor
    from ecset.panels import doctor as panel

    engine_says(WELL + "import time; time.sleep(300)")
    doctor._checkups[:] = [doctor.begin()]
    layout = recording.Layout()
    panel.draw(layout, recording.context(timeline.scene, 600))
    assert layout.operators == ["ecset.doctor", "ecset.copy_findings", "ecset.cancel_doctor"]
    assert not bpy.ops.ecset.doctor.poll()


def test_command_line(timeline, engine_says, capfd):
    from ecset.operators import command_line

    engine_says(WELL + "say('finished')")
    assert command_line.main(["doctor"]) == 0
    assert "ok   PyTorch: 2.15.0 for CUDA 13.2\n" in capfd.readouterr().out
    engine_says(WELL + "say('finding', name='Device', ok=False, text='none'); say('finished')")
    assert command_line.main(["doctor", "--json"]) == 1
    said = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert {"event": "finding", "name": "Device", "ok": False, "text": "none"} in said
    assert said[-1] == {"event": "finished", "exit_status": 1}
    assert command_line.main(["doctor", "--engine-python", "/no/python"]) == 1
    assert "FAIL Engine: The engine's Python /no/python, named by" in capfd.readouterr().out


def test_a_python_that_is_named(timeline, engine_says, tmp_path):
    from ecset.operators import doctor

    engine_says(
        WELL + "say('finding', name='Python', ok=True, text=sys.executable); say('finished')"
    )
    named = tmp_path / "python"
    named.symlink_to(sys.executable)
    checkup = doctor.begin(str(named))
    doctor.wait_for(checkup)
    assert Path(checkup.findings[-1].text).name == "python"
