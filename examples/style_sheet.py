"""One frame of the shot in each of the styles, side by side: docs/styles.png.

    python examples/style_sheet.py --output docs/styles.png

Runs in the engine's Python. Each style stands small in the corner of what it made.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from core import job, run  # noqa: E402

GAP = 6
INSET = (108, 72)


def painted(style: Path, frame: int, folder: Path) -> Image.Image:
    """The frame of the shot after a style, with the style in its corner."""
    made = job.parse(
        {
            "version": 1,
            "plates": str(ROOT / "examples/shot/frame_####.png"),
            "frames": {"first": frame, "last": frame},
            "look": {"name": "patch", "styles": [{"path": str(style)}]},
        },
        folder,
    )
    run.run(made, made.frames, _quiet)
    picture = Image.open(made.result(frame)).convert("RGB")
    inset = ImageOps.expand(Image.open(style).resize(INSET), border=2, fill="white")
    corner = picture.width - inset.width - GAP, picture.height - inset.height - GAP
    picture.paste(inset, corner)
    return picture


def _quiet(event: str, **fields: Any) -> None:
    pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--frame", type=int, default=6)
    options = parser.parse_args()
    styles = sorted((ROOT / "examples/styles").glob("*.jpg"))
    with tempfile.TemporaryDirectory() as folder:
        pictures = [painted(style, options.frame, Path(folder) / style.stem) for style in styles]
    width, height = pictures[0].size
    sheet = Image.new("RGB", (len(pictures) * (width + GAP) + GAP, height + 2 * GAP), "#181818")
    for place, picture in enumerate(pictures):
        sheet.paste(picture, (GAP + place * (width + GAP), GAP))
    sheet.save(options.output, optimize=True)


if __name__ == "__main__":
    main()
