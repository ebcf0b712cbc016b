"""``bpy.ops.ecset.*`` as scripts call it with no window: it returns when it is done."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import bpy
import pytest


@pytest.fixture
def edit(timeline, pictures) -> Path:
    timeline.images(pictures[:3], name="A")
    timeline.images(pictures[3:6], name="Lost", start=11)
    timeline.images(pictures[6:9], name="C", start=21)
    timeline.scene.ecset.look = "identity"
    timeline.editor.active_strip = timeline.find("A")
    return timeline.save()


@pytest.fixture
def unfinished(timeline, edit, monkeypatch) -> Path:
    """The folder of a job that stopped at frame 2; the file is opened another day."""
    monkeypatch.setenv("ECSET_FAKE_FAIL", "2")
    with pytest.raises(RuntimeError, match="Frame 2 cannot be painted"):
        bpy.ops.ecset.stylize()
    monkeypatch.delenv("ECSET_FAKE_FAIL")
    bpy.ops.wm.open_mainfile(filepath=str(edit))
    (folder,) = (edit.parent / "ecset").iterdir()
    assert [path.name for path in (folder / "frames").iterdir()] == ["ecset_0001.png"]
    return folder


def names(timeline) -> list[str]:
    return sorted(strip.name for strip in timeline.compat.all_strips(timeline.editor))


def test_every_choice_is_an_argument(timeline, edit, pictures):
    from ecset.operators import running
    from ecset.operators.choices import declared

    chosen = {
        "style_scale": 1.5,
        "seed": 3,
        "output": "//elsewhere/",
        "format": "PNG16",
        "result_name": "Painted",
        "older": "STACK",
        "originals": "MUTE",
        "detail": 0.25,
        "flip": True,
        "segment": 8,
        "overlap": 2,
    }
    given = {name: getattr(timeline.scene.ecset, name) for name in declared()}
    given.update(chosen, look="patch")
    styles = [{"name": str(pictures[0]), "weight": 2.0, "mask": ""}]
    assert bpy.ops.ecset.stylize(styles=styles, frames="1-3", **given) == {"FINISHED"}
    assert names(timeline) == ["A", "C", "Lost", "Painted"]
    assert timeline.find("A").mute
    settings = running.last_task().settings
    assert settings.brushwork.style_scale == 1.5
    assert (settings.coherence.segment, settings.coherence.overlap) == (8, 2)
    assert timeline.scene.ecset.detail != 0.25, "the panel stays as it is"
    assert bpy.ops.ecset.redo() == {"FINISHED"}
    panel = timeline.scene.ecset
    assert {name: getattr(panel, name) for name in chosen} == chosen
    assert [(style.path, style.weight) for style in panel.styles] == [(str(pictures[0]), 2.0)]
    assert bpy.ops.ecset.stylize() == {"FINISHED"}


def test_selected(timeline, edit):
    """Those that fail are said when the others are done."""
    timeline.find("Lost").directory = "/no/where/"
    for name in ("A", "Lost", "C"):
        timeline.find(name).select = True
    with pytest.raises(RuntimeError, match='The strip "Lost" cannot find its file'):
        bpy.ops.ecset.stylize(selected=True)
    assert names(timeline) == ["A", "A Ecset", "C", "C Ecset", "Lost"]


def test_ctrl_c_ends_all(timeline, edit, monkeypatch):
    from ecset.operators import running

    monkeypatch.setenv("ECSET_FAKE_SECONDS", "30")
    timeline.find("A").select = timeline.find("C").select = True
    # a worker of several is deaf to it
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Timer(2.0, os.kill, (os.getpid(), signal.SIGINT)).start()
    try:
        assert bpy.ops.ecset.stylize(selected=True) == {"CANCELLED"}
    finally:
        signal.signal(signal.SIGINT, before)
    assert names(timeline) == ["A", "C", "Lost"]
    assert not running.is_busy()


def test_preview(timeline, edit):
    timeline.scene.frame_set(2)
    assert bpy.ops.ecset.preview() == {"FINISHED"}
    assert len(names(timeline)) == 5
    assert bpy.ops.ecset.discard_preview() == {"FINISHED"}
    assert names(timeline) == ["A", "C", "Lost"]


@pytest.mark.parametrize("by_name", [False, True])
def test_resume(timeline, unfinished, by_name):
    job = unfinished.name if by_name else ""
    assert bpy.ops.ecset.resume_job(job=job) == {"FINISHED"}
    assert names(timeline) == ["A", "A Ecset", "C", "Lost"]
    assert len(list((unfinished / "frames").iterdir())) == 3


def test_resume_that_fails(timeline, unfinished, monkeypatch):
    monkeypatch.setenv("ECSET_FAKE_FAIL", "3")
    with pytest.raises(RuntimeError, match=r"Frame 3 cannot be painted\."):
        bpy.ops.ecset.resume_job()


def test_cancel_and_forget(timeline, edit, unfinished):
    assert bpy.ops.ecset.cancel_job() == {"FINISHED"}
    with pytest.raises(RuntimeError, match="The job has ended already"):
        bpy.ops.ecset.cancel_job()
    assert bpy.ops.ecset.forget_job(job=unfinished.name) == {"FINISHED"}
    with pytest.raises(RuntimeError, match="There are no jobs"):
        bpy.ops.ecset.resume_job()
    assert unfinished.is_dir()
    bpy.ops.wm.open_mainfile(filepath=str(edit))
    assert not bpy.ops.ecset.resume_job.poll()


def test_log(timeline, unfinished):
    assert bpy.ops.ecset.show_log() == {"FINISHED"}
    assert "'run'" in bpy.data.texts[f"{unfinished.name}.log"].as_string()


def test_what_makes_no_sense_refuses(timeline, edit):
    for name in ("pause_job", "resume_job", "cancel_job", "forget_job", "reveal_job", "show_log"):
        with pytest.raises(RuntimeError, match="There are no jobs"):
            getattr(bpy.ops.ecset, name)()
    for name, sentence in (
        ("setup_engine", "Allow Online Access in the preferences first"),
        ("get_weights", "Allow Online Access in the preferences first"),
        ("cancel_preview", "No preview is being painted"),
        ("discard_preview", "There is no preview"),
        ("redo", "Select a strip that Ecset has painted"),
    ):
        with pytest.raises(RuntimeError, match=sentence):
            getattr(bpy.ops.ecset, name)()
    bpy.ops.ecset.stylize()
    with pytest.raises(RuntimeError, match="The job is not under way: there is nothing to pause"):
        bpy.ops.ecset.pause_job()
    with pytest.raises(RuntimeError, match="There is no screen to show the folder on"):
        bpy.ops.ecset.reveal_job()
    with pytest.raises(RuntimeError, match='There is no job "x"'):
        bpy.ops.ecset.cancel_job(job="x")
