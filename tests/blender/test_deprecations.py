"""Properties that Blender is going to take away: only compat.py may know their names.

Blender 5.2 warns with a DeprecationWarning when one is touched, which every test takes for an
error; this finds those that no test touches.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import bpy
import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [
    path
    for room in ("operators", "panels", "presets", "sequencer", "examples", "tests/gui")
    for path in (ROOT / room).rglob("*.py")
    if path != ROOT / "sequencer/compat.py"
]

HAS_NOTES = "is_deprecated" in bpy.types.Property.bl_rna.properties
WARNS = bpy.app.version >= (5, 1, 0)


def deprecated() -> set[str]:
    """Names of properties that are deprecated wherever they are."""
    going, staying = set(), set()
    for name in dir(bpy.types):
        rna = getattr(getattr(bpy.types, name), "bl_rna", None)
        for rna_property in rna.properties if rna else ():
            (going if rna_property.is_deprecated else staying).add(rna_property.identifier)
    return going - staying


def used(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from node.value.replace(".", " ").split()  # getattr, data paths, layout.prop


@pytest.mark.skipif(not HAS_NOTES, reason="this Blender does not say what it will take away")
def test_no_name_of_a_property_that_will_go():
    going = deprecated()
    assert not WARNS or "frame_final_start" in going
    assert len(SOURCES) > 50
    found = {f"{path.relative_to(ROOT)}: {name}" for path in SOURCES for name in used(path)}
    assert not {line for line in found if line.split(": ")[1] in going}


@pytest.mark.skipif(not WARNS, reason="this Blender has no such properties of strips")
def test_blender_warns_of_one(timeline):
    strip = timeline.colour((1, 0, 0))
    with pytest.warns(DeprecationWarning, match="removed in Blender"):
        strip.frame_final_start  # noqa: B018
