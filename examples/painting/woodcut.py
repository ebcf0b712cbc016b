"""The woodcut: a coast cut into a block, printed in black over three flat colours.

A block prints black where nothing was cut. Gouge cuts are tapered, lie side by side along the
form, and are the wider the lighter the place is; no two cross.
"""

from __future__ import annotations

import cv2
import numpy as np

from .brush import Floats
from .painter import Plan, paths
from .shapes import Picture, field, hills, ramp, rgb, wobble

PAPER, BLACK = "f3e8cc", "17161c"
TEAL, PALE, OCHRE, RED = "4f9aa0", "a9cfc4", "e2a746", "d4552e"


def design(width: int, height: int, rng: np.random.Generator) -> tuple[Picture, Floats]:
    """The flat colours and the ways of the cuts (a Picture), and the tone (0 black, 1 cut away)."""
    p = Picture(width, height)
    x, y = p.x, p.y
    tone = np.zeros_like(x)
    horizon, sun = 0.56, (0.98, 0.33)

    def flat(inside: np.ndarray, code: str, light: Floats, angle: Floats | float) -> None:
        p.lay(inside, np.broadcast_to(rgb(code), p.colour.shape), angle)
        tone[inside] = np.broadcast_to(light, tone.shape)[inside]

    away = np.hypot(x - sun[0], y - sun[1])
    rays = np.arctan2(y - sun[1], x - sun[0])
    sky = np.clip(1.05 - 0.62 * away - 0.45 * np.clip(0.25 - y, 0, 1), 0.15, 0.97)
    flat(np.ones_like(x, bool), PAPER, sky, rays)
    flat(away > 0.52 + 0.02 * np.sin(rays * 40), PALE, sky, rays)
    flat(away < 0.115, RED, np.ones_like(x), rays)
    for cx, cy, wide, tall in (
        (0.36, 0.20, 0.30, 0.055),
        (0.62, 0.11, 0.20, 0.035),
        (1.34, 0.17, 0.20, 0.045),
        (0.16, 0.36, 0.20, 0.035),
    ):
        d = ((x - cx) / wide) ** 2 + ((y - cy + 0.012 * np.sin(x * 30)) / tall) ** 2
        light = np.clip(0.75 - 0.5 * (y - cy) / tall, 0.25, 1.0)
        flat(d < 1.0, PAPER, light, 0.35 * np.sin(x * 22 + cy * 60))

    for base, rise, code, shade in ((0.565, 0.20, PALE, 0.78), (0.57, 0.13, TEAL, 0.58)):
        crest = base - hills(rng, p, rise)
        lean = np.gradient(crest, axis=1) * height
        inside = (y > crest) & (y < base)
        flat(
            inside,
            code,
            np.clip(
                shade + 0.45 * np.sign(lean) * np.abs(lean) ** 0.5 + 0.18 * wobble(rng, p, 0.05),
                0.06,
                0.95,
            ),
            np.arctan2(lean, 1.0) + np.where(lean > 0, 0.75, -0.75),
        )

    depth = np.clip((y - horizon) / (1.0 - horizon), 0, 1)
    road = np.exp(-(((x - sun[0]) / (0.05 + 0.22 * depth)) ** 2))
    swell = np.sin(y**1.6 * 95 + 1.6 * wobble(rng, p, 0.10))
    sea = np.clip(0.58 + 0.34 * swell * (0.4 + depth) + 0.55 * road - 0.15 * depth, 0.06, 1.0)
    flat(y > horizon, TEAL, sea, 0.28 * np.cos(x * (26 - 14 * depth) + 9 * y) * (0.2 + depth))
    flat(
        (y > horizon) & (road * (0.6 + 0.5 * swell) > 0.5),
        OCHRE,
        np.maximum(sea, 0.6),
        0.15 * np.cos(x * 26),
    )

    # The cliff on the left with its grass top, and rocks on the right.
    edge = 0.50 + 0.26 * (x / 0.62) ** 2.2 + 0.02 * np.sin(x * 21) + 0.012 * np.sin(x * 47)
    facets = np.sin(x * 30 + 7 * y + 1.2 * wobble(rng, p, 0.07))
    cliff = (y > edge) & (x < 0.74 + 0.10 * np.sin(y * 13) + 0.1 * y)
    flat(
        cliff,
        OCHRE,
        np.clip(0.66 + 0.42 * facets - 0.5 * (y - edge), 0.06, 0.97),
        np.pi / 2 - 0.5 + 0.5 * facets,
    )
    turf = cliff & (y < edge + 0.05 + 0.02 * np.sin(x * 60))
    flat(turf, PALE, 0.72 + 0.25 * np.sin(x * 70), np.pi / 2 + 0.5)
    for cx, cy, wide, tall in (
        (1.34, 0.93, 0.26, 0.22),
        (1.10, 0.97, 0.16, 0.10),
        (1.5, 0.8, 0.1, 0.2),
    ):
        top = cy - tall * np.clip(1 - np.abs((x - cx) / wide) ** 1.6, 0, 1)
        top = top + 0.015 * np.sin(x * 55) + 0.01 * np.sin(x * 120)
        side = (cx - x) / wide + 0.5 * np.sin(x * 45 + y * 20)
        flat(
            (y > top) & (np.abs(x - cx) < wide),
            OCHRE,
            np.clip(0.6 + 0.5 * side, 0.03, 0.97),
            1.9 - 0.7 * side,
        )

    # Wind-bent pines: trunks, and crowns in flat layers with lit tops.
    for cx, foot, tall in ((0.22, 0.56, 0.40), (0.40, 0.62, 0.30), (0.07, 0.53, 0.24)):
        t = (foot - y) / tall
        bend = cx + 0.10 * np.clip(t, 0, 1) ** 2
        flat(
            (np.abs(x - bend) < 0.012 * (1.3 - t)) & (t > -0.1) & (t < 0.95),
            RED,
            np.where(x > bend, 0.75, 0.1) + 0 * x,
            np.pi / 2 - 0.3,
        )
        for k in range(5):
            at, reach = 0.45 + 0.13 * k, 0.115 * (1.15 - 0.17 * k) * tall / 0.35
            mx, my = cx + 0.10 * at**2 + 0.03 * (-1) ** k, foot - at * tall
            scallop = 0.010 * np.sin(x * 90 + k) + 0.006 * np.sin(x * 210)
            d = ((x - mx) / reach) ** 2 + ((y - my + scallop) / (0.042 * tall / 0.35)) ** 2
            light = np.clip(
                0.46 - 0.6 * (y - my) / (0.042 * tall / 0.35) + 0.25 * (x - mx) / reach, 0.02, 0.9
            )
            flat(d < 1.0, TEAL, light, np.pi / 2 + 1.1 * (x - mx) / reach)
    return p, tone


def cut(p: Picture, tone: Floats, rng: np.random.Generator) -> Floats:
    """Where the block was cut away, 0 to 1. Wide cuts first, narrow ones between them."""
    rows, columns = tone.shape
    white = np.zeros((rows, columns), np.uint8)
    taken = np.zeros_like(white)
    plan = Plan(p.colour, p.angle, p.colour[0, :1])
    for width, length, low, tries in (
        (15.0, 200.0, 0.62, 9000),
        (10.0, 140.0, 0.38, 16000),
        (6.5, 90.0, 0.16, 24000),
        (4.5, 55.0, 0.08, 20000),
    ):
        starts = rng.uniform(0, (columns, rows), (tries, 2)).astype(np.float32)
        light = tone[starts[:, 1].astype(int), starts[:, 0].astype(int)]
        keep = light > low
        starts, light = starts[keep], light[keep]
        lengths = length * rng.uniform(0.5, 1.5, len(starts)) * (0.6 + 0.7 * light)
        curves = paths(plan, starts, lengths, np.zeros(len(starts), np.float32))
        for path, bright in zip(curves, light, strict=True):
            path = path[::6]
            spot = path[(path >= 0).all(1) & (path < (columns, rows)).all(1)].astype(int)
            if len(spot) < 5 or taken[spot[:, 1], spot[:, 0]].any():
                continue
            if np.ptp(tone[spot[:, 1], spot[:, 0]]) > 0.55:
                continue  # a cutter stops at the edge of a form
            way = np.gradient(path, axis=0)
            way /= np.linalg.norm(way, axis=1, keepdims=True) + 1e-6
            normal = np.stack([-way[:, 1], way[:, 0]], 1)
            s = np.linspace(0, 1, len(path))
            belly = np.sin(np.pi * s**0.8) ** 0.6 * (1.0 + 0.12 * rng.standard_normal())
            half = (width * (0.55 + 0.5 * bright) / 2 * belly)[:, None]
            shake = 0.35 * rng.standard_normal((2, len(path), 1))
            left, right = path + normal * (half + shake[0]), path - normal * (half + shake[1])
            lens = np.concatenate([left, right[::-1]])
            cv2.fillPoly(white, [np.rint(lens * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
            gap = 2.0 + 3.2 * (1.0 - bright)
            room = int(width * (0.55 + 0.5 * bright) + 2 * gap)
            cv2.polylines(taken, [np.rint(path).astype(np.int32)], False, 255, room)
    return white.astype(np.float32) / 255.0


def printed(width: int, height: int, rng: np.random.Generator) -> Floats:
    """The finished print as sRGB, H x W x 3, 0 to 1."""
    p, tone = design(width, height, rng)
    white = np.maximum(cut(p, tone, rng), (tone >= 0.999).astype(np.float32))
    shifted = cv2.warpAffine(
        p.colour,
        np.float32([[1, 0, 5], [0, 1, -4]]),
        (width, height),
        borderMode=cv2.BORDER_REPLICATE,
    )
    worn = np.clip(0.96 + 0.05 * field(rng, p, 0.020, 0.006), 0.8, 1.0)[..., None]
    colours = rgb(PAPER)[0] + (shifted - rgb(PAPER)[0]) * worn
    ink = ramp(field(rng, p, 0.03, 0.004), ((-2.0, BLACK), (2.0, "2a2830")))
    return colours + (ink - colours) * (1.0 - white[..., None])
