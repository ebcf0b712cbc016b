"""The queue, and a result strip while it is painted: as in a window, but moved on by hand."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import bpy
import pytest


@pytest.fixture
def queue(timeline, monkeypatch):
    """The queue of a window; `poll` moves it on as its timer does."""
    from ecset.operators import running
    from ecset.operators.order import Order
    from ecset.sequencer.commission import commission
    from ecset.sequencer.task import StylizeTask

    monkeypatch.setenv("ECSET_FAKE_SECONDS", "0.05")

    class Queue:
        tasks = staticmethod(running.tasks)

        def add(self, name="Shot", **given):
            scene = timeline.scene
            order = Order.of_scene(scene, {"look": "identity", **given})
            made = commission(scene, timeline.find(name), order.settings(), order.to_json())
            task = StylizeTask(made, Path(sys.executable))
            running.add(task)
            return task

        def until(self, condition, seconds=60.0):
            end = time.monotonic() + seconds
            while not condition():
                running._tick()
                assert time.monotonic() < end, [(t.phase, t.message) for t in running.tasks()]
                time.sleep(0.01)

        def to_end(self):
            self.until(lambda: not running.is_busy())

    yield Queue()
    running.abandon()


def names(timeline) -> list[str]:
    return [s.name for s in timeline.compat.all_strips(timeline.editor)]


def shows(strip) -> list[str]:
    return [element.filename for element in strip.elements]


def test_frames_show_up_while_they_are_made(timeline, pictures, queue):
    timeline.images(pictures)
    timeline.save()
    task = queue.add()
    queue.until(lambda: task.phase.name == "PAINT" and task.done >= 3)
    assert task.result == "Shot Ecset"
    shown = shows(timeline.find("Shot Ecset"))
    assert len(shown) == 12
    assert shown[0] == "ecset_0001.png"
    assert shown[-1].replace("\\", "/") == "../plates/plate_0012.png"
    assert (task.folder / "frames" / shown[-1]).resolve().is_file(), "it shows something"
    assert task.seconds_left is not None
    queue.to_end()
    assert task.message == '"Shot Ecset" stands over "Shot".'
    assert shows(timeline.find("Shot Ecset")) == [f"ecset_{n:04d}.png" for n in range(1, 13)]


def test_one_after_the_other(timeline, pictures, queue):
    timeline.images(pictures)
    timeline.images(pictures, name="Other", channel=3)
    timeline.save()
    first, second = queue.add(), queue.add("Other")
    together = []

    def both_done():
        together.append(sum(task.phase.is_work for task in queue.tasks()))
        return second.phase.is_end

    queue.until(both_done)
    assert max(together) == 1
    assert (first.phase.name, second.phase.name) == ("DONE", "DONE")
    assert {"Shot Ecset", "Other Ecset"} <= set(names(timeline))


def test_what_was_asked_for_is_painted_though_the_timeline_changes(timeline, pictures, queue):
    """A strip is painted as it was when the button was pressed, and found where it is by then."""
    strip = timeline.images(pictures)
    timeline.save()
    expected = timeline.shown(1)
    task = queue.add()
    strip.use_reverse_frames = True
    timeline.move(strip, 30)
    strip.name, timeline.scene.name = "Renamed", "Other Scene"
    queue.to_end()
    assert task.phase.name == "DONE", task.message
    bpy.data.scenes["Other Scene"].name = "Scene"
    timeline.find("Renamed").mute = True
    assert (timeline.shown(31) == expected).all()


def test_pause_and_go_on(timeline, pictures, queue):
    timeline.images(pictures)
    timeline.save()
    task = queue.add()
    queue.until(lambda: task.phase.name == "PAINT" and task.done >= 3)
    bpy.ops.ecset.pause_job(job=task.name)
    queue.until(lambda: task.phase.name == "PAUSED")
    assert "Shot Ecset" in names(timeline), "what is painted can be seen"
    plate = task.folder / "plates/plate_0001.png"
    before = plate.stat().st_mtime_ns
    bpy.ops.ecset.resume_job(job=task.name)
    queue.to_end()
    assert task.phase.name == "DONE", task.message
    assert plate.stat().st_mtime_ns == before, "plates that are there are not rendered again"
    assert names(timeline).count("Shot Ecset") == 1


@pytest.mark.parametrize("broken", ["MODULES", "python"])
def test_an_engine_that_breaks_in_a_pause_takes_no_frames_along(
    timeline, pictures, queue, monkeypatch, tmp_path, broken
):
    from ecset.sequencer import engine

    timeline.images(pictures)
    timeline.save()
    task = queue.add()
    queue.until(lambda: task.phase.name == "PAINT" and task.done >= 3)
    task.pause()
    queue.until(lambda: task.phase.name == "PAUSED")
    before = sorted((task.folder / "frames").iterdir())
    python = Path(sys.executable)
    if broken == "MODULES":
        monkeypatch.setattr(engine, "MODULES", ("no_such_module",))
    else:
        silent = tmp_path / "python"
        silent.write_text("#!/bin/sh\n")
        silent.chmod(0o755)
        python = silent
    task.wait(python, engine.Machine())
    queue.until(lambda: task.phase.is_end)
    assert task.phase.name == "FAILED"
    assert len(before) >= 3
    assert sorted((task.folder / "frames").iterdir()) == before


@pytest.mark.parametrize("paused", [False, True])
def test_cancel_leaves_the_timeline_as_it_was(timeline, pictures, queue, paused):
    strip = timeline.images(pictures)
    strip.blend_type, strip.blend_alpha = "MULTIPLY", 0.5
    timeline.save()
    queue.add(format="PNG16")
    queue.to_end()
    assert timeline.find("Shot").mute
    timeline.find("Shot").mute = False
    task = queue.add()
    queue.until(lambda: task.phase.name == "PAINT" and task.done >= 2)
    assert timeline.find("Shot Ecset").mute, "the older one, until the newer one is complete"
    assert timeline.find("Shot").mute
    if paused:
        task.pause()
        queue.until(lambda: task.phase.name == "PAUSED")
    bpy.ops.ecset.cancel_job(job=task.name)
    queue.until(lambda: task.phase.is_end)
    assert names(timeline) == ["Shot", "Shot Ecset"]
    assert not timeline.find("Shot Ecset").mute
    assert not timeline.find("Shot").mute
    assert (task.folder / "frames").is_dir(), "frames are kept"


def test_an_older_result_is_replaced_or_kept(timeline, pictures, queue):
    timeline.images(pictures)
    timeline.save()
    queue.add()
    queue.to_end()
    queue.add(format="PNG16")
    queue.to_end()
    assert names(timeline) == ["Shot", "Shot Ecset"]
    assert timeline.find("Shot Ecset").channel == 2
    queue.add(format="EXR", older="STACK", result_name="Third")
    queue.to_end()
    assert sorted(names(timeline)) == ["Shot", "Shot Ecset", "Third"]
    assert timeline.find("Third").channel == 3


@pytest.mark.parametrize(("originals", "muted"), [("AUTO", False), ("MUTE", True), ("KEEP", False)])
def test_the_original(timeline, pictures, queue, originals, muted):
    timeline.images(pictures)
    timeline.save()
    queue.add(originals=originals)
    queue.to_end()
    assert timeline.find("Shot").mute == muted


def test_another_day(timeline, pictures, queue):
    """Blender ends in the middle of a job; another one opens the file."""
    from ecset.operators import running

    timeline.images(pictures)
    blend = timeline.save()
    task = queue.add()
    queue.until(lambda: task.phase.name == "PAINT" and task.done >= 3)
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    assert task.phase.name == "CANCELLED"
    (found,) = running.tasks()
    assert (found.name, found.phase.name) == (task.name, "PAUSED")
    assert 3 <= found.done < 12
    assert names(timeline) == ["Shot"]
    bpy.ops.ecset.resume_job(job=found.name)
    queue.to_end()
    assert found.phase.name == "DONE", found.message
    assert names(timeline) == ["Shot", "Shot Ecset"]


def test_a_file_that_was_saved_meanwhile_catches_up(timeline, pictures, queue):
    timeline.images(pictures)
    timeline.save()
    task = queue.add()
    queue.until(lambda: task.phase.name == "PAINT" and task.done >= 3)
    blend = timeline.save()
    queue.to_end()
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    assert queue.tasks() == [], "it is complete"
    assert shows(timeline.find("Shot Ecset")) == [f"ecset_{n:04d}.png" for n in range(1, 13)]


def test_a_cancelled_job_is_not_found_again(timeline, pictures, queue):
    timeline.images(pictures)
    blend = timeline.save()
    task = queue.add()
    queue.until(lambda: task.phase.name == "PAINT" and task.done >= 2)
    task.cancel()
    queue.until(lambda: task.phase.is_end)
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    assert queue.tasks() == []


def test_jobs_of_another_file_are_not_found(timeline, pictures, queue, tmp_path):
    timeline.images(pictures)
    timeline.save()
    before, after = tmp_path / "before.blend", tmp_path / "after.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(before), copy=True)
    task = queue.add()
    queue.until(lambda: task.phase.name == "PAINT" and task.done >= 2)
    bpy.ops.wm.save_as_mainfile(filepath=str(after), copy=True)
    bpy.ops.wm.open_mainfile(filepath=str(before))
    assert queue.tasks() == []
    bpy.ops.wm.open_mainfile(filepath=str(after))
    assert [found.name for found in queue.tasks()] == [task.name], "its result stands here"


def test_the_folder_goes_meanwhile(timeline, pictures, queue):
    import shutil

    timeline.images(pictures)
    timeline.save()
    task = queue.add()
    queue.until(lambda: task.phase.name == "PAINT" and task.done >= 2)
    shutil.rmtree(task.folder.parent)
    queue.until(lambda: task.phase.is_end)
    assert task.phase.name == "FAILED"
    assert task.message == f"The job's folder {task.folder} is gone: stylize the strip again."


def test_the_strip_goes_meanwhile_and_its_painting_stays(timeline, pictures, queue):
    timeline.images(pictures)
    timeline.save()
    task = queue.add()
    queue.until(lambda: task.phase.name == "PAINT" and task.done >= 2)
    timeline.strips.remove(timeline.find("Shot"))
    queue.to_end()
    assert task.phase.name == "DONE", task.message
    assert names(timeline) == ["Shot Ecset"]


def test_the_result_knows_how_it_was_made(timeline, pictures, queue):
    from ecset.sequencer import record

    timeline.images(pictures)
    timeline.save()
    settings = timeline.scene.ecset
    item = settings.styles.add()
    style = pictures[0]
    item.path, item.weight = str(style), 0.5
    settings.seed, settings.strength = 7, 0.25
    queue.add(look="patch", detail=0.75)
    queue.to_end()
    result = timeline.find("Shot Ecset")
    assert result["ecset_version"] == record.version()
    assert result["ecset_style"] == style.name
    settings.styles.clear()
    settings.seed, settings.strength, settings.detail = 1, 1.0, 0.1
    assert bpy.ops.ecset.redo() == {"FINISHED"}
    assert (settings.seed, settings.strength, settings.detail) == (7, 0.25, 0.75)
    assert [(s.path, s.weight) for s in settings.styles] == [(str(style), 0.5)]


@pytest.mark.parametrize(
    "text", ["", "{}", "[1]", json.dumps({"values": {"seed": 6, "detail": "x"}, "styles": []})]
)
def test_damaged_settings_on_a_result(timeline, pictures, queue, text):
    strip = timeline.images(pictures)
    strip["ecset_settings"] = text
    timeline.editor.active_strip = strip
    timeline.scene.ecset.seed = 5
    with pytest.raises(RuntimeError, match="damaged"):
        bpy.ops.ecset.redo()
    assert timeline.scene.ecset.seed == 5


def test_all_selected(timeline, pictures):
    timeline.images(pictures)
    timeline.images(pictures, name="Other", channel=3)
    timeline.images(pictures, name="Not", channel=5).select = False
    timeline.save()
    timeline.editor.active_strip = timeline.find("Shot")
    for name in ("Shot", "Other"):
        timeline.find(name).select = True
    assert bpy.ops.ecset.stylize(look="identity", selected=True) == {"FINISHED"}
    assert sorted(names(timeline)) == ["Not", "Other", "Other Ecset", "Shot", "Shot Ecset"]


def test_a_result_stands_for_its_strip(timeline, pictures):
    timeline.images(pictures)
    timeline.save()
    timeline.editor.active_strip = timeline.find("Shot")
    assert bpy.ops.ecset.stylize(look="identity") == {"FINISHED"}
    assert timeline.editor.active_strip.name == "Shot Ecset"
    assert bpy.ops.ecset.stylize(look="identity", format="PNG16") == {"FINISHED"}
    assert names(timeline) == ["Shot", "Shot Ecset"], "painted anew, in the older one's place"


def test_a_copy_is_not_its_original(timeline, pictures):
    from ecset.sequencer import marks

    first = timeline.images(pictures)
    second = timeline.images(pictures, name="Copy", channel=3)
    first["ecset_id"] = second["ecset_id"] = "same"
    assert marks.identify(timeline.scene, second) != "same"
    assert marks.identify(timeline.scene, first) == "same"
