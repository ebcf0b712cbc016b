"""The present frame looked at before the strip is painted; `test_preview.py` starts it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from mouse import _pixels, _redraw, narrow, press, pull_edge
from window import (
    FOLDER,
    all_strips,
    call,
    module,
    names,
    picture,
    prepare,
    redo,
    run,
    seen,
    sequencer,
    ticks,
    turns,
    undo,
    wait,
)

FRAME = 12


def steps() -> Iterator[float]:
    yield from prepare()
    bpy.context.scene.frame_set(FRAME)
    push("Frame")
    bpy.ops.wm.save_mainfile()
    yield 1.0
    preview = module("operators.preview")
    before = viewer()
    dirty("before")
    yield from pull_edge(220)  # to where the button is
    bpy.app.timers.register(watch)
    yield from press("ecset.preview")
    assert seen["clicks"] == [True]
    ticks.clear()
    seen["made beside the interface"] = preview.task() is not None
    yield from wait(lambda: preview.standing() is not None, "small")
    seen["turns of the main loop"] = turns()
    seen["small"] = preview.is_small()
    yield 0.3
    picture("preview-painting")
    yield from pull_edge(-220)
    small = viewer()
    picture("preview-small")
    yield from wait(lambda: preview.task() is None, "full")
    seen["message"] = preview.message()
    yield 0.5
    full = viewer()
    picture("preview-full")
    seen["names"] = names()
    dirty("with it")
    bpy.context.window_manager.ecset_wipe = 0.5
    yield from wait(lambda: preview.standing().wiped == 0.5, "wiped")
    yield 0.3
    wiped = viewer()
    picture("preview-wiped")
    seen["changed"] = {
        "small": changed(before, small),
        "full": changed(small, full),
        "wiped": changed(full, wiped),
    }
    dirty("wiped")
    yield from render()
    bpy.ops.wm.save_mainfile()
    yield 0.5
    seen["names after saving"] = names()
    seen["changed"]["saved"] = changed(wiped, viewer())
    seen["saved"] = b"Ecset Preview" in (FOLDER / "edit.blend").read_bytes()
    dirty("saved")
    wipe("saved")
    bpy.context.scene.sequence_editor.active_strip.name = "Renamed"
    push("Rename")
    yield from undo()
    seen["names after undo"] = names()
    yield 0.5
    wipe("undone")
    seen["changed"]["undone"] = changed(wiped, viewer())
    yield from redo()
    seen["names after redo"] = names()
    wipe("redone")
    yield from undo()
    bpy.ops.wm.save_mainfile()
    yield 0.5
    wipe("saved again")
    yield from pull_edge(220)
    yield from narrow(250)
    picture("preview-narrow")
    yield from narrow(400)
    push("Meanwhile")
    bpy.ops.wm.save_mainfile()
    yield from press("ecset.discard_preview")
    yield from wait(lambda: preview.standing() is None, "discarded")
    seen["names at the end"] = names()
    dirty("discarded")
    yield 0.5
    yield from pull_edge(-220)
    seen["changed"]["discarded"] = changed(before, viewer())
    picture("preview-discarded")
    push("End")
    yield from undo()  # to a step that had the preview
    seen["names after undo of what was discarded"] = names()
    yield from pull_edge(220)
    yield from press("ecset.preview")
    seen["began again"] = preview.task() is not None
    ticks.clear()
    preview.discard()
    yield from wait(lambda: not preview._now.leaving, "the children's end")
    seen["left over"] = [path.name for path in Path(bpy.app.tempdir).glob("ecset-*")]


def render() -> Iterator[float]:
    """The frame as F12 renders it, beside the interface."""
    bpy.context.preferences.view.render_display_type = "NONE"
    muted: list[bool] = []

    def look(*_: Any) -> None:
        muted.extend(all_strips()[name].mute for name in names())

    bpy.app.handlers.render_post.append(look)
    call("render.render")
    yield from wait(lambda: bool(muted), "rendered")
    yield from wait(lambda: not bpy.app.is_job_running("RENDER"), "the render's end")
    yield 0.3
    bpy.app.handlers.render_post.remove(look)
    seen["muted"] = {
        "while it is rendered": muted,
        "afterwards": [all_strips()[name].mute for name in names()],
    }


def watch() -> float | None:
    """How many seconds after the button the pictures are there."""
    preview, times = module("operators.preview"), seen.setdefault("times", {})
    now = time.monotonic()
    if "began" not in times and preview.task() is not None:
        times["began"] = now
    if "small" not in times and preview.standing() is not None:
        times["small"] = round(now - times["began"], 1)
    if "small" in times and preview.task() is None:
        times["full"] = round(now - times["began"], 1)
        return None
    return 0.02


def push(name: str) -> None:
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
        bpy.ops.ed.undo_push(message=name)


def dirty(when: str) -> None:
    seen.setdefault("dirty", {})[when] = bpy.data.is_dirty


def wipe(when: str) -> None:
    seen.setdefault("wipe", {})[when] = round(bpy.context.window_manager.ecset_wipe, 3)


def viewer() -> Any:
    """What the person sees of the edit."""
    area, _, _ = sequencer()
    areas = [
        other
        for other in bpy.context.window_manager.windows[0].screen.areas
        if other.type == "SEQUENCE_EDITOR" and other != area
    ]
    region = next(r for other in areas for r in other.regions if r.type == "PREVIEW")
    _redraw(region)
    return _pixels(region)


def changed(one: Any, two: Any) -> float:
    """How much of the viewer shows something else; it may have become a pixel larger."""
    return round(float((np.abs(_coarse(one) - _coarse(two)).max(axis=2) > 0.05).mean()), 3)


def _coarse(pixels: Any) -> Any:
    rows = [part.mean(axis=0) for part in np.array_split(pixels, 32)]
    return np.stack([part.mean(axis=1) for part in np.array_split(np.stack(rows), 48, axis=1)], 1)


run(steps())
