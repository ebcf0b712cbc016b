"""How far the marks of drawn_marks.py stray from their objects in the painted frames of a folder.

    python examples/follow_marks.py FOLDER

Runs in a Python that has the bpy module. The marks are looked for by their colour, each from its
keyframe on, near where it was in the frame before. Where they should be is told by the scene that
the shot was rendered from: a ray through each pixel of a mark finds the point of the object that
it was drawn on, and the camera shows where that point is in every other frame.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import bpy
import drawn_marks
import numpy as np
import render_shot
from bpy_extras.object_utils import world_to_camera_view
from mathutils import Vector
from numpy.typing import NDArray
from PIL import Image

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]

_PINK = 0.15  # more red and blue than green by this much
_NEAR = 8  # pixels that a mark may move beyond its own reach, from a frame to the next
_LEAST = 0.5  # of its pixels in sight, or a mark has no centre to compare
_HIDDEN = 0.15  # metres that a thing lies before a point to hide it


@dataclass(frozen=True)
class Spot:
    """A point of a thing, in the thing's own coordinates."""

    thing: str
    local: Vector

    def now(self) -> Vector:
        """Where it is in the world, in the scene's current frame."""
        graph = bpy.context.evaluated_depsgraph_get()
        return bpy.data.objects[self.thing].evaluated_get(graph).matrix_world @ self.local


def spots_of(mark: Mask) -> list[Spot]:
    """What is seen through the pixels of a mark, H×W, in the scene's current frame."""
    eye = bpy.context.scene.camera
    right, _, left, top = (eye.data.view_frame(scene=bpy.context.scene)[i] for i in (0, 1, 2, 3))
    graph = bpy.context.evaluated_depsgraph_get()
    spots = []
    height, width = mark.shape
    for y, x in zip(*np.nonzero(mark), strict=True):
        across, down = (x + 0.5) / width, (y + 0.5) / height
        way = top + (right - top) * across + (left - top) * down
        way = eye.matrix_world.to_3x3() @ way
        hit, place, _, _, thing, matrix = bpy.context.scene.ray_cast(
            graph, eye.matrix_world.translation, way.normalized()
        )
        if hit:
            spots.append(Spot(thing.name, matrix.inverted() @ place))
    return spots


def in_sight(spots: list[Spot], size: tuple[int, int]) -> Array:
    """Where the spots that are not hidden are in the scene's current frame, N×2 (x, y) pixels."""
    scene, eye = bpy.context.scene, bpy.context.scene.camera
    graph, origin = bpy.context.evaluated_depsgraph_get(), bpy.context.scene.camera.matrix_world
    found = []
    for spot in spots:
        place = spot.now()
        way = place - origin.translation
        hit, first, *_ = scene.ray_cast(graph, origin.translation, way.normalized())
        at = world_to_camera_view(scene, eye, place)
        inside = 0 <= at.x < 1 and 0 <= at.y < 1
        if inside and hit and (first - place).length < _HIDDEN:
            found.append((at.x * size[0] - 0.5, (1 - at.y) * size[1] - 0.5))
    return np.array(found, np.float32).reshape(-1, 2)


def pink_near(picture: Array, at: Array, reach: float) -> Array:
    """Pixels of a picture (H×W×3, 0 to 1) in the marks' colour near a place, N×2 (x, y)."""
    pink = np.minimum(picture[..., 0], picture[..., 2]) - picture[..., 1] > _PINK
    ys, xs = np.nonzero(pink)
    near = np.hypot(xs - at[0], ys - at[1]) <= reach
    return np.stack([xs[near], ys[near]], axis=1).astype(np.float32)


def follow(spots: list[Spot], pictures: dict[int, Array]) -> Iterator[tuple[int, float, float]]:
    """For each frame but the keyframe: its number, how much of the mark is there of what should
    be, and how far the centre of that is from where it should be, in pixels."""
    size = next(iter(pictures.values())).shape[1::-1]
    after = [frame for frame in sorted(pictures) if frame > drawn_marks.FRAME]
    before = [frame for frame in sorted(pictures, reverse=True) if frame < drawn_marks.FRAME]
    for way in (after, before):
        bpy.context.scene.frame_set(drawn_marks.FRAME)
        drawn = in_sight(spots, size)
        at = drawn.mean(axis=0)
        reach = float(np.hypot(*(drawn - at).T).max()) + _NEAR
        for frame in way:
            bpy.context.scene.frame_set(frame)
            due, found = in_sight(spots, size), pink_near(pictures[frame], at, reach)
            if len(due) < _LEAST * len(spots):
                return
            if not len(found):
                yield frame, 0.0, float("inf")
                break  # what is pink farther on is something else
            at = found.mean(axis=0)
            yield frame, len(found) / len(due), float(np.hypot(*(at - due.mean(axis=0))))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="painted frames: ecset_0001.png and so on")
    folder = parser.parse_args().folder
    pictures = {
        int(path.stem[-4:]): np.asarray(Image.open(path).convert("RGB"), np.float32) / 255
        for path in sorted(folder.glob("ecset_*.png"))
    }
    if drawn_marks.FRAME not in pictures:
        raise SystemExit(f"Frame {drawn_marks.FRAME} is not in {folder}: paint the shot first.")
    render_shot.build()
    render_shot.set_up(samples=1)
    for name in drawn_marks.MARKS:
        bpy.context.scene.frame_set(drawn_marks.FRAME)
        spots = spots_of(drawn_marks.shape(name, pictures[drawn_marks.FRAME].shape[1::-1]))
        trail = list(follow(spots, pictures))
        frame, _, farthest = max(trail, key=lambda step: step[2])
        mean = sum(step[2] for step in trail) / len(trail)
        least = min(step[1] for step in trail)
        print(
            f"  {name}, in {len(trail)} frames: its centre is {mean:.2f} pixels astray on average, "
            f"{farthest:.2f} at most (frame {frame}); at least {least:.0%} of it is there"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
