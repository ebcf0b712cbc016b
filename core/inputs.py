"""What a job names beside its plates: styles, paintings of keyframes, masks, guides, weights.

Masks and guides are data: their values are taken as they stand in the file, through no colour
management, and alpha is left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from . import frames
from .errors import EcsetError, InputError
from .frames import Array, Picture
from .job import Job
from .look import Keyframe, NeuralLook
from .networks import catalogue, weights
from .part import is_pattern

Size = tuple[int, int]

_SAMPLES = 8

# How far apart the proportions of two pictures of the same thing may be.
_TOLERANCE = 0.02

# Cycles writes this as the depth of nothing; half floats make it infinite.
_NOWHERE = 1e9

# One guide's values are spread from 0 to 1 between these percentiles of the sampled frames.
_PERCENTILES = (1, 99)
_SAMPLE_SIDE = 256  # pixels at most of each sampled frame


@dataclass(frozen=True)
class Given:
    """What counts for the whole shot: the style pictures, and the digests of all such pictures and
    of the weights of networks."""

    styles: list[Picture]
    digests: list[str]


@dataclass(frozen=True)
class Digests:
    """Of the pictures of one frame. masks: of all that are one for each frame, the strength's
    last; guides: likewise."""

    plate: str
    masks: tuple[str, ...] = ()
    guides: tuple[str, ...] = ()


def check(job: Job) -> Given:
    """Look at all that counts for the whole shot, before there are plates.

    Raises InputError when a picture can't be used, or weights are missing or wrong.
    """
    styles = [frames.read_style(job.style_path(style)) for style in job.look.styles]
    digests = [style.digest() for style in styles]
    for keyframe in job.look.keyframes:
        digests.append(frames.read_painting(job.folder / keyframe.path).digest())
    for what, path in [*_masks(job), *_guides(job)]:
        if not is_pattern(path):
            digests.append(_survey(job, what, path, None)[0])
    for guide in job.look.guides:
        for side, style, picture in zip(guide.styles, job.look.styles, styles, strict=False):
            if side is None:
                continue
            digest, size = _survey(job, "guide", side, None)
            digests.append(digest)
            if not _agree(size, picture.size):
                raise InputError(
                    f"The guide {job.folder / side} is {_told(size)} and the style picture "
                    f"{job.style_path(style)} is {_told(picture.size)}; "
                    "the guide must have its proportions."
                )
    digests += [weights.find(name, file).digest for name, file in _networks(job)]
    return Given(styles, digests)


def sampled(job: Job) -> list[int]:
    """The frames that the shot is judged by as a whole, whatever chunk of it is asked for: for
    the look's colours and the guides' range."""
    return job.frames.spread(_SAMPLES)


def seen(job: Job, digests: Mapping[int, Digests]) -> list[list[str]]:
    """What of single frames counts for all: the look and the guides are fitted to the sampled
    ones, and paintings of keyframes are carried over all others."""
    numbers = job.frames.numbers() if job.look.keyframes else sampled(job)
    return [[digests[frame].plate, *digests[frame].guides] for frame in numbers]


def survey(job: Job) -> tuple[dict[int, Digests], Size]:
    """Digests of what belongs to each frame of the job, and the size of the plates.

    Raises InputError for a plate that is missing, damaged or of another size than the first, and
    for a mask, a guide or a painting that is missing, damaged or of other proportions.
    """
    found = {}
    size: Size | None = None
    for frame in job.frames.numbers():
        file = job.plate(frame)
        try:
            plate, its_size = frames.survey(file)
        except EcsetError as error:
            raise InputError(f"The plate of frame {frame} can't be used: {error}") from None
        size = size or its_size
        if its_size != size:
            raise InputError(plate_of_another_size(file, its_size, size))
        found[frame] = Digests(plate, *of_frame(job, frame, size))
    assert size is not None
    for what, path in [*_masks(job), *_guides(job)]:
        if not is_pattern(path):
            _require(what, job.folder / path, _survey(job, what, path, None)[1], size)
    for keyframe in job.look.keyframes:
        painting(job, keyframe, size)
    return found, size


def of_frame(job: Job, frame: int, size: Size) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Digests of the masks and of the guides of one frame that are not for all."""
    masks, guides = (
        tuple(_survey(job, what, path, frame, size)[0] for what, path in named if is_pattern(path))
        for named in (_masks(job), _guides(job))
    )
    return masks, guides


def plate_of_another_size(path: Path, size: Size, wanted: Size) -> str:
    """The sentence about it."""
    return (
        f"The plate {path} is {_told(size)} and the ones before are {_told(wanted)}; "
        "all plates of a job must have one size."
    )


def mask(path: Path, size: Size) -> Array:
    """Read a mask, H×W from 0 to 1: of a picture in colour the mean of its channels.

    Raises EcsetError when it can't be used with plates of that size.
    """
    values = _channels(path)
    _require("mask", path, values.shape[:2], size)
    grey = np.clip(values.mean(axis=2, dtype=np.float32), 0, 1)
    if np.isnan(grey).any():
        raise EcsetError(f"The mask {path} has values that are no numbers (NaN).")
    return _resized(grey, size)


def painting(job: Job, keyframe: Keyframe, size: Size) -> Array:
    """Read the painting of a keyframe, H×W×3 at the size of the plates.

    Raises InputError when it can't be read or is of other proportions than the plates.
    """
    path = job.folder / keyframe.path
    rgb = frames.read_painting(path).rgb
    _require("painting", path, rgb.shape[:2], size)
    return _resized(rgb, size)


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
        _require("guide", path, values.shape[:2], size)
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
        return _resized(values.astype(np.float32), size)


def _networks(job: Job) -> list[tuple[str, Path | None]]:
    """The networks that a job is painted with, and the files of weights that it names for them."""
    named = []
    if isinstance(job.look, NeuralLook):
        named.append((catalogue.VGG19, job.file(job.look.weights)))
    held = job.coherence.enabled and job.look.coherent
    # Keyframes are carried along the motion in any case.
    if (held or job.look.keyframes) and job.coherence.flow in catalogue.NAMES:
        named.append((job.coherence.flow, job.file(job.coherence.flow_weights)))
    return named


def _masks(job: Job) -> list[tuple[str, str]]:
    named = [("mask", style.mask) for style in job.look.styles]
    named.append(("strength mask", job.strength_mask))
    return [(what, path) for what, path in named if path is not None]


def _guides(job: Job) -> list[tuple[str, str]]:
    return [("guide", guide.path) for guide in job.look.guides]


def _survey(
    job: Job, what: str, path: str, frame: int | None, wanted: Size | None = None
) -> tuple[str, Size]:
    """Digest and size of a mask or guide; PNG is not decoded for it."""
    file = job.folder / path if frame is None else job.picture(path, frame)
    try:
        if file.suffix.lower() == ".png":
            digest, size = frames.survey(file)
        else:
            values = _channels(file)
            if what != "guide" and np.isnan(values).any():
                raise EcsetError(f"{file} has values that are no numbers (NaN).")
            digest = hashlib.sha256(repr(values.shape).encode() + values.tobytes()).hexdigest()
            size = values.shape[0], values.shape[1]
    except EcsetError as error:
        whose = what if frame is None else f"{what} of frame {frame}"
        raise InputError(f"The {whose} can't be used: {error}") from None
    if wanted is not None:
        _require(what, file, size, wanted)
    return digest, size


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
        told = ", ".join(name.lstrip(".") for name in names[:6])
        raise EcsetError(
            f"{path} has {len(names)} channels beside alpha ({told}{', …' * (len(names) > 6)}); "
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


def _agree(size: tuple[int, ...], wanted: Size) -> bool:
    return abs(size[1] * wanted[0] / (size[0] * wanted[1]) - 1) <= _TOLERANCE


def _require(what: str, path: Path, size: tuple[int, ...], wanted: Size) -> None:
    """Raise InputError unless a picture has the plates' proportions."""
    if not _agree(size, wanted):
        raise InputError(
            f"The {what} {path} is {_told(size)} and the plates are {_told(wanted)}; "
            "it must have their proportions."
        )


def _told(size: tuple[int, ...]) -> str:
    return f"{size[1]}×{size[0]}"


def _resized(values: Array, size: Size) -> Array:
    if values.shape[:2] == size:
        return np.ascontiguousarray(values)
    method = cv2.INTER_LINEAR if size[0] > values.shape[0] else cv2.INTER_AREA
    result: NDArray = cv2.resize(np.ascontiguousarray(values), size[::-1], interpolation=method)
    return result.reshape(*size, *values.shape[2:])  # OpenCV drops a single channel
