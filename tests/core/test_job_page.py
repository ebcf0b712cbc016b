"""docs/job.md tells of the job as it is: all of its fields, with their defaults, and no others."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from core import job, run_command
from core.look import NeuralLook, PatchLook

PAGE = (Path(__file__).resolve().parents[2] / "docs/job.md").read_text(encoding="utf-8")
LOOKS = {"patch": PatchLook, "neural": NeuralLook}
EXAMPLES = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]


def section(title: str) -> str:
    """What stands under a heading."""
    return PAGE.split(f"## {title}\n")[1].split("\n## ")[0]


def told(text: str) -> set[str]:
    """The fields in the first columns of tables. After the first one in a cell, names are beside
    it: `look.a`, `b` are look.a and look.b."""
    found = set()
    for cell in re.findall(r"^\| (`.*?) \|", text, re.MULTILINE):
        first, *others = re.findall(r"`(.*?)`", cell)
        parent = first.rpartition(".")[0]
        found |= {first, *(f"{parent}.{name}" for name in others)}
    return found


def parts(annotation: Any) -> Iterator[Any]:
    """A type and all that it is made of."""
    yield annotation
    for part in get_args(annotation):
        yield from parts(part)


def fields(model: type[BaseModel], prefix: str) -> set[str]:
    """Full names; of a part that has fields, those in place of itself."""
    found = set()
    for name, field in model.model_fields.items():
        inside = field.annotation
        if isinstance(inside, type) and issubclass(inside, BaseModel):
            found |= fields(inside, f"{prefix}{name}.")
        else:
            found.add(prefix + name)
    return found


def values(model: type[BaseModel]) -> Iterator[str]:
    """All words that fields of a part of the job may have for a value."""
    for field in model.model_fields.values():
        for part in parts(field.annotation):
            if get_origin(part) is Literal:
                yield from (value for value in get_args(part) if isinstance(value, str))
            elif isinstance(part, type) and issubclass(part, BaseModel):
                yield from values(part)


def test_every_field_is_told_of_and_no_other():
    whole = told(section("The file")) | told(section("Coherence"))
    in_one = {"frames", "output", "look"}  # one line for all of a part
    there = {name for name in fields(job.Job, "") if name.split(".")[0] not in in_one}
    assert whole == (there - {"folder"}) | {"frames", "output", "look.name"}
    for name, look in LOOKS.items():
        assert told(section(f"The look `{name}`")) == fields(look, "look.") - {"look.name"}
    for name in [*job.FrameRange.model_fields, *job.Output.model_fields]:
        assert f"`{name}`" in PAGE


def test_every_option_is_told_of_and_no_other():
    parser = argparse.ArgumentParser()
    run_command.add_to(parser.add_subparsers())
    listing = io.StringIO()
    with contextlib.redirect_stdout(listing), pytest.raises(SystemExit):
        parser.parse_args(["run", "--help"])
    there = set(re.findall(r"--[a-z-]+", listing.getvalue()))
    assert told(section("What `run` takes")) == there - {"--help"}


def test_every_value_is_told_of():
    words = {word for quoted in re.findall(r"`([^`\n]+)`", PAGE) for word in quoted.split()}
    missing = {value for value in values(job.Job) if value not in words}
    # `conv3_1` to `conv3_4`
    assert missing == {f"conv{block}_{n}" for block in (3, 4, 5) for n in (2, 3)}


def test_defaults_are_those_shown():
    whole, neural = EXAMPLES[0], EXAMPLES[1]
    least = {name: whole[name] for name in ("version", "plates", "frames")}
    for look, shown in ((whole["look"], whole), (neural["look"], {**whole, **neural})):
        styles = [{"path": style["path"]} for style in look["styles"]]
        made = job.parse({**least, "look": {"name": look["name"], "styles": styles}}, Path())
        assert json.loads(made.model_dump_json()) == shown


def test_examples_are_jobs():
    for example in EXAMPLES:
        job.parse({**EXAMPLES[0], **example}, Path())
    assert len(EXAMPLES) == 3
