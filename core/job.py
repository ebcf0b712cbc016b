"""The job: everything that a shot needs to be painted, as ``job.json`` in a folder of its own."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, Tag, ValidationError, field_validator, model_validator

from . import mistakes, whole
from .coherence import Coherence
from .errors import InputError
from .look import IdentityLook, NeuralLook, PatchLook, Style
from .part import (
    EACH,
    ONE,
    ONE_OR_EACH,
    Part,
    PicturePath,
    checked_pattern,
    is_pattern,
    numbered,
)

VERSION = 1
JOB_FILE = "job.json"


class FrameRange(Part):
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


class Output(Part):
    """Where the painted frames go, and as what."""

    pattern: str = "frames/ecset_####.png"
    format: Literal["PNG", "EXR"] = "PNG"
    depth: Literal[8, 16] = 8

    @field_validator("pattern")
    @classmethod
    def _numbered(cls, pattern: str) -> str:
        return checked_pattern(pattern)

    @model_validator(mode="after")
    def _consistent(self) -> Output:
        if self.format == "EXR" and self.depth != 16:
            raise ValueError("depth must be 16 (half) when format is EXR")
        ending = {"PNG": ".png", "EXR": ".exr"}[self.format]
        if not self.pattern.lower().endswith(ending):
            raise ValueError(f"pattern must end in {ending} when format is {self.format}")
        return self


Share = Annotated[float, Field(ge=0.0, le=1.0)]

Strength = Annotated[Annotated[Share, Tag(ONE)] | Annotated[list[Share], Tag(EACH)], ONE_OR_EACH]


class Job(Part):
    """A shot to be painted. ``folder`` is where relative paths start; it is not in the file.

    strength: how much of the paint shows over the plate, or a list of it for each frame;
    strength_mask, grey from 0 to 1, one picture or one for each frame (#), multiplies it.
    """

    version: Literal[1]
    plates: str
    frames: FrameRange
    look: Annotated[PatchLook | NeuralLook | IdentityLook, Field(discriminator="name")]
    strength: Strength = 1.0
    strength_mask: PicturePath | None = None
    coherence: Coherence = Coherence()
    output: Output = Output()
    seed: int = Field(default=0, ge=0, le=2**63 - 1)
    folder: Path = Field(default=Path(), exclude=True)

    @field_validator("plates")
    @classmethod
    def _numbered(cls, pattern: str) -> str:
        return checked_pattern(pattern)

    @model_validator(mode="after")
    def _keyframes_inside(self) -> Job:
        for index, keyframe in enumerate(self.look.keyframes):
            if keyframe.frame not in self.frames.numbers():
                raise ValueError(
                    f"look.keyframes.{index}.frame must be one of the job's frames "
                    f"({self.frames}), not {keyframe.frame}"
                )
        return self

    @model_validator(mode="after")
    def _keyframes_go_their_own_way(self) -> Job:
        coherence = self.coherence
        if self.look.keyframes and (coherence.method != "anchored" or coherence.segment):
            raise ValueError(
                "coherence.method and coherence.segment can't be chosen with look.keyframes: the "
                'shot is held to these; leave "anchored" and null'
            )
        return self

    @model_validator(mode="after")
    def _one_for_each_frame(self) -> Job:
        count = len(self.frames.numbers())
        named: list[tuple[str, float | list[float]]] = [("strength", self.strength)]
        for index, style in enumerate(self.look.styles):
            named.append((f"look.styles.{index}.weight", style.weight))
        for name, given in named:
            if isinstance(given, list) and len(given) != count:
                raise ValueError(
                    f"{name} must be one number, or one for each of the {count} frames, "
                    f"not {len(given)} of them"
                )
        return self

    @model_validator(mode="after")
    def _something_weighs(self) -> Job:
        for frame in self.frames.numbers() if self.look.styles else ():
            if not any(self.weights_at(frame)):
                raise ValueError(
                    f"look.styles must not all weigh 0 at a frame, as they do at {frame}: give "
                    "one of them a weight there; to fade the paint out, use strength"
                )
        return self

    def strength_at(self, frame: int) -> float:
        """How much of the paint shows at a frame, 0 to 1."""
        if isinstance(self.strength, list):
            return self.strength[frame - self.frames.first]
        return self.strength

    def weights_at(self, frame: int) -> tuple[float, ...]:
        """How much each style counts beside the others at a frame."""
        place = frame - self.frames.first
        return tuple(
            style.weight[place] if isinstance(style.weight, list) else style.weight
            for style in self.look.styles
        )

    @property
    def weights_move(self) -> bool:
        """Whether a style has a weight for each frame."""
        return any(isinstance(style.weight, list) for style in self.look.styles)

    def narrowed(self, part: FrameRange) -> Job:
        """The same job with no other frames than these, which are its own."""

        def of_part(given: float | list[float]) -> float | list[float]:
            first = part.first - self.frames.first
            return given[first : first + len(part.numbers())] if isinstance(given, list) else given

        styles = [
            style.model_copy(update={"weight": of_part(style.weight)}) for style in self.look.styles
        ]
        look = self.look.model_copy(update={"styles": styles})
        return self.model_copy(
            update={"frames": part, "look": look, "strength": of_part(self.strength)}
        )

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

    def file(self, path: str | None) -> Path | None:
        """Path of a file that is named, such as one of weights; None where none is."""
        return None if path is None else self.folder / path

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
    """Check a job's data. ``name`` stands for the file in error messages, "" if there is none."""
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
        sentence = mistakes.sentence(error, Job)
        raise InputError(f"{name}: {sentence}" if name else sentence) from None


def save(job: Job, folder: Path) -> Path:
    """Write ``job.json`` into a folder, whole or not at all. Returns its path."""
    file = folder / JOB_FILE
    temporary = folder / f".{JOB_FILE}.{os.getpid()}.tmp"
    temporary.write_text(job.model_dump_json(indent=1) + "\n", encoding="utf-8")
    whole.put(temporary, file)
    return file
