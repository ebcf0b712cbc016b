"""Preferences: where the engine's Python is, and what holds for this machine."""

from pathlib import Path
from typing import Any

import bpy
from bpy.props import EnumProperty, IntProperty, StringProperty

from ..sequencer import engine
from ..sequencer.errors import BadInput
from ..sequencer.weights import TITLES
from .lines import characters, draw_lines

#: The extension's package: "bl_ext.<repository>.ecset", or the name it was imported by.
PACKAGE = __package__.rpartition(".")[0]

_messages: list[str] = []  # one or none


def _renew(preferences: Any, context: Any) -> None:
    """Another engine may have other weights."""
    from ..operators import weights  # which itself looks for the engine here

    weights.renew()


def _weights(title: str) -> Any:
    return StringProperty(
        name=f"{title} Weights",
        description=(
            f"A file with the weights of {title}, for machines without network; empty for those "
            "that were downloaded"
        ),
        subtype="FILE_PATH",
        update=_renew,
    )


class EcsetPreferences(bpy.types.AddonPreferences):
    bl_idname = PACKAGE

    engine_python: StringProperty(
        name="Engine Python",
        description="A Python that has PyTorch; empty for the environment that Ecset sets up",
        subtype="FILE_PATH",
        update=_renew,
    )
    vgg19: _weights(TITLES["vgg19"])
    raft_small: _weights(TITLES["raft-small"])
    raft_large: _weights(TITLES["raft-large"])

    library: StringProperty(
        name="Style Library",
        description="A folder of pictures that the sidebar shows as styles to choose from",
        subtype="DIR_PATH",
    )
    devices: StringProperty(
        name="Devices",
        description=(
            'What strips are painted on, as PyTorch calls it: "cpu", "cuda:1", "mps"; several with '
            'commas between them share a strip; "all" for all graphics cards'
        ),
    )
    precision: EnumProperty(
        name="Precision",
        description="How numbers are kept inside of neural networks",
        items=(
            ("auto", "Automatic", "What the engine takes for the best"),
            ("float32", "32 bit", "Full precision"),
            ("bfloat16", "16 bit, bfloat", "Half the memory; quick on newer graphics cards"),
            ("float16", "16 bit, float", "Half the memory; quick on most graphics cards"),
        ),
    )
    memory: IntProperty(
        name="Memory (MiB)",
        description="What painting a frame may take of the device's memory; 0 for most of it",
        min=0,
    )

    def draw(self, context: Any) -> None:
        layout = self.layout
        layout.use_property_split = True
        layout.prop(self, "engine_python")
        try:
            text, icon = f"Engine: {engine_python()}", "CHECKMARK"
        except BadInput as error:
            text, icon = str(error), "INFO"
        lines = layout.column(align=True)
        draw_lines(lines, _messages[0] if _messages else text, icon, characters(context))
        layout.operator("ecset.setup_engine", icon="IMPORT")
        if not bpy.app.online_access:
            layout.label(text="Needs Allow Online Access (System)", icon="INTERNET_OFFLINE")
        layout.prop(self, "library", placeholder="None")
        column = layout.column()
        column.prop(self, "devices", placeholder="The best one")
        column.prop(self, "precision")
        column.prop(self, "memory")
        column = layout.column()
        for network in TITLES:
            column.prop(self, _property(network), placeholder="As downloaded")


def _property(network: str) -> str:
    return network.replace("-", "_")


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
    chosen = preferences()
    path = chosen.engine_python if chosen else None
    return engine.find_python(
        argument, bpy.path.abspath(path) if path else None, engine_environment()
    )


def weights_files() -> dict[str, str]:
    """The files of weights that the preferences name, by the engine's names; "" where none."""
    chosen = preferences()
    named = {n: getattr(chosen, _property(n)) if chosen else "" for n in TITLES}
    return {network: bpy.path.abspath(path) for network, path in named.items()}


def machine() -> engine.Machine:
    """What the preferences say of the machine."""
    chosen = preferences()
    if chosen is None:
        return engine.Machine()
    return engine.Machine(chosen.devices, chosen.precision, chosen.memory)


def preferences() -> Any | None:
    """None with --factory-startup or by the bpy module, where an add-on may run without any."""
    addon = bpy.context.preferences.addons.get(PACKAGE)
    return addon.preferences if addon else None
