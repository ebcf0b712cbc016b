"""What the engine's classes for job.json say of their fields; the files are read, not run.

This Python lacks pydantic.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Field:
    """What is said of one: its default, its least and greatest value, how many, which ones."""

    default: Any = None
    least: float | None = None
    greatest: float | None = None
    most: int | None = None
    choices: tuple[str, ...] = ()


def fields(file: str, name: str) -> dict[str, Field]:
    """The fields of the class `name` in ``core/<file>``, with limits of what a list holds."""
    (found,) = (n for n in _body(file) if isinstance(n, ast.ClassDef) and n.name == name)
    return {
        node.target.id: _field(node.annotation, node.value)
        for node in found.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }


def alias(file: str, name: str) -> Field:
    """What the type `name` in ``core/<file>`` allows."""
    (found,) = (
        n.value for n in _body(file) if isinstance(n, ast.Assign) and n.targets[0].id == name
    )
    return _field(found, None)


def _body(file: str) -> list[ast.stmt]:
    return ast.parse((ROOT / "core" / file).read_text(encoding="utf-8")).body


def _field(annotation: ast.expr, value: ast.expr | None) -> Field:
    field = Field()
    if value is not None and not isinstance(value, ast.Call):
        field.default = _value(value)
    for part in [*ast.walk(annotation), value]:
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Name):
            given = {key.arg: _value(key.value) for key in part.keywords}
            field.default = given.get("default", field.default)
            field.least = given.get("ge", given.get("gt", field.least))
            field.greatest = given.get("le", given.get("lt", field.greatest))
            field.most = given.get("max_length", field.most)
        elif isinstance(part, ast.Subscript) and getattr(part.value, "id", "") == "Literal":
            field.choices = ast.literal_eval(part.slice)
    return field


def _value(node: ast.expr) -> Any:
    """None for what has to be computed."""
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None
