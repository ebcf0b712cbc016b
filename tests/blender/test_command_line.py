"""``main(argv)``, which is what ``blender --command ecset`` calls."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import bpy
import numpy as np
import pytest


def run(*arguments) -> int:
    from ecset.operators import command_line

    return command_line.main(["stylize", *map(str, arguments), "--look", "identity"])


@pytest.fixture
def edit(timeline, pictures) -> Path:
    timeline.images(pictures, start=-2)
    return timeline.save()


def test_only_frames(edit, tmp_path, capfd):
    before = edit.read_bytes()
    assert run(edit, "--strip", "Shot") == 0
    out = capfd.readouterr().out
    (job,) = (tmp_path / "ecset").iterdir()
    assert f"Job folder: {job}\n" in out
    assert f"12 frames: {job / 'frames'}\n" in out
    assert edit.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["ecset", "edit.blend"]


@pytest.mark.parametrize("target", ["other/painted.blend", "edit.blend"])
def test_save_as(timeline, edit, tmp_path, target):
    expected = timeline.shown(3)
    path = tmp_path / target
    path.parent.mkdir(exist_ok=True)
    assert run(edit, "--strip", "Shot", "--save-as", path) == 0
    bpy.ops.wm.open_mainfile(filepath=str(path))
    result = timeline.find("Shot Ecset")
    assert result.directory.startswith("//")
    assert Path(bpy.path.abspath(result.directory), "ecset_0003.png").resolve().is_file()
    assert result["ecset_job"] == Path(result.directory).parent.name
    timeline.find("Shot").mute = True
    np.testing.assert_array_equal(timeline.shown(3), expected)


def test_frames_and_output(edit, tmp_path):
    output = tmp_path / "some where" / "dëep"
    assert run(edit, "--strip", "Shot", "--frames=-1-1", "--output", output) == 0
    (job,) = output.iterdir()
    names = sorted(path.name for path in (job / "frames").iterdir())
    assert names == ["ecset_-001.png", "ecset_0000.png", "ecset_0001.png"]


def test_again_is_the_same_job(edit, tmp_path):
    assert run(edit, "--strip", "Shot") == 0
    assert run(edit, "--strip", "Shot") == 0
    assert len(list((tmp_path / "ecset").iterdir())) == 1


def test_strange_name(timeline, pictures, tmp_path):
    timeline.images(pictures[:2], name='con: "a/b" 日本\\')
    edit = timeline.save()
    assert run(edit, "--strip", 'con: "a/b" 日本\\') == 0
    (job,) = (tmp_path / "ecset").iterdir()
    assert job.name.startswith("con_ _a_b_ 日本_-")


def test_folder_that_reads_like_a_template(timeline, pictures, tmp_path):
    """Blender 4.5 and later read braces and percent signs in a render's path."""
    timeline.images(pictures)
    timeline.folder = tmp_path / "{cut} {{2}} 100% #1 it's"
    timeline.folder.mkdir()
    blend = timeline.save()
    assert run(blend, "--strip", "Shot", "--frames", "1-2") == 0
    assert len(list(timeline.folder.glob("ecset/*/frames/*.png"))) == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_cancel(edit, monkeypatch, capfd, number):
    monkeypatch.setenv("ECSET_FAKE_SECONDS", "30")
    before = signal.getsignal(number)
    killer = threading.Timer(0.5, os.kill, (os.getpid(), number))
    killer.start()
    assert run(edit, "--strip", "Shot") == 130
    assert "ecset: Cancelled: the frames that are done are kept." in capfd.readouterr().err
    assert signal.getsignal(number) == before


def test_help_is_no_error(capsys):
    from ecset.operators import command_line

    assert command_line.main(["stylize", "--help"]) == 0
    assert "--style PICTURE" in capsys.readouterr().out


def test_operator_executes_to_the_end(timeline, edit):
    timeline.editor.active_strip = timeline.find("Shot")
    timeline.scene.ecset.look = "identity"
    assert bpy.ops.ecset.stylize(frames="1-2") == {"FINISHED"}
    assert timeline.editor.active_strip.name == "Shot Ecset"
    assert not bpy.ops.ecset.cancel.poll()


def test_operator_takes_several_styles(timeline, edit, pictures):
    from ecset.operators import running

    timeline.editor.active_strip = timeline.find("Shot")
    styles = [
        {"name": str(pictures[0]), "weight": 2.0, "mask": ""},
        {"name": str(pictures[1]), "weight": 1.0, "mask": ""},
    ]
    assert bpy.ops.ecset.stylize(styles=styles, frames="1") == {"FINISHED"}
    chosen = running.last_task().settings.styles
    assert [(s.path, s.weight) for s in chosen] == [
        (str(pictures[0]), 2.0),
        (str(pictures[1]), 1.0),
    ]
