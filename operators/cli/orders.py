"""What was typed, filled up with what the panel and the preferences say."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...panels import preferences
from ...sequencer.engine import Machine
from ...sequencer.job import Style
from ..order import Order
from .arguments import choices_of, machine_of, weights_of


def order_of(
    arguments: argparse.Namespace,
    scene: Any,
    styles: Sequence[Style],
    frames: str = "",
    **given: Any,
) -> Order:
    """What is asked for; `given` goes before what was typed."""
    return Order.of_scene(
        scene,
        {**choices_of(arguments), **given},
        styles,
        guides=tuple(arguments.guide),
        keyframes=tuple(arguments.keyframe),
        frames=frames,
        weights={**preferences.weights_files(), **weights_of(arguments)},
    )


def python_of(arguments: argparse.Namespace) -> Path:
    """The engine's interpreter.  Raises BadInput."""
    return preferences.engine_python(arguments.engine_python)


def machine(arguments: argparse.Namespace) -> Machine:
    """What to paint on."""
    return machine_of(arguments, preferences.machine())
