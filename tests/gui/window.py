"""What the scripts have in common that the tests start in a Blender window.

``blender --python SCRIPT.py -- PLAN.json``.  Every step is a ``yield`` of the seconds until the
next, so that Blender's main loop goes on between them.  What was seen goes to a JSON file.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import bpy
import numpy as np

PLAN = json.loads(Path(sys.argv[-1]).read_text(encoding="utf-8"))
FOLDER = Path(PLAN["folder"])
MODULE = "bl_ext.user_default.ecset"

seen: dict[str, Any] = {}
ticks: list[float] = []


def tick() -> float:
    ticks.append(time.monotonic())
    return 0.02


def turns() -> int:
    """How often the main loop came round since `ticks` was cleared: kept waiting, hardly ever."""
    return len(ticks)


def picture(name: str) -> None:
    """The whole screen to a file."""
    path = Path(PLAN["pictures"]) / f"{name}.png"
    subprocess.run(["import", "-window", "root", str(path)], check=True)


def module(name: str) -> Any:
    """A module of the extension."""
    return sys.modules[f"{MODULE}.{name}"]


def running() -> Any:
    """The queue."""
    return module("operators.running")


def all_strips(scene: Any = None) -> dict[str, Any]:
    """The strips of a scene by their names."""
    scene = scene or bpy.context.window_manager.windows[0].scene
    if scene.sequence_editor is None:
        return {}
    return {s.name: s for s in module("sequencer.compat").all_strips(scene.sequence_editor)}


def names(scene: Any = None) -> list[str]:
    return sorted(all_strips(scene))


def activate(strip: Any, scene: Any = None) -> None:
    scene = scene or bpy.context.window_manager.windows[0].scene
    scene.sequence_editor.active_strip = strip
    for other in all_strips(scene).values():
        other.select = other == strip


def call(operator: str, *arguments: Any, window: int = 0, **named: Any) -> set[str]:
    """An operator as its button in the sequencer of that window would call it."""
    window = bpy.context.window_manager.windows[window]
    area, _, main = sequencer(window)
    group, name = operator.split(".")
    with bpy.context.temp_override(window=window, area=area, region=main):
        return getattr(getattr(bpy.ops, group), name)("INVOKE_DEFAULT", *arguments, **named)


def undo() -> Iterator[float]:
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
        bpy.ops.ed.undo()
    yield 0.5


def redo() -> Iterator[float]:
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
        bpy.ops.ed.redo()
    yield 0.5


def wait(condition: Callable[[], bool], what: str, seconds: float | None = None) -> Iterator[float]:
    """Until it is so; raises when it does not become so."""
    end = time.monotonic() + (seconds or PLAN["seconds"])
    while not condition():
        assert time.monotonic() < end, f"in vain: {what}"
        yield 0.05


def sequencer(window: Any = None) -> tuple[Any, Any, Any]:
    """The area of the timeline, its sidebar and its main region."""
    window = window or bpy.context.window_manager.windows[0]
    areas = [
        area
        for area in window.screen.areas
        if area.type == "SEQUENCE_EDITOR" and area.spaces[0].view_type != "PREVIEW"
    ]
    area = max(areas, key=lambda a: a.width * a.height)
    regions = {region.type: region for region in area.regions}
    return area, regions["UI"], regions["WINDOW"]


def make_edit() -> None:
    """A timeline as an editor would have it, saved."""
    bpy.ops.wm.read_homefile(app_template="Video_Editing", use_factory_startup=True)
    scene = bpy.context.window_manager.windows[0].scene
    compat = module("sequencer.compat")
    shutil.copytree(PLAN["shot"], FOLDER / "shot")
    shutil.copy(PLAN["style"], FOLDER)
    plates = sorted((FOLDER / "shot").glob("frame_*.png"))
    strip = compat.new_image_strip(
        scene.sequence_editor_create(),
        "Harbour",
        f"{plates[0].parent}/",
        [path.name for path in plates],
        1,
        1,
    )
    element = strip.elements[0]
    scene.render.resolution_x, scene.render.resolution_y = element.orig_width, element.orig_height
    scene.frame_start, scene.frame_end = 1, len(plates)
    scene.view_settings.view_transform = "Standard"
    scene.sequence_editor.active_strip = strip
    for workspace in bpy.data.workspaces:
        if hasattr(workspace, "sequencer_scene"):
            workspace.sequencer_scene = scene
    bpy.ops.wm.save_as_mainfile(filepath=str(FOLDER / "edit.blend"))
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
        bpy.ops.ed.undo_push(message="Edit")  # as an operator of the menu would have done


def redraw() -> None:
    """What a script has changed is not drawn anew by itself."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            area.tag_redraw()


def lay_out() -> None:
    """The sidebar open, the toolbar closed."""
    area, _, _ = sequencer()
    space = area.spaces[0]
    space.show_region_ui = True
    space.show_region_toolbar = False
    space.show_region_hud = False


def show_all() -> None:
    """Our tab in front, all of the strip in view."""
    area, sidebar, main = sequencer()
    sidebar.active_panel_category = "Ecset"
    window = bpy.context.window_manager.windows[0]
    with bpy.context.temp_override(window=window, area=area, region=main):
        bpy.ops.sequencer.view_all()


def refresh() -> None:
    """The timeline shows the file as it is now."""
    area, _, main = sequencer()
    window = bpy.context.window_manager.windows[0]
    with bpy.context.temp_override(window=window, area=area, region=main):
        bpy.ops.sequencer.refresh_all()


def paint_over(path: Path, disc: Sequence[float]) -> None:
    """Few flat colours, and a disc on the sail: what a person does in a painting program."""
    image = bpy.data.images.load(str(path))
    width, height = image.size
    pixels = np.empty(width * height * 4, np.float32)
    image.pixels.foreach_get(pixels)
    rgba = pixels.reshape(height, width, 4)
    rgba[..., :3] = np.round(rgba[..., :3] * 4) / 4 * (1.0, 0.9, 0.75)
    y, x = np.mgrid[:height, :width] / height
    rgba[np.hypot(x - disc[0], y - disc[1]) < 0.05] = 0.1, 0.4, 0.6, 1
    image.pixels.foreach_set(rgba.ravel())
    image.save()
    bpy.data.images.remove(image)


def prepare() -> Iterator[float]:
    """A saved edit with its strip active, our tab in front, and a style chosen."""
    bpy.context.preferences.view.show_splash = False
    seen["version"] = bpy.app.version_string
    make_edit()
    subprocess.run(["xdotool", "mousemove", "150", "300"], check=True)
    yield 1.0
    lay_out()
    yield 2.0
    show_all()
    bpy.context.scene.ecset.styles.add().path = "//" + Path(PLAN["style"]).name
    yield 1.0


def run(steps: Iterator[float]) -> None:
    """Take the steps, write down what was seen, quit."""

    def go_on() -> float | None:
        try:
            return next(steps)
        except StopIteration:
            seen["end"] = True
        except BaseException:
            seen["error"] = traceback.format_exc()
        write_down()
        bpy.ops.wm.quit_blender()
        return None

    bpy.app.timers.register(go_on, first_interval=2.0, persistent=True)
    bpy.app.timers.register(tick, persistent=True)


def write_down() -> None:
    """What was seen so far; what comes later may not be written any more."""
    (FOLDER / "seen.json").write_text(json.dumps(seen), encoding="utf-8")
