"""Masks that are strips of the timeline: what they show at the frames of a shot."""

from collections.abc import Iterable
from typing import Any

from . import compat, plates
from .errors import BadInput
from .shot import Shot

#: How far its proportions may be from the shot's; the engine's own tolerance.
_TOLERANCE = 0.02


def shots(scene: Any, shot: Shot, names: Iterable[str]) -> dict[str, Shot]:
    """The strips of these names as masks of `shot`, by their names.

    Raises BadInput when one is not there, or cannot be a mask of the shot.
    """
    found = {}
    for name in names:
        strip = compat.all_strips(scene.sequence_editor).get(name)
        if strip is None:
            raise BadInput(f'The mask strip "{name}" is not there: choose another.')
        mask = plates.describe(scene, strip, (shot.first, shot.last))
        if abs(mask.width * shot.height / (mask.height * shot.width) - 1) > _TOLERANCE:
            raise BadInput(
                f'The mask strip "{name}" has {mask.width} x {mask.height} pixels, another shape '
                f"than the {shot.width} x {shot.height} of what is painted: choose another."
            )
        found[name] = mask
    return found
