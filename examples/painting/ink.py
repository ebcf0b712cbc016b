"""Ink on paper: washes that pool at their rims and bleed, brushes that run dry on the grain."""

from __future__ import annotations

import cv2
import numpy as np

from .brush import STEP, Floats, streaks
from .shapes import rgb

BLACK = np.array([1.00, 0.985, 0.93], np.float32)  # light taken by ink of density 1, natural log
RED = np.array([0.12, 1.30, 1.55], np.float32)


def curve(points: list[tuple[float, float]] | Floats) -> Floats:
    """A smooth path (N x 2, ``STEP`` apart) through points in canvas pixels (Catmull-Rom)."""
    at = np.asarray(points, np.float32)
    at = np.concatenate([2 * at[:1] - at[1:2], at, 2 * at[-1:] - at[-2:-1]])
    pieces = []
    for a, b, c, d in zip(at, at[1:], at[2:], at[3:], strict=False):
        t = np.linspace(0, 1, max(int(np.hypot(*(c - b)) / STEP), 2), endpoint=False)[:, None]
        pieces.append(
            0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2)
            + 0.5 * (3 * b - 3 * c + d - a) * t**3
        )
    return np.concatenate([*pieces, at[-2:-1]]).astype(np.float32)


class Sheet:
    """A sheet of paper that takes up ink. Densities are natural logarithms of the light taken."""

    def __init__(self, width: int, height: int, rng: np.random.Generator) -> None:
        self.rng = rng
        self.black = np.zeros((height, width), np.float32)
        self.red = np.zeros((height, width), np.float32)
        self._hair = streaks(rng, along=70.0, across=1.1)
        noise = rng.standard_normal((2, height, width)).astype(np.float32)
        tooth = cv2.GaussianBlur(noise[0], (0, 0), 1.6)
        felt = cv2.GaussianBlur(noise[1], (0, 0), 5.0, None, 3.0)
        self.grain = 0.7 * tooth / tooth.std() + 0.5 * felt / felt.std()
        self._fibres = self._strewn(width, height)

    def _strewn(self, width: int, height: int) -> Floats:
        """Fibres in the paper: short curls, lighter (+) and darker (-) than the sheet."""
        fibres = np.zeros((height, width), np.float32)
        for _ in range(width * height // 1500):
            at = self.rng.uniform(0, (width, height))
            turn, bend = self.rng.uniform(0, np.pi), self.rng.normal(0, 0.06)
            way = turn + bend * np.arange(12)
            line = at + np.cumsum(np.stack([np.cos(way), np.sin(way)], 1), 0) * 4.5
            value = float(self.rng.normal(0, 1.0))
            cv2.polylines(
                fibres, [np.rint(line * 16).astype(np.int32)], False, value, 1, cv2.LINE_AA, 4
            )
        return cv2.GaussianBlur(fibres, (0, 0), 0.9)

    def stroke(
        self, wet: Floats, path: Floats, width: Floats | float, ink: float, dry: float
    ) -> None:
        """Draws along ``path`` into ``wet`` (a layer of the sheet's size that is still wet).

        ``width`` is one number or one for each sample, ``dry`` from 0 (soaked) to 1 (the brush
        leaves streaks at once).
        """
        n = len(path)
        wide = np.broadcast_to(np.asarray(width, np.float32), (n,))[:, None]
        m = max(int(wide.max() / STEP), 3)
        end = np.minimum(np.arange(n), np.arange(n)[::-1])[:, None] * STEP
        end = np.clip((end + 0.7) / (0.5 * wide + 0.7), 0, 1)
        wide = wide * np.sqrt(end * (2.0 - end))  # round where the brush touches and leaves
        s = np.linspace(0.0, 1.0, n, dtype=np.float32)[:, None]
        v = np.linspace(-1.0, 1.0, m, dtype=np.float32)[None]
        way = np.gradient(path, axis=0)
        way /= np.linalg.norm(way, axis=1, keepdims=True) + 1e-6
        x = np.rint(path[:, :1] - way[:, 1:] * v * wide / 2).astype(np.int32)
        y = np.rint(path[:, 1:] + way[:, :1] * v * wide / 2).astype(np.int32)
        rows, columns = wet.shape
        inside = (x >= 0) & (x < columns) & (y >= 0) & (y < rows)
        x, y = np.clip(x, 0, columns - 1), np.clip(y, 0, rows - 1)
        row = (self.rng.integers(256) + np.arange(m)[None] * max(1.0, 24 / m)).astype(int) % 256
        hair = self._hair[row, (self.rng.integers(2048) + np.arange(n)[:, None]) % 2048]
        worn = dry * (0.35 + 0.75 * s) + 0.25 * dry * np.abs(v) ** 3
        tooth = 0.16 * self.grain[y, x] * (0.25 + dry)
        tooth = tooth - (1.0 - end) * (0.2 + 0.5 * dry) * hair
        cover = np.clip((hair + tooth - worn) * 5.0 + 0.6, 0, 1)
        load = ink * (1.0 - 0.35 * dry * s) * (0.80 + 0.35 * hair)
        touched = inside & (cover > 0)
        np.maximum.at(wet, (y[touched], x[touched]), (cover * load)[touched])

    def absorb(
        self, wet: Floats, *, bleed: float = 1.0, rim: float = 0.3, red: bool = False
    ) -> None:
        """Lets a layer dry: it spreads by ``bleed`` pixels along the felt and pools at its rims."""
        if bleed > 2.0:  # feathery: the spread follows the felt of the paper
            rows, columns = wet.shape
            gx, gy = np.meshgrid(np.arange(columns, dtype=np.float32), np.arange(rows))
            soft = cv2.GaussianBlur(self.grain, (0, 0), 2.0)
            shift = soft / soft.std() * bleed * 0.45
            gy = gy.astype(np.float32) + np.roll(shift, 97, 0)
            wet = cv2.remap(wet, gx + shift, gy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        soft = cv2.GaussianBlur(wet, (0, 0), max(bleed, 0.6))
        pool = np.clip(soft - cv2.GaussianBlur(soft, (0, 0), bleed * 2 + 5), 0, None)
        taken = (soft + rim * pool * 2.2) * (1.0 + 0.10 * np.clip(self.grain, -2, 2))
        layer = self.red if red else self.black
        layer += np.clip(taken, 0, None)

    def dried(self) -> Floats:
        """The sheet under soft light from the upper left, as sRGB, H x W x 3, 0 to 1."""
        aged = cv2.GaussianBlur(self.rng.standard_normal(self.black.shape), (0, 0), 90.0)
        aged = (aged / aged.std()).astype(np.float32)
        paper = rgb("f6ead0")[0] * (1.0 + 0.018 * aged + 0.045 * self._fibres)[..., None]
        light = cv2.GaussianBlur(self.grain, (0, 0), 0.8)
        slope = cv2.Sobel(light, cv2.CV_32F, 1, 0) + cv2.Sobel(light, cv2.CV_32F, 0, 1)
        paper = paper * (1.0 + 0.011 * slope)[..., None]
        black = 2.6 * (1.0 - np.exp(-self.black / 2.6))  # paper takes only so much
        return np.clip(
            paper * np.exp(-black[..., None] * BLACK - self.red[..., None] * RED), 0.0, 1.0
        ).astype(np.float32)
