"""What coherence costs and what it buys: one shot painted with it and without, in one run, and for
comparison only the first frame painted and pulled along the motion.

    python benchmarks/coherence.py                        the shot in examples/
    python benchmarks/coherence.py 'FRAMES/####.png' 1-72 --style PICTURE
    python benchmarks/coherence.py 'FOLDER/frame_####.png' 1-72 --vector 'FOLDER/motion_####.exr'

The last line is for a shot whose motion is known, such as render_motion.py makes. Prints the four
figures of ``python -m core measure`` as a table, and which goals are met. Pulling the first frame
along must miss some: figures that it passes with would be bad ones.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from machine import machine  # noqa: E402

from core import device as devices  # noqa: E402
from core import flow, frames, job, measure, run  # noqa: E402
from core.errors import EcsetError  # noqa: E402
from core.flow.warp import warp  # noqa: E402
from core.frames import Picture  # noqa: E402
from core.job import Job  # noqa: E402

ALONE, COHERENT = "alone", "coherent"
# Only the first frame is painted: the rest is pulled along, frame by frame as shots are held, or
# by the flow back to the first frame, all in one.
STEP_BY_STEP, AT_ONCE = "first frame warped", "first frame warped at once"


class _Seconds:
    """A listener that keeps the seconds of the frames."""

    def __init__(self) -> None:
        self.frames: list[float] = []

    def __call__(self, event: str, **fields: Any) -> None:
        if event == "frame":
            self.frames.append(fields["seconds"])
            print(".", end="", flush=True, file=sys.stderr)

    def median(self) -> float | None:
        """Of the frames after the first. None where the frames were there already."""
        return statistics.median(self.frames[1:]) if len(self.frames) > 1 else None


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    examples = ROOT / "examples"
    parser.add_argument("plates", nargs="?", default=str(examples / "shot/frame_####.png"))
    parser.add_argument("frames", nargs="?", default="1-24", metavar="A-B")
    parser.add_argument("--style", default=str(examples / "styles/evening.jpg"))
    parser.add_argument("--settings", type=json.loads, default={}, help="of the look, as JSON")
    parser.add_argument("--vector", metavar="PATTERN", help="OpenEXR files with exact motion")
    parser.add_argument("--output", type=Path, help="keep the three jobs in this folder")
    parser.add_argument("--device", default="auto")
    options = parser.parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory() as folder:
            _benchmark(options, options.output or Path(folder))
    except EcsetError as error:
        print(f"coherence: {error}", file=sys.stderr)
        return error.exit_status
    return 0


def _benchmark(options: argparse.Namespace, folder: Path) -> None:
    chosen = job.parse_range(options.frames)
    _, size = frames.survey(Path(job.numbered(options.plates, chosen.first)))
    print(f"{size[1]}×{size[0]}, frames {chosen}, {machine(options.device)}")
    found, seconds = {}, {}
    for way in (ALONE, COHERENT, STEP_BY_STEP, AT_ONCE):
        the_job = _job(options, folder / way.replace(" ", "-"), coherent=way != ALONE)
        heard = _Seconds()
        if way in (ALONE, COHERENT):
            run.run(the_job, the_job.frames, heard, devices.prepared(options.device))
        else:
            painted = _job(options, folder / ALONE, coherent=False)
            _warp_along(painted, the_job, at_once=way == AT_ONCE)
        seconds[way] = heard.median()
        found[way] = measure.measure(the_job, options.vector, options.device)
    print()
    _table(found, seconds)
    for way in (COHERENT, STEP_BY_STEP, AT_ONCE):
        print(f"\n{way}:", *measure.judge(found[way], found[ALONE]), sep="\n  ")


def _job(options: argparse.Namespace, folder: Path, coherent: bool) -> Job:
    chosen = job.parse_range(options.frames)
    look = {
        "name": "patch",
        "styles": [{"path": str(Path(options.style).resolve())}],
        "settings": options.settings,
    }
    made = job.parse(
        {
            "version": job.VERSION,
            "plates": str(Path(options.plates).resolve()),
            "frames": {"first": chosen.first, "last": chosen.last},
            "look": look,
            "coherence": {"enabled": coherent},
        },
        folder,
    )
    folder.mkdir(parents=True, exist_ok=True)
    job.save(made, folder)
    return made


def _warp_along(painted: Job, to: Job, at_once: bool) -> None:
    """Writes the first frame of ``painted``, pulled along the flow that shots are painted with."""
    device = devices.choose("cpu")
    estimate = flow.estimator(to.coherence.flow)
    first = devices.to_tensor(frames.read(painted.result(to.frames.first)).rgb, device)
    result, before, back_to_first = first, None, None
    for frame in to.frames.numbers():
        plate = devices.to_tensor(frames.read(to.plate(frame)).rgb, device)
        if before is not None:
            _, backward = estimate(before, plate)
            if at_once:
                far = (
                    backward if back_to_first is None else backward + warp(back_to_first, backward)
                )
                result, back_to_first = warp(first, far, mode="bicubic").clamp(0, 1), far
            else:
                result = warp(result, backward, mode="bicubic").clamp(0, 1)
        before = plate
        picture = Picture(devices.to_array(result))
        frames.write(picture, to.result(frame), to.output.depth, "warped")


def _table(found: dict[str, measure.Figures], seconds: dict[str, float | None]) -> None:
    """Markdown."""
    alone = found[ALONE]
    print("| | flicker | of alone | of plates | high frequencies: most, last | drift | ", end="")
    print("distance to style | of alone | s/frame |")
    print("|---|---|---|---|---|---|---|---|---|")
    for way, figures in found.items():
        assert figures.style is not None
        assert alone.style is not None
        cells = [
            way,
            f"{figures.flicker:.4f}",
            f"{figures.flicker / alone.flicker:.2f}",
            f"{figures.flicker / figures.plates_flicker:.2f}",
            f"{figures.energy_worst:+.0%}, {figures.energy_last:+.0%}",
            f"{figures.drift:.1f}/255",
            f"{figures.style:.4f}",
            f"{figures.style / alone.style:.2f}",
            "" if seconds[way] is None else f"{seconds[way]:.2f}",
        ]
        print(f"| {' | '.join(cells)} |")
    print(f"| plates | {alone.plates_flicker:.4f} | | | {alone.plates_energy_worst:+.0%} |||||")
    print(
        f"\nFlicker on {alone.reliable:.0%} of pixels, {alone.pairs} pairs, {alone.cuts} cuts; "
        f"{alone.motion:.1f} pixels of motion a frame."
    )


if __name__ == "__main__":
    sys.exit(main())
