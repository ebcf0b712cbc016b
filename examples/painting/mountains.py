"""The mountains: ink and wash, ranges that rise from mist, an old pine, a boat and a red sun."""

from __future__ import annotations

import numpy as np

from .brush import Floats
from .ink import Sheet, curve
from .shapes import Picture, field, wobble


def crest(rng: np.random.Generator, p: Picture, peaks: list[tuple[float, float, float]]) -> Floats:
    """Height (share of the picture's) over every column, of steep ``peaks`` (x, height, width)."""
    x = p.x[0]
    line = np.zeros_like(x)
    for at, tall, wide in peaks:
        lean = np.abs((x - at - 0.02 * np.sin(9 * (x - at))) / wide)
        line = np.maximum(line, tall * np.clip(1.0 - lean**1.5, 0, 1) ** 0.8)
    jag = np.zeros_like(x)
    for octave in range(1, 6):
        wave = np.sin(x * 12.0 * 1.9**octave + rng.uniform(0, 6.3) + 1.5 * np.sin(x * 7 * octave))
        jag += 0.022 / 1.55**octave * (1.0 - 2.0 * np.abs(wave))
    return (line + jag * np.clip(line * 7, 0.15, 1)).astype(np.float32)


def ridge(
    sheet: Sheet,
    p: Picture,
    foot: float,
    rise: Floats,
    *,
    ink: float,
    mist: float,
    strokes: int,
    size: float,
) -> None:
    """One range: a wash that fades down into ``mist``, its outline, and dry axe-cut strokes."""
    rng, (rows, columns) = sheet.rng, p.y.shape
    top = foot - rise[None]
    down = (p.y - top) / mist
    fold = 0.7 * wobble(rng, p, 0.05) + 0.4 * field(rng, p, 0.02, 0.06)
    inside = np.clip((p.y - top) * rows / 3.0, 0, 1)
    fade = np.exp(-(np.clip(down, 0, None) ** 1.3) * 2.0)
    facet = np.clip(0.55 + 0.32 * fold, 0.12, 1.2)
    wash = inside * fade * facet * np.clip(rise * 30, 0, 1)[None]
    sheet.absorb(ink * 0.55 * wash, bleed=5.0, rim=0.5)
    deep = np.clip(fold - 0.35, 0, 1.0) * inside * fade * np.clip(rise * 30, 0, 1)[None]
    sheet.absorb(ink * 0.65 * deep, bleed=2.5, rim=0.8)

    wet = np.zeros_like(sheet.black)
    slope = np.gradient(rise) * columns / 1.5  # rise per share of the height, up positive
    start = 0
    while start < columns:  # the outline, in strokes that swell and lift
        span = int(rng.uniform(70, 230))
        at = np.arange(start, min(start + span, columns), 3)
        start += int(span * rng.uniform(0.85, 1.15))
        if len(at) < 6 or rise[at].max() < 0.02:
            continue
        path = curve(np.stack([at, (foot - rise[at]) * rows + 3], 1)[::3])
        swell = np.sin(np.pi * np.linspace(0.05, 0.97, len(path)) ** 0.7)
        sheet.stroke(wet, path, size * rng.uniform(0.35, 0.8) * (0.3 + swell), ink * 1.3, 0.45)
    for _ in range(strokes):
        i = int(rng.uniform(0, columns))
        if rise[i] < 0.03:
            continue
        below = abs(rng.normal(0, 0.55)) * mist
        y = foot - rise[i] + below
        if y > foot + mist or fold[min(max(int(y * rows), 0), rows - 1), i] < rng.normal(0.1, 0.5):
            continue
        lean = np.clip(slope[i], -1.8, 1.8) * 0.45 + rng.normal(0, 0.10)
        long = size * rng.uniform(3.0, 10.0)
        way = np.array([-lean, 1.0]) / np.hypot(lean, 1.0)
        middle = np.array([i, y * rows])
        bow = np.array([way[1], -way[0]]) * rng.normal(0, 0.10) * long
        path = curve([middle - way * long / 2, middle + bow, middle + way * long / 2])
        taper = np.linspace(1.0, 0.35, len(path)) ** 0.8
        load = ink * rng.uniform(0.5, 1.3) * np.exp(-below / mist)
        sheet.stroke(wet, path, size * rng.uniform(0.5, 1.3) * taper, load, rng.uniform(0.4, 0.95))
    within = np.clip((p.y - top) * rows / 5.0 + 1.2, 0, 1) * np.clip((foot - p.y) / 0.03, 0, 1)
    sheet.absorb(wet * within, bleed=0.8, rim=0.3)


def pine(sheet: Sheet, roots: tuple[float, float], tall: float, lean: float) -> None:
    """A pine: a crooked trunk with scaly bark, boughs, and fans of needles over a grey wash."""
    rng = sheet.rng
    t = np.linspace(0, 1, 7)
    sway = lean * t + 0.07 * np.sin(t * 8.5 + 0.6) * (0.4 + t)
    spine = np.stack([roots[0] + sway * tall, roots[1] - t * tall], 1)
    trunk = curve(spine)
    wet = np.zeros_like(sheet.black)
    bole = tall * np.linspace(0.075, 0.018, len(trunk))
    sheet.stroke(wet, trunk, bole, 0.75, 0.35)
    for side in (-0.5, 0.5):
        edge = trunk + np.stack([side * bole, 0 * bole], 1) + rng.normal(0, 0.4, trunk.shape)
        sheet.stroke(wet, edge.astype(np.float32), 9.0, 1.9, 0.45)
    for k in rng.integers(0, len(trunk), 70):
        at = trunk[k] + (rng.uniform(-0.4, 0.4) * bole[k], 0)
        bit = curve([at - (5, 7), at + (5, 0), at - (3, -8)])
        sheet.stroke(wet, bit, 5.0, 1.6, 0.5)
    fans: list[tuple[Floats, float]] = []
    for high, side, long in (
        (0.42, 1, 0.50),
        (0.55, -1, 0.40),
        (0.66, 1, 0.42),
        (0.78, -1, 0.36),
        (0.9, 1, 0.28),
        (1, -1, 0.18),
    ):
        a = trunk[min(int(high * len(trunk)), len(trunk) - 1)]
        reach = long * tall * side
        points = [
            a,
            a + (0.35 * reach, 0.05 * tall * rng.uniform(-0.4, 1)),
            a + (0.70 * reach, -0.03 * tall),
            a + (reach, 0.04 * tall * rng.uniform(-1, 0.5)),
        ]
        bough = curve(points)
        sheet.stroke(wet, bough, np.linspace(0.034, 0.008, len(bough)) * tall, 1.9, 0.4)
        for share in np.linspace(0.25, 1.0, 5 + int(9 * long)):
            spot = bough[min(int(share * len(bough)), len(bough) - 1)]
            for _ in range(2):
                fans.append(
                    (spot + rng.normal(0, 0.028, 2) * tall - (0, 0.02 * tall), 0.062 * tall)
                )
    sheet.absorb(wet, bleed=0.9, rim=0.4)
    cloud, wet = np.zeros_like(wet), np.zeros_like(wet)
    for spot, size in fans:
        pad = curve([spot - (size, -0.1 * size), spot - (0, 0.4 * size), spot + (size, 0.1 * size)])
        sheet.stroke(cloud, pad, size * 1.0, 0.42, 0.15)
        for way in np.linspace(-np.pi * 1.04, 0.04 * np.pi, 17) + rng.normal(0, 0.05, 17):
            tip = spot + size * rng.uniform(0.8, 1.15) * np.array([np.cos(way), 0.82 * np.sin(way)])
            needle = curve([spot, (spot + tip) / 2 + rng.normal(0, 1, 2), tip])
            sheet.stroke(wet, needle, np.linspace(4.4, 2.0, len(needle)), 1.7, 0.25)
    sheet.absorb(cloud, bleed=6.0, rim=0.6)
    sheet.absorb(wet, bleed=0.7, rim=0.2)


def rock(sheet: Sheet, p: Picture, outline: list[tuple[float, float]], ink: float) -> None:
    """A rock or bank in the foreground: ``outline`` runs along its top, in shares of the height."""
    rng, (rows, columns) = sheet.rng, p.y.shape
    at = np.array(outline, np.float32)
    rise = 1.0 - np.interp(p.x[0], at[:, 0], at[:, 1], left=1.2, right=1.2)
    for octave in range(1, 5):
        rise += 0.012 / octave * np.sin(p.x[0] * 19 * 1.8**octave + rng.uniform(0, 6.3))
    rise = np.where((p.x[0] > at[0, 0]) & (p.x[0] < at[-1, 0]), rise, -0.1).astype(np.float32)
    ridge(sheet, p, 1.0, rise, ink=ink, mist=0.55, strokes=1500, size=26.0)
    wet = np.zeros_like(sheet.black)
    for _ in range(420):  # moss: round dots in clusters along the edges
        i = int(rng.uniform(max(at[0, 0], 0), min(at[-1, 0], 1.49)) * rows)
        y = (1.0 - rise[min(i, columns - 1)] + abs(rng.normal(0, 0.05))) * rows
        spot = np.array([i + rng.normal(0, 6), y])
        sheet.stroke(
            wet,
            curve([spot - (4, 0), spot, spot + (5, 2)]),
            rng.uniform(5, 12),
            rng.uniform(0.8, 1.9),
            0.1,
        )
    sheet.absorb(wet, bleed=1.4, rim=0.5)


def painted(width: int, height: int, rng: np.random.Generator) -> Floats:
    """The finished sheet as sRGB, H x W x 3, 0 to 1."""
    p = Picture(width, height)
    sheet = Sheet(width, height, rng)
    blank = np.zeros_like(sheet.black)

    # Sky: broad damp strokes of thin ink that leave bands of paper, and the sun.
    wet = blank.copy()
    for y, ink in ((0.02, 0.34), (0.08, 0.22), (0.16, 0.12), (0.27, 0.15), (0.38, 0.10)):
        for _ in range(3):
            a, b = rng.uniform(-0.4, 0.5), rng.uniform(0.9, 2.0)
            line = [(a, y), ((a + b) / 2, y + rng.normal(0, 0.02)), (b, y + rng.normal(0, 0.02))]
            path = curve(np.array(line) * height)
            sheet.stroke(wet, path, height * rng.uniform(0.05, 0.11), ink, rng.uniform(0.3, 0.7))
    sheet.absorb(wet, bleed=4.0, rim=0.6)
    away = np.hypot(p.x - 1.13, p.y - 0.235) + 0.0015 * wobble(rng, p, 0.02)
    disc = np.clip((0.088 - away) * height / 3, 0, 1) * (1.0 + 0.18 * wobble(rng, p, 0.04))
    disc *= np.clip(1.25 - 1.6 * np.clip((p.y - 0.25) / 0.09, 0, 1) ** 1.5, 0.25, 1)
    sheet.black *= 1.0 - 0.8 * np.clip(disc, 0, 1)
    sheet.absorb(0.95 * disc, bleed=2.2, rim=0.9, red=True)

    # Ranges from far to near.
    far = [(0.10, 0.20, 0.22), (0.50, 0.24, 0.20), (0.98, 0.15, 0.25), (1.35, 0.22, 0.25)]
    ridge(sheet, p, 0.56, crest(rng, p, far), ink=0.35, mist=0.22, strokes=500, size=16)
    middle = [(0.72, 0.42, 0.11), (0.86, 0.33, 0.10), (0.60, 0.25, 0.12), (1.44, 0.34, 0.13)]
    middle += [(1.30, 0.20, 0.10)]
    ridge(sheet, p, 0.62, crest(rng, p, middle), ink=0.85, mist=0.30, strokes=2600, size=20)
    near = [(1.02, 0.16, 0.12), (1.16, 0.11, 0.10), (0.46, 0.13, 0.12), (1.50, 0.15, 0.14)]
    ridge(sheet, p, 0.70, crest(rng, p, near), ink=1.15, mist=0.13, strokes=1700, size=17)
    wet = blank.copy()
    for _ in range(260):  # woods at the foot: blunt dabs
        x = rng.uniform(0.36, 1.5)
        y = 0.665 + 0.012 * np.sin(x * 17) + rng.normal(0, 0.010)
        spot = np.array([x, y]) * height
        up = spot - (rng.normal(0, 3), rng.uniform(12, 34))
        path = curve([spot, (spot + up) / 2 + rng.normal(0, 2, 2), up])
        sheet.stroke(wet, path, np.linspace(22, 6, len(path)), rng.uniform(0.35, 1.3), 0.3)
    sheet.absorb(wet, bleed=2.4, rim=0.7)

    # Water: level strokes, drier to the right; a boat with its boatman.
    wet = blank.copy()
    for _ in range(240):
        y = rng.uniform(0.70, 0.99)
        deep = (y - 0.70) / 0.3
        x, half = rng.uniform(0.30, 1.52), rng.uniform(0.03, 0.10) * (0.5 + deep)
        line = [(x - half, y), (x, y + rng.normal(0, 0.004)), (x + half, y + rng.normal(0, 0.003))]
        path = curve(np.array(line) * height)
        swell = np.sin(np.pi * np.linspace(0.08, 0.95, len(path)))
        sheet.stroke(wet, path, (5 + 16 * deep) * swell, rng.uniform(0.08, 0.45), 0.75)
    sheet.absorb(wet, bleed=1.6, rim=0.5)
    wet = blank.copy()
    place = (0.86, 0.815)

    def line(points: list[tuple[float, float]], width: float, ink: float = 1.8) -> None:
        path = curve(np.array([(place[0] + x, place[1] + y) for x, y in points]) * height)
        swell = 0.45 + np.sin(np.pi * np.linspace(0.05, 0.95, len(path)))
        sheet.stroke(wet, path, width * swell, ink, 0.2)

    line([(-0.085, -0.014), (-0.05, 0.008), (0.0, 0.014), (0.06, 0.006), (0.095, -0.02)], 9)
    line([(-0.06, 0.010), (0.0, 0.018), (0.07, 0.008)], 12, 1.1)
    line([(-0.02, 0.008), (-0.015, -0.035), (0.015, -0.045), (0.04, -0.03), (0.045, 0.004)], 6, 1.2)
    line([(-0.01, -0.02), (0.012, -0.030), (0.035, -0.018)], 20, 0.6)
    line([(-0.055, 0.004), (-0.052, -0.03), (-0.05, -0.048)], 14, 1.7)
    line([(-0.068, -0.050), (-0.05, -0.064), (-0.034, -0.050)], 8, 1.8)
    line([(-0.035, -0.075), (-0.062, -0.02), (-0.085, 0.045)], 3.5, 1.7)
    line([(-0.07, 0.032), (0.0, 0.036), (0.08, 0.030)], 8, 0.5)
    sheet.absorb(wet, bleed=0.9, rim=0.4)

    # Foreground: a cliff with pines on the left, rocks on the right, birds, and the seal.
    cliff = [(-0.1, 0.52), (0.10, 0.545), (0.20, 0.60), (0.27, 0.70), (0.34, 0.80), (0.42, 0.93)]
    rock(sheet, p, [*cliff, (0.50, 1.02)], 1.5)
    rock(sheet, p, [(1.12, 1.02), (1.22, 0.93), (1.34, 0.86), (1.45, 0.88), (1.6, 0.84)], 1.35)
    pine(sheet, (0.135 * height, 0.585 * height), 0.50 * height, 0.18)
    pine(sheet, (0.035 * height, 0.55 * height), 0.30 * height, -0.05)
    wet = blank.copy()
    for *spot, s in (
        (0.93, 0.13, 0.9),
        (0.985, 0.10, 0.7),
        (0.90, 0.085, 0.6),
        (1.32, 0.12, 0.7),
    ):
        place = (spot[0], spot[1])
        line([(-0.022 * s, -0.012 * s), (-0.010 * s, -0.014 * s), (0, 0)], 5, 1.6)
        line([(0, 0), (0.010 * s, -0.016 * s), (0.024 * s, -0.010 * s)], 5, 1.6)
    place = (0.0, 0.0)
    for _ in range(60):  # reeds before the rocks
        x = 1.10 + abs(rng.normal(0, 0.10))
        bend, tall = rng.normal(0.02, 0.02), rng.uniform(0.06, 0.14)
        line([(x, 1.0), (x + 0.3 * bend, 1.0 - 0.6 * tall), (x + bend, 1.0 - tall)], 3.5, 1.3)
    sheet.absorb(wet, bleed=0.8, rim=0.3)
    u, v = (p.x - 1.445) / 0.022, (p.y - 0.075) / 0.034
    seal = (np.abs(u) ** 6 + np.abs(v) ** 6 < 1.0).astype(np.float32)
    glyph = (np.abs(np.abs(u) - 0.42) < 0.09) & (np.abs(v) < 0.75)
    glyph |= (np.abs(np.abs(v) - 0.36) < 0.08) & (np.abs(u) < 0.75) | (np.abs(v) < 0.06)
    worn = np.clip(1.2 + 0.5 * sheet.grain, 0, 1)
    sheet.absorb(1.25 * seal * ~glyph * worn, bleed=0.8, rim=0.2, red=True)
    return sheet.dried()
