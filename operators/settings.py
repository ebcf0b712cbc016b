"""From what is chosen to what a task works with."""

import os
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bpy

from ..sequencer import coherence, network
from ..sequencer.brushwork import Brushwork
from ..sequencer.errors import BadInput
from ..sequencer.job import (
    FLOW_WEIGHTS,
    GUIDE,
    KEYFRAME,
    MASK,
    STRENGTH_MASK,
    STRIP,
    STYLE,
    WEIGHTS,
    Guide,
    Keyframe,
    Settings,
    Style,
    decimal,
)
from .choices import declared


def chosen_of(scene: Any, given: dict[str, Any]) -> SimpleNamespace:
    """What counts for a strip of `scene`: what is `given`, else what the scene says.

    The strength is None where it is the scene's, which may be animated.
    """
    chosen = {
        name: given[name] if name in given else getattr(scene.ecset, name) for name in declared()
    }
    return SimpleNamespace(**{**chosen, "strength": given.get("strength")})


def styles_in(scene: Any) -> list[Style]:
    """The styles in the scene's list."""
    return [Style(s.path, decimal(s.weight), s.mask) for s in scene.ecset.styles if s.path]


def parse_frames(text: str) -> tuple[int, int] | None:
    """ "A-B" or "A" as a range, None for "".  Numbers may be negative: "-5--1".

    >>> parse_frames("-5-10")
    (-5, 10)
    """
    if not text:
        return None
    match = re.fullmatch(r"\s*(-?\d+)\s*(?:-\s*(-?\d+)\s*)?", text)
    if match is None:
        raise BadInput(f'"{text}" is no frame range: write the first and the last, as in 1-24.')
    first = int(match[1])
    return first, int(match[2]) if match[2] else first


def parse_numbers(text: str, what: str, limits: tuple[float, float], most: int) -> tuple[int, ...]:
    """Whole numbers with spaces or commas between them.  Raises BadInput.

    >>> parse_numbers("200, 100 50", "iterations", (0, 10000), 8)
    (200, 100, 50)
    """
    low, high = limits
    if re.fullmatch(r"[\s,]*\d+([\s,]+\d+)*[\s,]*", text):
        numbers = tuple(map(int, re.findall(r"\d+", text)))
        if len(numbers) <= most and all(low <= number <= high for number in numbers):
            return numbers
    raise BadInput(
        f'"{text}" are no {what}: write at most {most} numbers from {low:g} to {high:g} '
        "with spaces between them."
    )


def absolute_path(path: str, what: str) -> Path:
    """`path` as Blender means it; ``//`` is the folder of the .blend.  Raises BadInput."""
    if not path:
        raise BadInput(f"There is no {what}: choose one.")
    if path.startswith("//") and not bpy.data.filepath:
        raise BadInput(
            f'The .blend is not saved yet, so the {what} "{path}" has no place: '
            "save it, or choose a full path."
        )
    return Path(os.path.abspath(os.path.expanduser(bpy.path.abspath(path))))


def output_folder(path: str) -> Path:
    """The folder that the folders of jobs lie in.  Raises BadInput."""
    return absolute_path(path, "output folder")


def gather(
    chosen: Any,
    styles: Iterable[Style],
    guides: Iterable[Guide] = (),
    keyframes: Iterable[Keyframe] = (),
    frames: str = "",
    weights: dict[str, str] | None = None,
) -> Settings:
    """Settings of a task from `chosen` (`Choices`) and pictures by paths as Blender means them.

    `weights`: files of the weights of networks, by the engine's names.  Raises BadInput.
    """
    painting: dict[str, Any] = {}
    if chosen.look != "identity":
        weights = weights or {}
        strength = chosen.strength
        painting = {
            "styles": tuple(
                replace(style, path=_path(style.path, STYLE), mask=_optional(style.mask, MASK))
                for style in styles
            ),
            "guides": tuple(replace(guide, path=_path(guide.path, GUIDE)) for guide in guides),
            "keyframes": tuple(
                replace(keyframe, path=_path(keyframe.path, KEYFRAME)) for keyframe in keyframes
            ),
            "coherence": _coherence(chosen),
            "weights": _optional(weights.get("vgg19", ""), WEIGHTS),
            "flow_weights": _optional(weights.get(chosen.flow, ""), FLOW_WEIGHTS),
            "strength": None if strength is None else decimal(strength),
            "strength_mask": _optional(chosen.strength_mask, STRENGTH_MASK),
        }
    # a mistake in what the look has no use for is none
    if chosen.look == "patch":
        painting["brushwork"] = _brushwork(chosen)
    elif chosen.look == "neural":
        painting["network"] = _network(chosen)
    return Settings(
        **painting,
        look=chosen.look,
        format=chosen.format,
        seed=chosen.seed,
        output=output_folder(chosen.output),
        frames=parse_frames(frames),
    )


def _brushwork(chosen: Any) -> Brushwork:
    return Brushwork(
        style_scale=decimal(chosen.style_scale),
        guide_weight=decimal(chosen.content),
        detail=decimal(chosen.detail),
        palette=decimal(chosen.palette),
        variety=decimal(chosen.variety),
        rotate=chosen.rotate,
        flip=chosen.flip,
    )


def _network(chosen: Any) -> network.Network:
    """What makes no difference is as usual, so that it does not make another job of the same."""
    usual = network.Network()
    iterations = None
    if chosen.iterations.strip():
        limits = network.LIMITS["iterations"]
        iterations = parse_numbers(chosen.iterations, "iterations", limits, network.MOST_SIZES)
    return network.Network(
        style_scale=decimal(chosen.style_scale),
        content_weight=decimal(chosen.content_weight),
        style_weight=decimal(chosen.style_weight),
        tv_weight=decimal(chosen.smoothness),
        tv=chosen.smoothness_form if chosen.smoothness else usual.tv,
        colours=chosen.colours,
        start=chosen.start,
        optimiser=chosen.optimiser,
        quality=usual.quality if iterations else chosen.quality,
        iterations=iterations,
        later=decimal(chosen.later) if chosen.coherence else usual.later,
        pooling=chosen.pooling,
    )


def _coherence(chosen: Any) -> coherence.Coherence:
    """What makes no difference is not looked at: nobody would see what is wrong with it."""
    found = coherence.Coherence(
        enabled=chosen.coherence,
        method=chosen.coherence_method,
        flow=chosen.flow,
        weight=decimal(chosen.coherence_weight),
        passes=chosen.passes,
        blend=decimal(chosen.blend),
        segment=chosen.segment or None,
        overlap=chosen.overlap,
    )
    if found.counts("distances"):
        limits = coherence.LIMITS["distances"]
        distances = parse_numbers(chosen.distances, "distances", limits, coherence.MOST_DISTANCES)
        found = replace(found, distances=tuple(sorted(set(distances))))
    if found.counts("overlap") and found.segment <= max(found.overlap, 1):
        raise BadInput(
            f"A segment of {found.segment} frames is too short: make it longer than the overlap "
            f"({found.overlap}), and 2 at least."
        )
    return found


def _path(path: str, what: str) -> str:
    return str(absolute_path(path, what))


def _optional(path: str, what: str) -> str:
    return path if not path or path.startswith(STRIP) else _path(path, what)
