"""What a person asks for: the choices of the panel or a call, and pictures, as they were typed.

It becomes the settings of a task, is kept with the job and on its result, and fills the panel
again.
"""

import os
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
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
from . import style_list
from .choices import declared


@dataclass(frozen=True)
class Order:
    """`values`: of the choices, by their names; `styles`, `guides` and `keyframes` by paths as
    Blender means them; `frames`: "A-B", "" for all; `weights`: files of the weights of networks, by
    the engine's names.  With `scene_strength` the strength is the scene's own, and with
    `scene_styles` the styles are, which may be animated.
    """

    values: dict[str, Any]
    styles: tuple[Style, ...] = ()
    scene_strength: bool = False
    scene_styles: bool = False
    guides: tuple[Guide, ...] = ()
    keyframes: tuple[Keyframe, ...] = ()
    frames: str = ""
    weights: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of_scene(
        cls,
        scene: Any,
        given: dict[str, Any] | None = None,
        styles: Iterable[Style] = (),
        **others: Any,
    ) -> "Order":
        """What the scene's panel says, but for what is `given`; `styles` in place of its list."""
        given = given or {}
        values = {name: given.get(name, getattr(scene.ecset, name)) for name in declared()}
        listed = [Style(s.path, decimal(s.weight), s.mask) for s in scene.ecset.styles if s.path]
        styles = tuple(styles)
        return cls(
            values,
            styles or tuple(listed),
            scene_strength="strength" not in given,
            scene_styles=not styles,
            **others,
        )

    def settings(self) -> Settings:
        """For a task.  Raises BadInput."""
        chosen = SimpleNamespace(**self.values)
        painting: dict[str, Any] = {}
        if chosen.look != "identity":
            strength = None if self.scene_strength else decimal(chosen.strength)
            painting = {
                "styles": tuple(
                    replace(
                        style,
                        path=_path(style.path, STYLE),
                        weight=None if self.scene_styles else style.weight,
                        mask=_optional(style.mask, MASK),
                    )
                    for style in self.styles
                ),
                "guides": tuple(replace(g, path=_path(g.path, GUIDE)) for g in self.guides),
                "keyframes": tuple(
                    replace(k, path=_path(k.path, KEYFRAME)) for k in self.keyframes
                ),
                "coherence": _coherence(chosen),
                "weights": _optional(self.weights.get("vgg19", ""), WEIGHTS),
                "flow_weights": _optional(self.weights.get(chosen.flow, ""), FLOW_WEIGHTS),
                "strength": strength,
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
            result_name=chosen.result_name,
            older=chosen.older,
            originals=chosen.originals,
            frames=parse_frames(self.frames),
        )

    def to_json(self) -> dict[str, Any]:
        """As JSON knows it."""
        return {
            "values": dict(self.values),
            "styles": [asdict(style) for style in self.styles],
        }

    @staticmethod
    def fill(asked: dict[str, Any], settings: Any) -> None:
        """Set `settings` (``scene.ecset``) as `asked` (`to_json`) says.

        What this version does not know any more is left out.  Raises BadInput when `asked` is
        nothing that Ecset wrote.
        """
        before = {name: getattr(settings, name) for name in declared()}
        try:
            styles = [Style(**style) for style in asked["styles"]]
            for name in declared():
                settings.property_unset(name)
                if name in asked["values"]:
                    setattr(settings, name, asked["values"][name])
        except (TypeError, KeyError, ValueError, AttributeError) as error:
            for name, value in before.items():
                setattr(settings, name, value)
            raise BadInput(
                "The settings on this strip are damaged, or of another version of Ecset: "
                "choose them anew."
            ) from error
        if [item.path for item in settings.styles] != [style.path for style in styles]:
            # what moved the weights of others is not theirs
            while settings.styles:
                style_list.remove(settings.id_data, len(settings.styles) - 1)
            for style in styles:
                settings.styles.add().path = style.path
        for item, style in zip(settings.styles, styles, strict=True):
            item.mask = style.mask
            if isinstance(style.weight, float):
                item.weight = style.weight
        settings.active_style = 0


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
