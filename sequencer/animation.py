"""Animation: of a strip's properties, taken away for a plate and copied to a result; and what a
property of the scene is at each frame.
"""

from collections.abc import Iterable
from operator import attrgetter
from typing import Any

import bpy

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


def values(scene: Any, path: str, frames: range) -> list[float]:
    """What the number at the data path `path` of the scene is at `frames`, each of them.

    The session stays as it is: no frame is set in it.
    """
    data = scene.animation_data
    present = attrgetter(path)(scene)
    if data is None:
        return [present] * len(frames)
    curves = [c for c in compat.fcurves_of(scene) or () if c.data_path == path and not c.mute]
    drivers = [d for d in data.drivers if d.data_path == path and not d.mute]
    tracks = data.use_nla and any(not track.mute for track in data.nla_tracks)
    stretched = scene.render.frame_map_old != scene.render.frame_map_new
    if drivers or tracks or (curves and stretched):
        return _evaluated(scene, path, frames)
    if curves:
        return [curves[0].evaluate(frame) for frame in frames]
    return [present] * len(frames)


def _evaluated(scene: Any, path: str, frames: range) -> list[float]:
    """The same where curves alone do not tell: by a copy of the scene that no window shows.

    Its evaluation goes through all frames, and writes nothing back to what it was copied from.
    """
    copy = scene.copy()
    try:
        found = []
        for frame in frames:
            copy.frame_set(frame)
            depsgraph = copy.view_layers[0].depsgraph
            found.append(attrgetter(path)(copy.evaluated_get(depsgraph)))
        return found
    finally:
        bpy.data.scenes.remove(copy)
