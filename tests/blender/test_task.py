"""A strip on its way to being painted: children, resuming, cancelling, failing, dying."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import bpy
import numpy as np
import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def make_task(timeline):
    """A task with a look that changes nothing, for the strip of that name."""
    from ecset.operators.choices import DEFAULT_OUTPUT
    from ecset.operators.order import absolute_path
    from ecset.sequencer.commission import commission
    from ecset.sequencer.job import Settings
    from ecset.sequencer.task import StylizeTask

    tasks = []

    def make(name="Shot", **chosen):
        chosen = {"look": "identity", **chosen}
        chosen.setdefault("output", absolute_path(DEFAULT_OUTPUT, "output folder"))
        made = commission(timeline.scene, timeline.find(name), Settings(**chosen))
        task = StylizeTask(made, Path(sys.executable), headless=True)
        tasks.append(task)
        return task

    yield make
    for task in tasks:
        task.abandon()


def wait_for(condition, seconds=60.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.02)


def test_from_strip_to_result(timeline, movie, make_task):
    timeline.movie(movie, start=-3)
    before = [timeline.shown(frame) for frame in range(-3, 9)]
    blend = timeline.save()
    saved = blend.read_bytes()
    timeline.scene.frame_set(4)
    task = make_task()
    phases = []
    assert task.run_to_end(phases.append) == 0, task.message
    assert [phase.name for phase in phases] == ["PROBE", "CHECK", "PLATES", "PAINT"]
    assert (task.done, task.total, task.result) == (12, 12, "Shot Ecset")
    assert timeline.scene.frame_current == 4, "the session stays as it is"
    assert bpy.data.filepath == str(blend)
    assert blend.read_bytes() == saved
    timeline.find("Shot").mute = True
    for frame, picture in zip(range(-3, 9), before, strict=True):
        np.testing.assert_array_equal(timeline.shown(frame), picture, f"frame {frame}")
    leftovers = [path for path in task.folder.rglob("*") if path.suffix in {".part", ".blend"}]
    assert not leftovers
    assert not list(Path(bpy.app.tempdir).glob("ecset-*"))


def test_unsaved_changes_are_painted(timeline, pictures, make_task):
    strip = timeline.images(pictures)
    timeline.save()
    strip.use_reverse_frames = True
    expected = timeline.shown(1)
    assert make_task().run_to_end() == 0
    timeline.find("Shot").mute = True
    np.testing.assert_array_equal(timeline.shown(1), expected)


def test_job_is_complete_and_as_agreed(timeline, pictures, make_task, tmp_path):
    timeline.images(pictures)
    timeline.save()
    from ecset.sequencer.brushwork import Brushwork
    from ecset.sequencer.coherence import Coherence
    from ecset.sequencer.job import Guide, Style

    for frame in range(2, 5):
        (tmp_path / f"depth_{frame:02d}.exr").touch()
    depth = str(tmp_path / "depth_##.exr")
    task = make_task(
        styles=(Style(__file__, 2.0), Style(__file__, mask=depth)),
        guides=(Guide(depth, 0.5),),
        look="patch",
        brushwork=Brushwork(detail=0.25, rotate=True),
        strength=0.75,
        strength_mask=__file__,
        format="PNG16",
        coherence=Coherence(enabled=False),
        seed=7,
        frames=(2, 4),
    )
    task.abandon()
    assert json.loads((task.folder / "job.json").read_text(encoding="utf-8")) == {
        "version": 1,
        "plates": "plates/plate_####.png",
        "frames": {"first": 2, "last": 4},
        "look": {
            "name": "patch",
            "styles": [
                {"path": __file__, "weight": 2.0, "mask": None},
                {"path": __file__, "weight": 1.0, "mask": depth},
            ],
            "keyframes": [],
            "guides": [{"path": depth, "weight": 0.5, "styles": []}],
            "settings": {
                "style_scale": 1.0,
                "guide_weight": 1.5,
                "detail": 0.25,
                "palette": 1.0,
                "variety": 1.0,
                "rotate": True,
                "flip": False,
            },
        },
        "strength": 0.75,
        "strength_mask": __file__,
        "coherence": {
            "enabled": False,
            "method": "anchored",
            "flow": "dis",
            "flow_weights": None,
            "weight": 4.0,
            "distances": [1, 2, 4],
            "passes": 4,
            "blend": 0.5,
            "segment": None,
            "overlap": 4,
        },
        "output": {"pattern": "frames/ecset_####.png", "format": "PNG", "depth": 16},
        "seed": 7,
    }
    assert task.folder.parent == tmp_path / "ecset"


def test_same_call_same_folder_other_call_another(timeline, pictures, make_task):
    timeline.images(pictures)
    timeline.save()
    folders = []
    for chosen in ({}, {}, {"seed": 1}, {"format": "EXR"}, {"frames": (1, 2)}):
        task = make_task(**chosen)
        task.abandon()
        folders.append(task.folder)
    assert folders[0] == folders[1]
    assert len(set(folders)) == 4
    assert all(folder.name.startswith("Shot-") for folder in folders)


def test_polling_never_blocks(timeline, pictures, make_task, monkeypatch):
    """It comes back many times while a child is at one frame."""
    monkeypatch.setenv("ECSET_FAKE_SECONDS", "0.1")
    timeline.images(pictures)
    timeline.save()
    task, texts = make_task(), []
    task.start()
    while not task.phase.is_end:
        task.poll()
        texts.append(task.progress_text)
        time.sleep(0.005)
    assert task.exit_status == 0
    assert "Frame 5/12 - 0.1 s/frame" in texts
    painting = [text for text in texts if text.startswith("Frame")]
    assert len(painting) > 3 * 12


def test_passes_are_told(timeline, pictures, make_task, monkeypatch):
    from ecset.sequencer.coherence import Coherence

    timeline.images(pictures)
    timeline.save()
    task, texts = make_task(coherence=Coherence(method="multipass", passes=3), frames=(1, 4)), set()

    def hear(event, painted, heard=task._hear):
        heard(event, painted)
        texts.add(task.progress_text.split(" - ")[0])

    monkeypatch.setattr(task, "_hear", hear)
    task.run_to_end()
    assert (task.done, task.total, task.exit_status) == (12, 12, 0)
    assert {"Pass 1/3, frame 4/4", "Pass 2/3, frame 1/4", "Pass 3/3, frame 3/4"} <= texts
    assert task.factor == 1.0


@pytest.mark.parametrize("phase", ["PLATES", "PAINT"])
def test_cancel_and_go_on(timeline, pictures, make_task, monkeypatch, phase):
    monkeypatch.setenv("ECSET_FAKE_SECONDS", "0.1")
    timeline.images(pictures)
    timeline.save()
    task = make_task()
    task.start()

    def reached():
        task.poll()
        return task.phase.name == phase and (phase == "PLATES" or task.done >= 2)

    wait_for(reached)
    child = task._child.pid
    task.cancel()
    assert task.run_to_end() == 130
    assert task.phase.name == "CANCELLED"
    assert not is_running(child)
    assert "Shot Ecset" not in timeline.compat.all_strips(timeline.editor)
    again = make_task()
    assert again.folder == task.folder
    assert again.run_to_end() == 0


def test_failure_is_one_sentence(timeline, pictures, make_task, monkeypatch):
    monkeypatch.setenv("ECSET_FAKE_FAIL", "3")
    timeline.images(pictures)
    timeline.save()
    task = make_task()
    assert task.run_to_end() == 1
    assert task.message == "Frame 3 cannot be painted."


def test_python_without_torch_is_said_before_any_work(timeline, pictures, make_task, monkeypatch):
    from ecset.sequencer import engine

    monkeypatch.setattr(engine, "MODULES", ("no_such_module",))
    timeline.images(pictures)
    timeline.save()
    task = make_task()
    assert task.run_to_end() == 2
    assert "lacks no_such_module" in task.message
    assert not task.folder.parent.exists(), "nothing is left of a job that never began"


def test_strip_that_went_meanwhile(timeline, pictures, make_task):
    timeline.images(pictures)
    timeline.save()
    task = make_task()
    task.start()
    while task.phase.name != "PAINT":
        task.poll()
    timeline.strips.remove(timeline.find("Shot"))
    assert task.run_to_end() == 1
    assert task.message == 'The strip "Shot" is gone from the timeline of "Scene".'


def test_strip_under_an_effect_says_so(timeline, pictures, make_task):
    strip = timeline.images(pictures)
    timeline.compat.new_effect(timeline.editor, "Fast", "SPEED", 2, 1, 12, strip)
    timeline.save()
    assert 'goes into the effect "Fast"' in make_task().notes[0]


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("phase", ["PLATES", "PAINT"])
def test_children_end_when_blender_is_killed(timeline, pictures, tmp_path, phase):
    """A parent that runs a task for ever is killed, as a crash would."""
    timeline.images(pictures)
    blend = timeline.save()
    script = tmp_path / "parent.py"
    script.write_text(
        f"""
import sys, time
sys.path.insert(0, {str(ROOT)!r})
import importlib.util, pathlib
spec = importlib.util.spec_from_file_location(
    "ecset", {str(ROOT / "__init__.py")!r}, submodule_search_locations=[{str(ROOT)!r}]
)
sys.modules["ecset"] = module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
module.register()
import bpy
from ecset.sequencer import commission, engine, job, task
engine.ROOT, engine.MODULES = pathlib.Path(engine.__file__).parents[1] / {FAKE!r}, ()
bpy.ops.wm.open_mainfile(filepath={str(blend)!r})
scene = bpy.data.scenes["Scene"]
strips = scene.sequence_editor
strips = strips.strips_all if hasattr(strips, "strips_all") else strips.sequences_all
settings = job.Settings(look="identity", output=pathlib.Path({str(tmp_path / "out")!r}))
made = commission.commission(scene, strips["Shot"], settings)
task = task.StylizeTask(made, pathlib.Path(sys.executable), headless=True)
task.start()
while True:
    task.poll()
    if task.phase.name == {phase!r} and task.done >= 1:
        print("child", task._child.pid, flush=True)
        time.sleep(600)
    time.sleep(0.005)
"""
    )
    parent = subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "ECSET_FAKE_SECONDS": "2"},
    )
    try:
        child = next(int(line.split()[1]) for line in parent.stdout if line.startswith("child"))
        assert phase == "PLATES" or is_running(child)
    finally:
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
    wait_for(lambda: not is_running(child), 10)
    assert not [p for p in (tmp_path / "out").rglob("frames/*") if p.suffix != ".png"]


FAKE = "tests/blender/fake_engine"
