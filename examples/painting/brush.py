"""Paint and brush: strokes with bristles, wet mixing and relief, on a canvas under raking light."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

STEP = 0.7  # distance, in canvas pixels, between the samples of a stroke: below 1 leaves no holes


@dataclass(frozen=True)
class Brush:
    """A tool. Lengths are canvas pixels, the rest are shares from 0 to 1."""

    width: float  # across the stroke
    length: float  # along it
    bristle: float  # how strongly single bristles show, in height and colour
    dry: float  # how much of the stroke has broken up by its end
    wet: float  # how much it picks up of the paint that it crosses
    body: float  # thickness of the paint
    two_tone: float = 0.5  # how far the second colour of the load shows
    knife: bool = False  # blunt ends, and a ridge where the knife lifts


def streaks(rng: np.random.Generator, along: float, across: float) -> Floats:
    """A repeating 256x2048 tile of evenly distributed noise, 0 to 1, one row for each bristle.

    ``along`` and ``across`` are the standard deviations, in pixels, of its smoothing.
    """
    noise = rng.standard_normal((256, 2048))
    fy = np.fft.fftfreq(noise.shape[0])[:, None]
    fx = np.fft.rfftfreq(noise.shape[1])[None]
    gain = np.exp(-2.0 * np.pi**2 * ((fx * along) ** 2 + (fy * across) ** 2))
    smooth = np.fft.irfft2(np.fft.rfft2(noise) * gain, s=noise.shape)
    rank = np.empty(noise.size, np.float32)
    rank[np.argsort(smooth, axis=None)] = np.linspace(0.0, 1.0, noise.size, dtype=np.float32)
    return rank.reshape(noise.shape)


class Canvas:
    """Colour (sRGB, H x W x 3, 0 to 1) and height of the paint (H x W) on a primed ground."""

    def __init__(self, width: int, height: int, ground: Floats, rng: np.random.Generator) -> None:
        self.colour = np.empty((height, width, 3), np.float32)
        self.colour[:] = ground
        self.height = np.zeros((height, width), np.float32)
        self._rng = rng
        self._hair = streaks(rng, along=22.0, across=0.9)  # the trace of single bristles
        self._tuft = streaks(rng, along=150.0, across=3.2)  # tufts that carry one colour

    def stroke(self, path: Floats, colour: Floats, second: Floats, brush: Brush) -> None:
        """Lays paint along ``path`` (N x 2, x and y, ``STEP`` apart).

        ``colour`` and ``second`` are the two sRGB colours that the brush was loaded with.
        """
        rng, n = self._rng, len(path)
        m = max(int(brush.width / STEP), 5)
        s = np.linspace(0.0, 1.0, n, dtype=np.float32)[:, None]
        v = np.linspace(-1.0, 1.0, m, dtype=np.float32)[None]

        tangent = np.gradient(path, axis=0)
        tangent /= np.linalg.norm(tangent, axis=1, keepdims=True) + 1e-6
        normal = np.stack([-tangent[:, 1], tangent[:, 0]], 1)
        press = 1.0 if brush.knife else 0.62 + 0.38 * np.sin(np.pi * np.clip(s * 1.1, 0, 1) ** 0.7)
        offset = v * press * (brush.width / 2)
        x = np.rint(path[:, :1] + normal[:, :1] * offset).astype(np.int32)
        y = np.rint(path[:, 1:] + normal[:, 1:] * offset).astype(np.int32)
        rows, columns = self.height.shape
        inside = (x >= 0) & (x < columns) & (y >= 0) & (y < rows)
        x, y = np.clip(x, 0, columns - 1), np.clip(y, 0, rows - 1)

        row = (rng.integers(256) + np.arange(m)[None] * STEP).astype(np.int32) % 256
        column = (rng.integers(2048) + np.arange(n)[:, None]) % 2048
        hair, tuft = self._hair[row, column], self._tuft[row, column]

        # Where paint lands: bristles touch and leave at different points, edges are broken, and
        # the load runs out.
        reach = (self._hair[row, (column[:1] + 777) % 2048] - 0.5) * (0.15 if brush.knife else 0.9)
        reach = reach - (0.0 if brush.knife else 0.5) * v**2
        at = s * n * STEP - (0.5 - reach) * brush.width * 0.5
        left = (1.0 - s) * n * STEP - (0.5 - reach[:, ::-1]) * brush.width * 0.5
        ends = np.clip(at / 2.0, 0, 1) * np.clip(left / 2.0, 0, 1)
        worn = brush.dry * s**2 * 1.15 + 0.75 * np.abs(v) ** (14 if brush.knife else 7)
        alpha = np.clip((hair - worn) * 7.0 + 0.9, 0.0, 1.0) * ends * inside

        # What colour it has: two tones in tufts, bristles lighter and darker, paint picked up.
        under = self.colour[y, x]
        total = np.cumsum(under, axis=0)
        window = min(n - 1, int(1.2 * brush.width / STEP) + 1)
        picked = total.copy()
        picked[window:] -= total[:-window]
        picked /= np.minimum(np.arange(1, n + 1), window)[:, None, None]
        mix = np.clip((tuft - 0.5) * 3.0 + 0.35 * v + 0.2, 0, 1)[..., None] * brush.two_tone
        paint = colour + (second - colour) * mix
        paint = paint * (1.0 + (hair - 0.5)[..., None] * 0.30 * brush.bristle)
        share = brush.wet * np.clip(0.35 + 0.65 * s, 0, 1) * (0.4 + 1.2 * tuft)
        share = np.clip(share, 0.0, 0.9)[..., None]
        paint = paint * (1.0 - share) + picked * share
        touched = alpha > 0.0  # samples that share a pixel must not undo each other
        spot = y[touched], x[touched]
        blended = under + (np.clip(paint, 0, 1) - under) * alpha[..., None]
        self.colour[spot] = blended[touched]

        # How thick it lies: furrows between bristles, paint pushed to the sides and to the end.
        ridge = np.exp(-(((np.abs(v) - 0.84) / 0.13) ** 2)) * (0.9 if brush.knife else 0.55)
        lift = np.exp(-left / (0.16 * brush.width)) * (1.2 if brush.knife else 0.5)
        relief = 0.55 + brush.bristle * (hair - 0.5) * 1.5 + ridge + np.clip(lift, 0, 1.2)
        below = self.height[y, x]
        piled = below + (brush.body * relief - 0.6 * below) * alpha
        self.height[spot] = piled[touched]

    def lit(self, relief: float, gloss: float) -> Floats:
        """The painting under light from the upper left, as sRGB 0 to 1."""
        h = cv2.GaussianBlur(self.height, (0, 0), 0.8)
        dx = cv2.Sobel(h, cv2.CV_32F, 1, 0, ksize=3) / 8.0
        dy = cv2.Sobel(h, cv2.CV_32F, 0, 1, ksize=3) / 8.0
        slope = np.tanh((dx + dy) * relief)  # positive where the paint faces the light
        hollow = np.clip(cv2.GaussianBlur(h, (0, 0), 5.0) - h, 0.0, 1.0)
        shade = (1.0 + 0.34 * slope) * (1.0 - 0.22 * hollow)
        shine = np.clip(slope - 0.35, 0.0, 1.0) ** 2 * gloss
        return np.clip(self.colour * shade[..., None] + shine[..., None], 0.0, 1.0)
