"""A preview on the timeline: a frame's plate and its painting above, as two strips of that frame.

They are nobody's edit: no step of undo, in no saved file, in no render.  The painting is cropped
from the left, so that it is wiped against the plate whatever else the timeline has there.
"""

import os
from pathlib import Path
from typing import Any

from . import compat, marks, place, preview_marks
from .errors import EcsetError
from .job import PictureFormat
from .placement import Placement
from .preview_marks import PREVIEW_PROPERTY
from .shot import Shot

NAME = "Ecset Preview"
PLATE_NAME = "Ecset Preview Plate"


class Preview:
    """A preview that stands: `put` on the timeline, taken away and put again as the file asks."""

    def __init__(
        self, shot: Shot, placement: Placement, plate: Path, painted: Path, picture: PictureFormat
    ) -> None:
        """`shot` is of one frame; the files lie in one folder, which is this preview's alone."""
        self.shot = shot
        self.plate, self.painted = plate, painted
        self._placement = placement
        self._picture = picture
        self._folder = _place(os.path.commonpath([plate, painted]))
        self.wiped = 0.0

    def put(self, wipe: float) -> None:
        """Put both strips on the timeline.  Raises EcsetError when the shot is gone, or there is
        no room."""
        scene, source = place.find(self.shot)
        owner = source.parent_meta() or scene.sequence_editor
        frame = self.shot.first + place.moved(self.shot, source)
        lower, upper = channels(owner, frame)
        for name, path, channel in (
            (PLATE_NAME, self.plate, lower),
            (NAME, self.painted, upper),
        ):
            strip = place.image_strip(
                owner,
                name,
                os.path.join(path.parent, ""),
                [path.name],
                channel=channel,
                start=frame,
                file_format=self._picture.file_format,
            )
            strip[PREVIEW_PROPERTY] = source.name
            strip.select = False
            strip.blend_type, strip.blend_alpha = "ALPHA_OVER", 1.0
            self._placement.give(strip)
        self.wipe(wipe, anew=True)

    def strips(self) -> tuple[Any, Any, Any] | None:
        """The scene, the plate's strip and the painting's; None when one of them is gone."""
        found: dict[str, tuple[Any, Any]] = {}
        for scene, strip in preview_marks.marked():
            if self.owns(strip):
                found.setdefault(_place(strip.directory), (scene, strip))
        plate, painted = (
            found.get(_place(self.plate.parent)),
            found.get(_place(self.painted.parent)),
        )
        if plate is None or painted is None or plate[0] != painted[0]:
            return None
        return plate[0], plate[1], painted[1]

    def owns(self, strip: Any) -> bool:
        """Whether a marked strip is of this preview."""
        return strip.type == "IMAGE" and _place(strip.directory).startswith(self._folder)

    def show(self, painted: Path) -> None:
        """Let another file take the painting's place."""
        self.painted = painted
        found = self.strips()
        if found is not None and found[2].elements[0].filename != painted.name:
            found[2].elements[0].filename = painted.name  # Blender reads it anew

    def wipe(self, factor: float, anew: bool = False) -> None:
        """Uncover the plate from the left: none of it at 0, all of it at 1.

        `anew`: the strip may be wiped otherwise by now.
        """
        if factor == self.wiped and not anew:
            return
        found = self.strips()
        if found is None:
            return
        crop, own = found[2].crop, self._placement.crop
        room = max(self.shot.width - own["min_x"] - own["max_x"], 0)
        side = "max_x" if self._placement.flip[0] else "min_x"
        setattr(crop, side, own[side] + round(factor * room))
        self.wiped = factor

    def stay_on_top(self) -> None:
        """Make way for strips that have come meanwhile, such as a result."""
        found = self.strips()
        if found is None:
            return
        scene, plate, painted = found
        owner = plate.parent_meta() or scene.sequence_editor
        top = top_channel(owner, compat.left(plate))
        if top >= min(plate.channel, painted.channel):
            painted.channel, plate.channel = reversed(channels(owner, compat.left(plate)))

    def take_away(self) -> None:
        """Take its strips, and what a person made of them, off the timeline."""
        for scene, strip in preview_marks.marked():
            if self.owns(strip):
                preview_marks.remove(scene, strip)


def _place(directory: str | Path) -> str:
    """A folder as paths can be compared: on Windows Blender may have written it another way."""
    return os.path.normcase(os.path.normpath(directory))


def channels(owner: Any, frame: int) -> tuple[int, int]:
    """Two channels above all that shows at a frame, the lower one first.  Raises BadInput."""
    lower = place.free_channel(owner, frame, frame + 1, top_channel(owner, frame))
    return lower, place.free_channel(owner, frame, frame + 1, lower)


def top_channel(owner: Any, frame: int) -> int:
    """The highest channel with a picture at a frame; previews do not count."""
    return max(
        (
            strip.channel
            for strip in compat.strips_of(owner)
            if strip.type != "SOUND"
            and PREVIEW_PROPERTY not in strip
            and compat.left(strip) <= frame < compat.right(strip)
        ),
        default=0,
    )


def remove_others(alive: Preview | None) -> None:
    """Take away what earlier previews left behind: in an undo step, a recovered file, a copy."""
    for scene, strip in preview_marks.marked():
        if alive is None or not alive.owns(strip):
            preview_marks.remove(scene, strip)


def restore(preview: Preview, wipe: float) -> bool:
    """Put a preview back that an undo has taken away, or made what it was; whether it stands."""
    if preview.strips() is not None:
        preview.show(preview.painted)
        preview.wipe(wipe, anew=True)
        return True
    preview.take_away()  # one of the two may be left
    if marks.source_of(preview.shot) is None:
        return False
    try:
        preview.put(wipe)
    except EcsetError:
        return False
    return True
