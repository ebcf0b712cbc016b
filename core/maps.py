"""Masks and guides: pictures whose values are data.

They are taken as they stand in the file, through no colour management, and alpha is left out.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from . import frames
from .errors import EcsetError, InputError
from .frames import Array

Size = tuple[int, int]

# How far apart the proportions of two pictures of the same thing may be.
_TOLERANCE = 0.02

# Cycles writes this as the depth of nothing; half floats make it infinite.
_NOWHERE = 1e9

# One guide's values are spread from 0 to 1 between these percentiles of the sampled frames.
_PERCENTILES = (1, 99)
_SAMPLE_SIDE = 256  # pixels at most of each sampled frame


def mask(path: Path, size: Size) -> Array:
    """Read a mask, H×W from 0 to 1: of a picture in colour the mean of its channels.

    Raises EcsetError when it can't be used with plates of that size.
    """
    values = _channels(path)
    require("mask", path, values.shape[:2], size)
    grey = np.clip(values.mean(axis=2, dtype=np.float32), 0, 1)
    if np.isnan(grey).any():
        raise EcsetError(f"The mask {path} has values that are no numbers (NaN).")
    return resized(grey, size)


class Guide:
    """One guide of a job, with its values brought to 0 to 1 for the shot as a whole.

    Pictures of 8 or 16 bits are so already. What EXR holds, metres or directions, is spread
    between the 1st and the 99th percentile of ``samples``, all channels alike; what is no finite
    number, such as the depth of the sky, becomes 1.
    """

    def __init__(self, samples: list[Path]) -> None:
        self._count = 0
        seen = []
        for path in samples:
            values = _channels(path)
            self._count = self._count or values.shape[2]
            if path.suffix.lower() == ".exr":
                step = [-(-side // _SAMPLE_SIDE) for side in values.shape[:2]]
                part = values[:: step[0], :: step[1]]
                seen.append(part[_somewhere(part)])
        together = np.concatenate(seen) if seen else np.zeros(0, np.float32)
        self._range = 0.0, 1.0
        if len(together):
            low, high = np.percentile(together, _PERCENTILES)
            self._range = float(low), float(high)

    def read(self, path: Path, size: Size) -> Array:
        """One picture of it, H×W×C. Raises EcsetError when it can't be used at that size."""
        values = _channels(path)
        require("guide", path, values.shape[:2], size)
        if path.suffix.lower() == ".exr":
            low, high = self._range
            known = _somewhere(values)
            values = np.where(known, values, 0)
            values = np.where(known, np.clip((values - low) / max(high - low, 1e-9), 0, 1), 1)
        if values.shape[2] != self._count:
            if self._count == 1:
                values = values.mean(axis=2, keepdims=True)
            elif values.shape[2] == 1:
                values = values.repeat(self._count, axis=2)
            else:
                raise EcsetError(
                    f"The guide {path} has {values.shape[2]} channels and the ones before have "
                    f"{self._count}; all pictures of a guide must be of one kind."
                )
        return resized(values.astype(np.float32), size)


def survey(path: Path, holes: bool) -> tuple[str, Size]:
    """Digest of a mask or a guide, and its size; PNG is not decoded for it.

    holes: whether it may have values that are no numbers. Raises EcsetError when it can't be used.
    """
    if path.suffix.lower() == ".png":
        return frames.survey(path)
    values = _channels(path)
    if not holes and np.isnan(values).any():
        raise EcsetError(f"{path} has values that are no numbers (NaN).")
    digest = hashlib.sha256(repr(values.shape).encode() + values.tobytes()).hexdigest()
    return digest, (values.shape[0], values.shape[1])


def _channels(path: Path) -> Array:
    """The data of a picture, H×W×C with C from 1 to 3. Raises EcsetError."""
    if path.suffix.lower() == ".exr":
        return _exr_channels(path)
    values = frames.stored(path)
    return values[..., : {2: 1, 4: 3}.get(values.shape[2], values.shape[2])]


def _exr_channels(path: Path) -> Array:
    import OpenEXR

    frames.file_bytes(path)  # says what is wrong with it in fewer words than OpenEXR
    try:
        with OpenEXR.File(str(path), separate_channels=True) as file:
            found: dict[str, NDArray] = {
                f"{part.name()}.{name}": np.asarray(channel.pixels)
                for part in file.parts
                for name, channel in part.channels.items()
            }
    except (RuntimeError, OSError, ValueError):
        raise EcsetError(f"{path} is cut off or damaged.") from None
    # Layers are before the last dot. EXR has its channels by the alphabet: B, G, R.
    names = [name for name in found if name.rsplit(".", 1)[-1] != "A"]
    names.sort(key=lambda name: "RGB".find(name.rsplit(".", 1)[-1]))
    if not 1 <= len(names) <= 3:
        listed = ", ".join(name.lstrip(".") for name in names[:6])
        raise EcsetError(
            f"{path} has {len(names)} channels beside alpha ({listed}{', …' * (len(names) > 6)}); "
            "save the one pass that is meant to a file of its own."
        )
    shapes = {found[name].shape for name in names}
    if len(shapes) > 1:
        raise EcsetError(f"{path} has channels of several sizes.")
    return np.stack([found[name].astype(np.float32) for name in names], axis=-1)


def _somewhere(values: Array) -> NDArray[np.bool_]:
    """Which values are finite and no depth of nothing."""
    known: NDArray[np.bool_] = np.isfinite(values) & (np.abs(values) < _NOWHERE)
    return known


def agree(size: tuple[int, ...], wanted: Size) -> bool:
    """Whether two heights and widths have the same proportions, as near as matters."""
    return abs(size[1] * wanted[0] / (size[0] * wanted[1]) - 1) <= _TOLERANCE


def require(what: str, path: Path, size: tuple[int, ...], wanted: Size) -> None:
    """Raise InputError unless a picture has the plates' proportions. what: to call it."""
    if not agree(size, wanted):
        raise InputError(
            f"The {what} {path} is {told(size)} and the plates are {told(wanted)}; "
            "it must have their proportions."
        )


def told(size: tuple[int, ...]) -> str:
    """A height and width as people say it."""
    return f"{size[1]}×{size[0]}"


def resized(values: Array, size: Size) -> Array:
    """H×W or H×W×C at another height and width."""
    if values.shape[:2] == size:
        return np.ascontiguousarray(values)
    method = cv2.INTER_LINEAR if size[0] > values.shape[0] else cv2.INTER_AREA
    result: NDArray = cv2.resize(np.ascontiguousarray(values), size[::-1], interpolation=method)
    return result.reshape(*size, *values.shape[2:])  # OpenCV drops a single channel
