"""A layout that writes down what a panel draws, and refuses what Blender's own would.

Without a window Blender draws nothing; its layouts are described all the same (RNA), so that a
wrong icon, argument, property or operator is found in every version.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import bpy

#: Written in Python by Blender; not in RNA.
_MENUS = {"popover", "menu"}
_INNER = {"row", "column", "split", "box", "grid_flow", "column_flow"}


class Layout:
    """Stands for ``bpy.types.UILayout``.  `seen` has (name, arguments) of all calls, inner too."""

    def __init__(self, seen: list[tuple[str, dict[str, Any]]] | None = None) -> None:
        self.__dict__["seen"] = [] if seen is None else seen

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in bpy.types.UILayout.bl_rna.properties:
            raise AttributeError(f"UILayout has no {name}")
        self.__dict__[name] = value

    def __getattr__(self, name: str) -> Any:
        function = bpy.types.UILayout.bl_rna.functions[name]

        def call(*positional: Any, **named: Any) -> Any:
            parameters = [p.identifier for p in function.parameters if not p.is_output]
            arguments = {**dict(zip(parameters, positional, strict=False)), **named}
            if name not in _MENUS:
                unknown = set(arguments) - set(parameters)
                assert not unknown, f"UILayout.{name} takes no {unknown}"
            _check_icon(function, arguments)
            self.seen.append((name, arguments))
            if name in _INNER:
                return Layout(self.seen)
            if name in {"prop", "template_list"}:
                _check_property(name, arguments)
            if name == "operator":
                return _operator(arguments["operator"], arguments)
            return None

        return call

    @property
    def texts(self) -> list[str]:
        """All that is to be read in labels, buttons and progress bars."""
        return [arguments["text"] for _, arguments in self.seen if arguments.get("text")]

    @property
    def operators(self) -> list[str]:
        return [arguments["operator"] for name, arguments in self.seen if name == "operator"]

    @property
    def properties(self) -> list[str]:
        return [arguments["property"] for name, arguments in self.seen if name == "prop"]

    @property
    def icons(self) -> list[str]:
        return [arguments["icon"] for _, arguments in self.seen if "icon" in arguments]


def _check_icon(function: Any, arguments: dict[str, Any]) -> None:
    if "icon" in arguments:
        known = function.parameters["icon"].enum_items.keys()
        assert arguments["icon"] in known, f"there is no icon {arguments['icon']}"


def _check_property(name: str, arguments: dict[str, Any]) -> None:
    pairs = [("data", "property")]
    if name == "template_list":
        pairs = [("dataptr", "propname"), ("active_dataptr", "active_propname")]
    for data, held in pairs:
        assert arguments[held] in arguments[data].bl_rna.properties, arguments[held]


def _operator(identifier: str, arguments: dict[str, Any]) -> Any:
    """What the arguments of an operator's button are set on: only those that it has."""
    space, _, name = identifier.partition(".")
    rna = getattr(getattr(bpy.ops, space), name).get_rna_type()

    class Given(SimpleNamespace):
        def __setattr__(self, key: str, value: Any) -> None:
            assert key in rna.properties, f"{identifier} has no {key}"
            arguments[key] = value

    return Given()


def draw(panel: type, context: Any) -> Layout | None:
    """What a panel draws; None where it does not show."""
    if hasattr(panel, "poll") and not panel.poll(context):
        return None
    layout = Layout()
    for method in ("draw_header", "draw_header_preset", "draw"):
        if hasattr(panel, method):
            getattr(panel, method)(SimpleNamespace(layout=layout), context)
    return layout


def context(scene: Any, width: int = 250) -> Any:
    """What panels ask a context for, with a sidebar so many pixels wide."""
    return SimpleNamespace(
        scene=scene,
        sequencer_scene=scene,
        preferences=SimpleNamespace(system=SimpleNamespace(ui_scale=1.0)),
        region=SimpleNamespace(width=width),
        window_manager=bpy.context.window_manager,
    )
