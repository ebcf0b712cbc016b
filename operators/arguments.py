"""What can be typed behind ``blender --command ecset``."""

import argparse
import os
import re
from collections.abc import Callable
from typing import NoReturn

from ..sequencer.brushwork import LIMITS, STRENGTH, STRENGTH_LIMITS, Brushwork
from ..sequencer.errors import BadInput
from ..sequencer.job import FORMATS, Guide, Keyframe, Style
from .settings import DEFAULT_OUTPUT, LOOKS

_SEQUENCE = "with one run of # a picture for each frame of the timeline"


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
        description="Paint one strip.  The same call goes on where an earlier one was stopped.",
    )
    add = stylize.add_argument
    add("file", metavar="FILE.blend")
    add("--strip", required=True, metavar="NAME", help="the strip to paint")
    add("--scene", metavar="NAME", help="its scene, if several have such a strip")
    add(
        "--style",
        action="append",
        default=[],
        type=_path,
        metavar="PICTURE",
        help="may be given repeatedly",
    )
    add("--style-weight", action="append", default=[], type=float, metavar="W",
        help="one for each --style; 1 if missing")  # fmt: skip
    add("--style-mask", action="append", default=[], type=_path, metavar="PICTURE",
        help=f'where each --style is used, "" for everywhere; {_SEQUENCE}')  # fmt: skip
    add("--keyframe", action="append", default=[], type=_keyframe, metavar="FRAME=PICTURE",
        help="a painting of that frame of the strip, in place of --style; may be given repeatedly; "
        "else the keyframes on the timeline count")  # fmt: skip
    add("--guide", action="append", default=[], type=_guide, metavar="PICTURE[:WEIGHT]",
        help=f"what steers the paint beside the strip, such as depth; {_SEQUENCE}")  # fmt: skip
    _add_brushwork(stylize)
    add("--frames", default="", metavar="A-B", help="timeline frames; else all of the strip")
    add("--output", default=DEFAULT_OUTPUT, metavar="DIR",
        help="folder of the job's folder; // is the .blend's (default: %(default)s)")  # fmt: skip
    add("--format", default="PNG8", choices=list(FORMATS))
    add("--look", default="patch", choices=[name for name, _, _ in LOOKS])
    add("--no-coherence", dest="coherence", action="store_false", help="paint each frame anew")
    add("--seed", type=int, default=0)
    add("--engine-python", metavar="PATH", help="a Python that has PyTorch")
    add("--save-as", metavar="OUT.blend", help="write the painted .blend; else only frames")
    return ecset


def _add_brushwork(parser: argparse.ArgumentParser) -> None:
    def number(name: str, default: float, limits: tuple[float, float], what: str) -> None:
        low, high = limits
        parser.add_argument(
            name,
            type=_number(low, high),
            default=default,
            metavar="X",
            help=f"{what}; {low:g} to {high:g} (default: %(default)g)",
        )

    def switch(name: str, what: str) -> None:
        parser.add_argument(name, action="store_true", help=what)

    number("--style-scale", Brushwork.style_scale, LIMITS["style_scale"], "size of the brushwork")
    number("--content", Brushwork.guide_weight, LIMITS["guide_weight"],
           "how closely the paint follows the strip")  # fmt: skip
    number("--detail", Brushwork.detail, LIMITS["detail"], "0 broad strokes, 1 fine ones")
    number("--palette", Brushwork.palette, LIMITS["palette"],
           "1 the style's colours, 0 the strip's")  # fmt: skip
    number("--variety", Brushwork.variety, LIMITS["variety"],
           "how soon a piece of the style is left alone because it was used before")  # fmt: skip
    switch("--rotate", "pieces of the style may be turned by quarter turns")
    switch("--flip", "pieces of the style may be mirrored")
    number("--strength", STRENGTH, STRENGTH_LIMITS, "how much of the paint shows over the strip")
    parser.add_argument("--strength-mask", default="", type=_path, metavar="PICTURE",
                        help=f"where the paint shows; {_SEQUENCE}")  # fmt: skip


def _number(low: float, high: float) -> Callable[[str], float]:
    def parse(text: str) -> float:
        number = float(text)
        if not low <= number <= high:
            raise argparse.ArgumentTypeError(f"{text} is not in {low:g} to {high:g}")
        return number

    parse.__name__ = "number"  # how argparse names it when `text` is none
    return parse


def _keyframe(text: str) -> Keyframe:
    frame, equals, path = text.partition("=")
    if not (equals and path and re.fullmatch(r"-?\d+", frame)):
        raise argparse.ArgumentTypeError(f"{text!r} is not like 12=painting.png")
    return Keyframe(int(frame), _path(path))


def _guide(text: str) -> Guide:
    """ "PATH:WEIGHT", where a path may have colons of its own."""
    path, colon, weight = text.rpartition(":")
    if path and colon and re.fullmatch(r"\d+(\.\d*)?|\.\d+", weight):
        return Guide(_path(path), float(weight))
    return Guide(_path(text))


def styles_of(arguments: argparse.Namespace) -> list[Style]:
    """The styles that are given, each with its weight and mask.  Raises BadInput."""
    paths, weights, masks = arguments.style, arguments.style_weight, arguments.style_mask
    if arguments.keyframe and paths:
        raise BadInput("There are --style and --keyframe: give one of the two kinds.")
    for option, given in (("--style-weight", weights), ("--style-mask", masks)):
        if given and len(given) != len(paths):
            raise BadInput(
                f"There are {len(paths)} --style but {len(given)} {option}: "
                "give one for each, or none."
            )
    weights, masks = weights or [1.0] * len(paths), masks or [""] * len(paths)
    return list(map(Style, paths, weights, masks))


def _path(path: str) -> str:
    """Here a path is relative to where the command was typed, not to the .blend."""
    return path if not path or path.startswith("//") else os.path.abspath(path)
