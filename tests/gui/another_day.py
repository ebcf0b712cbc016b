"""One Blender after the other with the same file and its job; `test_another_day.py` starts them.

``begin``: a job is begun, and Blender is killed in the middle of it.  ``go on``: the file is opened
again, the job goes on, and Blender is quit in the middle.  ``finish``: once more, to the end.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy

sys.path.insert(0, str(Path(__file__).parent))

from mouse import press, pull_edge
from window import (
    FOLDER,
    PLAN,
    all_strips,
    call,
    lay_out,
    names,
    picture,
    prepare,
    run,
    running,
    seen,
    show_all,
    wait,
    write_down,
)


def task() -> Any:
    return running().tasks()[-1]


def painted() -> dict[Path, int]:
    """The frames on disk, and when each was written."""
    return {path: path.stat().st_mtime_ns for path in task().folder.glob("frames/*.png")}


def more_frames(than: int) -> Iterator[float]:
    yield from wait(
        lambda: task().phase.name == "PAINT" and len(painted()) > than + 2, "painted frames"
    )
    seen["phase"], seen["pid"] = task().phase.name, task()._child.pid
    seen["frames"] = len(painted())


def begin() -> Iterator[float]:
    yield from prepare()
    bpy.ops.wm.save_mainfile()
    call("ecset.stylize")
    yield from more_frames(0)
    write_down()
    os.kill(os.getpid(), signal.SIGKILL)


def open_again() -> Iterator[float]:
    bpy.context.preferences.view.show_splash = False
    bpy.ops.wm.open_mainfile(filepath=str(FOLDER / "edit.blend"))
    yield 1.0
    lay_out()
    yield 1.5
    show_all()
    yield 1.0
    seen["names"] = names()
    seen["found"] = [(t.phase.name, t.done, t.total) for t in running().tasks()]
    yield from pull_edge(250)
    picture(f"another-day-{PLAN['part'].replace(' ', '-')}")


def go_on() -> Iterator[float]:
    yield from open_again()
    before = len(painted())
    yield from press("ecset.resume_job")
    yield from more_frames(before)
    bpy.ops.wm.save_mainfile()


def finish() -> Iterator[float]:
    yield from open_again()
    before = painted()
    yield from press("ecset.resume_job")
    yield from wait(lambda: task().phase.is_end, "the end")
    seen["task"] = task().phase.name, task().message
    seen["names at the end"] = names()
    shown = [element.filename for element in all_strips()["Harbour Ecset"].elements]
    seen["plates at the end"] = sum("plate" in name for name in shown)
    seen["kept"] = before.items() <= painted().items()


run({"begin": begin, "go on": go_on, "finish": finish}[PLAN["part"]]())
