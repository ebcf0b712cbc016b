"""What a person does in a Blender window, for the scripts that the tests start in one.

``blender --python walk.py -- PLAN.json``.  Every step is a ``yield`` of the seconds until the
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
MODULE = "bl_ext.user_default.ecset"

seen: dict[str, Any] = {}
ticks: list[float] = []


def tick() -> float:
    ticks.append(time.monotonic())
    return 0.02


def longest_wait() -> float:
    """How many seconds the main loop was kept waiting at most since `ticks` was cleared."""
    return max((later - earlier for earlier, later in pairwise(ticks)), default=0)


def picture(name: str) -> None:
    """The whole screen to a file."""
    path = Path(PLAN["pictures"]) / f"{name}.png"
    subprocess.run(["import", "-window", "root", str(path)], check=True)


def park_mouse(x: int = 150, y: int = 300) -> None:
    """The mouse to where nothing has a tooltip: in the middle of an empty file browser."""
    subprocess.run(["xdotool", "mousemove", str(x), str(y)], check=True)


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


def click(colour: tuple[int, int, int], region: Any, index: int | None = None) -> bool:
    """A real click of the mouse on the largest thing of that colour in the region.

    With `index` on one of several, counted from the top, that are as wide as the widest.
    """
    rows = _rows_of(colour, region)
    if not rows:
        return False
    widest = max(map(len, rows.values()))
    # a button's text takes up to half of some of its rows
    wide = sorted((y for y, xs in rows.items() if len(xs) > 0.5 * widest), reverse=True)
    if index is not None:
        wide = _runs(wide)[index]
    y = wide[len(wide) // 2]
    click_at(rows[y][len(rows[y]) // 2], y)
    return True


def click_title(region: Any, index: int) -> Iterator[float]:
    """A real click on the title of a panel in the region, counted from the top."""
    space = bpy.context.preferences.themes[0].sequence_editor.space
    usual = tuple(space.button_title)
    space.button_title = (1.0, 0.0, 1.0)
    yield 1.0
    rows = _rows_of((255, 0, 255), region)
    space.button_title = usual
    titles = _runs(sorted(rows, reverse=True), gap=6)
    seen.setdefault("clicks", []).append(index < len(titles))
    if index < len(titles):
        y = titles[index][len(titles[index]) // 2]
        click_at(min(rows[y]) + 3, y)


def click_at(x: int, y: int) -> None:
    """A real click, in pixels from the lower left corner of the screen."""
    _mouse(_move(x, y), "sleep 0.3 click 1")


def drag(x: int, y: int, up: int = 0, right: int = 0) -> Iterator[float]:
    """The mouse pressed at a point, moved, and released, while Blender looks on."""
    for step in (
        _move(x, y - 1),
        _move(x, y),
        "mousedown 1",
        _move(x + right // 2, y + up // 2),
        _move(x + right, y + up),
        "mouseup 1",
    ):
        _mouse(step)
        yield 0.4


def pull_edge(up: int) -> Iterator[float]:
    """The edge above the timeline pulled up: room for a panel and what is below it; or down."""
    area, _, _ = sequencer()
    yield from drag(area.x + 300, area.y + area.height, up)
    park_mouse(150, 180)
    yield 2.0
    show_all()
    yield 1.0


def narrow(width: int) -> Iterator[float]:
    """The sidebar's edge pulled until it is so wide, tabs included."""
    _, sidebar, _ = sequencer()
    yield from drag(sidebar.x, sidebar.y + sidebar.height // 2, right=sidebar.width - width)
    park_mouse(150, 180)
    yield 1.5
    show_all()
    yield 1.0


def open_or_close(index: int) -> Iterator[float]:
    """A click on the title of a panel, counted from the top."""
    _, sidebar, _ = sequencer()
    yield from click_title(sidebar, index)
    yield 1.0
    park_mouse(150, 180)
    yield 1.5


def press(index: int) -> Iterator[float]:
    """A click on a button of the sidebar, counted from the top."""
    tool = bpy.context.preferences.themes[0].user_interface.wcol_tool
    usual = tuple(tool.inner)
    tool.inner = (1.0, 0.0, 1.0, 1.0)
    yield 1.0
    _, sidebar, _ = sequencer()
    seen.setdefault("clicks", []).append(click((255, 0, 255), sidebar, index))
    yield 0.3
    park_mouse(
        150, 180
    )  # not sooner: the button wants the mouse over it when it hears of the click
    tool.inner = usual


def _move(x: int, y: int) -> str:
    return f"mousemove {x} {bpy.context.window_manager.windows[0].height - y}"


def _mouse(*steps: str) -> None:
    subprocess.run(["xdotool", *" ".join(steps).split()], check=True)


def _rows_of(colour: tuple[int, int, int], region: Any) -> dict[int, list[int]]:
    """Where on the screen the region has that colour: the x of each y, from the lower left."""
    path = FOLDER / "find.png"
    subprocess.run(["import", "-window", "root", str(path)], check=True)
    image = bpy.data.images.load(str(path))
    width = image.size[0]
    pixels = list(image.pixels)
    bpy.data.images.remove(image)
    rows: dict[int, list[int]] = {}
    for y in range(region.y, region.y + region.height):
        for x in range(region.x, region.x + region.width):
            at = 4 * (y * width + x)
            if all(abs(pixels[at + c] * 255 - colour[c]) < 24 for c in range(3)):
                rows.setdefault(y, []).append(x)
    return rows


def _runs(values: list[int], gap: int = 1) -> list[list[int]]:
    """Descending numbers, cut where more than `gap` lies between two."""
    runs: list[list[int]] = []
    for value in values:
        if runs and runs[-1][-1] - value <= gap:
            runs[-1].append(value)
        else:
            runs.append([value])
    return runs


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
    window = bpy.context.window_manager.windows[0]
    with bpy.context.temp_override(window=window, area=area, region=main):
        bpy.ops.sequencer.view_all()


def prepare() -> Iterator[float]:
    """A saved edit with its strip active, our tab in front, and a style chosen."""
    bpy.context.preferences.view.show_splash = False
    seen["version"] = bpy.app.version_string
    make_edit()
    park_mouse()
    yield 1.0
    lay_out()
    yield 3.0
    show_all()
    bpy.context.scene.ecset.styles.add().path = "//" + Path(PLAN["style"]).name
    yield 1.5


def run(steps: Iterator[float]) -> None:
    """Take the steps, write down what was seen, quit."""

    def go_on() -> float | None:
        try:
            return next(steps)
        except StopIteration:
            seen["end"] = True
        except BaseException:
            seen["error"] = traceback.format_exc()
        (FOLDER / "seen.json").write_text(json.dumps(seen), encoding="utf-8")
        bpy.ops.wm.quit_blender()
        return None

    bpy.app.timers.register(go_on, first_interval=2.0, persistent=True)
    bpy.app.timers.register(tick, persistent=True)
