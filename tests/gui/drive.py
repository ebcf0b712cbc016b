"""Runs inside a Blender window and does what a person does; `test_window.py` starts it.

``blender --python drive.py -- PLAN.json``.  Every step is a ``yield`` of the seconds until the
next, so that Blender's main loop goes on between them.  What was seen goes to a JSON file.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import bpy

PLAN = json.loads(Path(sys.argv[-1]).read_text(encoding="utf-8"))
FOLDER = Path(PLAN["folder"])
PICTURES = Path(PLAN["pictures"])
MODULE = "bl_ext.user_default.ecset"

seen: dict[str, Any] = {}
ticks: list[float] = []


def tick() -> float:
    """Tells how long the main loop was ever kept waiting."""
    ticks.append(time.monotonic())
    return 0.02


def picture(name: str) -> None:
    """The whole screen to a file."""
    path = PICTURES / f"{name}.png"
    subprocess.run(["import", "-window", "root", str(path)], check=True)


def sequencer() -> tuple[Any, Any, Any]:
    """The area of the timeline, its sidebar and its main region."""
    areas = [
        area
        for area in bpy.context.window_manager.windows[0].screen.areas
        if area.type == "SEQUENCE_EDITOR" and area.spaces[0].view_type != "PREVIEW"
    ]
    area = max(areas, key=lambda a: a.width * a.height)
    regions = {region.type: region for region in area.regions}
    return area, regions["UI"], regions["WINDOW"]


def click(colour: tuple[int, int, int], region: Any) -> bool:
    """A real click of the mouse on the largest thing of that colour in the region."""
    path = FOLDER / "find.png"
    subprocess.run(["import", "-window", "root", str(path)], check=True)
    image = bpy.data.images.load(str(path))
    width, height = image.size
    pixels = list(image.pixels)
    bpy.data.images.remove(image)
    rows: dict[int, list[int]] = {}
    for y in range(region.y, region.y + region.height):
        for x in range(region.x, region.x + region.width, 3):
            at = 4 * (y * width + x)
            if all(abs(pixels[at + c] * 255 - colour[c]) < 24 for c in range(3)):
                rows.setdefault(y, []).append(x)
    if not rows:
        return False
    widest = max(map(len, rows.values()))
    wide = sorted(y for y, xs in rows.items() if len(xs) > 0.8 * widest)
    y = wide[len(wide) // 2]
    x = rows[y][len(rows[y]) // 2]
    subprocess.run(
        ["xdotool", "mousemove", str(x), str(height - y), "sleep", "0.3", "click", "1"], check=True
    )
    return True


def make_edit() -> None:
    """A timeline as an editor would have it, saved."""
    bpy.ops.wm.read_homefile(app_template="Video_Editing", use_factory_startup=True)
    scene = bpy.context.window_manager.windows[0].scene
    compat = sys.modules[f"{MODULE}.sequencer.compat"]
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


def lay_out() -> None:
    """The sidebar open, the toolbar closed."""
    area, _, _ = sequencer()
    space = area.spaces[0]
    space.show_region_ui = True
    space.show_region_toolbar = False


def show_all() -> None:
    """Our tab in front, all of the strip in view."""
    area, sidebar, main = sequencer()
    sidebar.active_panel_category = "Ecset"
    with bpy.context.temp_override(
        window=bpy.context.window_manager.windows[0], area=area, region=main
    ):
        bpy.ops.sequencer.view_all()


def steps() -> Iterator[float]:
    preferences = bpy.context.preferences
    preferences.view.show_splash = False
    seen["version"] = bpy.app.version_string
    make_edit()
    yield 1.0
    running = sys.modules[f"{MODULE}.operators.running"]
    tool = preferences.themes[0].user_interface.wcol_tool
    usual = tuple(tool.inner)
    # The preferences, as after installing.
    yield from show_preferences()
    lay_out()
    yield 3.0
    show_all()
    settings = bpy.context.scene.ecset
    settings.style = "//" + Path(PLAN["style"]).name
    settings.look = PLAN["look"]
    yield 1.5
    picture("2-panel")

    def busy() -> bool:
        return running.is_busy()

    def press(colour: tuple[float, ...]) -> Iterator[float]:
        tool.inner = colour
        yield 1.0
        _, sidebar, _ = sequencer()
        seen.setdefault("clicks", []).append(
            click(tuple(round(255 * c) for c in colour[:3]), sidebar)
        )
        yield 0.3
        tool.inner = usual

    yield from press((1.0, 0.0, 1.0, 1.0))
    yield 0.3
    seen["busy after the click"] = busy()
    task = running.last_task()
    end = time.monotonic() + 300
    ticks.clear()
    while (busy() and task.done < PLAN["cancel_at"]) or task.phase.name != "PAINT":
        if not busy() or time.monotonic() > end:
            break
        yield 0.1
    seen["longest wait of the main loop"] = max(
        (later - earlier for earlier, later in pairwise(ticks)), default=0
    )
    seen["text while painting"] = task.progress_text
    picture("3-painting")
    yield from press((1.0, 0.0, 1.0, 1.0))
    while busy() and time.monotonic() < end:
        yield 0.1
    yield 0.5
    seen["after cancel"] = (task.phase.name, task.message)
    picture("4-cancelled")
    yield from press((1.0, 0.0, 1.0, 1.0))
    task = running.last_task()
    end = time.monotonic() + PLAN["seconds"]
    while busy() and time.monotonic() < end:
        yield 0.1
    seen["after the end"] = (task.phase.name, task.message)
    seen["result"] = task.result
    bpy.context.scene.frame_set(6)
    yield 2.0
    show_all()
    yield 2.0
    picture("5-painted")
    editor = bpy.context.scene.sequence_editor
    compat = sys.modules[f"{MODULE}.sequencer.compat"]
    strips = {s.name: s for s in compat.all_strips(editor)}
    seen["strips"] = {
        name: (s.channel, compat.left(s), compat.right(s)) for name, s in strips.items()
    }
    seen["active"] = editor.active_strip.name
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
        bpy.ops.ed.undo()
    yield 1.0
    editor = bpy.context.scene.sequence_editor
    seen["strips after one undo"] = sorted(s.name for s in compat.all_strips(editor))


def show_preferences() -> Iterator[float]:
    bpy.ops.preferences.addon_show(module=MODULE)
    window = bpy.context.window_manager.windows[-1]
    yield 3.0
    picture("1-installed")
    with bpy.context.temp_override(window=window):
        bpy.ops.wm.window_close()
    yield 1.0


def main() -> None:
    work = steps()

    def go_on() -> float | None:
        try:
            return next(work)
        except StopIteration:
            seen["end"] = True
        except BaseException:
            seen["error"] = traceback.format_exc()
        (FOLDER / "seen.json").write_text(json.dumps(seen), encoding="utf-8")
        bpy.ops.wm.quit_blender()
        return None

    bpy.app.timers.register(go_on, first_interval=2.0, persistent=True)
    bpy.app.timers.register(tick, persistent=True)


main()
