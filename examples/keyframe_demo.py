"""A keyframe painted by hand: marks drawn on one painted frame follow their objects in the others.

Runs in a Python that has the bpy module; `make demo-keyframe` calls it. One frame of the shot is
painted after a style, a script draws on it in a person's stead (drawn_marks.py), and the whole
shot is painted from that picture alone. Then the marks are looked for in every frame, and compared
with where the scene that was rendered says they are (follow_marks.py).
"""

from __future__ import annotations

import subprocess
import sys
import time

import drawn_marks
from demo import ROOT, engine, install, make_edit, parsed_arguments, report, stylize
from PIL import Image

KEYFRAME = drawn_marks.FRAME


def main() -> int:
    options = parsed_arguments(__doc__.splitlines()[0], ROOT / "demo-keyframe")
    began = time.monotonic()
    output = options.output.absolute()
    python = options.engine_python.absolute()  # a link that must stay one: it names the environment
    blend, painting = output / "shot.blend", output / f"keyframe_{KEYFRAME:04}.png"

    print("1/5  Installing the extension, putting the shot on a timeline")
    install(options.extension.absolute(), ROOT / "build" / "demo-blender")
    make_edit(blend)

    print(f"2/5  Painting frame {KEYFRAME} after {options.style.name}", flush=True)
    one = stylize(
        blend,
        output,
        python,
        *("--style", options.style.absolute()),
        *("--frames", f"{KEYFRAME}-{KEYFRAME}"),
    )
    print("3/5  Drawing on it")
    with Image.open(one / "frames" / f"ecset_{KEYFRAME:04}.png") as picture:
        drawn_marks.draw(picture.convert("RGB")).save(painting)

    print("4/5  Painting the shot from that picture", flush=True)
    job = stylize(
        blend,
        output,
        python,
        *("--keyframe", f"{KEYFRAME}={painting}"),
        *("--save-as", output / "painted.blend"),
    )

    print("5/5  Looking for the marks, and laying out the contact sheet", flush=True)
    follow = [sys.executable, ROOT / "examples" / "follow_marks.py", job / "frames"]
    if status := subprocess.run(follow, check=False).returncode:
        return status
    sheet = output / "contact_sheet.png"
    engine(python, "sheet", job, "--output", sheet, "--columns", "4", "--width", "290")

    report(
        began,
        ("keyframe", painting),
        ("contact sheet", sheet),
        ("painted frames", job / "frames"),
        ("the timeline", output / "painted.blend"),
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
