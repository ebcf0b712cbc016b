"""The look "Neural" with a real mouse: styles, weights, controls; `test_network.py` starts it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy

sys.path.insert(0, str(Path(__file__).parent))

from mouse import narrow, park_mouse, press, pull_edge, show_panel
from window import (
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


def steps() -> Iterator[float]:
    yield from prepare()
    yield from pull_edge(300)
    yield from narrow(250)
    seen["sidebar"] = sequencer()[1].width
    settings = bpy.context.scene.ecset
    for path in PLAN["styles"]:
        settings.styles.add().path = path
    settings.active_style, settings.styles[1].weight = 1, 0.5
    for frame, strength in ((1, 0.2), (24, 1.0)):
        settings.strength = strength
        settings.keyframe_insert("strength", frame=frame)
    bpy.context.scene.frame_set(12)
    ticks.clear()
    settings.look = "neural"
    redraw()
    seen["known at once"] = weights().answer("vgg19") is not None
    yield from wait(lambda: weights().answer("vgg19") is not None, "an answer")
    yield 1.0
    seen["there before"] = weights().answer("vgg19").there
    seen["may get without network"] = bpy.ops.ecset.get_weights.poll()
    picture("weights")
    yield from get_weights()
    seen["turns of the main loop"] = turns()
    bpy.context.preferences.addons[MODULE].preferences.vgg19 = PLAN["weights"]
    settings = bpy.context.scene.ecset  # another one since a file came
    while len(settings.styles) > 1:
        settings.styles.remove(1)
    settings.active_style = 0
    yield from show_panel("ECSET_PT_network")
    yield from show()
    picture("network")
    yield from show_panel("ECSET_PT_network", False)
    settings.coherence_method, settings.segment = "long", 48
    yield from show_panel("ECSET_PT_coherence")
    yield from show()
    picture("coherence")
    bpy.context.preferences.addons[MODULE].preferences.vgg19 = ""  # they are saved on quit


def get_weights() -> Iterator[float]:
    bpy.context.preferences.system.use_online_access = True
    yield 1.0
    yield from press("ecset.get_weights")
    yield 0.5
    seen["getting"] = weights().is_getting()
    yield from wait(lambda: weights().last_download().done > 0, "a beginning")
    seen["text while getting"] = weights().last_download().progress_text
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath)  # it goes on meanwhile
    yield 1.0
    seen["getting after a file came"] = weights().is_getting()
    yield from wait(lambda: not weights().is_getting(), "the end of the download")
    yield from wait(is_there, "weights")
    seen["there after"] = weights().answer("vgg19").there
    bpy.context.preferences.system.use_online_access = False


def is_there() -> bool:
    answer = weights().answer("vgg19")
    return answer is not None and answer.there


def show() -> Iterator[float]:
    park_mouse()
    yield 1.0
    show_all()
    yield 1.5


def weights() -> Any:
    return module("operators.weights")


run(steps())
