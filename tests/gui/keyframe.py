"""Controls, and a keyframe painted by hand, with a real mouse; `test_keyframe.py` starts it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).parent))

from mouse import press, pull_edge, show_panel
from window import (
    PLAN,
    module,
    paint_over,
    picture,
    prepare,
    redo,
    refresh,
    run,
    running,
    seen,
    show_all,
    ticks,
    turns,
    undo,
    wait,
)

FRAME = 12


def steps() -> Iterator[float]:
    yield from prepare()
    yield from pull_edge(220)
    yield from show_panel("ECSET_PT_keyframes")
    bpy.context.scene.frame_set(FRAME)
    yield 1.0
    ticks.clear()
    yield from press("ecset.add_keyframe")
    seen["made beside the interface"] = running().keyframe_task() is not None
    yield from wait(lambda: running().keyframe_task() is None, "a keyframe")
    yield 0.5
    seen["turns of the main loop"] = turns()
    seen["strips"] = strips()
    yield from undo()
    seen["strips after undo"] = strips()
    yield from redo()
    show_all()
    paint_over(Path(bpy.path.abspath("//ecset/Harbour_keyframes/key_0012.png")), PLAN["disc"])
    yield 1.0
    refresh()
    yield 2.0
    picture("keyframe")
    yield from mark_another()
    yield from press("ecset.stylize")
    yield from wait(lambda: not running().is_busy(), "the end")
    yield 0.5
    assert running().last_refusal() is None, running().last_refusal()
    task = running().last_task()
    seen["after the end"] = task.phase.name, task.message
    seen["keyframes"] = [(k.frame, Path(k.path).name) for k in task.settings.keyframes]
    seen["strips at the end"] = strips()
    bpy.context.scene.frame_set(5)
    yield from pull_edge(-220)
    yield 1.0
    picture("keyframe-followed")


def strips() -> dict[str, tuple[int, int, int, str]]:
    """Channel, first frame and the one after the last, and whose keyframe each strip is."""
    compat = module("sequencer.compat")
    return {
        s.name: (s.channel, compat.left(s), compat.right(s), s.get("ecset_keyframe_of", ""))
        for s in compat.all_strips(bpy.context.scene.sequence_editor)
    }


def mark_another() -> Iterator[float]:
    """A picture that was painted elsewhere, brought to the timeline by hand."""
    compat = module("sequencer.compat")
    scene = bpy.context.scene
    editor = scene.sequence_editor
    folder = bpy.path.abspath("//shot/")
    brought = compat.new_image_strip(editor, "Brought", folder, ["frame_0020.png"], 3, 20)
    for strip in compat.all_strips(editor):
        strip.select = strip in (brought, editor.active_strip)
    yield 1.0
    yield from press("ecset.mark_keyframe")
    yield 1.0
    seen["marked"] = strips()["Brought"]
    compat.strips_of(scene.sequence_editor).remove(
        compat.all_strips(scene.sequence_editor)["Brought"]
    )


run(steps())
