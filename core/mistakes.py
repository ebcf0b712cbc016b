"""What is wrong with a job's data, in one sentence."""

from __future__ import annotations

from pydantic import ValidationError


def sentence(error: ValidationError) -> str:
    """The first error as 'field: what is allowed, not VALUE.'"""
    first = error.errors(include_url=False)[0]
    kind = first["type"]
    # The tag of the chosen kind of look stands in the location; it is no field.
    place = [str(part) for part in first["loc"]]
    if place[:1] == ["look"] and len(place) > 1 and place[1] in {"patch", "identity"}:
        del place[1]
    field = ".".join(place)
    if kind == "missing":
        return f"{field} is missing."
    if kind == "extra_forbidden":
        return f"{field} is not a field of a job."
    if kind in {"too_short", "too_long"}:
        limit = first["ctx"].get("min_length", first["ctx"].get("max_length"))
        return f"{field} must have at {'least' if kind == 'too_short' else 'most'} {limit}."
    message = first["msg"].removeprefix("Value error, ").removeprefix("Input ")
    if not field or message.startswith(f"{field}."):
        return f"{message}."  # about parts of the job together; it names them
    if kind in {"union_tag_invalid", "union_tag_not_found"}:
        field, message = "look.name", "should be 'patch' or 'identity'"
        value = first["input"].get("name") if isinstance(first["input"], dict) else first["input"]
        return f"{field} {message}, not {value!r}."
    if isinstance(first["input"], dict):
        return f"{field}: {message}."
    return f"{field} {message[0].lower()}{message[1:]}, not {first['input']!r}."
