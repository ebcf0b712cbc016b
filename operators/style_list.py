"""The order of the scene's style pictures: what moves a style's weight goes where the style goes.

Animation knows a style by its place in the list.  Blender moves the places, not the animation.
"""

import re
from collections.abc import Callable
from typing import Any

from ..sequencer import compat

_PLACE = re.compile(r"ecset\.styles\[(\d+)\](?=\.)")


def move(scene: Any, source: int, target: int) -> None:
    """Take the style at `source` to `target`, both places in the list; the rest make room.

    The style that is chosen stays so.  Raises IndexError for a place that is not in the list.
    """
    settings = scene.ecset
    order = list(range(len(settings.styles)))
    if not (source in order and target in order):
        raise IndexError(f"no such places in a list of {len(order)}: {source}, {target}")
    order.insert(target, order.pop(source))
    settings.styles.move(source, target)
    _renumber(scene, order.index)
    if settings.active_style in order:
        settings.active_style = order.index(settings.active_style)


def remove(scene: Any, index: int) -> None:
    """Take the style at `index` out of the list, and its animation.

    The style that is chosen stays so; when it is the one that goes, the next one is, or the last.
    Raises IndexError for a place that is not in the list.
    """
    settings = scene.ecset
    if not 0 <= index < len(settings.styles):
        raise IndexError(f"no such place in a list of {len(settings.styles)}: {index}")
    settings.styles.remove(index)
    _renumber(scene, lambda place: None if place == index else place - (place > index))
    active = settings.active_style - (settings.active_style > index)
    settings.active_style = max(0, min(active, len(settings.styles) - 1))


def _renumber(scene: Any, place_of: Callable[[int], int | None]) -> None:
    """Bring animation of styles to their new places; None takes it away."""
    for curves in compat.animation_of(scene):
        for curve in list(curves):
            found = _PLACE.match(curve.data_path)
            if found is None:
                continue
            place = place_of(int(found[1]))
            if place is None:
                curves.remove(curve)
            else:
                curve.data_path = f"ecset.styles[{place}]{curve.data_path[found.end() :]}"
