"""``blender --command ecset`` in Blender itself, as a pipeline calls it; needs no window."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

FRAMES = 6


@pytest.fixture
def edit(blender, tmp_path) -> Path:
    path, script = tmp_path / "edit.blend", tmp_path / "make.py"
    script.write_text(
        f"""
import bpy
scene = bpy.context.scene
scene.render.resolution_x, scene.render.resolution_y = 64, 36
editor = scene.sequence_editor_create()
strips = editor.strips if hasattr(editor, "strips") else editor.sequences
end = {{"length": {FRAMES}}} if bpy.app.version >= (5, 0, 0) else {{"frame_end": {FRAMES + 1}}}
strips.new_effect(name="Shot", type="COLOR", channel=1, frame_start=1, **end)
scene.ecset.look = "identity"
bpy.ops.wm.save_as_mainfile(filepath={str(path)!r})
"""
    )
    blender("--background", "--python-exit-code", "1", "--python", script)
    return path


@pytest.fixture
def ecset(stand_in, tmp_path):
    """A call whose events can be read while it works; it keeps its temporary files in a folder."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()

    def start(*arguments, seconds: float = 0.0) -> subprocess.Popen:
        own = {"TMPDIR": str(temporary), "ECSET_FAKE_SECONDS": str(seconds)}
        return subprocess.Popen(
            ["blender", "--command", "ecset", *map(str, arguments)],
            env={**stand_in.environment, **own},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    yield start
    assert not list(temporary.rglob("*.blend")), "no snapshot is left"


def said(process: subprocess.Popen) -> tuple[int, list[dict]]:
    out, _ = process.communicate(timeout=120)
    return process.returncode, [json.loads(line) for line in out.splitlines() if line[:1] == "{"]


def until_painted(process: subprocess.Popen) -> None:
    """Read events up to the first painted frame."""
    for line in process.stdout:
        event = json.loads(line) if line.startswith("{") else {}
        if event.get("event") == "frame" and event["phase"] == "paint":
            return
    raise AssertionError(process.stderr.read())


def test_stopped_and_resumed(installed, ecset, edit, tmp_path):
    call = ["stylize", edit, "--strip", "Shot", "--json"]
    stopped = ecset(*call, seconds=2.0)
    until_painted(stopped)
    stopped.send_signal(signal.SIGTERM)
    status, events = said(stopped)
    assert status == 130
    assert events[-1] == {"event": "finished", "exit_status": 130}
    status, (job, _) = said(ecset("status", edit, "--json"))
    assert (status, job["state"], job["total"]) == (0, "unfinished", FRAMES)
    assert 1 <= job["done"] < FRAMES
    target = tmp_path / "painted.blend"
    status, events = said(ecset("resume", edit, "--save-as", target, "--json"))
    assert status == 0
    assert [event["event"] for event in events[-3:]] == ["result", "saved", "finished"]
    assert target.exists()
    status, (job, _) = said(ecset("status", edit, "--json"))
    assert (job["state"], job["done"]) == ("done", FRAMES)


def test_nobody_listens_any_more(installed, ecset, edit):
    started = ecset("stylize", edit, "--strip", "Shot", "--json", seconds=2.0)
    until_painted(started)
    started.stdout.close()
    assert started.wait(60) == 130
    assert "Traceback" not in started.stderr.read()
    (job,) = (edit.parent / "ecset").iterdir()
    assert len(os.listdir(job / "frames")) < FRAMES


@pytest.mark.parametrize("command", ["stylize", "preview", "resume", "status", "weights", "setup"])
def test_help(blender, installed, command):
    done = blender("--command", "ecset", command, "--help")
    assert f"usage: blender --command ecset {command} " in done.stdout
