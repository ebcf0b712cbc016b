"""What people and machines do while a strip is painted; `test_mishaps.py` starts it.

One window goes through all of it: each mishap has a copy of the edit, a folder of its own, and a
place in what was seen.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import bpy

sys.path.insert(0, str(Path(__file__).parent))

from window import (
    FOLDER,
    PLAN,
    activate,
    all_strips,
    call,
    module,
    names,
    picture,
    prepare,
    redo,
    run,
    running,
    seen,
    sequencer,
    show_all,
    undo,
    wait,
)

saw: dict[str, Any] = {}  # of the present mishap


def first_scene() -> Any:
    return bpy.context.window_manager.windows[0].scene


def here() -> Path:
    return Path(bpy.data.filepath).parent


def task() -> Any:
    return running().tasks()[-1]


def phase(number: int = -1) -> str:
    return running().tasks()[number].phase.name


def start(frames: int = 3) -> Iterator[float]:
    """Press the button and wait until so many frames are painted."""
    call("ecset.stylize")
    yield from painted(frames)


def painted(frames: int, what: Any = None) -> Iterator[float]:
    what = what or task()
    yield from wait(
        lambda: (what.phase.name == "PAINT" and what.done >= frames) or what.phase.is_end,
        f"{frames} painted frames",
    )
    assert what.phase.name == "PAINT", (what.phase.name, what.message)


def the_end(what: Any = None) -> Iterator[float]:
    what = what or task()
    yield from wait(lambda: what.phase.is_end, "the end")
    saw["end"] = what.phase.name, what.message
    yield 0.3


def frames_on_disk() -> dict[str, float]:
    """When each was painted."""
    return {path.name: path.stat().st_mtime_ns for path in task().folder.glob("frames/*.png")}


def shown() -> list[str]:
    """What the elements of the painted strip show: P a plate, F a painted frame."""
    elements = all_strips()["Harbour Ecset"].elements
    return ["P" if "plate" in e.filename else "F" for e in elements]


# The engine.


def engine_killed() -> Iterator[float]:
    yield from start()
    os.kill(task()._child.pid, signal.SIGKILL)
    yield from the_end()
    saw["failed"] = saw["end"]
    saw["names"] = names()
    before = frames_on_disk()
    call("ecset.resume_job", job=task().name)
    yield from the_end()
    saw["kept"] = len(before), all(frames_on_disk()[name] == when for name, when in before.items())


def folder_deleted() -> Iterator[float]:
    yield from start()
    shutil.rmtree(task().folder)
    yield from the_end()
    saw["failed"] = saw["end"][0], saw["end"][1].replace(str(task().folder), "FOLDER")
    saw["names"] = names()
    activate(all_strips()["Harbour"])
    call("ecset.stylize")
    yield from the_end()
    saw["all there"] = len(frames_on_disk())


# The queue.


def pause() -> Iterator[float]:
    yield from start()
    saw["pid"] = task()._child.pid
    call("ecset.pause_job")
    yield from wait(lambda: phase() == "PAUSED", "a pause")
    saw["busy"] = running().is_busy()
    saw["shown"] = "".join(shown())
    before = frames_on_disk()
    yield 0.5
    saw["more meanwhile"] = len(frames_on_disk()) - len(before)
    call("ecset.resume_job", job=task().name)
    yield from the_end()
    saw["kept"] = len(before), all(frames_on_disk()[name] == when for name, when in before.items())


def cancel() -> Iterator[float]:
    yield from start()
    saw["names meanwhile"] = names()
    call("ecset.cancel_job", job=task().name)
    yield from the_end()
    saw["names"] = names()
    saw["frames"] = len(frames_on_disk())
    call("ecset.forget_job", job=task().name)
    saw["tasks"] = len(running().tasks())


def several() -> Iterator[float]:
    """Three strips at once, and the second taken back while it waits."""
    compat = module("sequencer.compat")
    scene = first_scene()
    plates = [path.name for path in sorted((here() / "shot").glob("frame_*.png"))]
    for number in (2, 3):
        compat.new_image_strip(
            scene.sequence_editor, f"Shot {number}", "//shot/", plates[:8], number, 40 * number
        )
    activate(all_strips()["Harbour"])
    for strip in all_strips().values():
        strip.select = True
    call("ecset.stylize", selected=True)
    saw["asked for"] = [t.shot.strip for t in running().tasks()]
    first, second, third = running().tasks()
    phases = set()
    call("ecset.cancel_job", job=second.name)
    while not all(t.phase.is_end for t in (first, second, third)):
        phases.add((first.phase.name, third.phase.name))
        yield 0.05
    saw["ends"] = [t.phase.name for t in (first, second, third)]
    saw["both at work"] = [
        pair for pair in phases if not {*pair} & {"WAITING", "DONE", "CANCELLED"}
    ]
    saw["names"] = names()


def shown_while_made() -> Iterator[float]:
    yield from start(6)
    saw["shown"] = "".join(shown())
    saw["active"] = first_scene().sequence_editor.active_strip.name
    picture("mishap-shown-while-made")
    yield from the_end()
    saw["shown at the end"] = "".join(shown())


def redo_with_changes() -> Iterator[float]:
    settings = first_scene().ecset
    settings.detail, settings.strength = 0.75, 0.5
    yield from start()
    yield from the_end()
    settings = first_scene().ecset
    settings.detail, settings.strength = 0.25, 1.0
    settings.styles.clear()
    activate(all_strips()["Harbour Ecset"])
    call("ecset.redo")
    settings = first_scene().ecset
    saw["filled"] = round(settings.detail, 3), round(settings.strength, 3)
    saw["styles"] = [Path(style.path).name for style in settings.styles]
    settings.detail = 0.9
    call("ecset.stylize")
    saw["shot"] = task().shot.strip
    yield from the_end()
    saw["names"] = names()


# The timeline.


def strip_deleted() -> Iterator[float]:
    """The strip that is painted goes while it is painted."""
    yield from start()
    strips = module("sequencer.compat").strips_of(first_scene().sequence_editor)
    strips.remove(all_strips()["Harbour"])
    yield from the_end()
    saw["names"] = names()


def strip_deleted_early() -> Iterator[float]:
    """The strip goes before there is anything of it."""
    call("ecset.stylize")
    strips = module("sequencer.compat").strips_of(first_scene().sequence_editor)
    strips.remove(all_strips()["Harbour"])
    yield from the_end()
    saw["names"] = names()


def result_deleted() -> Iterator[float]:
    yield from start()
    strips = module("sequencer.compat").strips_of(first_scene().sequence_editor)
    strips.remove(all_strips()["Harbour Ecset"])
    yield from the_end()
    saw["names"] = names()
    activate(all_strips()["Harbour"])
    call("ecset.stylize")
    yield from the_end()
    saw["names after another go"] = names()


def scene_renamed() -> Iterator[float]:
    yield from start()
    first_scene().name = "Harbour, cut 2"
    yield from the_end()
    saw["names"] = names()
    saw["shown"] = "".join(shown())


def undo_before_it_is_placed() -> Iterator[float]:
    scene = first_scene()
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
        scene.render.fps = 25
        bpy.ops.ed.undo_push(message="Rate")
    call("ecset.stylize")
    yield 0.2
    saw["phase"] = phase()
    yield from undo()
    saw["rate"] = first_scene().render.fps
    yield from the_end()
    saw["names"] = names()
    saw["shown"] = "".join(shown())


def undo_after_it_is_placed() -> Iterator[float]:
    yield from start()
    saw["names meanwhile"] = names()
    yield from undo()
    saw["names after undo"] = names()
    yield from redo()
    saw["names after redo"] = names()
    yield from the_end()
    saw["names"] = names()
    saw["shown"] = "".join(shown())
    saw["frames"] = len(frames_on_disk())
    yield from undo()
    saw["names after undo at the end"] = names()
    saw["frames after undo"] = len(frames_on_disk())


# Files.


def saved() -> Iterator[float]:
    yield from start()
    bpy.ops.wm.save_mainfile()
    yield from the_end()
    bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath, load_ui=False)
    yield 0.5
    saw["names"] = names()
    saw["shown"] = "".join(shown())
    saw["tasks"] = len(running().tasks())


def another_file_and_back() -> Iterator[float]:
    yield from start()
    path, saw["pid"] = bpy.data.filepath, task()._child.pid
    bpy.ops.wm.open_mainfile(filepath=str(FOLDER / "edit.blend"), load_ui=False)
    yield 0.5
    saw["names there"] = names()
    saw["tasks there"] = len(running().tasks())
    bpy.ops.wm.open_mainfile(filepath=path, load_ui=False)
    yield 0.5
    saw["found"] = [phase(number) for number in range(len(running().tasks()))]
    before = frames_on_disk()
    call("ecset.resume_job", job=task().name)
    yield from the_end()
    saw["kept"] = len(before), all(frames_on_disk()[name] == when for name, when in before.items())
    saw["names"] = names()


def another_file_while_a_keyframe_is_made() -> Iterator[float]:
    call("ecset.add_keyframe")
    saw["pid"] = running().keyframe_task()._child.pid
    bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath, load_ui=False)
    yield 0.5
    saw["names"] = names()
    saw["can begin anew"] = bpy.ops.ecset.add_keyframe.poll()
    saw["left over"] = [
        str(path)
        for path in [*Path(bpy.app.tempdir).glob("ecset-*"), here() / "ecset"]
        if path.exists()
    ]


# Scenes and windows.


def two_scenes() -> Iterator[float]:
    one = first_scene()
    two = bpy.data.scenes.new("Two")
    editor = two.sequence_editor_create()
    two.render.resolution_x, two.render.resolution_y = 64, 36
    args = module("sequencer.compat")
    plates = [path.name for path in sorted((here() / "shot").glob("frame_*.png"))]
    strip = args.new_image_strip(editor, "Second", "//shot/", plates[:6], 1, 1)
    editor.active_strip = strip
    two.ecset.styles.add().path = one.ecset.styles[0].path
    yield from start(1)
    bpy.context.window_manager.windows[0].scene = two
    yield 0.5
    call("ecset.stylize")
    saw["order"] = [(t.shot.scene, t.shot.strip) for t in running().tasks()]
    first, second = running().tasks()
    yield 0.3
    saw["phases"] = first.phase.name, second.phase.name
    yield from the_end(second)
    saw["ends"] = first.phase.name, second.phase.name
    saw["one"], saw["two"] = names(one), names(two)
    bpy.context.window_manager.windows[0].scene = one


def two_windows() -> Iterator[float]:
    """The window that began it is closed, and the other one cancels it."""
    manager = bpy.context.window_manager
    with bpy.context.temp_override(window=manager.windows[0]):
        bpy.ops.wm.window_new_main()
    yield 1.5
    saw["windows"] = len(manager.windows)
    yield from start()
    drawn: list[str] = []
    panels = module("panels.jobs").ECSET_PT_jobs
    usual = panels.draw
    panels.draw = lambda self, context: (drawn.append("drawn"), usual(self, context))[1]
    with bpy.context.temp_override(window=manager.windows[0]):
        bpy.ops.wm.window_close()
    yield 0.5
    area, sidebar, _ = sequencer(manager.windows[0])
    area.spaces[0].show_region_ui = True
    yield 0.5
    sidebar.active_panel_category = "Ecset"
    yield 0.7
    panels.draw = usual
    saw["windows at the end"] = len(manager.windows)
    saw["seen in the other"] = bool(drawn)
    done = task().done
    yield 0.5
    saw["went on"] = task().done > done
    call("ecset.cancel_job", job=task().name)
    yield from the_end()
    saw["names"] = names()


MISHAPS: dict[str, Callable[[], Iterator[float]]] = {
    mishap.__name__: mishap
    for mishap in (
        engine_killed,
        folder_deleted,
        pause,
        cancel,
        several,
        shown_while_made,
        redo_with_changes,
        strip_deleted,
        strip_deleted_early,
        result_deleted,
        scene_renamed,
        undo_before_it_is_placed,
        undo_after_it_is_placed,
        saved,
        another_file_and_back,
        another_file_while_a_keyframe_is_made,
        two_scenes,
        two_windows,  # the last: the first window is gone after it
    )
}


def open_copy(name: str) -> Iterator[float]:
    """A copy of the edit in a folder of its own."""
    folder = FOLDER / name
    shutil.copytree(FOLDER / "edit", folder)
    bpy.ops.wm.open_mainfile(filepath=str(folder / "edit.blend"), load_ui=False)
    activate(all_strips()["Harbour"])
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
        bpy.ops.ed.undo_push(message="Edit")  # as an operator of the menu would have done
    show_all()
    yield 0.3


def steps() -> Iterator[float]:
    yield from prepare()
    bpy.ops.wm.save_mainfile()
    (FOLDER / "edit").mkdir()
    for path in (FOLDER / "edit.blend", FOLDER / Path(PLAN["style"]).name):
        shutil.copy(path, FOLDER / "edit")
    shutil.copytree(FOLDER / "shot", FOLDER / "edit/shot")
    for name in PLAN["mishaps"] or MISHAPS:
        saw.clear()
        began = time.monotonic()
        try:
            yield from open_copy(name)
            yield from MISHAPS[name]()
        except Exception:
            saw["error"] = traceback.format_exc()
        saw["seconds"] = round(time.monotonic() - began, 1)
        seen[name] = dict(saw)


run(steps())
