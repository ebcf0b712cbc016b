"""Preferences: where the engine's Python is."""

import textwrap
from pathlib import Path
from typing import Any

import bpy
from bpy.props import StringProperty

from ..sequencer import engine
from ..sequencer.errors import BadInput

#: The extension's package: "bl_ext.<repository>.ecset", or the name it was imported by.
PACKAGE = __package__.rpartition(".")[0]

_messages: list[str] = []  # one or none


class EcsetPreferences(bpy.types.AddonPreferences):
    bl_idname = PACKAGE

    engine_python: StringProperty(
        name="Engine Python",
        description="A Python that has PyTorch; empty for the environment that Ecset sets up",
        subtype="FILE_PATH",
    )

    def draw(self, context: Any) -> None:
        layout = self.layout
        layout.use_property_split = True
        layout.prop(self, "engine_python")
        try:
            text, icon = f"Engine: {engine_python()}", "CHECKMARK"
        except BadInput as error:
            text, icon = str(error), "INFO"
        draw_lines(layout, _messages[0] if _messages else text, icon, 90)
        layout.operator("ecset.setup_engine", icon="IMPORT")
        if not bpy.app.online_access:
            layout.label(text="Needs Allow Online Access (System)", icon="INTERNET_OFFLINE")


def draw_lines(layout: Any, text: str, icon: str, width: int) -> None:
    """`text` in lines of at most `width` characters: labels do not wrap by themselves."""
    for number, line in enumerate(textwrap.wrap(text, width)):
        layout.label(text=line, icon="BLANK1" if number else icon)


def setup_message(text: str) -> None:
    """Show `text` in the preferences in place of where the engine is; "" to stop."""
    _messages[:] = [text] if text else []


def engine_environment(create: bool = False) -> Path | None:
    """The folder that ``vendor_setup.py`` fills; None when this is no installed extension."""
    try:
        return Path(bpy.utils.extension_path_user(PACKAGE, path="engine", create=create))
    except ValueError:
        return None


def engine_python(argument: str | None = None) -> Path:
    """The engine's interpreter; `argument` goes before all else.  Raises BadInput."""
    # With --factory-startup or by the bpy module an add-on may run without preferences.
    addon = bpy.context.preferences.addons.get(PACKAGE)
    chosen = addon.preferences.engine_python if addon and addon.preferences else None
    return engine.find_python(
        argument, bpy.path.abspath(chosen) if chosen else None, engine_environment()
    )
