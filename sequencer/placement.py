"""How the timeline shows a strip's picture: what its plates are made without."""

from dataclasses import dataclass
from typing import Any

_TRANSFORM = ("offset_x", "offset_y", "scale_x", "scale_y", "rotation", "filter")
_CROP = ("min_x", "max_x", "min_y", "max_y")


@dataclass(frozen=True)
class Placement:
    """Transform, crop and mirroring at one moment, as they may be animated."""

    transform: dict[str, Any]
    crop: dict[str, int]
    flip: tuple[bool, bool]
    use_float: bool

    @classmethod
    def of(cls, strip: Any, is_in_plate: bool) -> "Placement":
        """That of `strip`; none when it `is_in_plate` already."""
        # Scenes come as floats: turned or scaled as bytes, transparent edges would get dark fringes
        # (4.x makes floats too late to help, there only 16-bit frames are free of them).
        use_float = strip.use_float or strip.type == "SCENE"
        if is_in_plate:
            return cls({}, dict.fromkeys(_CROP, 0), (False, False), use_float)
        transform = {name: getattr(strip.transform, name) for name in _TRANSFORM}
        transform["origin"] = tuple(strip.transform.origin)
        crop = {name: getattr(strip.crop, name) for name in _CROP}
        return cls(transform, crop, (strip.use_flip_x, strip.use_flip_y), use_float)

    def give(self, strip: Any) -> None:
        """Let `strip`, a new one, show its picture like that."""
        for name, value in self.transform.items():
            setattr(strip.transform, name, value)
        for name, value in self.crop.items():
            setattr(strip.crop, name, value)
        strip.use_flip_x, strip.use_flip_y = self.flip
        strip.use_float = self.use_float
