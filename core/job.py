"""The job: everything that a shot needs to be painted, as ``job.json`` in a folder of its own."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from . import mistakes
from .errors import InputError

VERSION = 1
JOB_FILE = "job.json"


def _checked_pattern(pattern: str) -> str:
    if len(re.findall(r"#+", pattern)) != 1:
        raise ValueError("must hold one run of #, which stands for the frame number")
    if "#" not in Path(pattern).name:
        raise ValueError("must have its # in the file's name, not in a folder's")
    return pattern


def _checked_picture(path: str) -> str:
    if not path:
        raise ValueError("must name a picture, or be null")
    return _checked_pattern(path) if is_pattern(path) else path


# A picture that is the same for all frames, or with a run of # one for each.
PicturePath = Annotated[str, AfterValidator(_checked_picture)]


class _Part(BaseModel):
    """A part of the job: nothing unknown in it, nothing changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class FrameRange(_Part):
    """Frames of the timeline, both ends included. They may be negative, as in Blender."""

    first: int
    last: int

    @model_validator(mode="after")
    def _in_order(self) -> FrameRange:
        if self.last < self.first:
            raise ValueError(f"last must not be before first ({self.first})")
        return self

    def numbers(self) -> range:
        return range(self.first, self.last + 1)

    def spread(self, count: int) -> list[int]:
        """At most ``count`` frames from all over the range; from two on, both ends are in."""
        every = self.numbers()
        count = min(count, len(every))
        if count == 1:
            return [self.first]
        return [self.first + round(i * (len(every) - 1) / (count - 1)) for i in range(count)]

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"


class Style(_Part):
    """A style picture and how much it counts beside the others.

    mask: where in the frame it is used, grey from 0 to 1: one picture, or one for each frame (#).
    """

    path: str = Field(min_length=1)
    weight: float = Field(default=1.0, gt=0.0, le=1000.0)
    mask: PicturePath | None = None


class Keyframe(_Part):
    """A frame of the shot that was painted by hand."""

    frame: int
    path: str = Field(min_length=1)


class Guide(_Part):
    """One more thing that steers the choice of patches: depth, normals, who is who.

    path: what it is in the frame: one picture, or one for each frame (#). styles: for each style
    the picture that stands for it there, None where that is derived; empty if all are.
    """

    path: PicturePath
    weight: float = Field(default=1.0, gt=0.0, le=1000.0)
    styles: list[Annotated[str, Field(min_length=1)] | None] = []


class PatchSettings(_Part):
    """Settings of the look ``patch`` (:mod:`core.looks.patch`).

    style_scale: size of the brushwork; 1 lays the style's long side over the plate's.
    guide_weight: how strongly the plate's light and dark steer the choice of patches.
    colour_weight: how strongly the plate's colours, brought into the style's palette, steer it,
        relative to light and dark; 0 leaves all colour to chance and the style.
    detail: 0 paints with broad strokes, 1 with the finest that the style has.
    palette: 1 takes the style's colours, 0 keeps the plate's; in between mixes the two.
    variety: how strongly it counts against a patch of the style that it is used a lot already;
        0 lets the same few stand everywhere.
    rotate: patches of the style may be turned by quarter turns.
    flip: patches of the style may be mirrored.
    """

    style_scale: float = Field(default=1.0, ge=0.2, le=4.0)
    guide_weight: float = Field(default=1.5, ge=0.0, le=20.0)
    colour_weight: float = Field(default=0.9, ge=0.0, le=20.0)
    detail: float = Field(default=0.5, ge=0.0, le=1.0)
    palette: float = Field(default=1.0, ge=0.0, le=1.0)
    variety: float = Field(default=1.0, ge=0.0, le=4.0)
    rotate: bool = False
    flip: bool = False


class PatchLook(_Part):
    """Guided patch synthesis: paint without any pretrained weights.

    It learns from style pictures, or from frames of this shot that were painted by hand.
    """

    coherent: ClassVar[bool] = True

    name: Literal["patch"]
    styles: list[Style] = Field(default=[], max_length=16)
    keyframes: list[Keyframe] = Field(default=[], max_length=256)
    guides: list[Guide] = Field(default=[], max_length=8)
    settings: PatchSettings = PatchSettings()

    @model_validator(mode="after")
    def _consistent(self) -> PatchLook:
        if bool(self.styles) == bool(self.keyframes):
            raise ValueError(
                "look.styles and look.keyframes can't both be given; leave one of them empty"
                if self.styles
                else "look.styles must hold one picture at least, or look.keyframes one painting"
            )
        numbers = [keyframe.frame for keyframe in self.keyframes]
        for number in numbers:
            if numbers.count(number) > 1:
                raise ValueError(f"look.keyframes has frame {number} twice; leave one of them")
        for index, guide in enumerate(self.guides):
            if guide.styles and self.keyframes:
                raise ValueError(
                    f"look.guides.{index}.styles must be empty with keyframes: the guide at "
                    "their frames is what stands on their side"
                )
            if guide.styles and len(guide.styles) != len(self.styles):
                raise ValueError(
                    f"look.guides.{index}.styles must be empty or have one entry for each style: "
                    f"{len(self.styles)}, not {len(guide.styles)}"
                )
        return self


class IdentitySettings(_Part):
    """The look ``identity`` has nothing to set."""


class IdentityLook(_Part):
    """Gives back the plate: for proofs of the round trip, and for trying a pipeline."""

    coherent: ClassVar[bool] = False  # there is nothing to hold
    keyframes: ClassVar[list[Keyframe]] = []
    guides: ClassVar[list[Guide]] = []

    name: Literal["identity"]
    styles: list[Style] = Field(default=[], max_length=0)
    settings: IdentitySettings = IdentitySettings()


class Coherence(_Part):
    """How a shot is kept from flickering (:mod:`core.shot`).

    weight: of the temporal term, relative to the look's own terms.
    """

    enabled: bool = True
    flow: Literal["dis"] = "dis"
    weight: float = Field(default=4.0, ge=0.0, le=1000.0)


class Output(_Part):
    """Where the painted frames go, and as what."""

    pattern: str = "frames/ecset_####.png"
    format: Literal["PNG", "EXR"] = "PNG"
    depth: Literal[8, 16] = 8

    @field_validator("pattern")
    @classmethod
    def _numbered(cls, pattern: str) -> str:
        return _checked_pattern(pattern)

    @model_validator(mode="after")
    def _consistent(self) -> Output:
        if self.format == "EXR" and self.depth != 16:
            raise ValueError("depth must be 16 (half) when format is EXR")
        ending = {"PNG": ".png", "EXR": ".exr"}[self.format]
        if not self.pattern.lower().endswith(ending):
            raise ValueError(f"pattern must end in {ending} when format is {self.format}")
        return self


class Job(_Part):
    """A shot to be painted. ``folder`` is where relative paths start; it is not in the file.

    strength: how much of the paint shows over the plate; strength_mask, grey from 0 to 1, one
    picture or one for each frame (#), multiplies it.
    """

    version: Literal[1]
    plates: str
    frames: FrameRange
    look: Annotated[PatchLook | IdentityLook, Field(discriminator="name")]
    strength: float = Field(default=1.0, ge=0.0, le=1.0)
    strength_mask: PicturePath | None = None
    coherence: Coherence = Coherence()
    output: Output = Output()
    seed: int = Field(default=0, ge=0, le=2**63 - 1)
    folder: Path = Field(default=Path(), exclude=True)

    @field_validator("plates")
    @classmethod
    def _numbered(cls, pattern: str) -> str:
        return _checked_pattern(pattern)

    @model_validator(mode="after")
    def _keyframes_inside(self) -> Job:
        for index, keyframe in enumerate(self.look.keyframes):
            if keyframe.frame not in self.frames.numbers():
                raise ValueError(
                    f"look.keyframes.{index}.frame must be one of the job's frames "
                    f"({self.frames}), not {keyframe.frame}"
                )
        return self

    def plate(self, frame: int) -> Path:
        """Path of the plate of a frame."""
        return self.folder / numbered(self.plates, frame)

    def result(self, frame: int) -> Path:
        """Path of the painted picture of a frame."""
        return self.folder / numbered(self.output.pattern, frame)

    def style_path(self, style: Style) -> Path:
        """Path of a style picture."""
        return self.folder / style.path

    def picture(self, path: str, frame: int) -> Path:
        """Path of a mask or a guide at a frame; one without # is the same at all."""
        return self.folder / (numbered(path, frame) if is_pattern(path) else path)

    def chunk(self, text: str | None) -> FrameRange:
        """The frames meant by ``A-B`` or ``A`` (None: all of them).

        Raises InputError when the text is no range or leaves the job's frames.
        """
        if text is None:
            return self.frames
        chunk = parse_range(text)
        if chunk.first < self.frames.first or chunk.last > self.frames.last:
            raise InputError(f"Frames {chunk} are not all in this job: it has {self.frames}.")
        return chunk


def parse_range(text: str) -> FrameRange:
    """``"12-40"`` or ``"12"`` as frames; both numbers may be negative (``"-5--1"``)."""
    match = re.fullmatch(r"\s*(-?\d+)(?:\s*-\s*(-?\d+))?\s*", text)
    if match is None:
        raise InputError(f"Frames must be given as A-B, such as 1-24, not {text!r}.")
    first = int(match[1])
    last = int(match[2]) if match[2] is not None else first
    if last < first:
        raise InputError(f"Frames {first}-{last} run backwards; write {last}-{first}.")
    return FrameRange(first=first, last=last)


def is_pattern(path: str) -> bool:
    """Whether a path stands for one picture for each frame."""
    return "#" in path


def numbered(pattern: str, frame: int) -> str:
    """A pattern with its run of ``#`` replaced by the frame number, as Blender writes it."""
    match = re.search(r"#+", pattern)
    if match is None:
        raise ValueError(f"no # in {pattern!r}")
    # Blender counts the minus sign in: #### gives -005.
    number = f"{frame:0{len(match[0])}d}"
    return pattern[: match.start()] + number + pattern[match.end() :]


def load(path: Path) -> Job:
    """Read a job from its folder or from the ``job.json`` in it.

    Raises InputError naming the field that is wrong and what is allowed there.
    """
    file = path / JOB_FILE if path.is_dir() else path
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(f"There is no job at {path}: no {JOB_FILE} is there.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file} can't be read: {error}.") from None
    try:
        data = json.loads(text)
    except ValueError as error:
        raise InputError(f"{file} is no whole JSON ({error}); make the job again.") from None
    return parse(data, folder=file.parent.resolve(), name=str(file))


def parse(data: Any, folder: Path, name: str = JOB_FILE) -> Job:
    """Check a job's data. ``name`` stands for the file in error messages."""
    if not isinstance(data, dict):
        raise InputError(f"{name} must hold a JSON object with the job's fields.")
    version = data.get("version")
    if type(version) is int and version > VERSION:
        raise InputError(
            f"{name} is of version {version} and this Ecset knows up to {VERSION}: update Ecset."
        )
    if "folder" in data:
        raise InputError(f"{name}: folder is not a field of a job.")
    try:
        return Job.model_validate({**data, "folder": folder})
    except ValidationError as error:
        raise InputError(f"{name}: {mistakes.sentence(error)}") from None


def save(job: Job, folder: Path) -> Path:
    """Write ``job.json`` into a folder, whole or not at all. Returns its path."""
    file = folder / JOB_FILE
    temporary = folder / f".{JOB_FILE}.{os.getpid()}.tmp"
    temporary.write_text(job.model_dump_json(indent=1) + "\n", encoding="utf-8")
    temporary.replace(file)
    return file
