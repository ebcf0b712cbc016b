"""The composition: discs, bars and wedges that overlap, each brushed its own way, on raw linen.

Every shape is filled with strokes that follow its own form, then trimmed to an outline that a
hand could have drawn. Where two shapes cross, the crossing is a shape with a colour of its own.
"""

from __future__ import annotations

import cv2
import numpy as np

from .brush import Brush, Canvas, Floats
from .ink import curve
from .painter import Plan, paths
from .shapes import Picture, rgb, wobble

Angles = Floats | float

LINEN = "d8c6a0"
CREAM, BLACK, COBALT, NAVY, SKY = "f3e6c8", "1b1a22", "2350a8", "16264e", "8fbcd6"
RED, DEEP, ORANGE, YELLOW, PINK = "d5382a", "8c1f2c", "ee7a2c", "f5c02e", "efa5a0"
GREEN, MINT, VIOLET, OCHRE, GREY = "1f7a5c", "9ccbae", "5d3f8c", "b87f34", "9a9a98"


class Composer:
    """A canvas on which shapes (signed distances, negative inside) are painted one by one."""

    def __init__(self, width: int, height: int, rng: np.random.Generator) -> None:
        self.p, self.rng = Picture(width, height), rng
        self.canvas = Canvas(width, height, rgb(LINEN)[0], rng)
        self.shake = 0.0011 * wobble(rng, self.p, 0.05) + 0.0006 * wobble(rng, self.p, 0.012)

    def disc(self, x: float, y: float, radius: float) -> Floats:
        return np.hypot(self.p.x - x, self.p.y - y) - radius

    def half(self, x: float, y: float, turn: float) -> Floats:
        """The side of a line through (x, y) to which ``turn`` points."""
        return -((self.p.x - x) * np.cos(turn) + (self.p.y - y) * np.sin(turn))

    def wedge(self, *corners: tuple[float, float]) -> Floats:
        """A convex polygon, corners clockwise on the picture (y down)."""
        result = np.full_like(self.p.x, -9.0)
        for (ax, ay), (bx, by) in zip(corners, [*corners[1:], corners[0]], strict=True):
            turn = np.arctan2(by - ay, bx - ax) + np.pi / 2
            result = np.maximum(result, self.half(ax, ay, turn))
        return result

    def around(self, x: float, y: float) -> Floats:
        """Strokes that run round a point."""
        return np.arctan2(self.p.y - y, self.p.x - x) + np.pi / 2

    def lay(
        self,
        distance: Floats,
        first: str,
        second: str,
        angle: Angles,
        *,
        size: float = 44.0,
        body: float = 1.0,
        cover: float = 4.6,
        dry: float = 0.45,
    ) -> None:
        """Fills a shape from ``first`` to ``second``; a low ``cover`` lets the ground show."""
        rows = self.p.y.shape[0]
        rng, canvas = self.rng, self.canvas
        edge = np.clip(0.5 - (distance + self.shake) * rows / 3.0, 0, 1)
        ys, xs = np.nonzero(edge[::4, ::4] > 0.3)
        if len(xs) == 0:
            return
        colour, height = canvas.colour.copy(), canvas.height.copy()
        brush = Brush(size, size * 4.2, 0.50, dry, 0.16, body, two_tone=0.65)
        count = max(int(cover * len(xs) * 16 / (brush.width * brush.length)), 6)
        picks = rng.integers(0, len(xs), count)
        starts = np.stack([xs[picks], ys[picks]], 1) * 4.0 + rng.uniform(0, 4, (count, 2))
        starts = starts.astype(np.float32)
        field = np.broadcast_to(np.asarray(angle, np.float32), distance.shape)
        plan = Plan(canvas.colour, field, rgb(CREAM))
        lengths = brush.length * rng.uniform(0.5, 1.4, count)
        low, high = xs.min() * 4, max(xs.max() * 4, xs.min() * 4 + 1)
        share = (starts[:, 0] - low) / (high - low) * 0.7 + 0.3 * (starts[:, 1] / rows)
        share = np.clip(share + rng.normal(0, 0.20, count), 0, 1)[:, None]
        a, b = rgb(first)[0], rgb(second)[0]
        ones = a + (b - a) * share
        twos = a + (b - a) * np.clip(share + rng.normal(0, 0.4, (count, 1)), 0, 1)
        for colours in (ones, twos):
            colours *= 1.0 + rng.normal(0, 0.07, (count, 1))
        lines = paths(plan, starts, lengths, rng.normal(0, 0.07, count).astype(np.float32))
        for path, one, two in zip(lines, ones, twos, strict=True):
            canvas.stroke(path, np.clip(one, 0.02, 0.98), np.clip(two, 0.02, 0.98), brush)
        bead = 0.7 * body * np.exp(-(((distance + self.shake) * rows / 5.0 + 1.0) ** 2))
        canvas.colour = colour + (canvas.colour - colour) * edge[..., None]
        canvas.height = height + (canvas.height + bead - height) * edge

    def line(self, points: list[tuple[float, float]], code: str, size: float) -> None:
        """One loaded stroke through points, in shares of the height."""
        path = curve(np.array(points) * self.p.y.shape[0])
        brush = Brush(size, 0, 0.7, 0.55, 0.06, 1.3, two_tone=0.4)
        self.canvas.stroke(path, rgb(code)[0], rgb(code)[0] * 0.8 + 0.1, brush)


def rings(
    c: Composer, x: float, y: float, bands: list[tuple[float, list[str]]], turn: float
) -> None:
    """A disc of rings, outermost first, each cut into as many sectors as it has colours."""
    way = np.mod(np.arctan2(c.p.y - y, c.p.x - x) - turn, 2 * np.pi)
    for radius, codes in bands:
        for i, code in enumerate(codes):
            arc = 2 * np.pi / len(codes)
            off = np.abs(np.mod(way - (i + 0.5) * arc + np.pi, 2 * np.pi) - np.pi) - arc / 2
            sector = np.maximum(c.disc(x, y, radius), off * np.hypot(c.p.x - x, c.p.y - y))
            near = codes[(i + 1) % len(codes)]
            mid = "".join(
                f"{(3 * int(code[k : k + 2], 16) + int(near[k : k + 2], 16)) // 4:02x}"
                for k in (0, 2, 4)
            )
            c.lay(sector, code, mid, c.around(x, y), size=30 if radius > 0.12 else 22)


def both(a: Floats, b: Floats) -> Floats:
    """What two shapes share."""
    return np.maximum(a, b)


def strip(c: Composer, x: float, y: float, turn: float, long: float, wide: float) -> Floats:
    """A bar about (x, y) along ``turn``."""
    u = (c.p.x - x) * np.cos(turn) + (c.p.y - y) * np.sin(turn)
    v = (c.p.y - y) * np.cos(turn) - (c.p.x - x) * np.sin(turn)
    return np.maximum(np.abs(u) - long / 2, np.abs(v) - wide / 2)


def painted(width: int, height: int, rng: np.random.Generator) -> Floats:
    """The finished picture as sRGB, H x W x 3, 0 to 1."""
    c = Composer(width, height, rng)
    x, y = c.p.x, c.p.y
    everywhere = np.full_like(x, -1.0)
    c.lay(everywhere, CREAM, "e6d0a4", 0.5 + 0.6 * np.sin(2.3 * x + 1.7 * y), size=84, cover=2.6)
    c.lay(
        c.wedge((-0.1, -0.1), (0.70, -0.1), (0.36, 0.62), (-0.1, 0.74)), SKY, "d3dccb", 0.9, size=66
    )
    c.lay(
        c.wedge((0.92, -0.1), (1.6, -0.1), (1.6, 0.50), (1.18, 0.40)), PINK, "f0c79a", 2.2, size=66
    )
    c.lay(
        c.wedge((-0.1, 0.80), (0.60, 0.66), (0.74, 1.1), (-0.1, 1.1)), OCHRE, "d8a85a", 2.9, size=60
    )
    c.lay(
        c.wedge((0.80, 0.70), (1.6, 0.52), (1.6, 1.1), (0.68, 1.1)), "486a8c", NAVY, 0.25, size=60
    )

    # The great disc and the wedge that cuts it.
    wedge = c.wedge((0.98, 0.10), (1.13, 0.96), (0.20, 0.70))
    c.lay(wedge, RED, ORANGE, 0.95, size=46)
    rings(
        c,
        0.47,
        0.37,
        [
            (0.300, [NAVY, COBALT, VIOLET, COBALT]),
            (0.245, [YELLOW, ORANGE, CREAM, MINT, YELLOW, PINK]),
            (0.185, [RED, GREEN, DEEP, COBALT]),
            (0.125, [CREAM, SKY, YELLOW, PINK]),
            (0.070, [BLACK, RED]),
        ],
        0.35,
    )
    for outer, inner, one, two in (
        (0.300, 0.245, DEEP, VIOLET),
        (0.245, 0.185, ORANGE, RED),
        (0.185, 0.125, BLACK, DEEP),
    ):
        ring = both(c.disc(0.47, 0.37, outer), -c.disc(0.47, 0.37, inner))
        c.lay(both(ring, wedge), one, two, 0.95, size=28)

    # A yellow moon over a green bar, their crossing, a band of arcs.
    moon, bar = c.disc(1.20, 0.275, 0.165), strip(c, 1.20, 0.36, -0.32, 0.72, 0.105)
    c.lay(bar, GREEN, "145044", -0.32, size=40)
    c.lay(moon, YELLOW, ORANGE, c.around(1.26, 0.20), size=40, body=1.3)
    c.lay(both(moon, bar), VIOLET, DEEP, 1.2, size=32)
    c.lay(both(moon, -c.disc(1.145, 0.235, 0.155)), CREAM, YELLOW, c.around(1.20, 0.275), size=26)
    for radius, one, two in (
        (0.315, BLACK, NAVY),
        (0.270, CREAM, SKY),
        (0.225, RED, ORANGE),
        (0.180, MINT, GREEN),
        (0.135, NAVY, COBALT),
        (0.085, PINK, RED),
    ):
        arch = both(c.disc(0.30, 1.02, radius), c.half(0.0, 0.985, -np.pi / 2))
        c.lay(arch, one, two, c.around(0.30, 1.02), size=30)

    # Chequers along a slanting strip, steps on the right, a tilted square.
    for i in range(9):
        for j in range(2):
            u, v = 0.078 * (i - 4), 0.078 * (j - 0.5)
            at = (
                1.12 + u * np.cos(-0.5) - v * np.sin(-0.5),
                0.73 + u * np.sin(-0.5) + v * np.cos(-0.5),
            )
            codes = ((CREAM, "e3cfa0"), (BLACK, NAVY), (ORANGE, RED))[(i + j) % 2 + (i % 5 == 3)]
            c.lay(strip(c, *at, -0.5, 0.076, 0.076), *codes, -0.5 + 1.57 * (j % 2), size=24)
    for i, (one, two) in enumerate(((COBALT, NAVY), (SKY, MINT), (PINK, CREAM), (RED, DEEP))):
        step = strip(c, 1.335 + 0.045 * i, 0.80 - 0.055 * i, 1.57, 0.34, 0.040)
        c.lay(step, one, two, 1.57, size=24)
    square = strip(c, 0.80, 0.86, 0.42, 0.17, 0.17)
    c.lay(square, YELLOW, OCHRE, 0.42, size=34, body=1.4)
    c.lay(both(square, wedge), GREEN, MINT, 1.9, size=26)
    c.lay(both(square, c.disc(0.86, 0.90, 0.06)), BLACK, VIOLET, c.around(0.86, 0.90), size=20)
    for at, radius, one, two in (
        ((0.10, 0.14), 0.075, RED, ORANGE),
        ((0.10, 0.14), 0.038, NAVY, BLACK),
        ((0.83, 0.105), 0.052, COBALT, SKY),
        ((0.945, 0.055), 0.026, BLACK, NAVY),
        ((1.40, 0.10), 0.060, GREEN, MINT),
        ((1.40, 0.10), 0.028, CREAM, YELLOW),
        ((0.665, 0.69), 0.055, CREAM, PINK),
        ((0.665, 0.69), 0.024, COBALT, NAVY),
        ((1.03, 0.93), 0.045, ORANGE, YELLOW),
        ((0.075, 0.62), 0.050, VIOLET, DEEP),
        ((0.60, 0.955), 0.030, RED, DEEP),
    ):
        c.lay(c.disc(*at, radius), one, two, c.around(*at), size=20, body=1.3)

    # Scumbles: dry paint dragged over the whole so that the grounds speak through.
    for at, radius, code, turn in (
        ((0.20, 0.34), 0.20, CREAM, 0.9),
        ((1.36, 0.55), 0.16, SKY, 2.4),
        ((0.72, 0.30), 0.14, YELLOW, 1.0),
        ((0.52, 0.80), 0.12, SKY, 0.2),
        ((1.00, 0.62), 0.10, PINK, 0.7),
    ):
        c.lay(c.disc(*at, radius), code, CREAM, turn, size=40, cover=0.30, dry=1.0)

    # Lines: long bars, a zigzag, ribs, and arcs that tie the halves together.
    for points, code, size in (
        ([(0.02, 0.93), (0.45, 0.52), (0.93, 0.03)], BLACK, 20),
        ([(0.62, 0.02), (0.90, 0.48), (1.24, 0.98)], BLACK, 15),
        ([(0.16, 0.30), (0.80, 0.44), (1.46, 0.62)], BLACK, 11),
        ([(0.86, 0.52), (1.05, 0.54), (1.22, 0.49), (1.34, 0.37), (1.38, 0.24)], NAVY, 17),
        ([(0.98, 0.19), (0.95, 0.30), (1.00, 0.42), (1.12, 0.50)], CREAM, 12),
        ([(0.05, 0.30), (0.13, 0.42), (0.10, 0.55)], BLACK, 13),
        ([(1.28, 0.03), (1.24, 0.10), (1.32, 0.13), (1.27, 0.19), (1.35, 0.22)], BLACK, 12),
        ([(0.70, 0.60), (0.79, 0.66), (0.83, 0.76)], CREAM, 11),
    ):
        c.line(points, code, size)
    for k in range(7):
        c.line(
            [(0.055 + 0.024 * k, 0.715 - 0.01 * k), (0.075 + 0.024 * k, 0.80 - 0.01 * k)], BLACK, 8
        )
        c.line(
            [(1.19 + 0.030 * k, 0.955 - 0.004 * k), (1.215 + 0.030 * k, 0.90 - 0.004 * k)], CREAM, 9
        )
        c.line([(0.72 + 0.02 * k, 0.20 + 0.03 * k), (0.775 + 0.02 * k, 0.185 + 0.03 * k)], NAVY, 8)

    # The weave of the linen shows where the paint is thin.
    u, v = x * height * np.pi / 3.2, y * height * np.pi / 3.2
    weave = np.sin(u + 0.7 * wobble(rng, c.p, 0.02)) * np.sin(v + 0.7 * wobble(rng, c.p, 0.02))
    c.canvas.height = (c.canvas.height + 0.22 * weave).astype(np.float32)
    c.canvas.colour = cv2.GaussianBlur(c.canvas.colour, (0, 0), 0.6).astype(np.float32)
    return c.canvas.lit(1.35, 0.10)
