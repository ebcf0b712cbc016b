"""What the manual shows, step by step in a real window; `take_pictures.py` starts it.

Every picture is of the whole screen; beside it stands which part of it counts.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy

sys.path.insert(0, str(Path(__file__).parent))

from mouse import narrow, park_mouse, press, pull_edge, show_panel
from window import (
    FOLDER,
    MODULE,
    PLAN,
    activate,
    all_strips,
    call,
    lay_out,
    module,
    paint_over,
    picture,
    prepare,
    redraw,
    refresh,
    run,
    running,
    seen,
    sequencer,
    show_all,
    wait,
)

#: How far the edge above the timeline is pulled up for pictures of the sidebar.
TALL = 420


def settings() -> Any:
    return bpy.context.window_manager.windows[0].scene.ecset


def task() -> Any:
    return running().tasks()[-1]


def shoot(name: str, part: str = "sidebar") -> Iterator[float]:
    """A picture of the sidebar, of the edit (preview and timeline), or of the timeline."""
    area, sidebar, _ = sequencer()
    window = bpy.context.window_manager.windows[0]
    if PLAN["width"]:
        name, part = f"{name}-narrow", "sidebar"
    park_mouse()
    redraw()
    yield 0.8
    viewer = next(
        other
        for other in window.screen.areas
        if other.type == "SEQUENCE_EDITOR" and other.spaces[0].view_type == "PREVIEW"
    )
    boxes = {
        "sidebar": (sidebar.x, sidebar.y, sidebar.width, sidebar.height),
        "timeline": (area.x, area.y, area.width, area.height),
        "edit": (viewer.x, area.y, window.width - viewer.x, viewer.y + viewer.height - area.y),
    }
    x, y, width, height = boxes[part]
    below = PLAN["screen"][1] - y
    seen["pictures"].append(
        {"name": name, "part": part, "box": (x, below - height, x + width, below)}
    )
    picture(name)


def preferences() -> Iterator[float]:
    """As they are before the engine is set up; without what says where this Blender lies."""
    python = os.environ.pop("ECSET_ENGINE_PYTHON")
    bpy.context.preferences.system.use_online_access = True
    park_mouse(800, 500)  # the window comes up around the mouse
    yield 0.5
    bpy.ops.preferences.addon_show(module=MODULE)
    window = bpy.context.window_manager.windows[-1]
    yield 3.0
    left, top = window.x, PLAN["screen"][1] - window.y - window.height
    box = (left + 175, top + 225, left + window.width, top + window.height)
    seen["pictures"].append({"name": "preferences", "part": "preferences", "box": box})
    picture("preferences")
    with bpy.context.temp_override(window=window):
        bpy.ops.wm.window_close()
    os.environ["ECSET_ENGINE_PYTHON"] = python
    bpy.context.preferences.system.use_online_access = False
    park_mouse()
    yield 1.0


def engine() -> Iterator[float]:
    """The engine on its way, by a stand-in: planned, installed, cancelled."""
    python = os.environ.pop("ECSET_ENGINE_PYTHON")
    calls, setup = module("sequencer.engine"), module("operators.setup_engine")
    root, calls.ROOT = calls.ROOT, Path(PLAN["stand_in"])
    os.environ["ECSET_FAKE_SETUP"], os.environ["ECSET_FAKE_SECONDS"] = "hang", "0"
    chosen = module("panels.preferences").preferences()
    chosen.engine_folder = str(Path.home() / "ecset-engine")
    bpy.context.preferences.system.use_online_access = True
    yield from shoot("engine-none")
    yield from press("ecset.setup_engine")
    yield from wait(lambda: not setup.is_working(), "a plan")
    yield from shoot("engine-plan")
    yield from press("ecset.install_engine")
    yield from wait(lambda: setup.current().factor == 0.5, "half of it")
    yield from shoot("engine-installing")
    yield from press("ecset.cancel_engine")
    yield from wait(lambda: not setup.is_working(), "the end")
    yield from shoot("engine-cancelled")
    bpy.ops.ecset.remove_engine()
    yield from wait(lambda: not setup.is_working(), "nothing left")
    bpy.context.preferences.system.use_online_access = False
    chosen.engine_folder = ""
    calls.ROOT = root
    os.environ["ECSET_ENGINE_PYTHON"] = python
    redraw()
    yield 1.0


def styles() -> Iterator[float]:
    """From nothing to styles out of a library."""
    settings().styles.clear()
    yield from shoot("first")
    module("panels.preferences").preferences().library = "//styles/"
    yield from show_panel("ECSET_PT_library")
    yield 2.0
    yield from press("ecset.use_picture", 1)
    yield 1.0
    yield from shoot("library")
    yield from show_panel("ECSET_PT_library", False)
    yield from shoot("style")
    for name, weight in (("harvest", 0.5), ("seaside", 0.25)):
        style = settings().styles.add()
        style.path, style.weight = f"//styles/{name}.jpg", weight
    settings().active_style = 1
    yield 2.0
    yield from shoot("styles")
    while len(settings().styles) > 1:
        settings().styles.remove(1)
    settings().active_style = 0


def panels() -> Iterator[float]:
    for name in ("brushwork", "coherence", "output"):
        yield from show_panel(f"ECSET_PT_{name}")
        yield from shoot(name)
        yield from show_panel(f"ECSET_PT_{name}", False)


def network() -> Iterator[float]:
    settings().look = "neural"
    redraw()
    weights = module("operators.weights")
    yield from wait(lambda: weights.answer("vgg19") is not None, "an answer")
    yield 1.0
    yield from shoot("weights")
    given = bpy.context.preferences.addons[MODULE].preferences
    (FOLDER / "vgg19.safetensors").write_bytes(b"not looked at")
    given.vgg19 = str(FOLDER / "vgg19.safetensors")
    yield 1.0
    yield from show_panel("ECSET_PT_network")
    yield from shoot("network")
    yield from show_panel("ECSET_PT_network", False)
    given.vgg19 = ""
    settings().look = "patch"
    yield 1.0


def strength() -> Iterator[float]:
    """Strength and a weight with keyframes."""
    scene = bpy.context.window_manager.windows[0].scene
    style = settings().styles.add()
    style.path = "//styles/harvest.jpg"
    for frame, value in ((1, 0.2), (24, 1.0)):
        settings().strength = style.weight = value
        settings().keyframe_insert("strength", frame=frame)
        scene.keyframe_insert("ecset.styles[1].weight", frame=frame)
    settings().active_style = 1
    scene.frame_set(12)
    yield 1.0
    yield from shoot("animated")
    scene.animation_data_clear()
    settings().strength = 1.0
    settings().styles.remove(1)
    settings().active_style = 0
    scene.frame_set(6)
    yield 0.5


def preview() -> Iterator[float]:
    made = module("operators.preview")
    yield from press("ecset.preview")
    yield from wait(lambda: made.standing() is not None and made.task() is None, "a preview")
    bpy.context.window_manager.ecset_wipe = 0.5
    yield 1.5
    yield from shoot("preview-sidebar")
    if not PLAN["width"]:
        yield from pull_edge(-TALL)
        yield from shoot("preview", "edit")
        yield from pull_edge(TALL)
    call("ecset.discard_preview")
    yield 0.5


def job() -> Iterator[float]:
    """Painted, paused, another day, and done."""
    yield from pull_edge(-TALL)
    yield from press("ecset.stylize")
    yield from wait(lambda: task().phase.name == "PAINT" and task().done >= 7, "paint")
    if not PLAN["width"]:
        yield from shoot("painting", "edit")
    yield from pull_edge(TALL)
    yield from shoot("job")
    call("ecset.pause_job")
    yield from wait(lambda: task().phase.name == "PAUSED", "a pause")
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath, load_ui=False)
    yield 2.0
    show_all()
    yield from shoot("paused")
    yield from press("ecset.resume_job")
    yield from wait(lambda: task().phase.is_end, "the end")
    assert task().phase.name == "DONE", task().message
    yield from shoot("result")
    if not PLAN["width"]:
        yield from pull_edge(-TALL)
        yield from shoot("painted", "edit")
        yield from pull_edge(TALL)


def queue() -> Iterator[float]:
    """Several strips, one after the other."""
    compat = module("sequencer.compat")
    scene = bpy.context.window_manager.windows[0].scene
    plates = [path.name for path in sorted((FOLDER / "shot").glob("frame_*.png"))]
    starts = {"Quay": (30, 12), "Sails": (46, 16)}
    for name, (start, length) in starts.items():
        compat.new_image_strip(scene.sequence_editor, name, "//shot/", plates[-length:], 1, start)
    call("ecset.forget_job", job=task().name)
    result = all_strips()["Harbour Ecset"]
    compat.strips_of(scene.sequence_editor).remove(result)
    settings().detail = 0.8  # another job than before
    activate(all_strips()["Harbour"])
    for strip in all_strips().values():
        strip.select = True
    show_all()
    yield 0.5
    yield from shoot("several")
    call("ecset.stylize", selected=True)
    second = running().tasks()[1]
    yield from wait(lambda: second.phase.name == "PAINT" and second.done >= 3, "the second")
    yield from shoot("queue")
    if not PLAN["width"]:
        yield from pull_edge(-TALL + 120)
        yield from shoot("queue-timeline", "timeline")
        yield from pull_edge(TALL - 120)
    yield from wait(lambda: not running().is_busy(), "the end of the queue")
    for strip in [s for n, s in all_strips().items() if not n.startswith("Harbour")]:
        compat.strips_of(scene.sequence_editor).remove(strip)
    activate(all_strips()["Harbour"])
    for made in running().tasks():
        call("ecset.forget_job", job=made.name)
    show_all()
    yield 1.0


def refused() -> Iterator[float]:
    """A sentence, where a mask is not there."""
    settings().styles[0].mask = "strip:Sky"
    yield from press("ecset.stylize")
    yield 0.5
    park_mouse(700, 900)  # from the sentence that Blender itself shows at the mouse
    yield 1.0
    yield from shoot("refused")
    settings().styles[0].mask = ""


def keyframe() -> Iterator[float]:
    compat = module("sequencer.compat")
    scene = bpy.context.window_manager.windows[0].scene
    compat.strips_of(scene.sequence_editor).remove(all_strips()["Harbour Ecset"])
    activate(all_strips()["Harbour"])
    scene.frame_set(12)
    yield from show_panel("ECSET_PT_keyframes")
    yield from press("ecset.add_keyframe")
    yield from wait(lambda: running().keyframe_task() is None, "a keyframe")
    yield 0.5
    paint_over(Path(bpy.path.abspath("//ecset/Harbour_keyframes/key_0012.png")), (0.8, 0.3))
    refresh()
    yield 1.5
    yield from shoot("keyframes")
    if PLAN["width"]:
        return
    yield from pull_edge(-TALL)
    yield from shoot("keyframe", "edit")
    activate(all_strips()["Harbour"])
    call("ecset.stylize")
    yield from wait(lambda: task().phase.is_end, "the end")
    assert task().phase.name == "DONE", task().message
    scene.frame_set(5)
    yield 1.5
    yield from shoot("keyframe-followed", "edit")
    yield from pull_edge(TALL)


def steps() -> Iterator[float]:
    seen["pictures"] = []
    yield from prepare()
    shutil.copytree(PLAN["styles"], FOLDER / "styles")
    bpy.context.scene.frame_set(6)
    if PLAN["width"]:
        yield from narrow(PLAN["width"])
    else:
        yield from preferences()
    yield from pull_edge(TALL)
    lay_out()
    for step in (engine, styles, panels, network, strength, preview, job, queue, refused, keyframe):
        if not PLAN["steps"] or step.__name__ in PLAN["steps"]:
            yield from step()


run(steps())
