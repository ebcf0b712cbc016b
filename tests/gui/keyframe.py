"""Controls, and a keyframe painted by hand, with a real mouse; `test_keyframe.py` starts it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import bpy
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from window import (
    MODULE,
    PLAN,
    longest_wait,
    open_or_close,
    picture,
    prepare,
    press,
    pull_edge,
    run,
    seen,
    sequencer,
    show_all,
    ticks,
)

FRAME = 12


def steps() -> Iterator[float]:
    yield from prepare()
    yield from pull_edge(220)
    yield from open_or_close(2)
    picture("6-brushwork")
    yield from open_or_close(2)
    yield from open_or_close(3)
    bpy.context.scene.frame_set(FRAME)
    yield 1.0
    ticks.clear()
    yield from press(1)
    seen["made beside the interface"] = running().keyframe_task() is not None
    yield from wait(lambda: running().keyframe_task() is None)
    seen["longest wait of the main loop"] = longest_wait()
    seen["strips"] = strips()
    yield from undo()
    seen["strips after undo"] = strips()
    yield from redo()
    show_all()
    paint_over(Path(bpy.path.abspath("//ecset/Harbour_keyframes/key_0012.png")))
    yield 1.0
    refresh()
    yield 2.0
    picture("7-keyframe")
    yield from mark_another()
    yield from press(0)
    yield from wait(lambda: not running().is_busy())
    assert running().last_refusal() is None, running().last_refusal()
    task = running().last_task()
    seen["after the end"] = task.phase.name, task.message
    seen["keyframes"] = [(k.frame, Path(k.path).name) for k in task.settings.keyframes]
    seen["strips at the end"] = strips()
    bpy.context.scene.frame_set(5)
    yield from pull_edge(-220)
    yield 1.0
    picture("8-followed")


def running() -> Any:
    return sys.modules[f"{MODULE}.operators.running"]


def strips() -> dict[str, tuple[int, int, int, str]]:
    """Channel, first frame and the one after the last, and whose keyframe each strip is."""
    compat = sys.modules[f"{MODULE}.sequencer.compat"]
    return {
        s.name: (s.channel, compat.left(s), compat.right(s), s.get("ecset_keyframe_of", ""))
        for s in compat.all_strips(bpy.context.scene.sequence_editor)
    }


def wait(condition: Callable[[], bool]) -> Iterator[float]:
    end = time.monotonic() + PLAN["seconds"]
    while not condition() and time.monotonic() < end:
        yield 0.1
    yield 1.0


def undo() -> Iterator[float]:
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
        bpy.ops.ed.undo()
    yield 1.0


def redo() -> Iterator[float]:
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
        bpy.ops.ed.redo()
    yield 1.0


def refresh() -> None:
    """The timeline shows the file as it is now."""
    area, _, main = sequencer()
    window = bpy.context.window_manager.windows[0]
    with bpy.context.temp_override(window=window, area=area, region=main):
        bpy.ops.sequencer.refresh_all()


def paint_over(path: Path) -> None:
    """Few flat colours, and a disc on the sail: what a person does in a painting program."""
    image = bpy.data.images.load(str(path))
    width, height = image.size
    pixels = np.empty(width * height * 4, np.float32)
    image.pixels.foreach_get(pixels)
    rgba = pixels.reshape(height, width, 4)
    rgba[..., :3] = np.round(rgba[..., :3] * 4) / 4 * (1.0, 0.9, 0.75)
    y, x = np.mgrid[:height, :width] / height
    rgba[np.hypot(x - PLAN["disc"][0], y - PLAN["disc"][1]) < 0.05] = 0.1, 0.4, 0.6, 1
    image.pixels.foreach_set(rgba.ravel())
    image.save()
    bpy.data.images.remove(image)


def mark_another() -> Iterator[float]:
    """A picture that was painted elsewhere, brought to the timeline by hand."""
    compat = sys.modules[f"{MODULE}.sequencer.compat"]
    scene = bpy.context.scene
    editor = scene.sequence_editor
    folder = bpy.path.abspath("//shot/")
    brought = compat.new_image_strip(editor, "Brought", folder, ["frame_0020.png"], 3, 20)
    for strip in compat.all_strips(editor):
        strip.select = strip in (brought, editor.active_strip)
    yield 1.0
    yield from press(2)
    yield 1.0
    seen["marked"] = strips()["Brought"]
    compat.strips_of(scene.sequence_editor).remove(
        compat.all_strips(scene.sequence_editor)["Brought"]
    )


run(steps())
