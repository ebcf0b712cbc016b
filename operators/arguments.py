"""What can be typed behind ``blender --command ecset``."""

import argparse
import os
import re
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any, NoReturn

from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty

from ..sequencer.engine import PRECISIONS, Machine
from ..sequencer.errors import BadInput
from ..sequencer.job import STRIP, Guide, Keyframe, Style
from .choices import BrushworkChoices, GeneralChoices, declared
from .coherence_choices import CoherenceChoices
from .network_choices import NetworkChoices

_SEQUENCE = "with one run of # a picture for each frame of the timeline"
_STRIP = "or strip:NAME"


class _Parser(argparse.ArgumentParser):
    """Reports wrong arguments as what they are, bad input, and leaves the process running."""

    def error(self, message: str) -> NoReturn:
        raise BadInput(f"{message[:1].upper()}{message[1:]}: see {self.prog} --help.")


def parser() -> argparse.ArgumentParser:
    """The command line; paths in what it parses are absolute or begin with ``//``."""
    ecset = _Parser(prog="blender --command ecset", description="Paint the strips of a .blend.")
    commands = ecset.add_subparsers(dest="command", required=True, metavar="COMMAND")
    stylize = commands.add_parser(
        "stylize",
        help="paint one strip",
        description="Paint one strip.  The same call goes on where an earlier one was stopped.  "
        "What is not given is what was chosen in the .blend's panel.",
    )
    add = stylize.add_argument
    add("file", metavar="FILE.blend")
    add("--strip", required=True, metavar="NAME", help="the strip to paint")
    add("--scene", metavar="NAME", help="its scene, if several have such a strip")
    add("--frames", default="", metavar="A-B", help="timeline frames; else all of the strip")
    add(
        "--style",
        action="append",
        default=[],
        type=_style,
        metavar="PICTURE[:WEIGHT]",
        help="may be given repeatedly; takes the place of the panel's list",
    )
    add("--style-mask", action="append", default=[], type=_path, metavar="PICTURE",
        help=f'where each --style is used, "" for everywhere; {_SEQUENCE}, {_STRIP}')  # fmt: skip
    add("--keyframe", action="append", default=[], type=_keyframe, metavar="FRAME=PICTURE",
        help="a painting of that frame of the strip, in place of --style; may be given repeatedly; "
        "else the keyframes on the timeline count")  # fmt: skip
    add("--guide", action="append", default=[], type=_guide, metavar="PICTURE[:WEIGHT]",
        help=f"what steers the paint beside the strip, such as depth; {_SEQUENCE}")  # fmt: skip
    for title, kind in _GROUPS.items():
        group = stylize.add_argument_group(title)
        for name, declaration in kind.__annotations__.items():
            _add_choice(group, name, declaration)
    add("--weights", type=_path, metavar="FILE", help="of VGG-19; else those that were downloaded")
    add("--flow-weights", type=_path, metavar="FILE", help="the same of RAFT")
    machine = stylize.add_argument_group("the machine; else what the preferences say")
    machine.add_argument("--devices", metavar="D,D",
        help="cpu, cuda:1 ...; several share the strip; all: all graphics cards")  # fmt: skip
    machine.add_argument("--precision", choices=PRECISIONS, help="of the numbers inside networks")
    machine.add_argument("--memory", type=_number(int, 1, None), metavar="MIB",
        help="that painting a frame may take; else most of it")  # fmt: skip
    add("--engine-python", metavar="PATH", help="a Python that has PyTorch")
    add("--save-as", metavar="OUT.blend", help="write the painted .blend; else only frames")

    weights = commands.add_parser(
        "weights",
        help="get, list or take in the weights of networks",
        description="What the engine does with weights: list, get NAME, import NAME FILE, "
        "remove NAME; NAME is vgg19, raft-small or raft-large.  A download needs Blender's "
        "--online-mode, or Allow Online Access in its preferences.",
    )
    weights.add_argument("--engine-python", metavar="PATH", help="a Python that has PyTorch")
    weights.add_argument("words", nargs=argparse.REMAINDER, metavar="...")
    return ecset


_GROUPS = {
    "what is painted": GeneralChoices,
    "the look patch": BrushworkChoices,
    "the look neural": NetworkChoices,
    "coherence": CoherenceChoices,
}


def _add_choice(parser: argparse._ArgumentGroup, name: str, declaration: Any) -> None:
    """An option for a property: its name, its values and what is said of it are the same."""
    kind, about = declaration.function, declaration.keywords
    text = about["description"].replace("%", "%%")
    how: dict[str, Any]
    if kind is BoolProperty:
        how = {"action": argparse.BooleanOptionalAction}
    elif kind is EnumProperty:
        how = {"choices": [item[0] for item in about["items"]]}
    elif kind in (FloatProperty, IntProperty):
        low, high = about["min"], about.get("max")
        text += f"; {low:g} to {high:g}" if high is not None else f"; {low:g} or more"
        number: Callable[[str], float] = float if kind is FloatProperty else int
        how = {"type": _number(number, low, high), "metavar": "X"}
    elif about.get("subtype") == "DIR_PATH":
        how = {"type": _path, "metavar": "DIR"}
    elif about.get("subtype") == "FILE_PATH":
        how = {"type": _path, "metavar": "PICTURE"}
    else:
        how = {"metavar": "NUMBERS"}
    parser.add_argument(f"--{name.replace('_', '-')}", dest=name, default=None, help=text, **how)


def choices_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """What was given of the choices that the panel has, by their names."""
    given = {name: getattr(arguments, name) for name in declared()}
    return {name: value for name, value in given.items() if value is not None}


def weights_of(arguments: argparse.Namespace) -> dict[str, str]:
    """The files of weights that were given, by the engine's names of networks."""
    given = {
        "vgg19": arguments.weights,
        "raft-small": arguments.flow_weights,
        "raft-large": arguments.flow_weights,
    }
    return {network: path for network, path in given.items() if path}


def machine_of(arguments: argparse.Namespace, usual: Machine) -> Machine:
    """What is given of the machine, else as usual."""
    names = [field.name for field in fields(Machine)]
    given = {name: getattr(arguments, name) for name in names}
    return replace(usual, **{name: value for name, value in given.items() if value is not None})


def _number(kind: Callable[[str], float], low: float, high: float | None) -> Callable[[str], float]:
    def parse(text: str) -> float:
        number = kind(text)
        if high is not None and not low <= number <= high:
            raise argparse.ArgumentTypeError(f"{text} is not in {low:g} to {high:g}")
        if not low <= number:
            raise argparse.ArgumentTypeError(f"{text} is less than {low:g}")
        return number

    parse.__name__ = "number"  # how argparse names it when `text` is none
    return parse


def _keyframe(text: str) -> Keyframe:
    frame, equals, path = text.partition("=")
    if not (equals and path and re.fullmatch(r"-?\d+", frame)):
        raise argparse.ArgumentTypeError(f"{text!r} is not like 12=painting.png")
    return Keyframe(int(frame), _path(path))


def _style(text: str) -> Style:
    return Style(*_weighted(text))


def _guide(text: str) -> Guide:
    return Guide(*_weighted(text))


def _weighted(text: str) -> tuple[str, float]:
    """ "PATH:WEIGHT", where a path may have colons of its own, or a path alone."""
    path, colon, weight = text.rpartition(":")
    if path and colon and re.fullmatch(r"\d+(\.\d*)?|\.\d+", weight):
        return _path(path), float(weight)
    return _path(text), 1.0


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
    return [replace(style, mask=mask) for style, mask in zip(styles, masks, strict=True)]


def _path(path: str) -> str:
    """Here a path is relative to where the command was typed, not to the .blend."""
    return path if not path or path.startswith(("//", STRIP)) else os.path.abspath(path)
