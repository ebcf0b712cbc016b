"""From the preferences to a painted strip, with a real mouse; `test_window.py` starts it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).parent))

from window import (
    MODULE,
    PLAN,
    click,
    longest_wait,
    park_mouse,
    picture,
    prepare,
    run,
    seen,
    sequencer,
    show_all,
    ticks,
)


def steps() -> Iterator[float]:
    yield from prepare()
    running = sys.modules[f"{MODULE}.operators.running"]
    tool = bpy.context.preferences.themes[0].user_interface.wcol_tool
    usual = tuple(tool.inner)
    yield from show_preferences()
    picture("2-panel")

    def busy() -> bool:
        return running.is_busy()

    def press(colour: tuple[float, ...]) -> Iterator[float]:
        tool.inner = colour
        yield 1.0
        _, sidebar, _ = sequencer()
        seen.setdefault("clicks", []).append(
            click(tuple(round(255 * c) for c in colour[:3]), sidebar)
        )
        yield 0.3
        park_mouse()  # not sooner: the button wants the mouse over it when it hears of the click
        tool.inner = usual

    yield from press((1.0, 0.0, 1.0, 1.0))
    yield 0.3
    seen["busy after the click"] = busy()
    task = running.last_task()
    end = time.monotonic() + 300
    ticks.clear()
    while (busy() and task.done < 3) or task.phase.name != "PAINT":
        if not busy() or time.monotonic() > end:
            break
        yield 0.1
    seen["longest wait of the main loop"] = longest_wait()
    seen["text while painting"] = task.progress_text
    picture("3-painting")
    yield from press((1.0, 0.0, 1.0, 1.0))
    while busy() and time.monotonic() < end:
        yield 0.1
    yield 0.5
    seen["after cancel"] = (task.phase.name, task.message)
    picture("4-cancelled")
    yield from press((1.0, 0.0, 1.0, 1.0))
    task = running.last_task()
    end = time.monotonic() + PLAN["seconds"]
    ticks.clear()
    while busy() and time.monotonic() < end:
        yield 0.1
    seen["longest wait until the end"] = longest_wait()
    seen["after the end"] = (task.phase.name, task.message)
    seen["result"] = task.result
    bpy.context.scene.frame_set(6)
    yield 2.0
    show_all()
    yield 2.0
    picture("5-painted")
    editor = bpy.context.scene.sequence_editor
    compat = sys.modules[f"{MODULE}.sequencer.compat"]
    strips = {s.name: s for s in compat.all_strips(editor)}
    seen["strips"] = {
        name: (s.channel, compat.left(s), compat.right(s)) for name, s in strips.items()
    }
    seen["active"] = editor.active_strip.name
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
        bpy.ops.ed.undo()
    yield 1.0
    editor = bpy.context.scene.sequence_editor
    seen["strips after one undo"] = sorted(s.name for s in compat.all_strips(editor))


def show_preferences() -> Iterator[float]:
    park_mouse(800, 400)  # the window comes up around the mouse
    yield 0.5
    bpy.ops.preferences.addon_show(module=MODULE)
    window = bpy.context.window_manager.windows[-1]
    yield 3.0
    picture("1-installed")
    with bpy.context.temp_override(window=window):
        bpy.ops.wm.window_close()
    park_mouse()
    yield 1.0


run(steps())
