"""What is wrong with a job's data, in one sentence."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel, ValidationError

from .part import EACH, ONE

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

# Forms of a field that is a number or a list of them. In a location they stand after the field.
_FORMS = {ONE, EACH}

_LONGEST = 60  # letters of a value that is told


def sentence(error: ValidationError, model: type[BaseModel]) -> str:
    """The first error as 'field: what is allowed, not VALUE.' model: what the data should be."""
    first = error.errors(include_url=False)[0]
    place = [str(part) for part in first["loc"] if part not in _FORMS]
    form = place.pop(1) if len(place) > 1 and place[0] == "look" else ""
    if place[-1:] == ["[key]"]:
        return _no_such_layer(".".join(place[:-2]), first)
    field = ".".join(place)
    match first["type"]:
        case "missing":
            return f"{field} is missing."
        case "extra_forbidden":
            with_look = f" with the look {form!r}" if place[0] == "look" else ""
            near = difflib.get_close_matches(place[-1], _siblings(model, first["loc"]), n=1)
            meant = f"; {near[0]} may be meant" if near else ""
            return f"{field} is not a field of a job{with_look}{meant}."
        case "too_short" | "too_long" | "string_too_short" as kind:
            return f"{field} {_length(kind, first['ctx'])}."
        case "union_tag_invalid":
            value = _told(first["input"].get("name"))
            return f"{field}.name should be {_or(first['ctx']['expected_tags'])}, not {value}."
        case "union_tag_not_found":
            return f"{field}.name is missing."
        case "model_attributes_type" | "model_type":
            return f"{field} should be a JSON object with fields, not {_told(first['input'])}."
        case "dict_type":
            wanted = "a JSON object with a number for each layer"
            return f"{field} should be {wanted}, not {_told(first['input'])}."
    message = first["msg"].removeprefix("Value error, ").removeprefix("Input ")
    if not field or message.startswith(f"{field}."):
        return f"{message}."  # about parts of the job together; it names them
    if first["type"] == "value_error" and isinstance(first["input"], dict):
        return f"{field}: {message}."
    return f"{field} {message[0].lower()}{message[1:]}, not {_told(first['input'])}."


def _siblings(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """The fields that there are where one that there is not was found."""
    for part, after in pairwise(location):
        field = model.model_fields.get(str(part))
        forms = {} if field is None else {_name(form): form for form in _models(field.annotation)}
        if forms:  # else the number of an entry in a list, or the name of the form that was chosen
            model = forms.get(str(after)) or next(iter(forms.values()))
    return list(model.model_fields)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The parts of a job that a field may hold."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def _name(form: type[BaseModel]) -> str:
    """By which a field of several forms tells them apart."""
    field = form.model_fields.get("name")
    return "" if field is None else str(get_args(field.annotation)[0])


def _no_such_layer(field: str, first: ErrorDetails) -> str:
    """Keys of a job's only tables are the network's layers."""
    layers = re.findall(r"'([^']+)'", first["ctx"]["expected"])
    near = difflib.get_close_matches(str(first["input"]), layers, n=3, cutoff=0.4)
    known = f"nearest by name: {', '.join(near)}" if near else f"there are {', '.join(layers)}"
    return f"{field} names {_told(first['input'])}, which is no layer of the network; {known}."


def _length(kind: str, limits: dict[str, Any]) -> str:
    if kind == "string_too_short":
        return "must not be empty"
    if kind == "too_short":
        return f"must have at least {limits['min_length']}"
    if limits["max_length"] == 0:
        return "must be empty"
    return f"must have at most {limits['max_length']}, not {limits['actual_length']}"


def _told(value: object) -> str:
    """A value about as the person wrote it, the end of a long one left out."""
    text = json.dumps(value) if value is None or isinstance(value, bool) else repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _or(names: str) -> str:
    """``'a', 'b', 'c'`` to ``'a', 'b' or 'c'``."""
    return " or ".join(names.rsplit(", ", 1))
