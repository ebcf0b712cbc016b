"""What was typed, as values: pictures with their weights, keyframes, numbers, the machine."""

import argparse
import os
import re
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from ...sequencer.engine import Machine
from ...sequencer.errors import BadInput
from ...sequencer.job import STRIP, Guide, Keyframe, Style
from ..choices import declared


def number(kind: Callable[[str], float], low: float, high: float | None) -> Callable[[str], float]:
    """Reads a number from `low` to `high` (None: without an end)."""

    def parse(text: str) -> float:
        value = kind(text)
        if high is not None and not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text} is not in {low:g} to {high:g}")
        if not low <= value:
            raise argparse.ArgumentTypeError(f"{text} is less than {low:g}")
        return value

    parse.__name__ = "number"  # how argparse names it when `text` is none
    return parse


def path(text: str) -> str:
    """Here a path is relative to where the command was typed, not to the .blend."""
    return text if not text or text.startswith(("//", STRIP)) else os.path.abspath(text)


def keyframe(text: str) -> Keyframe:
    """ "FRAME=PICTURE"."""
    frame, equals, picture = text.partition("=")
    if not (equals and picture and re.fullmatch(r"-?\d+", frame)):
        raise argparse.ArgumentTypeError(f"{text!r} is not like 12=painting.png")
    return Keyframe(int(frame), path(picture))


def style(text: str) -> Style:
    """ "PICTURE" or "PICTURE:WEIGHT"."""
    return Style(*_weighted(text))


def guide(text: str) -> Guide:
    """ "PICTURES" or "PICTURES:WEIGHT"."""
    return Guide(*_weighted(text))


def _weighted(text: str) -> tuple[str, float]:
    """ "PATH:WEIGHT", where a path may have colons of its own, or a path alone."""
    picture, colon, weight = text.rpartition(":")
    if picture and colon and re.fullmatch(r"\d+(\.\d*)?|\.\d+", weight):
        return path(picture), float(weight)
    return path(text), 1.0


def choices_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """What was given of the choices that the panel has, by their names."""
    given = {name: getattr(arguments, name, None) for name in declared()}
    return {name: value for name, value in given.items() if value is not None}


def weights_of(arguments: argparse.Namespace) -> dict[str, str]:
    """The files of weights that were given, by the engine's names of networks."""
    given = {
        "vgg19": arguments.weights,
        "raft-small": arguments.flow_weights,
        "raft-large": arguments.flow_weights,
    }
    return {network: file for network, file in given.items() if file}


def machine_of(arguments: argparse.Namespace, usual: Machine) -> Machine:
    """What is given of the machine, else as usual."""
    names = [field.name for field in fields(Machine)]
    given = {name: getattr(arguments, name) for name in names}
    return replace(usual, **{name: value for name, value in given.items() if value is not None})


def styles_of(arguments: argparse.Namespace) -> list[Style]:
    """The styles that are given, each with its mask.  Raises BadInput."""
    styles, masks = arguments.style, arguments.style_mask
    if arguments.keyframe and styles:
        raise BadInput("There are --style and --keyframe: give one of the two kinds.")
    if masks and len(masks) != len(styles):
        raise BadInput(
            f"There are {len(styles)} --style but {len(masks)} --style-mask: "
            "give one for each, or none."
        )
    masks = masks or [""] * len(styles)
    return [replace(item, mask=mask) for item, mask in zip(styles, masks, strict=True)]
