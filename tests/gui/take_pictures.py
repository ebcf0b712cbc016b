"""Take the pictures of the manual anew: ``make pictures``.

Blender in a real window on a virtual screen, this Python as the engine's, a stand-in for the narrow
sidebar; what is taken goes to ``docs/pictures``, cut to what matters.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from launch import ROOT, Blender, Screen
from PIL import Image

SIZE = 1600, 1100
NARROW = 250


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "docs/pictures")
    parser.add_argument("--steps", nargs="*", default=[], help="of gallery.py; all without")
    parser.add_argument("--width", choices=("normal", "narrow"), help="of the sidebar; else both")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    size = "x".join(map(str, SIZE))
    with Screen(size) as screen, tempfile.TemporaryDirectory(prefix="ecset-") as folder:
        # the paint is seen at the normal width only
        for name, width, python in (("normal", 0, sys.executable), ("narrow", NARROW, None)):
            if options.width not in (None, name):
                continue
            blender = Blender(Path(folder) / f"{name}-blender", python)
            blender.install(blender.build())
            work, raw = Path(folder) / name, Path(folder) / f"{name}-pictures"
            work.mkdir()
            raw.mkdir()
            plan = {
                "folder": str(work),
                "pictures": str(raw),
                "screen": SIZE,
                "width": width,
                "steps": options.steps,
                "styles": str(ROOT / "examples/styles"),
                "stand_in": str(ROOT / "tests/blender/fake_engine"),
            }
            seen = blender.in_window(screen, ROOT / "tests/gui/gallery.py", plan, size=size)
            assert all(seen.get("clicks", [])), "a button was not found"
            for taken in seen["pictures"]:
                target = options.output / f"{taken['name']}.png"
                keep(raw / f"{taken['name']}.png", taken, target)
                print(f"{target.name}: {target.stat().st_size // 1024} KiB")


def keep(source: Path, taken: dict[str, Any], target: Path) -> None:
    """Cut out what matters, in 256 colours."""
    picture = Image.open(source).convert("RGB").crop(taken["box"])
    if taken["part"] == "sidebar":
        picture = without_rest(picture)
    picture = picture.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    picture.save(target, optimize=True)


def without_rest(picture: Image.Image, margin: int = 10) -> Image.Image:
    """Without the empty rows at the bottom; the tabs at the right do not count."""
    inside = np.asarray(picture)[:, 20:-60].astype(int)
    rows = np.flatnonzero((inside.max(axis=1) - inside.min(axis=1) > 8).any(axis=1))
    bottom = min(picture.height, rows[-1] + margin) if len(rows) else picture.height
    return picture.crop((0, 0, picture.width, bottom))


if __name__ == "__main__":
    main()
