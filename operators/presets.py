"""Presets of looks, as Blender keeps presets: a Python file each, that sets what it names.

Ecset brings some (``presets/``); those that a person saves lie in Blender's user folder.
"""

import ast
import math
from pathlib import Path
from typing import Any

import bpy
from bl_operators.presets import AddPresetBase
from bpy.props import StringProperty

from ..sequencer import compat
from ..sequencer.errors import BadInput
from .choices import BrushworkChoices
from .network_choices import NetworkChoices

#: The folder that has "presets" in it, as Blender asks for it.
ROOT = str(Path(__file__).resolve().parent.parent)

#: What a preset of each look holds.  Styles, strength, coherence and output are not of a look; the
#: seed is not, either: another number paints another picture of the same kind.
HELD = {
    "patch": ("style_scale", *BrushworkChoices.__annotations__),
    "neural": ("style_scale", *NetworkChoices.__annotations__),
}

_read: dict[str, list[tuple[str, dict[str, Any]]]] = {}  # by look: names and values


def folder(look: str) -> str:
    """Where the presets of a look are, in each of Blender's folders of presets."""
    return f"ecset/{look}"


def current(settings: Any) -> str | None:
    """The name of the preset that the look of `settings` is set as, if there is one."""
    look = settings.look
    if look not in _read:
        _read[look] = _all_of(look)
    for name, values in _read[look]:
        if all(_is(settings, held, values) for held in HELD[look]):
            return name
    return None


def forget() -> None:
    """Presets may have come or gone."""
    _read.clear()


def load(settings: Any, path: Path) -> None:
    """Set the look as the preset says, and what it does not name to its default.

    Raises BadInput; then nothing is changed.
    """
    look = path.parent.name
    if look not in HELD:
        raise BadInput(f"{path} is no preset of a look: its folder is named after none.")
    values = values_in(path)
    before = {name: getattr(settings, name) for name in ("look", *HELD[look])}
    try:
        settings.look = look
        for name in HELD[look]:
            settings.property_unset(name)
        for name, value in values.items():
            if name in HELD[look]:
                setattr(settings, name, value)
    except TypeError as error:
        for name, value in before.items():
            setattr(settings, name, value)
        raise BadInput(f"The preset {path} has a value that is not allowed: {error}.") from error


def find(name: str, look: str) -> Path:
    """The file of the preset of that name: of `look`, else of another.  Raises BadInput."""
    for candidate in (look, *HELD):
        if candidate in HELD:
            path = bpy.utils.preset_find(name, folder(candidate), display_name=True)
            if path:
                return Path(path)
    known = [known for look in HELD for known, _ in _all_of(look)]
    raise BadInput(f'There is no preset "{name}"; there are {", ".join(known)}.')


def values_in(path: Path) -> dict[str, Any]:
    """What a preset sets, read and not run: only plain values are looked at.  Raises BadInput."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError) as error:
        raise BadInput(f"The preset {path} cannot be read: {error}.") from error
    values = {}
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Attribute):
            try:
                value = ast.literal_eval(statement.value)
            except ValueError as error:
                name = statement.targets[0].attr
                raise BadInput(f'The preset {path} has no plain value for "{name}".') from error
            values[statement.targets[0].attr] = value
    return values


def _all_of(look: str) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for directory in bpy.utils.preset_paths(folder(look)):
        for path in sorted(Path(directory).glob("*.py")):
            try:
                name = bpy.path.display_name(path.name, title_case=False)
                found.append((name, values_in(path)))
            except BadInput:
                pass  # who chooses it is told
    return found


def _is(settings: Any, name: str, values: dict[str, Any]) -> bool:
    """Whether a setting is as a preset's `values` have it."""
    value = getattr(settings, name)
    meant = values.get(name, settings.bl_rna.properties[name].default)
    if isinstance(value, float):
        return isinstance(meant, int | float) and math.isclose(value, meant, rel_tol=1e-5)
    return bool(value == meant)


class ECSET_OT_load_preset(bpy.types.Operator):
    bl_idname = "ecset.load_preset"
    bl_label = "Load Preset"
    bl_description = (
        "Set the look as this preset has it, and what it does not name to its default; styles, "
        "strength, coherence and output stay as they are"
    )
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    filepath: StringProperty(
        name="File", description="The preset's file", subtype="FILE_PATH", options={"SKIP_SAVE"}
    )
    preset: StringProperty(
        name="Preset",
        description="The preset's name, in place of its file",
        options={"SKIP_SAVE"},
    )

    def execute(self, context: Any) -> set[str]:
        forget()
        scene = compat.sequencer_scene(context)
        if scene is None:
            self.report({"ERROR"}, "There is no sequence here.")
            return {"CANCELLED"}
        try:
            path = self.filepath or find(self.preset, scene.ecset.look)
            load(scene.ecset, Path(path))
        except BadInput as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}


class _Save(AddPresetBase):
    """Blender's own way to save a preset, or take it away."""

    preset_defines = [
        'settings = (getattr(bpy.context, "sequencer_scene", None) or bpy.context.scene).ecset'
    ]

    def execute(self: Any, context: Any) -> set[str]:
        forget()
        if self.remove_name and self._is_shipped():
            self.report({"WARNING"}, "This preset comes with Ecset and stays.")
            return {"CANCELLED"}
        return set(AddPresetBase.execute(self, context))

    def _is_shipped(self: Any) -> bool:
        """Blender itself knows only of extensions that were installed, not of a folder of ours."""
        found = bpy.utils.preset_find(self.name, self.preset_subdir, display_name=True)
        return bool(found) and Path(found).is_relative_to(ROOT)


class ECSET_OT_save_brushwork_preset(_Save, bpy.types.Operator):
    bl_idname = "ecset.save_brushwork_preset"
    bl_label = "Save Brushwork Preset"
    bl_description = "Save how the brushwork is set now as a preset, or take a preset away"
    preset_menu = "ECSET_PT_brushwork_presets"
    preset_subdir = folder("patch")
    preset_values = [f"settings.{name}" for name in HELD["patch"]]


class ECSET_OT_save_network_preset(_Save, bpy.types.Operator):
    bl_idname = "ecset.save_network_preset"
    bl_label = "Save Neural Preset"
    bl_description = "Save how the neural network is set now as a preset, or take a preset away"
    preset_menu = "ECSET_PT_network_presets"
    preset_subdir = folder("neural")
    preset_values = [f"settings.{name}" for name in HELD["neural"]]


def register_path() -> None:
    """Let Blender find the presets that come with Ecset."""
    bpy.utils.register_preset_path(ROOT)


def unregister_path() -> None:
    """Let Blender look there no more."""
    bpy.utils.unregister_preset_path(ROOT)
    forget()
