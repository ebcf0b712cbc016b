"""Preferences: where the engine's Python is, and what holds for this machine."""

import os
from pathlib import Path
from typing import Any

import bpy
from bpy.props import EnumProperty, IntProperty, StringProperty

from ..environment.folder import Choices
from ..sequencer import engine
from ..sequencer.errors import BadInput
from ..sequencer.network import TITLES
from .engine_choices import OWN, EngineChoices, renew

#: The extension's package: "bl_ext.<repository>.ecset", or the name it was imported by.
PACKAGE = __package__.rpartition(".")[0]


def _weights(title: str) -> Any:
    return StringProperty(
        name=f"{title} Weights",
        description=(
            f"A file with the weights of {title}, for machines without network; empty for those "
            "that were downloaded"
        ),
        subtype="FILE_PATH",
        update=renew,
    )


class EcsetPreferences(EngineChoices, bpy.types.AddonPreferences):
    bl_idname = PACKAGE

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
        from . import doctor, engine  # which themselves ask here for the engine

        layout = self.layout
        layout.use_property_split = True
        engine.draw_preferences(layout, context, self)
        doctor.draw(layout, context)
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


def engine_environment() -> Path | None:
    """The folder that ``vendor_setup.py`` fills: the chosen one, else the extension's own.

    None when none is chosen and this is no installed extension.
    """
    chosen = preferences()
    if chosen and chosen.engine_folder:
        return Path(os.path.abspath(bpy.path.abspath(chosen.engine_folder)))
    try:
        return Path(bpy.utils.extension_path_user(PACKAGE, path="engine"))
    except ValueError:
        return None


def engine_choices() -> Choices:
    """What the preferences say of an engine that is to be installed."""
    chosen = preferences()
    if chosen is None:
        return Choices()
    wheels = os.path.abspath(bpy.path.abspath(chosen.wheels)) if chosen.wheels else ""
    return Choices(chosen.torch_build, wheels)


def engine_is_own() -> bool:
    """Whether the preferences ask for the environment that Ecset sets up."""
    chosen = preferences()
    return chosen is None or chosen.engine == OWN


def engine_is_named() -> bool:
    """Whether another Python is used: one of the preferences, or of the environment variable."""
    return not engine_is_own() or bool(os.environ.get(engine.VARIABLE))


def engine_python(argument: str | None = None) -> Path:
    """The engine's interpreter; `argument` goes before all else.  Raises BadInput."""
    if engine_is_own():
        return engine.find_python(argument, None, engine_environment())
    path = preferences().engine_python
    if not (path or argument or os.environ.get(engine.VARIABLE)):
        raise BadInput(
            "The preferences of Ecset ask for another Python and name none: name it there, or "
            "choose Own Environment."
        )
    return engine.find_python(argument, bpy.path.abspath(path) if path else None, None)


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
