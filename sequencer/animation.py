"""Animation of a strip's properties: taken away for a plate, copied to a result."""

from collections.abc import Iterable
from typing import Any

from . import compat

#: Properties that a plate is made without and its result takes over, as data paths begin.
PLACEMENT = ("transform.", "crop.")
OPACITY = ("blend_alpha",)


def _matching(curves: Iterable[Any], prefixes: tuple[str, ...], parts: tuple[str, ...]) -> list:
    """(curve, what follows the strip's prefix) of the curves of `parts`; one of "" means all."""
    found = []
    for curve in curves:
        for prefix in prefixes:
            rest = curve.data_path.removeprefix(prefix)
            if rest != curve.data_path and rest.startswith(parts):
                found.append((curve, rest))
    return found


def remove(scene: Any, strip_name: str, parts: tuple[str, ...]) -> None:
    """Take away the curves and drivers of the strip's properties that begin with `parts`."""
    prefixes = compat.animation_prefixes(strip_name)
    curves = compat.fcurves_of(scene)
    for curve, _ in _matching(curves or (), prefixes, parts):
        curves.remove(curve)
    drivers = scene.animation_data.drivers if scene.animation_data else ()
    for driver, _ in _matching(drivers, prefixes, parts):
        drivers.remove(driver)


def copy(scene: Any, source_name: str, target_name: str, parts: tuple[str, ...]) -> None:
    """Let the strip `target_name` move as `source_name` does in the properties `parts`."""
    sources = compat.animation_prefixes(source_name)
    target = compat.animation_prefixes(target_name)[0]
    curves = compat.fcurves_of(scene)
    for curve, rest in _matching(curves or (), sources, parts):
        compat.copy_fcurve(curves, curve, target + rest)
    drivers = scene.animation_data.drivers if scene.animation_data else ()
    for driver, rest in _matching(drivers, sources, parts):
        drivers.from_existing(src_driver=driver).data_path = target + rest


def is_animated(scene: Any, strip_name: str, parts: tuple[str, ...]) -> bool:
    """Whether a curve or a driver moves one of the properties `parts` of the strip."""
    prefixes = compat.animation_prefixes(strip_name)
    drivers = scene.animation_data.drivers if scene.animation_data else ()
    return bool(
        _matching(compat.fcurves_of(scene) or (), prefixes, parts)
        or _matching(drivers, prefixes, parts)
    )
