"""What has to be so before a strip is painted, and what is only known of a shot."""

from dataclasses import replace
from typing import Any

from . import animation, job
from .brushwork import STRENGTH_LIMITS
from .errors import BadInput
from .shot import Shot


def refuse_foreign(settings: job.Settings) -> None:
    """Raise BadInput when something is given that the look has no use for."""
    if settings.look == "neural":
        for given, what in ((settings.keyframes, "keyframes"), (settings.guides, "guides")):
            if given:
                raise BadInput(f"The look Neural takes no {what}: leave them out, or take patch.")


def with_strength(scene: Any, shot: Shot, settings: job.Settings) -> job.Settings:
    """`settings` with the scene's own strength at the shot's frames, unless one is given.

    It is a number, or one for each frame where it is animated.
    """
    if settings.strength is not None:
        return settings
    frames = range(shot.first, shot.last + 1)
    low, high = STRENGTH_LIMITS
    values = [
        job.decimal(min(max(value, low), high))
        for value in animation.values(scene, "ecset.strength", frames)
    ]
    strength = values[0] if len(set(values)) == 1 else tuple(values)
    return replace(settings, strength=strength)


def files(settings: job.Settings, shot: Shot) -> None:
    """Raise BadInput when there is nothing to paint from, or a file of it is not there."""
    if not (settings.styles or settings.keyframes or settings.look == "identity"):
        or_paint = ", or paint a keyframe" if settings.look == "patch" else ""
        raise BadInput(f"There is no style picture: choose one{or_paint}.")
    job.check_files(settings, range(shot.first, shot.last + 1))
