"""What a person asks for on the command line, as a job: the options of ``style`` and ``shot``."""

from __future__ import annotations

import argparse
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import InputError

if TYPE_CHECKING:
    from .job import Job

# The formats of frames, by the names that Blender's side of Ecset has for them too.
FORMATS = {"PNG8": ("PNG", 8), "PNG16": ("PNG", 16), "EXR": ("EXR", 16)}
_SUFFIXES = {"PNG": ".png", "EXR": ".exr"}

# The settings of looks that have an option of their own; --set reaches all of them.
_SETTINGS = {
    "style_scale": "size of the brushwork: 1 lays the style over the whole picture (1)",
    "detail": "patch: 0 broad strokes, 1 the finest that the style has (0.5)",
    "palette": "patch: 1 the style's colours, 0 the picture's own (1)",
    "quality": "neural: draft, normal or fine (normal)",
    "colours": "neural: style, luminance, histogram or linear (style)",
}

_COHERENCE = {
    "coherence_method": ("method", "anchored, warp, short, long or multipass (anchored)"),
    "flow": ("flow", "the motion's estimator: dis …, raft-small or raft-large (dis)"),
    "segment": ("segment", "a new beginning after so many frames, for several devices"),
    "overlap": ("overlap", "how many frames a segment is faded over to the next (4)"),
}


def add_look(command: argparse.ArgumentParser) -> None:
    """Add the options that say how to paint. What they may be is the job's to judge."""
    group = command.add_argument_group("how to paint")
    add = group.add_argument
    add(
        "--style",
        action="append",
        default=[],
        metavar="PICTURE[:WEIGHT]",
        help="paint in this picture's style; several are mixed, as much as each weighs (1)",
    )
    add("--look", default="patch", help="patch (the default), neural, or identity: change nothing")
    add("--strength", metavar="X", help="how much of the paint shows, 0 to 1 (1)")
    add("--seed", metavar="N", help="another one paints another picture of the same kind (0)")
    for name, text in _SETTINGS.items():
        add(_option(name), metavar="X", help=text)
    add(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="any other setting of the look, by its name in a job; with coherence. before the "
        "name, of what holds a shot together",
    )


def add_coherence(command: argparse.ArgumentParser) -> None:
    """Add the options that say how a shot is held together."""
    group = command.add_argument_group("what holds the shot together")
    group.add_argument("--no-coherence", action="store_true", help="paint each frame for itself")
    for name, (_, text) in _COHERENCE.items():
        group.add_argument(_option(name), metavar="X", help=text)
    group.add_argument("--flow-weights", metavar="FILE", help="weights of the flow's network")


def add_format(group: argparse._ActionsContainer, usual: str) -> None:
    """Add the option for the format of what is painted. usual: what it is if not given."""
    group.add_argument("--format", choices=FORMATS, help=f"of what is painted ({usual})")


def job(
    options: argparse.Namespace, folder: Path, plates: str, frames: tuple[int, int], usual: str
) -> Job:
    """The job that is asked for, in a folder. usual: the format, if none is given.

    Raises InputError in the job's own words, with the options' names for its fields.
    """
    from .job import VERSION, parse

    others = _set(options.set)
    settings = {name: _value(text) for name in _SETTINGS if (text := getattr(options, name))}
    look: dict[str, Any] = {"name": options.look, "settings": settings | others[""]}
    look["styles"] = [_style(text) for text in options.style]
    if options.look != "identity" and not options.style:
        raise InputError("There is no style to paint in: name a picture with --style.")
    if options.weights is not None:
        if options.look != "neural":
            raise InputError(f"The look {options.look} has no weights; leave out --weights.")
        look["weights"] = os.path.abspath(options.weights)
    kind, depth = FORMATS[options.format or usual]
    data: dict[str, Any] = {
        "version": VERSION,
        "plates": plates,
        "frames": {"first": frames[0], "last": frames[1]},
        "look": look,
        "output": {
            "pattern": f"frames/ecset_####{_SUFFIXES[kind]}",
            "format": kind,
            "depth": depth,
        },
    }
    for name in ("strength", "seed"):
        if (text := getattr(options, name)) is not None:
            data[name] = _value(text)
    if hasattr(options, "no_coherence"):
        data["coherence"] = {"enabled": not options.no_coherence}
        for name, (field, _) in _COHERENCE.items():
            if (text := getattr(options, name)) is not None:
                data["coherence"][field] = _value(text)
        if options.flow_weights is not None:
            data["coherence"]["flow_weights"] = os.path.abspath(options.flow_weights)
        data["coherence"] |= others["coherence"]
    elif others["coherence"]:
        raise InputError("A single picture has no coherence to set.")
    with as_typed():
        return parse(data, folder, name="")


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


def _value(text: str) -> Any:
    """What was typed, as JSON has it; what is no JSON is a word."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _set(given: list[str]) -> dict[str, dict[str, Any]]:
    """What is set: of the look ("") and of "coherence"."""
    found: dict[str, dict[str, Any]] = {"": {}, "coherence": {}}
    for text in given:
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise InputError(f"--set takes NAME=VALUE, such as variety=2, not {text!r}.")
        part = "coherence" if name.startswith("coherence.") else ""
        found[part][name.removeprefix("coherence.").replace("-", "_")] = _value(value)
    return found


def _style(text: str) -> dict[str, Any]:
    """``PICTURE`` or ``PICTURE:WEIGHT``; a path may have colons of its own."""
    path, colon, weight = text.rpartition(":")
    if path and colon and re.fullmatch(r"\d+(\.\d*)?|\.\d+", weight):
        return {"path": os.path.abspath(path), "weight": float(weight)}
    return {"path": os.path.abspath(text)}


@contextmanager
def as_typed() -> Iterator[None]:
    """Sentences about a job's fields name the options that these come from."""
    try:
        yield
    except InputError as error:
        raise InputError(_as_typed(str(error))) from None


def _as_typed(sentence: str) -> str:
    sentence = sentence.replace("coherence.flow_weights in the job", "--flow-weights FILE")
    names = {f"look.settings.{name}": _option(name) for name in _SETTINGS}
    names |= {f"coherence.{field}": _option(name) for name, (field, _) in _COHERENCE.items()}
    names |= {"look.name": "--look", "coherence.flow_weights": "--flow-weights"}
    for field, option in names.items():
        sentence = re.sub(rf"(?<![\w.]){re.escape(field)}(?![\w.]*\w)", option, sentence)
    sentence = re.sub(r"^(strength|seed)\b", r"--\1", sentence)
    sentence = re.sub(r"^look\.styles\.\d+\.weight", "--style: its weight", sentence)
    sentence = re.sub(r"(?<![\w.])look\.settings\.", "--set ", sentence)
    return re.sub(r"(?<![\w.])coherence\.", "--set coherence.", sentence)
