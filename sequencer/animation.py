"""Animation: of a strip's properties, taken away for a plate and copied to a result; and what a
property of the scene is at each frame.
"""

from collections.abc import Iterable, Sequence
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


def values(scene: Any, paths: Sequence[str], frames: range) -> list[list[float]]:
    """What the numbers at the data paths `paths` of the scene are at `frames`, each of them.

    The session stays as it is: no frame is set in it.
    """
    data = scene.animation_data
    found = {path: [scene.path_resolve(path)] * len(frames) for path in paths}
    if data is None:
        return list(found.values())
    tracks = data.use_nla and any(not track.mute for track in data.nla_tracks)
    stretched = scene.render.frame_map_old != scene.render.frame_map_new
    own = compat.fcurves_of(scene) or ()
    unclear = []
    for path in paths:
        curves = [curve for curve in own if curve.data_path == path and not curve.mute]
        driven = any(d.data_path == path and not d.mute for d in data.drivers)
        if driven or tracks or (curves and stretched):
            unclear.append(path)
        elif curves:
            found[path] = [curves[0].evaluate(frame) for frame in frames]
    if unclear:
        found.update(_evaluated(scene, unclear, frames))
    return list(found.values())


def _evaluated(scene: Any, paths: Sequence[str], frames: range) -> dict[str, list[float]]:
    """The same where curves alone do not tell: by a copy of the scene that no window shows.

    Its evaluation goes through all frames, and writes nothing back to what it was copied from.
    """
    copy = scene.copy()
    try:
        found: dict[str, list[float]] = {path: [] for path in paths}
        for frame in frames:
            copy.frame_set(frame)
            evaluated = copy.evaluated_get(copy.view_layers[0].depsgraph)
            for path in paths:
                found[path].append(evaluated.path_resolve(path))
        return found
    finally:
        bpy.data.scenes.remove(copy)
