"""A real mouse on the sidebar: buttons are found by their operator, panels by their class.

Blender does not tell where it draws a button.  So it draws it once as it is and once in another
colour, and where the two pictures of the screen differ there it is.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import bpy
import numpy as np
from window import FOLDER, MODULE, seen, sequencer, show_all

_DRAWING = ("draw", "draw_header", "draw_header_preset", "draw_item")
_FLAG = (1.0, 0.0, 1.0)


class _Layout:
    """A layout that draws one button in alarm."""

    def __init__(self, layout: Any, flag: Callable[[str], bool]) -> None:
        object.__setattr__(self, "_layout", layout)
        object.__setattr__(self, "_flag", flag)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._layout, name, value)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._layout, name)
        if not callable(found):
            return found

        def call(*arguments: Any, **named: Any) -> Any:
            if name == "operator" and self._flag(arguments[0]):
                emboss, self._layout.emboss = self._layout.emboss, "NORMAL"
                self._layout.alert = True
                made = found(*arguments, **named)
                self._layout.alert, self._layout.emboss = False, emboss
                return made
            return self._wrapped(found(*arguments, **named))

        return call

    def _wrapped(self, made: Any) -> Any:
        if isinstance(made, tuple):  # of a panel in a layout
            return tuple(map(self._wrapped, made))
        if isinstance(made, bpy.types.UILayout):
            return _Layout(made, self._flag)
        return made


class _Panel:
    """A panel with such a layout."""

    def __init__(self, panel: Any, layout: _Layout) -> None:
        self._panel, self.layout = panel, layout

    def __getattr__(self, name: str) -> Any:
        return getattr(self._panel, name)


def _classes() -> list[Any]:
    kinds = (bpy.types.Panel, bpy.types.UIList)
    classes = [cls for kind in kinds for cls in kind.__subclasses__()]
    return [cls for cls in classes if cls.__module__.startswith(MODULE)]


@contextmanager
def _drawn_by(wrap: Callable[[Any, Callable[..., None]], Callable[..., None]]) -> Iterator[None]:
    """Our drawing functions as `wrap` makes them from what they are."""
    usual = [
        (cls, name, vars(cls)[name]) for cls in _classes() for name in _DRAWING if name in vars(cls)
    ]
    for cls, name, function in usual:
        setattr(cls, name, wrap(cls, function))
    try:
        yield
    finally:
        for cls, name, function in usual:
            setattr(cls, name, function)


@contextmanager
def _flagged(operator: str, which: int) -> Iterator[None]:
    """Button number `which` of that operator's is drawn in alarm, in the order of drawing."""
    count = -1

    def flag(name: str) -> bool:
        nonlocal count
        count += name == operator
        return name == operator and count == which

    def wrap(_: Any, function: Callable[..., None]) -> Callable[..., None]:
        # Blender hands a function as many arguments as its code names
        def draw(self: Any, context: Any) -> None:
            function(_Panel(self, _Layout(self.layout, flag)), context)

        def draw_item(
            self: Any,
            context: Any,
            layout: Any,
            data: Any,
            item: Any,
            icon: Any,
            active_data: Any,
            active_property: Any,
            index: Any,
        ) -> None:
            rest = (data, item, icon, active_data, active_property, index)
            function(self, context, _Layout(layout, flag), *rest)

        return draw_item if function.__name__ == "draw_item" else draw

    with _drawn_by(wrap):
        yield


@contextmanager
def flagged_in(functions: list[tuple[Any, str]], operator: str, which: int) -> Iterator[None]:
    """As `_flagged`, where a module's functions draw into a layout they are given first."""
    count = -1

    def flag(name: str) -> bool:
        nonlocal count
        count += name == operator
        return name == operator and count == which

    def wrapped(function: Callable[..., None]) -> Callable[..., None]:
        return lambda layout, *rest, **named: function(_Layout(layout, flag), *rest, **named)

    usual = [(module, name, getattr(module, name)) for module, name in functions]
    for module, name, function in usual:
        setattr(module, name, wrapped(function))
    try:
        yield
    finally:
        for module, name, function in usual:
            setattr(module, name, function)


def _redraw(region: Any) -> None:
    region.tag_redraw()
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
        bpy.ops.wm.redraw_timer(type="DRAW_WIN_SWAP", iterations=1)


def press(
    operator: str, which: int = 0, region: Any = None, flagged: Any = None
) -> Iterator[float]:
    """A real click on a button of the sidebar, or of a region whose buttons `flagged` marks."""
    tool = bpy.context.preferences.themes[0].user_interface.wcol_tool
    usual = tuple(tool.inner)
    region = region or sequencer()[1]
    tool.inner = (*_FLAG, 1.0)
    park_mouse()
    yield 0.4
    _redraw(region)
    plain = _pixels(region)
    with (flagged or _flagged)(operator, which):
        _redraw(region)
        marked = _pixels(region)
    tool.inner = usual
    _redraw(region)
    differs = np.abs(plain - marked).max(axis=2) > 0.05
    seen.setdefault("clicks", []).append(bool(differs.any()))
    if not differs.any():
        return
    rows, columns = np.nonzero(differs)
    click_at(region.x + int(np.median(columns)), region.y + int(np.median(rows)))
    yield 0.3
    park_mouse()  # not sooner: the button wants the mouse over it when it hears of the click
    yield 0.2


def _pixels(region: Any) -> np.ndarray:
    """What the screen shows of a region, rows from below, 0 to 1."""
    path = FOLDER / "find.png"
    subprocess.run(["import", "-window", "root", str(path)], check=True)
    image = bpy.data.images.load(str(path), check_existing=False)
    pixels = np.empty(image.size[0] * image.size[1] * 4, np.float32)
    image.pixels.foreach_get(pixels)
    pixels = pixels.reshape(image.size[1], image.size[0], 4)[..., :3]
    bpy.data.images.remove(image)
    below = pixels.shape[0] - bpy.context.window_manager.windows[0].height  # the window is on top
    top = below + region.y + region.height
    return pixels[below + region.y : top, region.x : region.x + region.width].copy()


def show_panel(name: str, opened: bool = True) -> Iterator[float]:
    """A real click on the title of the panel of that class, if it is not so yet."""
    drawn: set[str] = set()

    def wrap(cls: Any, function: Callable[..., None]) -> Callable[..., None]:
        if function.__name__ != "draw":
            return function

        def draw(self: Any, context: Any) -> None:
            drawn.add(cls.__name__)
            function(self, context)

        return draw

    region = sequencer()[1]
    with _drawn_by(wrap):
        _redraw(region)
    if (name in drawn) == opened:
        return
    index = _titles(region, drawn).index(name)
    space = bpy.context.preferences.themes[0].sequence_editor.space
    usual = tuple(space.button_title)
    space.button_title = _FLAG
    park_mouse()
    yield 0.3
    _redraw(region)
    flagged = (np.abs(_pixels(region) - _FLAG) < 0.1).all(axis=2)
    space.button_title = usual
    titles = _runs(np.flatnonzero(flagged.any(axis=1))[::-1], gap=6)
    seen.setdefault("clicks", []).append(index < len(titles))
    if index < len(titles):
        y = titles[index][len(titles[index]) // 2]
        click_at(region.x + int(np.flatnonzero(flagged[y])[0]) + 3, region.y + int(y))
    yield 0.8
    park_mouse()
    yield 0.5


def _titles(region: Any, drawn: set[str]) -> list[str]:
    """The panels whose titles are in the sidebar, from the top; none below a closed one."""
    area = sequencer()[0]
    window = bpy.context.window_manager.windows[0]
    panels = [c for c in _classes() if getattr(c, "bl_category", "") == "Ecset"]
    panels = [c for c in panels if c.is_registered and "HIDE_HEADER" not in _options(c)]
    order = _registered()
    panels.sort(key=lambda c: (getattr(c, "bl_order", 0), order.index(c.__name__)))
    with bpy.context.temp_override(window=window, area=area, region=region):
        panels = [c for c in panels if not hasattr(c, "poll") or c.poll(bpy.context)]

    def below(parent: str) -> list[str]:
        names: list[str] = []
        for cls in panels:
            if getattr(cls, "bl_parent_id", "") == parent:
                names.append(cls.__name__)
                if cls.__name__ in drawn:
                    names += below(cls.__name__)
        return names

    return below("")


def _options(cls: Any) -> set[str]:
    return set(getattr(cls, "bl_options", ()))


def _registered() -> list[str]:
    """The names of our classes in the order they were registered in."""
    return [cls.__name__ for cls in sys.modules[f"{MODULE}.operators.registration"]._CLASSES]


def park_mouse(x: int = 150, y: int = 180) -> None:
    """The mouse to where nothing has a tooltip: in the middle of an empty file browser."""
    subprocess.run(["xdotool", "mousemove", str(x), str(y)], check=True)


def click_at(x: int, y: int) -> None:
    """A real click, in pixels from the lower left corner of the window."""
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
    park_mouse()
    yield 1.0
    show_all()
    yield 0.5


def narrow(width: int) -> Iterator[float]:
    """The sidebar's edge pulled until it is so wide, tabs included."""
    _, sidebar, _ = sequencer()
    yield from drag(sidebar.x, sidebar.y + sidebar.height // 2, right=sidebar.width - width)
    park_mouse()
    yield 1.0
    show_all()
    yield 0.5


def _move(x: int, y: int) -> str:
    return f"mousemove {x} {bpy.context.window_manager.windows[0].height - y}"


def _mouse(*steps: str) -> None:
    subprocess.run(["xdotool", *" ".join(steps).split()], check=True)


def _runs(values: Any, gap: int = 1) -> list[list[int]]:
    """Descending numbers, cut where more than `gap` lies between two."""
    runs: list[list[int]] = []
    for value in values:
        if runs and runs[-1][-1] - value <= gap:
            runs[-1].append(value)
        else:
            runs.append([value])
    return runs
