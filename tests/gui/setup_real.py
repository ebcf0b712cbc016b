"""The engine installed in earnest, killed, repaired, painted with; `test_setup_real.py` starts it.

``acts`` of the plan are done one after the other: each names a function here, and what it is given.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import bpy

sys.path.insert(0, str(Path(__file__).parent))

from mouse import park_mouse, press, pull_edge
from window import (
    MODULE,
    PLAN,
    module,
    picture,
    prepare,
    redraw,
    run,
    running,
    seen,
    show_all,
    wait,
    write_down,
)


def steps() -> Iterator[float]:
    yield from prepare()
    chosen().wheels = PLAN.get("wheels", "")
    bpy.context.preferences.system.use_online_access = "wheels" not in PLAN
    yield from pull_edge(300)
    seen["folder"] = str(module("panels.preferences").engine_environment())
    seen["at first"] = state()
    for number, (act, *given) in enumerate(PLAN["acts"]):
        yield from ACTS[act](*given)
        yield from show(f"{PLAN['name']}-{number}-{act}")
    bpy.context.preferences.system.use_online_access = False


def install() -> Iterator[float]:
    """Plan and install, or repair, to the end."""
    yield from plan()
    began = time.monotonic()
    yield from press("ecset.install_engine")
    factors: list[float] = []
    while current().step.is_work:
        factors.append(current().factor)
        yield 0.1
    seen["install seconds"] = round(time.monotonic() - began, 1)
    seen["most of the bar"] = max(factors)
    seen["installed"] = [current().step.value, current().message, state()]
    seen["shown when ready"] = bool(bpy.types.ECSET_PT_engine.poll(bpy.context))


def plan() -> Iterator[float]:
    began = time.monotonic()
    if current() is None or current().step.value != "Planned":
        yield from press("ecset.setup_engine")
    yield from wait(lambda: not current().step.is_work, "a plan")
    seen["plan seconds"] = round(time.monotonic() - began, 1)
    assert current().step.value == "Planned", current().message
    seen["plan"] = list(current().plan.lines)
    yield from show(f"{PLAN['name']}-plan")


def kill(who: str, when: str) -> Iterator[float]:
    """End `who` ("blender", "setup", "uv") by force, while it plans or when so much is there.

    A plan goes on without uv when it was asked for the best build, with another one.
    """
    if when == "plan":
        yield from press("ecset.setup_engine")
        yield from wait(lambda: bool(pids_of(who)), f"{who} at work")
    else:
        yield from plan()
        yield from press("ecset.install_engine")
        reached: Callable[[], bool] = lambda: current().factor >= float(when)  # noqa: E731
        yield from wait(lambda: reached() or not current().step.is_work, "so much of it")
        assert current().step.is_work, current().message
    seen.setdefault("killed", []).append([who, when, current().message])
    for pid in pids_of(who):
        if who == "blender":
            seen["end"] = True
            write_down()
        os.kill(pid, signal.SIGKILL)
    yield from wait(lambda: not current().step.is_work, "the end")
    if who == "setup":  # what it has left behind goes by itself
        yield from wait(lambda: not pids_of("uv"), "the end of uv")
    seen.setdefault("after", []).append([current().step.value, current().message, state()])


def pids_of(who: str) -> list[int]:
    if who == "blender":
        return [os.getpid()]
    if who == "setup":
        child = current()._child
        return [child.pid] if child else []
    found = subprocess.run(
        ["pgrep", "-f", f"^{seen['folder']}/uv/"], capture_output=True, text=True, check=False
    )
    return [int(line) for line in found.stdout.split()]


def paint() -> Iterator[float]:
    """The first strip: a few frames of it."""
    scene = bpy.context.scene
    for strip in module("sequencer.compat").all_strips(scene.sequence_editor):
        strip.select = True
    began = time.monotonic()
    yield from press("ecset.stylize")
    yield from wait(lambda: running().last_task() is not None, "a job")
    yield from wait(lambda: running().last_task().phase.is_end, "a painted strip", 900)
    task = running().last_task()
    seen["paint seconds"] = round(time.monotonic() - began, 1)
    seen["painted"] = [task.phase.value, task.message]


def doctor() -> Iterator[float]:
    bpy.ops.ecset.doctor()
    last = module("operators.doctor").last
    yield from wait(lambda: last().step.value == "Done", "the doctor")
    seen["doctor"] = last().report()


def remove() -> Iterator[float]:
    bpy.ops.ecset.remove_engine()
    yield from wait(lambda: not current().step.is_work, "nothing left")
    seen["removed"] = [current().step.value, current().message, Path(seen["folder"]).exists()]


ACTS = {"install": install, "kill": kill, "paint": paint, "doctor": doctor, "remove": remove}


def show(name: str) -> Iterator[float]:
    park_mouse()
    yield 0.3
    show_all()
    redraw()
    yield 0.7
    picture(name)


def chosen() -> Any:
    return bpy.context.preferences.addons[MODULE].preferences


def current() -> Any:
    return module("operators.setup_engine").current()


def state() -> str:
    folder = module("panels.preferences").engine_environment()
    return module("environment.folder").Folder(folder).read().state.value


run(steps())
