"""Renders the single plates: a portrait, a street at night, a still life, a lake and a shop.

    python examples/render_plates.py --output examples/plates

Runs in the Python of Blender's ``bpy`` module (4.2 or newer), on the processor alone (Cycles).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import bpy
import render_shot
from scenes import lake, portrait, shop, still, street

WIDE, TALL = (640, 360), (480, 640)
PLATES = {
    "lake": (lake, WIDE),
    "portrait": (portrait, TALL),
    "shop": (shop, WIDE),
    "still": (still, WIDE),
    "street": (street, WIDE),
}


def main() -> int:
    """Reads the command line and renders."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--output", type=Path, required=True, help="folder for the plates")
    parser.add_argument("--samples", type=int, default=128, help="light paths for each pixel")
    parser.add_argument("--only", choices=PLATES, help="render this one only")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    for name in [options.only] if options.only else PLATES:
        scene, size = PLATES[name]
        bpy.ops.wm.read_factory_settings(use_empty=True)
        scene.build()
        render_shot.set_up(options.samples, size)
        bpy.context.scene.cycles.max_bounces = 8
        view = bpy.context.scene.view_settings
        view.view_transform, view.look = "AgX", "AgX - Medium High Contrast"
        bpy.context.scene.render.filepath = str(options.output.resolve() / f"{name}.png")
        bpy.ops.render.render(write_still=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
