"""Where figures are left: a table for people, all that was measured as JSON, a plot."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FOLDER = Path(__file__).resolve().parent / "results"

# Every table of the look neural says so.
RANDOM_WEIGHTS = (
    "With random weights (He et al. 2015), which cost what the trained ones cost; the pictures "
    "mean nothing."
)


class Results:
    """The files of one benchmark, ``NAME.md``, ``NAME.json`` and ``NAME.png`` in a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name

    def write(self, text: str, data: Any) -> None:
        """Keep a text (Markdown) and what it was made from. The text is printed, too."""
        self._folder.mkdir(parents=True, exist_ok=True)
        print(text)
        self._path("md").write_text(text + "\n", encoding="utf-8")
        self._path("json").write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")

    def plot(self, figure: Figure) -> None:
        """Keep a picture."""
        self._folder.mkdir(parents=True, exist_ok=True)
        figure.savefig(self._path("png"), dpi=120)

    def _path(self, ending: str) -> Path:
        return self._folder / f"{self._name}.{ending}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def figure(width: float, height: float) -> Figure:
    """An empty figure, in inches, which needs no screen."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def seconds(value: float | None) -> str:
    """A cell: three digits, or nothing where nothing was measured."""
    if value is None:
        return ""
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def mebibytes(value: float | None) -> str:
    """A cell, from bytes."""
    return "" if value is None else f"{value / 2**20:.0f} MiB"
