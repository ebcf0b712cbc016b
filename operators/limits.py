"""The least and the greatest value of a setting, as Blender's properties are told of them."""


def within(limits: tuple[float, float | None]) -> dict[str, float]:
    """The arguments of a property for that; without a greatest value there is none."""
    low, high = limits
    return {"min": low} if high is None else {"min": low, "max": high}
