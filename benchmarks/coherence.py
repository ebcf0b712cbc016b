"""What coherence costs and what it buys: one shot painted with it and without, in one run.

    python benchmarks/coherence.py                        the shot in examples/
    python benchmarks/coherence.py 'FRAMES/####.png' 1-24 --style PICTURE

Prints flicker (mean squared change along the plates' motion, on reliable pixels) and the median of
seconds a frame, after the first, for both ways.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from core import frames, job, measure, run  # noqa: E402


class _Seconds:
    """A listener that keeps the seconds of the frames."""

    def __init__(self) -> None:
        self.frames: list[float] = []

    def __call__(self, event: str, **fields: Any) -> None:
        if event == "frame":
            self.frames.append(fields["seconds"])
            print(".", end="", flush=True, file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    examples = ROOT / "examples"
    parser.add_argument("plates", nargs="?", default=str(examples / "shot/frame_####.png"))
    parser.add_argument("frames", nargs="?", default="1-24", metavar="A-B")
    parser.add_argument("--style", default=str(examples / "styles/evening.jpg"))
    parser.add_argument("--device", default="auto")
    options = parser.parse_args()

    chosen = job.parse_range(options.frames)
    _, size = frames.survey(Path(job.numbered(options.plates, chosen.first)))
    print(f"{size[1]}×{size[0]}, frames {chosen}, {_machine()}, device {options.device}")
    rows = {}
    with tempfile.TemporaryDirectory() as folder:
        for enabled in (False, True):
            made = job.parse(
                {
                    "version": 1,
                    "plates": str(Path(options.plates).resolve()),
                    "frames": {"first": chosen.first, "last": chosen.last},
                    "look": {
                        "name": "patch",
                        "styles": [{"path": str(Path(options.style).resolve())}],
                    },
                    "coherence": {"enabled": enabled},
                },
                Path(folder) / str(enabled),
            )
            seconds = _Seconds()
            run.run(made, made.frames, seconds, options.device)
            found = measure.flicker(made, options.device)
            rows[enabled] = found
            print(
                f"\ncoherence {'on ' if enabled else 'off'}: flicker {found.result:.2e}, "
                f"{statistics.median(seconds.frames[1:]):.2f} s/frame"
            )
    plates, off, on = rows[True].plates, rows[False].result, rows[True].result
    print(f"plates themselves: {plates:.2e} (noise and what the flow misses)")
    print(f"on / off: {on / off:.2f}; {rows[True].reliable:.0%} of pixels, {rows[True].cuts} cuts")


def _machine() -> str:
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        match = re.search(r"model name\s*:\s*(.+)", cpuinfo.read_text())
        model = match[1] if match else model
    return f"{model}, {os.cpu_count()} cores"


if __name__ == "__main__":
    main()
