"""All the strips of a file."""

from collections.abc import Iterator
from typing import Any

import bpy

from . import compat


def strips() -> Iterator[tuple[Any, Any]]:
    """Every strip of every scene, those in meta strips as well, with its scene."""
    for scene in bpy.data.scenes:
        if scene.sequence_editor is not None:
            for strip in compat.all_strips(scene.sequence_editor):
                yield scene, strip
