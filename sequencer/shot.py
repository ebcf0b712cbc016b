"""A shot: the frames of a strip as they are painted.  Standard library only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shot:
    """The frames `first` to `last` of a strip, as plates of `width` x `height` pixels.

    With `keep_placement` the plates show the whole screen with the strip where the timeline has
    it; else the strip's own picture, and the result takes over the strip's transform and crop.
    `identity` is what the strip is known by when it or its scene gets another name (`marks`).
    """

    scene: str
    strip: str
    first: int
    last: int
    width: int
    height: int
    keep_placement: bool
    content_start: float
    identity: str = ""

    @property
    def length(self) -> int:
        return self.last - self.first + 1
