"""How much of the paint shows, and the way back."""

from __future__ import annotations

import numpy as np
import pytest

from core import frames, strength
from core.frames import Picture
from tests.core.pictures import textured

PLATE, PAINT = textured(40, 50, 1), textured(40, 50, 2)
EVERY = np.linspace(0, 1, 2000, dtype=np.float32).reshape(40, 50)


def test_the_ends_are_exact():
    np.testing.assert_array_equal(strength.mix(PLATE, PAINT, EVERY * 0), PLATE)
    np.testing.assert_array_equal(strength.mix(PLATE, PAINT, EVERY * 0 + 1), PAINT)
    np.testing.assert_array_equal(strength.mix(PLATE, PLATE, EVERY), PLATE)


def test_in_between():
    mixed = strength.mix(PLATE, PAINT, EVERY)
    wanted = PLATE + EVERY[..., None].astype(np.float64) * (PAINT - PLATE)
    np.testing.assert_allclose(mixed, wanted, atol=1e-6)


@pytest.mark.parametrize(("suffix", "depth", "step"), [(".png", 8, 255), (".png", 16, 65535)])
def test_undone_within_what_the_file_holds(suffix, depth, step):
    mixed = strength.mix(PLATE, PAINT, EVERY)
    written = frames.quantized(Picture(mixed), suffix, depth).rgb
    paint, known = strength.unmix(PLATE, written, EVERY, clipped=True)
    np.testing.assert_array_equal(known, EVERY > strength.LEAST)
    shown = known > 0
    error = np.abs(paint - PAINT)[shown].max(axis=-1)
    assert (error <= (0.5 / step + 1e-6) / EVERY[shown]).all()
    np.testing.assert_array_equal(paint[~shown], written[~shown])
    np.testing.assert_array_equal(paint[EVERY == 1], written[EVERY == 1])
    # Laid over the same plate again it is the same file.
    again = frames.quantized(Picture(strength.mix(PLATE, paint, EVERY)), suffix, depth).rgb
    np.testing.assert_array_equal(again[shown], written[shown])


def test_a_plate_brighter_than_the_file_can_hold():
    """A sun of 3 in EXR, written to PNG: half of it is white, and says nothing of the paint."""
    plate, half = PLATE.copy(), EVERY * 0 + 0.5
    plate[:, :10] = 3
    half[:, :5] = 1
    mixed = strength.mix(plate, PAINT, half)
    _, known = strength.unmix(plate, np.clip(mixed, 0, 1), half, clipped=True)
    assert not known[:, 5:10].any()
    assert known[:, 10:].all()
    assert known[:, :5].all(), "all paint"
    paint, known = strength.unmix(plate, mixed, half, clipped=False)
    assert known.all()
    np.testing.assert_allclose(paint, PAINT, atol=1e-5)
