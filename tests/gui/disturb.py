"""A person who does not wait for the end of a job; `test_disturbed.py` starts it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy

sys.path.insert(0, str(Path(__file__).parent))

from window import FOLDER, MODULE, PLAN, prepare, run, seen, sequencer


def start() -> Iterator[float]:
    """Begin to paint, and go on when the engine is at work."""
    window = bpy.context.window_manager.windows[0]
    area, _, main = sequencer()
    with bpy.context.temp_override(window=window, area=area, region=main):
        bpy.ops.ecset.stylize("INVOKE_DEFAULT")
    end = time.monotonic() + 120
    while not (last_task().phase.name == "PAINT" and last_task().done) and time.monotonic() < end:
        yield 0.1
    seen["phase"], seen["pid"] = last_task().phase.name, last_task()._child.pid


def last_task() -> Any:
    return sys.modules[f"{MODULE}.operators.running"].last_task()


def names() -> list[str]:
    compat = sys.modules[f"{MODULE}.sequencer.compat"]
    return sorted(strip.name for strip in compat.all_strips(bpy.context.scene.sequence_editor))


def wait() -> Iterator[float]:
    while not last_task().phase.is_end:
        yield 0.1
    yield 0.5
    seen["end of the task"] = last_task().phase.name, last_task().message


def load() -> Iterator[float]:
    """Another file comes."""
    bpy.ops.wm.open_mainfile(filepath=str(FOLDER / "edit.blend"))
    yield 1.0
    seen["end of the task"] = last_task().phase.name, last_task().message
    seen["names"] = names()
    seen["can begin anew"] = bpy.ops.ecset.stylize.poll()


def undo() -> Iterator[float]:
    """A change is made and taken back meanwhile, and the job goes on."""
    scene = bpy.context.scene
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
        scene.render.fps = 25
        bpy.ops.ed.undo_push(message="Rate")
        yield 0.3
        bpy.ops.ed.undo()
    seen["rate"] = bpy.context.scene.render.fps
    yield from wait()
    seen["names"] = names()
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
        bpy.ops.ed.undo()
    yield 0.5
    seen["names after undo"] = names()


def remove() -> Iterator[float]:
    """The strip goes."""
    compat = sys.modules[f"{MODULE}.sequencer.compat"]
    editor = bpy.context.scene.sequence_editor
    compat.strips_of(editor).remove(editor.active_strip)
    yield from wait()


def load_at_keyframe() -> Iterator[float]:
    """Another file comes while a frame to paint over is being made."""
    window = bpy.context.window_manager.windows[0]
    area, _, main = sequencer()
    with bpy.context.temp_override(window=window, area=area, region=main):
        bpy.ops.ecset.add_keyframe("INVOKE_DEFAULT")
    task = sys.modules[f"{MODULE}.operators.running"].keyframe_task()
    seen["pid"] = task._child.pid
    bpy.ops.wm.open_mainfile(filepath=str(FOLDER / "edit.blend"))
    yield 1.0
    seen["names"] = names()
    seen["can begin anew"] = bpy.ops.ecset.add_keyframe.poll()
    seen["left over"] = [
        str(path)
        for path in [*Path(bpy.app.tempdir).glob("ecset-*"), FOLDER / "ecset"]
        if path.exists()
    ]


def quit_() -> Iterator[float]:
    """Nothing more: the end of the steps quits Blender."""
    yield 0.0


def steps() -> Iterator[float]:
    yield from prepare()
    if PLAN["disturb"] == "keyframe":
        yield from load_at_keyframe()
        return
    yield from start()
    yield from {"load": load, "undo": undo, "remove": remove, "quit": quit_}[PLAN["disturb"]]()


run(steps())
