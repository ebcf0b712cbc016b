"""The job a task hands to the engine: its settings, its ``job.json``, and where it lies.

Standard library only.  The engine validates the file; here it is only written.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from . import pictures
from .brushwork import STRENGTH, Brushwork
from .coherence import Coherence
from .naming import folder_name
from .network import TITLES, Network

VERSION = 1
PLATES = "plates/plate_####"
FRAMES = "frames/ecset_####"

MASKS = "masks/"

#: What a mask begins with that is a strip of the timeline; its name follows.
STRIP = "strip:"

# What pictures are called in a sentence.
STYLE = "style picture"
MASK = "style mask"
GUIDE = "guide"
KEYFRAME = "keyframe"
STRENGTH_MASK = "strength mask"
WEIGHTS = "weights file"
FLOW_WEIGHTS = "weights file of the flow"


@dataclass(frozen=True)
class PictureFormat:
    """How plates and frames are stored, and the colour settings that bring them back exactly."""

    name: str
    label: str
    file_format: str  # as job.json says it
    depth: int  # bits a channel; EXR's 16 is half float
    suffix: str

    @property
    def blender_format(self) -> str:
        return "OPEN_EXR" if self.file_format == "EXR" else self.file_format


FORMATS = {
    item.name: item
    for item in (
        PictureFormat("PNG8", "PNG, 8 bit", "PNG", 8, ".png"),
        PictureFormat("PNG16", "PNG, 16 bit", "PNG", 16, ".png"),
        PictureFormat("EXR", "OpenEXR, half float", "EXR", 16, ".exr"),
    )
}


@dataclass(frozen=True)
class Style:
    """One style picture, how much it counts beside the others, and a mask of where ("": all).

    A mask is a path, which may have a run of #, or a strip (`STRIP`).
    """

    path: str
    weight: float | tuple[float, ...] | None = 1.0  # one a frame; None: as in the scene's list
    mask: str = ""


@dataclass(frozen=True)
class Guide:
    """Pictures that steer the paint beside the plate, such as depth, and how much they count."""

    path: str
    weight: float = 1.0


@dataclass(frozen=True)
class Keyframe:
    """A frame of the shot and the picture that a person made of it."""

    frame: int
    path: str


@dataclass(frozen=True)
class Settings:
    """What a person chooses; paths are absolute by now, masks and guides may have a run of #."""

    styles: tuple[Style, ...] = ()
    keyframes: tuple[Keyframe, ...] = ()  # they take the place of styles
    guides: tuple[Guide, ...] = ()
    look: str = "patch"
    brushwork: Brushwork = field(default_factory=Brushwork)
    network: Network = field(default_factory=Network)
    weights: str = ""  # a file of the network's; "": those that the engine has
    strength: float | tuple[float, ...] | None = STRENGTH  # one a frame; None: the scene's
    strength_mask: str = ""
    coherence: Coherence = field(default_factory=Coherence)
    flow_weights: str = ""  # the same of the estimator of motion
    format: str = "PNG8"
    seed: int = 0
    output: Path = field(default_factory=Path)
    result_name: str = ""  # "": made of the strip's own
    older: str = "REPLACE"  # or STACK: what becomes of an earlier result
    originals: str = "AUTO"  # or MUTE, KEEP: what becomes of the strip that is painted
    frames: tuple[int, int] | None = None  # None: the whole strip

    @property
    def picture_format(self) -> PictureFormat:
        return FORMATS[self.format]

    @property
    def mask_strips(self) -> list[str]:
        """The names of the strips that are masks."""
        masks = [*(style.mask for style in self.styles), self.strength_mask]
        return sorted({mask.removeprefix(STRIP) for mask in masks if mask.startswith(STRIP)})

    def mask_path(self, mask: str) -> str | None:
        """How job.json says a mask; those of strips are rendered into the job's folder."""
        if not mask.startswith(STRIP):
            return mask or None
        return f"{MASKS}{self.mask_strips.index(mask.removeprefix(STRIP)) + 1}_####.png"


def decimal(number: float) -> float:
    """A number of Blender's, which are short, as a person writes it: 0.7, not 0.699999988."""
    return float(f"{number:.6g}")


def describe(settings: Settings, first: int, last: int) -> dict[str, Any]:
    """job.json for the frames `first` to `last` (timeline numbers, both included)."""
    picture = settings.picture_format
    return {
        "version": VERSION,
        "plates": PLATES + picture.suffix,
        "frames": {"first": first, "last": last},
        "look": _describe_look(settings),
        "strength": settings.strength,
        "strength_mask": settings.mask_path(settings.strength_mask),
        "coherence": _describe_coherence(settings),
        "output": {
            "pattern": FRAMES + picture.suffix,
            "format": picture.file_format,
            "depth": picture.depth,
        },
        "seed": settings.seed,
    }


def _describe_look(settings: Settings) -> dict[str, Any]:
    if settings.look == "identity":
        return {"name": "identity", "styles": [], "settings": {}}
    styles = [
        {"path": style.path, "weight": style.weight, "mask": settings.mask_path(style.mask)}
        for style in (() if settings.keyframes else settings.styles)
    ]
    if settings.look == "neural":
        return {
            "name": "neural",
            "styles": styles,
            "weights": settings.weights or None,
            "settings": asdict(settings.network),
        }
    return {
        "name": settings.look,
        "styles": styles,
        "keyframes": [{"frame": k.frame, "path": k.path} for k in settings.keyframes],
        "guides": [{"path": g.path, "weight": g.weight, "styles": []} for g in settings.guides],
        "settings": asdict(settings.brushwork),
    }


def _describe_coherence(settings: Settings) -> dict[str, Any]:
    chosen = settings.coherence
    coherence = chosen.carrying() if settings.keyframes else chosen.plain()
    weights = settings.flow_weights if coherence.flow in TITLES else ""
    return {**asdict(coherence), "flow_weights": weights or None}


def job_folder(
    output: Path,
    job: dict[str, Any],
    blend: str,
    scene: str,
    strip: str,
    mask_strips: Sequence[str] = (),
) -> Path:
    """Where the job lives: the same call finds the same folder, any other another one.

    Pictures count by what is in them, so that a project may be moved, and another picture under an
    old name does not paint over what an earlier result shows.  Strips count by their names: what
    they show is looked at by the engine.  Raises BadInput when a picture cannot be read.
    """
    strips = [strip, *mask_strips]
    identity = {"job": _by_content(job), "blend": blend, "scene": scene, "strips": strips}
    text = json.dumps(identity, sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return output / f"{folder_name(strip)}-{digest[:8]}"


def _by_content(job: dict[str, Any]) -> dict[str, Any]:
    """`job` with what stands for its pictures in place of their paths."""
    frames = range(job["frames"]["first"], job["frames"]["last"] + 1)

    def each(path: str | None, what: str) -> Any:
        if path is None or path.startswith(MASKS):
            return path
        return pictures.content_of_each(path, what, frames)

    look = dict(job["look"])
    look["styles"] = [
        {**style, "path": pictures.content(style["path"], STYLE), "mask": each(style["mask"], MASK)}
        for style in look["styles"]
    ]
    look["keyframes"] = [
        {**keyframe, "path": pictures.content(keyframe["path"], KEYFRAME)}
        for keyframe in look.get("keyframes", ())
    ]
    look["guides"] = [
        {**guide, "path": each(guide["path"], GUIDE)} for guide in look.get("guides", ())
    ]
    if look.get("weights"):
        look["weights"] = pictures.ends(look["weights"], WEIGHTS)
    flow_weights = job["coherence"]["flow_weights"]
    return {
        **job,
        "look": look,
        "strength_mask": each(job["strength_mask"], STRENGTH_MASK),
        "coherence": {
            **job["coherence"],
            "flow_weights": flow_weights and pictures.ends(flow_weights, FLOW_WEIGHTS),
        },
    }


def check_files(settings: Settings, frames: range) -> None:
    """Raise BadInput when a file of `settings` is not there for one of `frames`."""
    for style in settings.styles:
        pictures.check(style.path, STYLE)
        if style.mask and not style.mask.startswith(STRIP):
            pictures.check_each(style.mask, MASK, frames)
    for guide in settings.guides:
        pictures.check_each(guide.path, GUIDE, frames)
    for keyframe in settings.keyframes:
        pictures.check(keyframe.path, KEYFRAME)
    if settings.strength_mask and not settings.strength_mask.startswith(STRIP):
        pictures.check_each(settings.strength_mask, STRENGTH_MASK, frames)
    for path, what in ((settings.weights, WEIGHTS), (settings.flow_weights, FLOW_WEIGHTS)):
        if path:
            pictures.check(path, what, "file")
