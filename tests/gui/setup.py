"""Setting up the engine with a real mouse, by a stand-in; `test_setup.py` starts it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import bpy

sys.path.insert(0, str(Path(__file__).parent))

from mouse import flagged_in, narrow, park_mouse, press, pull_edge
from window import (
    FOLDER,
    MODULE,
    PLAN,
    module,
    picture,
    prepare,
    redraw,
    run,
    seen,
    sequencer,
    show_all,
    ticks,
    turns,
    wait,
)

ENGINE = FOLDER / "engine"


def steps() -> Iterator[float]:
    yield from prepare()
    module("sequencer.engine").ROOT = Path(PLAN["stand_in"])
    module("sequencer.engine").MODULES = ()
    chosen().engine_folder = str(ENGINE)
    yield from pull_edge(300)
    yield from show("1-offline")
    seen["may without network"] = bpy.ops.ecset.setup_engine.poll()
    bpy.context.preferences.system.use_online_access = True
    yield from narrow(PLAN["width"])
    yield from show("2-nothing")
    yield from decline()
    yield from cancel()
    yield from fail()
    yield from repair()
    yield from update()
    yield from broken()
    yield from another()
    yield from in_preferences()
    yield from quit_meanwhile()
    bpy.context.preferences.system.use_online_access = False


def decline() -> Iterator[float]:
    os.environ["ECSET_FAKE_SECONDS"] = "2"
    yield from press("ecset.setup_engine")
    yield from show("3-planning")
    yield from wait(is_planned, "a plan")
    yield from show("4-plan")
    os.environ["ECSET_FAKE_SECONDS"] = "0"
    yield from press("ecset.decline_engine")
    yield from wait(lambda: not ENGINE.exists(), "nothing left")
    seen["declined"] = state()


def cancel() -> Iterator[float]:
    os.environ["ECSET_FAKE_SETUP"] = "hang"
    ticks.clear()
    yield from press("ecset.setup_engine")
    yield from wait(is_planned, "a plan")
    yield from press("ecset.install_engine")
    yield from wait(lambda: current().factor == 0.5, "half of it")
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath)  # it goes on meanwhile
    yield 1.0
    seen["working after a file came"] = current().step.is_work
    yield from show("5-installing")
    seen["turns of the main loop"] = turns()
    yield from press("ecset.cancel_engine")
    yield from wait(lambda: not current().step.is_work, "the end")
    seen["cancelled"] = state()
    yield from show("6-unfinished")


def fail() -> Iterator[float]:
    os.environ["ECSET_FAKE_SETUP"] = "fail"
    yield from press("ecset.setup_engine")
    yield from wait(is_planned, "a plan")
    yield from press("ecset.install_engine")
    yield from wait(lambda: not current().step.is_work, "the end")
    seen["failed"] = state()
    yield from show("7-failed")


def repair() -> Iterator[float]:
    os.environ["ECSET_FAKE_SETUP"] = ""
    yield from press("ecset.setup_engine")
    yield from wait(is_planned, "a plan")
    yield from press("ecset.install_engine")
    yield from wait(lambda: not current().step.is_work, "the end")
    seen["repaired"] = state()
    seen["shown when ready"] = panel_shows()
    yield from show("8-ready")


def update() -> Iterator[float]:
    file = ENGINE / "engine.json"
    before, _, rest = file.read_text().partition('"requirements": "')
    file.write_text(f'{before}"requirements": "older{rest[5:]}')
    seen["outdated"] = state()
    yield from show("9-outdated")
    yield from press("ecset.setup_engine")
    yield from wait(is_planned, "a plan")
    seen["paints while it is planned"] = str(module("panels.preferences").engine_python())
    yield from press("ecset.install_engine")
    yield from wait(lambda: not current().step.is_work, "the end")
    seen["updated"] = state()


def broken() -> Iterator[float]:
    (python,) = ENGINE.glob("env*/bin/python")
    target = python.readlink()
    python.unlink()
    yield from show("10-broken")
    python.symlink_to(target)


def another() -> Iterator[float]:
    chosen().engine = "another"
    chosen().engine_python = "/usr/bin/python3"
    module("sequencer.engine").MODULES = ("torch", "OpenEXR>=3.3")
    yield from wait_for_answer()
    yield from show("11-another-python")
    seen["what is missing"] = problem()
    module("sequencer.engine").MODULES = ()
    chosen().engine_python = "/usr/bin/python3"
    yield from wait_for_answer()
    seen["nothing is missing"] = problem()
    chosen().engine, chosen().engine_python = "own", ""


def wait_for_answer() -> Iterator[float]:
    redraw()
    yield from wait(lambda: problem() is not None, "an answer")


def problem() -> str | None:
    return module("panels.engine")._problem_of_named()


def in_preferences() -> Iterator[float]:
    """The same box there, and the doctor's findings; at last the engine is removed."""
    yield from narrow(PLAN["width"])
    window = bpy.context.window_manager.windows[0]
    with bpy.context.temp_override(window=window, area=sequencer()[0]):
        bpy.ops.screen.screen_full_area()
    yield 1.0
    area = max(window.screen.areas, key=lambda area: area.height)
    area.type = "PREFERENCES"
    bpy.context.preferences.active_section = "ADDONS"
    bpy.context.window_manager.addon_search = "Ecset"
    with bpy.context.temp_override(window=window, area=area):
        bpy.ops.preferences.addon_expand(module=MODULE)
    yield 1.5
    region = next(r for r in area.regions if r.type == "WINDOW")
    functions = [
        (module("panels.engine"), "draw_own"),
        (module("panels.doctor"), "draw"),
    ]
    flagged = partial(flagged_in, functions)
    picture("12-preferences")
    os.environ["ECSET_FAKE_SECONDS"] = "1"
    yield from press("ecset.doctor", region=region, flagged=flagged)
    yield 1.0
    picture("13-doctor-looks")
    doctor = module("operators.doctor")
    yield from wait(lambda: doctor.last().step.value == "Done", "the doctor")
    yield 0.5
    yield from press("ecset.copy_findings", region=region, flagged=flagged)
    yield 0.5
    picture("14-doctor")
    seen["clipboard"] = bpy.context.window_manager.clipboard
    yield from press("ecset.remove_engine", region=region, flagged=flagged)
    yield 1.0
    picture("15-remove")
    subprocess.run(["xdotool", "key", "Return"], check=True)
    yield from wait(lambda: not ENGINE.exists(), "nothing left")
    yield 1.0
    picture("16-removed")


def quit_meanwhile() -> Iterator[float]:
    """What is under way when Blender quits."""
    os.environ["ECSET_FAKE_SETUP"], os.environ["ECSET_FAKE_SECONDS"] = "hang", "0"
    bpy.ops.ecset.setup_engine()
    yield from wait(is_planned, "a plan")
    bpy.ops.ecset.install_engine()
    yield from wait(lambda: current().factor == 0.5, "half of it")
    seen["pid at the end"] = current()._child.pid


def show(name: str) -> Iterator[float]:
    park_mouse()
    yield 0.6
    show_all()
    redraw()
    yield 1.0
    picture(f"{name}-{sequencer()[1].width}")


def chosen() -> Any:
    return bpy.context.preferences.addons[MODULE].preferences


def current() -> Any:
    return module("operators.setup_engine").current()


def is_planned() -> bool:
    return current().step.value == "Planned"


def panel_shows() -> bool:
    return bool(bpy.types.ECSET_PT_engine.poll(bpy.context))


def state() -> str:
    return module("environment.folder").Folder(ENGINE).read().state.value


run(steps())
