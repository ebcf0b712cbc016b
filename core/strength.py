"""How much of the paint shows over the plate, and the way back from what was written."""

from __future__ import annotations

import numpy as np

from .frames import Array

# Where less than this share of a pixel is paint, too little of it is left in the file to go on
# from: a step of 8 bits would be a twelfth of the whole range.
LEAST = 0.05


def mix(plate: Array, paint: Array, amount: Array) -> Array:
    """plate + amount · (paint − plate), exactly the plate at 0 and the paint at 1, and exactly both
    where they are the same.

    plate, paint: H×W×3; amount: H×W from 0 to 1.
    """
    share = amount[..., None]
    mixed: Array = np.where(share < 1, plate + share * (paint - plate), paint)
    return mixed


def unmix(plate: Array, written: Array, amount: Array, clipped: bool) -> tuple[Array, Array]:
    """The paint that :func:`mix` laid over a plate, and where it is known (H×W, 1 or 0).

    It is as exact as the file divided by amount. Where it is not known stands what was written.
    clipped: the file holds nothing below 0 and above 1; a plate that goes beyond leaves no trace.
    """
    known = amount > LEAST
    if clipped:
        inside = ((plate >= 0) & (plate <= 1)).all(axis=-1)
        known &= inside | (amount >= 1)
    share: Array = np.where(known, amount, 1).astype(np.float32)[..., None]
    paint = np.where(share < 1, plate + (written - plate) / share, written)
    return paint.astype(np.float32), known.astype(np.float32)
