"""``blender --command ecset setup``, with a stand-in for what does the work."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from pathlib import Path

import bpy
import pytest

pytestmark = pytest.mark.once


@pytest.fixture(autouse=True)
def online(extension, monkeypatch):
    from ecset.sequencer import engine

    monkeypatch.delenv(engine.VARIABLE)
    bpy.context.preferences.system.use_online_access = True
    yield
    bpy.context.preferences.system.use_online_access = False


@pytest.fixture
def ecset(capfd):
    """``blender --command ecset setup ...``; returns exit status, events or lines, and errors."""
    from ecset.operators import command_line

    def run(*arguments):
        capfd.readouterr()
        status = command_line.main(["setup", *(str(part) for part in arguments)])
        out, err = capfd.readouterr()
        if "--json" in arguments:
            return status, [json.loads(line) for line in out.splitlines() if line[:1] == "{"], err
        return status, out, err

    return run


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "engine"


def event(events, kind) -> dict:
    (found,) = (event for event in events if event["event"] == kind)
    return found


def test_install(ecset, folder, monkeypatch):
    monkeypatch.setenv("ECSET_FAKE_SECONDS", "0.1")
    status, events, _ = ecset("--target", folder, "--torch-backend", "cu130", "--yes", "--json")
    assert status == 0
    assert events[0] == {"event": "started", "folder": str(folder)}
    plan = event(events, "plan")
    assert plan["download"] == 3_000_000_000
    assert plan["lines"][0].startswith("PyTorch 2.15.0 for CUDA 13.2")
    progress = [e["done"] for e in events if e["event"] == "progress"]
    assert progress == sorted(progress)
    assert {"note", "progress"} <= {e["event"] for e in events}
    result = event(events, "result")
    assert Path(result["python"]) == folder / "env1/bin/python"
    assert (result["torch"], result["build"]) == ("2.15.0", "cu130")
    assert events[-1] == {"event": "finished", "exit_status": 0}


def test_for_a_person(ecset, folder):
    status, said, errors = ecset("--target", folder, "--yes")
    assert (status, errors) == (0, "")
    assert "3.0 GB to download" in said
    assert f"The engine's Python: {folder / 'env1/bin/python'}\n" in said
    assert "or name its Python with --engine-python or by ECSET_ENGINE_PYTHON" in said


def test_agreement_is_needed(ecset, folder):
    status, events, _ = ecset("--target", folder, "--json")
    assert status == 2
    assert event(events, "plan")["lines"]
    assert event(events, "error")["message"] == "Nothing was installed: add --yes to agree to this."
    assert not folder.exists()


@pytest.mark.parametrize(("answer", "status"), [("y\n", 0), ("\n", 130), ("no\n", 130)])
def test_a_person_is_asked_once(ecset, folder, monkeypatch, answer, status):
    reading, writing = os.pipe()
    os.write(writing, answer.encode())
    os.close(writing)
    with os.fdopen(reading) as terminal:
        monkeypatch.setattr(sys, "stdin", _Terminal(terminal))
        done, said, _ = ecset("--target", folder)
    assert done == status
    assert said.count("[y/N]") == 1
    assert folder.exists() == (status == 0)


class _Terminal:
    def __init__(self, file):
        self.readline = file.readline

    def isatty(self):
        return True


def test_online_access_or_wheels(ecset, folder, tmp_path):
    bpy.context.preferences.system.use_online_access = False
    status, _, error = ecset("--target", folder, "--yes")
    assert status == 2
    assert "start Blender with --online-mode" in error
    assert error.endswith("; or install from a folder of wheels (--wheels).\n")
    (tmp_path / "wheels").mkdir()
    assert ecset("--target", folder, "--wheels", tmp_path / "wheels", "--yes")[0] == 0
    status, _, error = ecset("--target", folder, "--wheels", tmp_path / "none", "--yes")
    assert status == 2
    assert f"The folder of wheels {tmp_path / 'none'} is not there" in error


def test_status_and_remove(ecset, folder):
    assert ecset("--target", folder, "--status", "--json")[1][0]["state"] == "none"
    ecset("--target", folder, "--yes")
    said = ecset("--target", folder, "--status", "--json")[1][0]
    assert (said["event"], said["state"]) == ("setup", "ready")
    assert (said["torch"], said["size"]) == ("2.15.0", 5_400_000_000)
    assert f"The engine in {folder} is ready." in ecset("--target", folder, "--status")[1]
    assert ecset("--target", folder, "--remove")[0] == 2
    assert folder.exists()
    assert ecset("--target", folder, "--remove", "--yes")[0] == 0
    assert not folder.exists()
    status, _, error = ecset("--target", folder, "--remove", "--yes")
    assert (status, error) == (2, f"ecset: No engine is set up in {folder}.\n")


@pytest.mark.parametrize(("word", "sentence"), [("refuse", "no plan"), ("fail", "got whole")])
def test_failures(ecset, folder, monkeypatch, word, sentence):
    monkeypatch.setenv("ECSET_FAKE_SETUP", word)
    status, events, _ = ecset("--target", folder, "--yes", "--json")
    assert status == 1
    assert sentence in event(events, "error")["message"]
    monkeypatch.delenv("ECSET_FAKE_SETUP")
    assert ecset("--target", folder, "--yes")[0] == 0


def test_a_folder_of_somebody_else(ecset, folder):
    folder.mkdir()
    (folder / "mine").touch()
    status, _, error = ecset("--target", folder, "--yes")
    assert status == 2
    assert "holds other files (mine)" in error
    assert [path.name for path in folder.iterdir()] == ["mine"]


def test_cancelled(ecset, folder, monkeypatch):
    from ecset.sequencer import setup

    monkeypatch.setenv("ECSET_FAKE_SETUP", "hang")
    hear = setup.Setup._hear

    def stop(self, event):
        hear(self, event)
        if self.factor == 0.5:
            threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()

    monkeypatch.setattr(setup.Setup, "_hear", stop)
    status, events, _ = ecset("--target", folder, "--yes", "--json")
    assert status == 130
    assert event(events, "error")["message"] == "Cancelled: the same call goes on."
    assert ecset("--target", folder, "--status", "--json")[1][0]["state"] == "unfinished"


def test_without_an_extension(ecset):
    status, _, error = ecset("--yes")
    assert status == 2
    assert "name a folder with --target" in error
