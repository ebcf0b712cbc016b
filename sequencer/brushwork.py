"""How the look ``patch`` paints, as a person sets it.  Standard library only.

Names, defaults and limits are those of ``PatchSettings`` in ``core/look.py`` and of ``Job`` in
``core/job.py``, which this side cannot import; ``tests/blender/test_brushwork.py`` holds the two
together.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Brushwork:
    """The settings that a person has controls for; what others there are stay the engine's."""

    style_scale: float = 1.0
    guide_weight: float = 1.5
    detail: float = 0.5
    palette: float = 1.0
    variety: float = 1.0
    rotate: bool = False
    flip: bool = False


#: The least and the greatest value of each number that is allowed.
LIMITS = {
    "style_scale": (0.2, 4.0),
    "guide_weight": (0.0, 20.0),
    "detail": (0.0, 1.0),
    "palette": (0.0, 1.0),
    "variety": (0.0, 4.0),
}

#: How much of the paint shows over the plate, and its limits.
STRENGTH = 1.0
STRENGTH_LIMITS = (0.0, 1.0)

#: How much a style counts beside others.
WEIGHT_LIMITS = (0.0, 1000.0)
