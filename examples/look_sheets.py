"""Sheets of what the built-in look makes: plates by styles, strokes at full size, its settings.

    python examples/look_sheets.py --output docs

Runs in the engine's Python; about three minutes on two cores. Writes looks.jpg, strokes.jpg and
settings.jpg. All plates and styles are this project's own (examples/README.md).
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from core import job, run  # noqa: E402

STYLES = ("evening", "harvest", "woodcut", "seaside", "mountains", "composition")
PLATES = (
    ROOT / "examples/shot/frame_0006.png",
    *(ROOT / f"examples/plates/{name}.png" for name in ("portrait", "street", "still")),
    *(ROOT / f"examples/plates/{name}.png" for name in ("lake", "shop")),
)
# The middle of a detail of each plate that shows what a style does to it, in shares of its size.
DETAILS = ((0.36, 0.42), (0.5, 0.4), (0.5, 0.5), (0.5, 0.55), (0.45, 0.55), (0.5, 0.45))
DETAIL = (420, 300)
CELL = 320  # pixels, width of a picture in the overview
GAP, TEXT = 6, 22
GROUND, INK = "#181818", "#d8d8d8"

Rows = list[list[tuple[str, Image.Image]]]


def style_path(name: str) -> Path:
    """The picture of a style."""
    return ROOT / f"examples/styles/{name}.jpg"


def painted(
    plate: Path, styles: Sequence[dict[str, Any]], folder: Path, **fields: Any
) -> Image.Image:
    """A plate after styles (as in job.json). fields: ``settings``, or fields of the job."""
    settings = fields.pop("settings", {})
    made = job.parse(
        {
            "version": 1,
            "plates": str(folder / "plate_#.png"),
            "frames": {"first": 1, "last": 1},
            "look": {"name": "patch", "styles": list(styles), "settings": settings},
            "output": {"pattern": "painted_#.png"},
            **fields,
        },
        folder,
    )
    folder.mkdir(parents=True)
    Image.open(plate).convert("RGB").save(made.plate(1))
    run.run(made, made.frames, _quiet)
    return Image.open(made.result(1)).convert("RGB")


def _quiet(event: str, **fields: Any) -> None:
    pass


def laid_out(rows: Rows, width: int | None) -> Image.Image:
    """Rows of titled pictures. width: that they are scaled to, None for as they are."""
    if width is not None:
        rows = [[(name, _scaled(picture, width)) for name, picture in row] for row in rows]
    heights = [max(picture.height for _, picture in row) + TEXT + GAP for row in rows]
    widths = [
        max(row[at][1].width for row in rows if at < len(row)) + GAP
        for at in range(max(len(row) for row in rows))
    ]
    sheet = Image.new("RGB", (sum(widths) + GAP, sum(heights) + GAP), GROUND)
    draw = ImageDraw.Draw(sheet)
    y = GAP
    for row, height in zip(rows, heights, strict=True):
        x = GAP
        for (name, picture), column in zip(row, widths, strict=False):
            draw.text((x, y + 4), name, INK)
            sheet.paste(picture, (x, y + TEXT))
            x += column
        y += height
    return sheet


def _scaled(picture: Image.Image, width: int) -> Image.Image:
    if picture.height > picture.width:  # as wide as two thirds, so that portraits fill no page
        width = width * 2 // 3
    size = width, round(picture.height * width / picture.width)
    return picture.resize(size, Image.Resampling.LANCZOS)


def looks(folder: Path) -> tuple[Rows, Rows]:
    """Every plate in every style; and of each plate one detail in one style, as it is."""
    rows: Rows = [[("", Image.new("RGB", (CELL, 1), GROUND))]]
    rows[0] += [(name, Image.open(style_path(name)).convert("RGB")) for name in STYLES]
    details: Rows = [[], []]
    for at, plate in enumerate(PLATES):
        picture = Image.open(plate).convert("RGB")
        row = [(plate.parent.name if plate.stem[-1].isdigit() else plate.stem, picture)]
        for number, name in enumerate(STYLES):
            style = [{"path": str(style_path(name))}]
            result = painted(plate, style, folder / f"{plate.stem}-{name}")
            row.append((name, result))
            if number == at:
                details[at // 3].append((f"{row[0][0]}, {name}", _detail(result, DETAILS[at])))
        rows.append(row)
    return rows, details


def _detail(picture: Image.Image, middle: tuple[float, float]) -> Image.Image:
    left = round(middle[0] * picture.width - DETAIL[0] / 2)
    top = round(middle[1] * picture.height - DETAIL[1] / 2)
    left = min(max(left, 0), picture.width - DETAIL[0])
    top = min(max(top, 0), max(picture.height - DETAIL[1], 0))
    return picture.crop((left, top, left + DETAIL[0], min(top + DETAIL[1], picture.height)))


def settings(folder: Path) -> Rows:
    """One plate, and what each setting does to it."""
    plate = ROOT / "examples/plates/lake.png"
    width, height = Image.open(plate).size
    mask = folder / "mask.png"
    ramp = np.linspace(0, 255, width).astype(np.uint8)
    Image.fromarray(np.broadcast_to(ramp, (height, width)).copy()).save(mask)
    left, right = folder / "left.png", folder / "right.png"
    half = np.where(np.arange(width) < width // 2, 255, 0).astype(np.uint8)
    for path, values in ((left, half), (right, 255 - half)):
        Image.fromarray(np.broadcast_to(values, (height, width)).copy()).save(path)
    evening = [{"path": str(style_path("evening"))}]
    woodcut = [{"path": str(style_path("woodcut"))}]
    chosen: list[list[tuple[str, list[dict[str, Any]], dict[str, Any]]]] = [
        [("as it comes", evening, {})],
        [
            (f"style_scale {value}", evening, {"settings": {"style_scale": value}})
            for value in (0.5, 2.0)
        ],
        [
            (f"guide_weight {value}", evening, {"settings": {"guide_weight": value}})
            for value in (0.4, 5.0)
        ],
        [(f"detail {value}", evening, {"settings": {"detail": value}}) for value in (0.0, 1.0)],
        [(f"palette {value}", evening, {"settings": {"palette": value}}) for value in (0.0, 0.5)],
        [
            ("woodcut", woodcut, {}),
            ("rotate, flip", woodcut, {"settings": {"rotate": True, "flip": True}}),
        ],
        [
            ("two styles", [*evening, *woodcut], {}),
            (
                "two styles by mask",
                [{**evening[0], "mask": str(left)}, {**woodcut[0], "mask": str(right)}],
                {},
            ),
        ],
        [("strength_mask, from left to right", evening, {"strength_mask": str(mask)})],
    ]
    flat = [entry for row in chosen for entry in row]
    pictures = [("plate", Image.open(plate).convert("RGB"))]
    pictures += [
        (name, painted(plate, styles, folder / f"setting-{at}", **fields))
        for at, (name, styles, fields) in enumerate(flat)
    ]
    return [pictures[at : at + 5] for at in range(0, len(pictures), 5)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, required=True, help="folder for the three sheets")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        overview, details = looks(folder)
        sheets = {
            "looks": laid_out(overview, CELL),
            "strokes": laid_out(details, None),
            "settings": laid_out(settings(folder), 400),
        }
    for title, sheet in sheets.items():
        sheet.save(options.output / f"{title}.jpg", quality=88, optimize=True, subsampling=0)


if __name__ == "__main__":
    main()
