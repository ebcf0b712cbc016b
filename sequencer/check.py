"""What has to be so before a strip is painted, and what is only known of a shot."""

from dataclasses import replace
from typing import Any

from . import animation, job
from .brushwork import STRENGTH_LIMITS, WEIGHT_LIMITS
from .errors import BadInput
from .shot import Shot


def refuse_foreign(settings: job.Settings) -> None:
    """Raise BadInput when something is given that the look has no use for."""
    if settings.look == "neural":
        for given, what in ((settings.keyframes, "keyframes"), (settings.guides, "guides")):
            if given:
                raise BadInput(f"The look Neural takes no {what}: leave them out, or take patch.")


def with_the_scenes_own(scene: Any, shot: Shot, settings: job.Settings) -> job.Settings:
    """`settings` with the scene's strength and weights of styles at the shot's frames, where none
    are given.

    Each is a number, or one for each frame where it is animated.
    """
    frames = range(shot.first, shot.last + 1)
    wanted = [("ecset.strength", STRENGTH_LIMITS)] if settings.strength is None else []
    # A style without a picture is none of the task's.
    listed = (place for place, style in enumerate(scene.ecset.styles) if style.path)
    for style in settings.styles:
        if style.weight is None:
            wanted.append((f"ecset.styles[{next(listed)}].weight", WEIGHT_LIMITS))
    found = animation.values(scene, [path for path, _ in wanted], frames)
    own = iter([_within(v, limits) for v, (_, limits) in zip(found, wanted, strict=True)])
    strength = next(own) if settings.strength is None else settings.strength
    styles = tuple(
        replace(style, weight=next(own)) if style.weight is None else style
        for style in settings.styles
    )
    return replace(settings, strength=strength, styles=styles)


def _within(values: list[float], limits: tuple[float, float]) -> float | tuple[float, ...]:
    """Numbers of Blender's as they show, in their limits: one, or one a frame where they differ."""
    low, high = limits
    shown = [job.decimal(min(max(value, low), high)) for value in values]
    return shown[0] if len(set(shown)) == 1 else tuple(shown)


def _refuse_weightless(styles: tuple[job.Style, ...], frames: range) -> None:
    """Raise BadInput when all `styles` weigh nothing at one of `frames`."""
    for place, frame in enumerate(frames):
        at_frame = [s.weight[place] if isinstance(s.weight, tuple) else s.weight for s in styles]
        if not any(at_frame):
            raise BadInput(
                f"All styles weigh 0 at frame {frame}: give one of them a weight there; "
                "to fade the paint out, animate its strength."
            )


def files(settings: job.Settings, shot: Shot) -> None:
    """Raise BadInput when there is nothing to paint from, or a file of it is not there.

    `settings` have no number of the scene's left to be looked up.
    """
    if not (settings.styles or settings.keyframes or settings.look == "identity"):
        or_paint = ", or paint a keyframe" if settings.look == "patch" else ""
        raise BadInput(f"There is no style picture: choose one{or_paint}.")
    frames = range(shot.first, shot.last + 1)
    if settings.styles and not settings.keyframes:
        _refuse_weightless(settings.styles, frames)
    job.check_files(settings, frames)
