"""How long Blender's main loop pauses, seen from inside; `responsiveness.py` starts it in a window.

A timer without interval comes round once in every turn of the main loop, which sleeps five
milliseconds when nothing happens.  What lies between two of its calls is a pause: events, timers
and drawing of one turn.
"""

from __future__ import annotations

import functools
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import bpy

sys.path.insert(0, str(Path(__file__).parents[1] / "tests/gui"))

from window import (
    FOLDER,
    MODULE,
    PLAN,
    activate,
    all_strips,
    call,
    module,
    prepare,
    run,
    seen,
    sequencer,
)

#: Seconds of a pause that is written down with all that is known of it.
LONG = 0.04


class Watch:
    """Every turn of the main loop, from `begin` to `end`."""

    def __init__(self) -> None:
        self._calls: list[tuple[str, float]] = []
        # of the main thread: nanoseconds on a processor, nanoseconds waiting for one
        self._schedule = os.open("/proc/thread-self/schedstat", os.O_RDONLY)
        self._last: tuple[float, int, int] | None = None
        self.turns: list[tuple[float, float, float, float]] = []
        self.long: list[dict[str, Any]] = []

    def begin(self) -> None:
        self.turns, self.long = [], []
        self._calls, self._last = [], None

    def end(self) -> dict[str, Any]:
        return {"turns": self.turns, "long": self.long}

    def tick(self) -> float:
        now = time.perf_counter()
        on, waiting = map(int, os.pread(self._schedule, 100, 0).split()[:2])
        if self._last is not None:
            then, on_then, waiting_then = self._last
            pause, ours = now - then, sum(s for name, s in self._calls if " " not in name)
            turn = (pause, (on - on_then) / 1e9, (waiting - waiting_then) / 1e9, ours)
            self.turns.append(turn)
            if pause > LONG:
                self.long.append({"turn": turn, "calls": self._calls})
        self._calls = []
        self._last = now, on, waiting
        return 0.0

    @contextmanager
    def ours(self, name: str) -> Iterator[None]:
        """What happens inside counts as ours; a name with a space is a part of another call."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self._calls.append((name, time.perf_counter() - began))


watch = Watch()


def measure_ours() -> None:
    """All that Blender calls of ours while a job runs."""
    for cls in bpy.types.Panel.__subclasses__():
        if cls.__module__.startswith(MODULE):
            for name in ("draw", "draw_header", "draw_header_preset"):
                if name in vars(cls):
                    setattr(cls, name, drawn(f"{cls.__name__}.{name}", getattr(cls, name)))
    running, task, child = map(module, ("operators.running", "sequencer.task", "sequencer.process"))
    child.Child.__init__ = called("start child", child.Child.__init__)
    running._tick = called("tick", running._tick)
    running.push_undo = called("push undo", running.push_undo)
    task.place.place = called("place strip", task.place.place)
    task.live.show = called("show frames", task.live.show)
    task.live.complete = called("complete strip", task.live.complete)


def drawn(name: str, function: Callable[..., None]) -> Callable[[Any, Any], None]:
    # Blender hands a function as many arguments as its code names
    def draw(self: Any, context: Any) -> None:
        with watch.ours(name):
            function(self, context)

    return draw


def called(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def timed(*arguments: Any, **named: Any) -> Any:
        with watch.ours(name):
            return function(*arguments, **named)

    return timed


def lengthen_shot(length: int) -> Path:
    """The shot's frames forth and back, `length` of them."""
    plates = sorted(Path(PLAN["shot"]).glob("frame_*.png"))
    there_and_back = [*plates, *plates[-2:0:-1]]
    folder = FOLDER / "long"
    folder.mkdir()
    for index in range(length):
        path = there_and_back[index % len(there_and_back)]
        shutil.copy(path, folder / f"frame_{index + 1:04d}.png")
    return folder


def redraw() -> float:
    """What a job draws anew, and more often than it does."""
    area, sidebar, main = sequencer()
    sidebar.tag_redraw()
    main.tag_redraw()
    for other in bpy.context.window_manager.windows[0].screen.areas:
        if other.type == "SEQUENCE_EDITOR" and other != area:
            other.tag_redraw()
    return 0.1


def play(playing: bool) -> None:
    if bpy.context.screen.is_animation_playing != playing:
        with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
            bpy.ops.screen.animation_play()


def idle(seconds: float) -> Iterator[float]:
    bpy.app.timers.register(redraw)
    yield 2.0
    watch.begin()
    yield seconds
    result = watch.end()
    bpy.app.timers.unregister(redraw)
    seen["stages"].append(result)


def job(seed: int) -> Iterator[float]:
    """A whole job, from the press of the button to the strip."""
    running = module("operators.running")
    activate(all_strips()["Harbour"])
    yield 1.0
    watch.begin()
    began = time.monotonic()
    call("ecset.stylize", seed=seed)
    while running.is_busy():
        yield 0.5
    result = watch.end()
    task = running.tasks()[-1]
    assert task.phase.name == "DONE", (task.phase.name, task.message)
    seen["stages"].append({**result, "job": time.monotonic() - began, "frames": PLAN["length"]})
    yield 1.0


def steps() -> Iterator[float]:
    PLAN["shot"] = str(lengthen_shot(PLAN["length"]))
    yield from prepare()
    measure_ours()
    bpy.app.timers.register(watch.tick, persistent=True)
    seen["stages"] = []
    for playing in (False, True):
        play(playing)
        yield 2.0
        if PLAN["idle"]:
            yield from idle(PLAN["at_rest"])
        yield from job(seed=int(playing))
    play(False)
    yield 1.0


run(steps())
