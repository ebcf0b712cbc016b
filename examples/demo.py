"""A shot's whole way without a window: install the extension, edit, paint, look at the result.

Runs in a Python that has the bpy module; `make demo` calls it. The extension goes into a Blender
user folder of its own under build/, so nothing of a Blender that is installed here changes.
"""

from __future__ import annotations

import argparse
import importlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SHOT = ROOT / "examples" / "shot"
STYLES = ROOT / "examples" / "styles"
STRIP = "Harbour"
FRAMES_PER_SECOND = 24


def install(extension: Path, user_folder: Path) -> None:
    """Install the zip into an empty Blender user folder and enable it, as a person would do."""
    shutil.rmtree(user_folder, ignore_errors=True)
    user_folder.mkdir(parents=True)
    os.environ["BLENDER_USER_RESOURCES"] = str(user_folder)  # read when bpy is imported
    import bpy

    bpy.ops.extensions.package_install_files(
        filepath=str(extension), repo="user_default", enable_on_install=True
    )


def extension_module(name: str) -> Any:
    """A module of the extension that is installed, not of this folder."""
    return importlib.import_module(f"bl_ext.user_default.ecset.{name}")


def make_edit(blend: Path) -> None:
    """Save a .blend whose timeline holds the shot as one image-sequence strip."""
    import bpy

    plates = sorted(SHOT.glob("frame_*.png"))
    if not plates:
        raise SystemExit(f"There are no frames in {SHOT}: this clone is not complete.")
    scene = bpy.context.scene
    strips = extension_module("sequencer.compat").strips_of(scene.sequence_editor_create())
    strip = strips.new_image(
        name=STRIP, filepath=str(plates[0]), channel=1, frame_start=1, fit_method="ORIGINAL"
    )
    for plate in plates[1:]:
        strip.elements.append(plate.name)
    scene.frame_start, scene.frame_end = 1, len(plates)
    scene.render.fps = FRAMES_PER_SECOND
    size = strip.elements[0]
    scene.render.resolution_x, scene.render.resolution_y = size.orig_width, size.orig_height
    scene.view_settings.view_transform = "Standard"
    for workspace in bpy.data.workspaces:
        if hasattr(workspace, "sequencer_scene"):  # Blender 5: else the sequencer opens empty
            workspace.sequencer_scene = scene
    bpy.context.preferences.filepaths.save_version = 0  # no .blend1 beside them
    blend.parent.mkdir(parents=True, exist_ok=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(blend))
    bpy.ops.file.make_paths_relative()
    bpy.ops.wm.save_mainfile()


def engine(python: Path, *arguments: str | Path) -> None:
    """Call the engine's command line; its output goes where ours goes."""
    done = subprocess.run([python, "-m", "core", *arguments], cwd=ROOT, check=False)
    if done.returncode:
        raise SystemExit(done.returncode)


def stylize(blend: Path, output: Path, python: Path, *arguments: str | Path) -> Path:
    """Paint the strip as `blender --command ecset stylize` does; returns the job's folder."""
    status = extension_module("operators.command_line").main(
        [
            "stylize",
            str(blend),
            *("--strip", STRIP),
            *("--engine-python", str(python)),
            *("--output", str(output)),
            *map(str, arguments),
        ]
    )
    if status:
        raise SystemExit(status)
    return max(output.glob("*/job.json"), key=lambda path: path.stat().st_mtime).parent


def parsed_arguments(description: str, output: Path) -> argparse.Namespace:
    """output: the folder for results if none is named."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--extension", type=Path, required=True, help="the extension's zip")
    parser.add_argument("--engine-python", type=Path, required=True, help="a Python with PyTorch")
    parser.add_argument("--style", type=Path, default=STYLES / "evening.jpg")
    parser.add_argument("--output", type=Path, default=output)
    return parser.parse_args()


def report(began: float, *made: tuple[str, Path]) -> None:
    """How long it took, and where what was made lies. began: by the monotonic clock."""
    print(f"Done in {time.monotonic() - began:.0f} seconds:")
    for what, where in made:
        print(f"  {what:15} {where}")


def main() -> int:
    options = parsed_arguments(__doc__.splitlines()[0], ROOT / "demo")
    began = time.monotonic()
    output = options.output.absolute()
    python = options.engine_python.absolute()  # a link that must stay one: it names the environment

    print("1/4  Installing the extension into a throw-away Blender")
    install(options.extension.absolute(), ROOT / "build" / "demo-blender")

    print("2/4  Putting the shot on a timeline")
    make_edit(output / "shot.blend")

    print(f"3/4  Painting the strip after {options.style.name}", flush=True)
    job = stylize(
        output / "shot.blend",
        output,
        python,
        *("--style", options.style.absolute()),
        *("--save-as", output / "painted.blend"),
    )

    print("4/4  Measuring, and laying out the contact sheet", flush=True)
    sheet = output / "contact_sheet.png"
    engine(python, "measure", job)
    engine(python, "sheet", job, "--output", sheet, "--columns", "4")

    report(
        began,
        ("contact sheet", sheet),
        ("painted frames", job / "frames"),
        ("the timeline", output / "painted.blend"),
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
