"""Where on the screen a strip's picture ends, and whether it ends there softly."""

import math
from typing import Any

#: Edges this near to the border of a pixel, in pixels, lie on it.
_TOLERANCE = 1e-3


def has_soft_edges(strip: Any, size: tuple[int, int], screen: tuple[int, int]) -> bool:
    """Whether Blender blends the edges of the strip's picture with what is below it.

    It does so where an edge runs through pixels of the screen; `size` is the picture's and
    `screen` the timeline's, both in pixels.  Errs on the side of softness: found by trying, Blender
    4.2 to 5.2 blend some of these edges only.
    """
    transform = strip.transform
    if transform.filter == "NEAREST":
        return False
    if abs(math.sin(transform.rotation)) < 1e-6 and math.cos(transform.rotation) > 0:
        return any(
            _cuts_pixels(edges, length)
            for edges, length in zip(_edges(strip, size, screen), screen, strict=True)
        )
    return not _covers(strip, size, screen)


def _cropped(strip: Any, size: tuple[int, int]) -> tuple[tuple[float, float], ...]:
    """First and last coordinate of what is left of the picture, for x and y."""
    crop = strip.crop
    return (crop.min_x, size[0] - crop.max_x), (crop.min_y, size[1] - crop.max_y)


def _axes(
    strip: Any, size: tuple[int, int], screen: tuple[int, int]
) -> list[tuple[float, float, float]]:
    """For x and y: the picture's pivot, where on the screen it lies, and the scale around it."""
    transform = strip.transform
    offsets = transform.offset_x, transform.offset_y
    scales = transform.scale_x, transform.scale_y
    axes = []
    for length, full, origin, offset, scale in zip(
        size, screen, transform.origin, offsets, scales, strict=True
    ):
        pivot = origin * length
        # Blender centres by whole pixels, rounding towards zero.
        axes.append((pivot, int((full - length) / 2) + offset + pivot, scale))
    return axes


def _edges(strip: Any, size: tuple[int, int], screen: tuple[int, int]) -> list[tuple[float, float]]:
    """The lower and the higher edge on the screen of a strip that is not turned, for x and y."""
    edges = []
    axes = _axes(strip, size, screen)
    for ends, (pivot, place, scale) in zip(_cropped(strip, size), axes, strict=True):
        low, high = sorted(place + scale * (end - pivot) for end in ends)
        edges.append((low, high))
    return edges


def _cuts_pixels(edges: tuple[float, float], length: int) -> bool:
    return any(0 < edge < length and abs(edge - round(edge)) > _TOLERANCE for edge in edges)


def _covers(strip: Any, size: tuple[int, int], screen: tuple[int, int]) -> bool:
    """Whether all corners of the screen lie inside the picture, by a pixel at least."""
    (pivot_x, place_x, scale_x), (pivot_y, place_y, scale_y) = _axes(strip, size, screen)
    if scale_x == 0 or scale_y == 0:
        return False
    sine, cosine = math.sin(strip.transform.rotation), math.cos(strip.transform.rotation)
    (left, right), (bottom, top) = _cropped(strip, size)
    margin_x, margin_y = max(1, 1 / abs(scale_x)), max(1, 1 / abs(scale_y))
    for corner_x in (0, screen[0]):
        for corner_y in (0, screen[1]):
            x, y = corner_x - place_x, corner_y - place_y
            u = pivot_x + (cosine * x + sine * y) / scale_x
            v = pivot_y + (cosine * y - sine * x) / scale_y
            if not (left + margin_x <= u <= right - margin_x):
                return False
            if not (bottom + margin_y <= v <= top - margin_y):
                return False
    return True
