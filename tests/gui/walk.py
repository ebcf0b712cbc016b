"""From the preferences to a painted strip, with a real mouse; `test_window.py` starts it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy

sys.path.insert(0, str(Path(__file__).parent))

from mouse import press, pull_edge
from window import (
    all_strips,
    module,
    names,
    picture,
    prepare,
    run,
    running,
    seen,
    ticks,
    turns,
    undo,
    wait,
)


def task() -> Any:
    return running().tasks()[-1]


def steps() -> Iterator[float]:
    yield from prepare()
    yield from pull_edge(250)
    picture("walk-panel")
    yield from press("ecset.stylize")
    seen["busy after the click"] = running().is_busy()
    ticks.clear()
    yield from wait(lambda: task().phase.is_end or task().done >= 3, "frames")
    yield from wait(lambda: task().phase.is_end or task().phase.name == "PAINT", "paint")
    yield from wait(lambda: task().phase.is_end or task().done >= 3, "painted frames")
    seen["turns of the main loop"] = turns()
    seen["text while painting"] = task().progress_text
    picture("walk-painting")
    yield from press("ecset.pause_job")
    yield from wait(lambda: task().phase.name == "PAUSED", "a pause")
    picture("walk-paused")
    yield from press("ecset.resume_job")
    yield from wait(lambda: task().phase.name == "PAINT" and task().done > 3, "paint again")
    yield from press("ecset.cancel_job")
    yield from wait(lambda: task().phase.is_end, "the end")
    yield 0.5
    seen["after cancel"] = (task().phase.name, task().message)
    seen["strips after cancel"] = names()
    picture("walk-cancelled")
    yield from press("ecset.stylize")
    ticks.clear()
    yield from wait(lambda: task().phase.is_end, "the end")
    seen["turns until the end"] = turns()
    seen["after the end"] = (task().phase.name, task().message)
    seen["result"] = task().result
    bpy.context.scene.frame_set(6)
    yield 1.5
    picture("walk-painted")
    compat = module("sequencer.compat")
    seen["strips"] = {
        name: (s.channel, compat.left(s), compat.right(s)) for name, s in all_strips().items()
    }
    seen["active"] = bpy.context.scene.sequence_editor.active_strip.name
    yield from undo()
    seen["strips after one undo"] = names()


run(steps())
