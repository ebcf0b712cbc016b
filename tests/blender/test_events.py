"""What the command line says to programs (``--json``)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def ecset(extension, capfd):
    """``blender --command ecset ... --json``; returns the exit status and the events."""
    from ecset.operators import command_line

    def run(*arguments):
        capfd.readouterr()
        status = command_line.main([*(str(part) for part in arguments), "--json"])
        said = capfd.readouterr()
        assert "ecset:" not in said.err, "errors are events, too"
        return status, [json.loads(line) for line in said.out.splitlines() if line[:1] == "{"]

    return run


@pytest.fixture
def edit(timeline, pictures) -> Path:
    timeline.images(pictures[:2])
    timeline.scene.ecset.look = "identity"
    return timeline.save()


def kinds(events: list[dict]) -> list[str]:
    """The kinds of events, several frames of one phase as one."""
    found = []
    for event in events:
        name = event["event"]
        name = f"{name} {event['phase']}" if "phase" in event else name
        if found[-1:] != [name]:
            found.append(name)
    return found


PAINTED = ["phase probe", "phase check", "phase plates", "frame plates", "phase paint"]


def test_stylize(edit, ecset, tmp_path):
    target = tmp_path / "painted.blend"
    status, events = ecset("stylize", edit, "--strip", "Shot", "--save-as", target)
    assert status == 0
    assert kinds(events) == ["started", *PAINTED, "frame paint", "result", "saved", "finished"]
    (job,) = (tmp_path / "ecset").iterdir()
    assert events[0] == {
        "event": "started",
        "job": job.name,
        "folder": str(job),
        "scene": "Scene",
        "strip": "Shot",
        "first": 1,
        "last": 2,
        "width": 64,
        "height": 40,
        "keyframes": [],
    }
    assert [event for event in events if event["event"] == "frame"][-1] == {
        "event": "frame",
        "job": job.name,
        "phase": "paint",
        "frame": 2,
        "path": str(job / "frames/ecset_0002.png"),
        "seconds": 0.0,
        "done": 2,
        "total": 2,
    }
    assert events[-3:] == [
        {
            "event": "result",
            "job": job.name,
            "folder": str(job),
            "plates": str(job / "plates/plate_####.png"),
            "frames": str(job / "frames/ecset_####.png"),
            "result": "Shot Ecset",
            "done": 2,
            "total": 2,
        },
        {"event": "saved", "file": str(target)},
        {"event": "finished", "exit_status": 0},
    ]


def test_prepare_resume_and_preview(edit, ecset, tmp_path):
    status, events = ecset("stylize", edit, "--strip", "Shot", "--prepare")
    assert status == 0
    assert kinds(events) == ["started", *PAINTED[:4], "result", "finished"]
    result = events[-2]
    assert (result["result"], result["done"], result["total"]) == (None, 0, 2)
    status, events = ecset("resume", result["folder"])
    painting = ["phase probe", "phase check", "phase paint", "frame paint"]
    assert (status, kinds(events)) == (0, ["started", *painting, "result", "finished"])
    assert (events[0]["strip"], events[0]["first"], events[0]["last"]) == ("Shot", 1, 2)
    status, events = ecset("resume", edit)
    assert kinds(events)[-2:] == ["result", "finished"]
    assert events[-2]["result"] == "Shot Ecset"
    target = tmp_path / "look.png"
    call = ["preview", edit, "--strip", "Shot", "--frame", "2", "--output", target]
    status, events = ecset(*call)
    assert status == 0
    assert [event["event"] for event in events[-2:]] == ["result", "finished"]
    assert (events[-2]["path"], events[-2]["frame"]) == (str(target), 2)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["stylize", "EDIT", "--strip", "Shod"], 'There is no strip "Shod"'),
        (["stylize", "EDIT", "--strip", "Shot", "--format", "JPEG"], "invalid choice: 'JPEG'"),
        (["stylize", "EDIT", "--strip", "Shot", "--all"], "not allowed with argument --strip"),
        (["stylize", "EDIT"], "One of the arguments --strip --all is required"),
        (["stylise"], "invalid choice: 'stylise'"),
        (["status", ".", "--strip", "Shot"], "Unrecognized arguments: --strip Shot"),
        ([], "arguments are required: COMMAND"),
        (["setup"], "start Blender with --online-mode"),
        (["preview", "EDIT", "--strip", "\0", "--frame", "1", "--output", "\0.png"], ""),
    ],
)
def test_errors_are_events(edit, ecset, tmp_path, arguments, sentence):
    status, events = ecset(*(edit if part == "EDIT" else part for part in arguments))
    assert status == 2
    assert kinds(events) == ["error", "finished"]
    assert events[0]["exit_status"] == events[1]["exit_status"] == 2
    assert sentence in events[0]["message"]
    assert [path.name for path in tmp_path.iterdir()] == ["edit.blend"]


def test_a_failure_and_a_note(timeline, edit, ecset, monkeypatch):
    strip = timeline.find("Shot")
    timeline.compat.new_effect(timeline.editor, "Fast", "SPEED", 2, 1, 2, strip)
    timeline.save()
    monkeypatch.setenv("ECSET_FAKE_FAIL", "2")
    status, events = ecset("stylize", edit, "--strip", "Shot")
    assert status == 1
    (note,) = (event for event in events if event["event"] == "note")
    assert 'goes into the effect "Fast"' in note["message"]
    assert events[-2]["message"] == "Frame 2 cannot be painted."
    assert events[-2]["job"] == events[0]["job"]
    assert events[-1] == {"event": "finished", "exit_status": 1}


def test_cancelled(edit, ecset, monkeypatch):
    monkeypatch.setenv("ECSET_FAKE_SECONDS", "30")
    threading.Timer(1.5, os.kill, (os.getpid(), signal.SIGTERM)).start()
    status, events = ecset("stylize", edit, "--strip", "Shot")
    assert status == 130
    assert kinds(events)[-2:] == ["error", "finished"]
    assert events[-1]["exit_status"] == events[-2]["exit_status"] == 130


def test_when_nobody_listens_any_more(edit, tmp_path):
    """The first event is read, and then the pipe is closed."""
    script = tmp_path / "main.py"
    script.write_text(
        f"""
import sys, pathlib, importlib.util
sys.path.insert(0, {str(ROOT)!r})
spec = importlib.util.spec_from_file_location(
    "ecset", {str(ROOT / "__init__.py")!r}, submodule_search_locations=[{str(ROOT)!r}]
)
sys.modules["ecset"] = module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
module.register()
from ecset.operators import command_line
from ecset.sequencer import engine
engine.ROOT, engine.MODULES = pathlib.Path({str(ROOT / "tests/blender/fake_engine")!r}), ()
status = command_line.main(["stylize", {str(edit)!r}, "--strip", "Shot", "--json"])
module.unregister()
sys.exit(status)
"""
    )
    child = subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "ECSET_FAKE_SECONDS": "1"},
    )
    with child:
        for line in child.stdout:
            if line.startswith(b'{"event": "frame"'):
                break
        child.stdout.close()
        said = child.stderr.read().decode()
        assert child.wait() == 130, said
    assert "Traceback" not in said
    assert not list((tmp_path / "ecset").glob("*/frames/ecset_0002.png"))
