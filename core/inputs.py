"""What a job names beside its plates, looked over: styles, paintings, masks, guides, weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from . import frames, maps
from .errors import EcsetError, InputError
from .frames import Array, Picture
from .job import Job
from .look import Keyframe, NeuralLook
from .maps import Size
from .networks import catalogue, weights
from .part import is_pattern

_SAMPLES = 8


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
            if not maps.agree(size, picture.size):
                raise InputError(
                    f"The guide {job.folder / side} is {maps.told(size)} and the style picture "
                    f"{job.style_path(style)} is {maps.told(picture.size)}; "
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
            maps.require(what, job.folder / path, _survey(job, what, path, None)[1], size)
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
        f"The plate {path} is {maps.told(size)} and the ones before are {maps.told(wanted)}; "
        "all plates of a job must have one size."
    )


def painting(job: Job, keyframe: Keyframe, size: Size) -> Array:
    """Read the painting of a keyframe, H×W×3 at the size of the plates.

    Raises InputError when it can't be read or is of other proportions than the plates.
    """
    path = job.folder / keyframe.path
    rgb = frames.read_painting(path).rgb
    maps.require("painting", path, rgb.shape[:2], size)
    return maps.resized(rgb, size)


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
        digest, size = maps.survey(file, holes=what == "guide")
    except EcsetError as error:
        whose = what if frame is None else f"{what} of frame {frame}"
        raise InputError(f"The {whose} can't be used: {error}") from None
    if wanted is not None:
        maps.require(what, file, size, wanted)
    return digest, size
