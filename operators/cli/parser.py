"""What can be typed behind ``blender --command ecset``, and what ``--help`` says of it."""

import argparse
import re
import textwrap
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty

from ...sequencer.engine import PRECISIONS
from ...sequencer.errors import BadInput
from ..choices import BrushworkChoices, GeneralChoices
from ..coherence_choices import CoherenceChoices
from ..network_choices import NetworkChoices
from . import texts
from .arguments import guide, keyframe, number, path, style

_SEQUENCE = "a file name with # in place of the frame's number is one picture for each frame"

_GROUPS = {
    "what is painted, and where it goes": GeneralChoices,
    "the look patch (Brushwork in the panel)": BrushworkChoices,
    "the look neural": NetworkChoices,
    "coherence: what holds a shot together": CoherenceChoices,
}

#: The name of a look, which in the panel's tooltips tells two of one name apart.
_TITLE = re.compile("(Brushwork|Neural): ")

#: Of a single picture there is no strip, and no folder of frames.
_NOT_OF_A_PREVIEW = {"output", "result_name", "older", "originals"}


class _Parser(argparse.ArgumentParser):
    """Reports wrong arguments as what they are, bad input, and leaves the process running."""

    def error(self, message: str) -> NoReturn:
        raise BadInput(f"{message[:1].upper()}{message[1:]}: see {self.prog} --help.")


class _Help(argparse.HelpFormatter):
    """Wraps what is running text, and leaves examples and tables as they stand."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=28)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        stands = any(line.startswith("  ") for line in text.splitlines())
        return text if stands else textwrap.fill(text, width)

    def _split_lines(self, text: str, width: int) -> list[str]:
        """A line that begins with a value stands for itself, indented where it goes on."""
        lines = text.split("\n")
        found = textwrap.wrap(lines[0], width)
        for line in lines[1:]:
            found += textwrap.wrap(line, width, initial_indent="  ", subsequent_indent="    ")
        return found


def parser() -> argparse.ArgumentParser:
    """The command line; paths in what it parses are absolute or begin with ``//``."""
    ecset = _Parser(
        prog="blender --command ecset",
        usage="%(prog)s COMMAND ...",
        description=texts.ALL,
        epilog=texts.ALL_EXAMPLES,
        formatter_class=_Help,
        allow_abbrev=False,
    )
    commands = ecset.add_subparsers(
        dest="command", required=True, metavar="COMMAND", title="commands", prog=ecset.prog
    )

    def add(name: str, usage: str) -> argparse.ArgumentParser:
        text = texts.COMMANDS[name]
        return commands.add_parser(
            name,
            help=text.short,
            usage=f"%(prog)s {usage}",
            description=text.long,
            epilog=text.examples,
            formatter_class=_Help,
            allow_abbrev=False,
            add_help=False,
        )

    _stylize(add("stylize", "FILE.blend (--strip NAME ... | --all) [...]"))
    _preview(add("preview", "FILE.blend --strip NAME --frame N --output PICTURE [...]"))
    _resume(add("resume", "PATH ... [...]"))
    _status(add("status", "PATH ... [--json]"))
    _weights(add("weights", "[--engine-python PATH] WHAT ..."))
    _setup(add("setup", "[--status | --remove] [...]"))
    _doctor(add("doctor", "[--engine-python PATH] [--json]"))
    return ecset


def _stylize(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("which strips")
    group.add_argument("file", metavar="FILE.blend", help="it is only read; see --save-as")
    which = group.add_mutually_exclusive_group(required=True)
    which.add_argument("--strip", action="append", metavar="NAME",
        help="a strip to paint; may be given repeatedly")  # fmt: skip
    which.add_argument("--all", action="store_true", help=texts.EVERY_STRIP)
    _add_place(group)
    group.add_argument("--frames", default="", metavar="A-B",
        help="only these frames of the timeline; else each strip from end to end")  # fmt: skip
    _add_pictures(parser)
    _add_choices(parser)
    _add_machine(parser, weights=True)
    group = _add_besides(parser, "what comes of it")
    group.add_argument("--save-as", metavar="OUT.blend",
        help="write the .blend with what is painted on its timeline; without it there are "
        "only frames, in their job's folder")  # fmt: skip
    group.add_argument("--prepare", action="store_true",
        help="only make the job's folder with the strip's own frames (plates) in it, for "
        "other machines to paint: see resume")  # fmt: skip


def _preview(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("which frame")
    group.add_argument("file", metavar="FILE.blend", help="it is only read")
    group.add_argument("--strip", required=True, metavar="NAME", help="the strip to look at")
    _add_place(group)
    group.add_argument("--frame", required=True, type=int, metavar="N",
        help="which frame of the timeline")  # fmt: skip
    group.add_argument("--output", required=True, dest="picture", type=path, metavar="PICTURE",
        help="the file to write, .png or .exr")  # fmt: skip
    _add_pictures(parser)
    _add_choices(parser, without=_NOT_OF_A_PREVIEW)
    _add_machine(parser, weights=True)
    _add_besides(parser)


def _resume(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what to go on with")
    group.add_argument("paths", nargs="+", metavar="PATH", help="a job's folder, or a .blend")
    group.add_argument("--frames", default="", metavar="A-B",
        help="of a job's folder, only these: a part for each machine")  # fmt: skip
    group.add_argument("--save-as", metavar="OUT.blend",
        help="of a .blend, write it with what is painted on its timeline")  # fmt: skip
    _add_machine(parser, weights=False)
    _add_besides(parser)


def _status(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("of what")
    group.add_argument("paths", nargs="+", metavar="PATH",
        help="a .blend, a folder of jobs, or a job's folder")  # fmt: skip
    _add_besides(parser)


def _weights(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what to do")
    group.add_argument("words", nargs=argparse.REMAINDER, metavar="WHAT ...",
        help="list, get NAME, import NAME FILE or remove NAME; --json behind list or get for "
        "programs")  # fmt: skip
    _add_engine_python(group)
    _add_help(group)


def _setup(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what to do; else install, go on, repair or update")
    what = group.add_mutually_exclusive_group()
    what.add_argument("--status", action="store_true", help="say how far the engine is")
    what.add_argument("--remove", action="store_true", help="delete all that was installed")
    group.add_argument("--yes", action="store_true",
        help="agree to what is planned, or to the removal; else you are asked")  # fmt: skip
    group = parser.add_argument_group("where, and of what; else what Ecset's preferences say")
    group.add_argument("--target", type=path, metavar="DIR",
        help="the engine's folder: a new or an empty one, or one that has an engine")  # fmt: skip
    group.add_argument("--torch-backend", metavar="BUILD",
        help="of PyTorch: auto (what fits this machine), registry (the package registry's own), "
        "cpu, xpu, or one like cu130 or rocm6.4")  # fmt: skip
    group.add_argument("--wheels", type=path, metavar="DIR",
        help='install from this folder of wheels, with no network; "" to download')  # fmt: skip
    group.add_argument("--python", metavar="PATH",
        help="the Python to make it of, 3.11 to 3.13; else Blender's own")  # fmt: skip
    _add_besides(parser)


def _doctor(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("of what")
    _add_engine_python(group)
    _add_besides(parser)


# What several commands have.


def _add_place(parser: argparse._ActionsContainer) -> None:
    parser.add_argument("--scene", metavar="NAME", help="its scene, if several come into question")


def _add_pictures(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("pictures to paint from")
    add = group.add_argument
    add("--style", action="append", default=[], type=style, metavar="PICTURE[:WEIGHT]",
        help="paint in the style of this picture; may be given repeatedly, and then WEIGHT says "
        "how much each counts")  # fmt: skip
    add("--style-mask", action="append", default=[], type=path, metavar="PICTURE",
        help='where each --style is used: white there, black elsewhere, "" for everywhere; '
        f"{_SEQUENCE}, and strip:NAME takes a strip")  # fmt: skip
    add("--keyframe", action="append", default=[], type=keyframe, metavar="FRAME=PICTURE",
        help="a painting of that frame of the strip, in place of --style; may be given repeatedly; "
        "else the keyframes on the timeline count")  # fmt: skip
    add("--guide", action="append", default=[], type=guide, metavar="PICTURE[:WEIGHT]",
        help=f"what steers the paint beside the strip, such as depth; {_SEQUENCE}")  # fmt: skip


def _add_choices(parser: argparse.ArgumentParser, without: Iterable[str] = ()) -> None:
    for title, kind in _GROUPS.items():
        group = parser.add_argument_group(title)
        for name, declaration in kind.__annotations__.items():
            if name not in without:
                _add_choice(group, name, declaration)


def _add_choice(parser: argparse._ArgumentGroup, name: str, declaration: Any) -> None:
    """An option for a property: its name, its values and what is said of it are the same."""
    kind, about = declaration.function, declaration.keywords
    text = _TITLE.sub("", about["description"])
    text = text[:1].lower() + text[1:]
    how: dict[str, Any]
    if kind is BoolProperty:
        how = {"action": argparse.BooleanOptionalAction}
    elif kind is EnumProperty:
        how = {"choices": [item[0] for item in about["items"]]}
        text += "".join(f"\n{item[0]}: {_lower(item[2])}" for item in about["items"])
    elif kind in (FloatProperty, IntProperty):
        low, high = about["min"], about.get("max")
        text += f"; {low:g} to {high:.9g}" if high is not None else f"; {low:g} or more"
        convert: Callable[[str], float] = float if kind is FloatProperty else int
        how = {"type": number(convert, low, high), "metavar": "X"}
    elif about.get("subtype") == "DIR_PATH":
        how = {"type": path, "metavar": "DIR"}
    elif about.get("subtype") == "FILE_PATH":
        how = {"type": path, "metavar": "PICTURE"}
    else:
        how = {"metavar": "NAME" if name.endswith("name") else "NUMBERS"}
    text = text.replace("%", "%%")
    parser.add_argument(f"--{name.replace('_', '-')}", dest=name, default=None, help=text, **how)


def _lower(text: str) -> str:
    """As it goes on in a sentence; an abbreviation stays."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _add_machine(parser: argparse.ArgumentParser, *, weights: bool) -> None:
    group = parser.add_argument_group("the machine; else what Ecset's preferences say")
    group.add_argument("--devices", metavar="D,D",
        help="what to paint on: cpu, cuda:1 ...; several share the strip; all: all graphics "
        "cards")  # fmt: skip
    group.add_argument("--precision", choices=PRECISIONS, help="of the numbers inside networks")
    group.add_argument("--memory", type=number(int, 1, None), metavar="MIB",
        help="mebibytes that painting a frame may take; else most of what is free")  # fmt: skip
    _add_engine_python(group)
    if weights:
        group.add_argument("--weights", type=path, metavar="FILE",
            help="a file of what the network VGG-19 has learned; else what was got")  # fmt: skip
        group.add_argument("--flow-weights", type=path, metavar="FILE",
            help="the same of the network RAFT")  # fmt: skip


def _add_engine_python(parser: argparse._ActionsContainer) -> None:
    parser.add_argument("--engine-python", metavar="PATH", help="a Python that has PyTorch")


def _add_besides(
    parser: argparse.ArgumentParser, title: str = "besides"
) -> argparse._ArgumentGroup:
    group = parser.add_argument_group(title)
    group.add_argument("--json", action="store_true",
        help="for programs: tell of all that happens as JSON, one object a line")  # fmt: skip
    _add_help(group)
    return group


def _add_help(group: argparse._ArgumentGroup) -> None:
    group.add_argument("-h", "--help", action="help", help="show this and do nothing")
