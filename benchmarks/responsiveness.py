"""How long the window stands still while a strip is painted.

In a real window (Blender, Xvfb) on a virtual screen: the pauses of Blender's main loop at rest and
while a job runs, with the engine and with a stand-in that only copies frames.  Python with the
engine's modules is that which this runs in.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/gui")]

import numpy as np  # noqa: E402
from launch import Blender, Screen  # noqa: E402

from benchmarks import results  # noqa: E402
from benchmarks.machine import machine  # noqa: E402

TITLE = "# Pauses of Blender's main loop while a strip is painted"

EXPLANATION = """\
A pause is what one turn of the main loop takes: events, timers and drawing. The last columns are
the most that was seen in one turn: of the main thread ready to go on while others had the
processors; of the pause without that; of the main thread at work on a processor; of our callbacks,
which are the timer that looks after the queue, with all that it does to the timeline, and the
drawing of our panels. The rest of a pause is software OpenGL at work in other threads, which a
graphics card does not need. The rows without a job are what the machine does by itself, with
whatever else runs on it."""

HEAD = (
    "Blender",
    "meanwhile",
    "longest pause",
    "99th percentile",
    "over 50 ms",
    "waiting for a processor",
    "longest without that",
    "main thread at work",
    "in our callbacks",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=192, help="of the shot: a minute's work")
    parser.add_argument("--seconds", type=float, default=60, help="at rest")
    parser.add_argument(
        "--size",
        default="800x500",
        help="of the window; a larger one is drawn for longer than a pause may take",
    )
    parser.add_argument("--folder", type=Path, default=results.FOLDER)
    options = parser.parse_args()
    with Screen() as screen, tempfile.TemporaryDirectory(prefix="ecset-") as folder:

        def measure(name: str, python: str | None, idle: bool) -> dict[str, Any]:
            plan = {"length": options.frames, "at_rest": options.seconds, "idle": idle}
            return stages_of(Path(folder) / name, python, screen, options.size, plan)

        stand_in = measure("stand-in", None, True)
        engine = measure("engine", sys.executable, False)
    stages = [*stand_in["stages"], *engine["stages"]]
    names = [
        ("still", "nothing, the same redrawn"),
        ("still", job_name("a job, the stand-in", stages[1])),
        ("playing", "nothing, the same redrawn"),
        ("playing", job_name("a job, the stand-in", stages[3])),
        ("still", job_name("a job, the engine", stages[4])),
        ("playing", job_name("a job, the engine", stages[5])),
    ]
    order = (0, 1, 4, 2, 3, 5)
    rows = [row(*names[index], stages[index]) for index in order]
    about = (
        f"Blender {stand_in['version']}, a window of {options.size}, software OpenGL; "
        f"{machine('cpu')}. {options.frames} frames of 432×240."
    )
    text = "\n\n".join((TITLE, about, results.table(HEAD, rows), EXPLANATION))
    kept = [
        {**summary(stages[index]), "name": names[index], "longest turns": longest(stages[index])}
        for index in order
    ]
    results.Results(options.folder, "responsiveness").write(text, kept)


def stages_of(
    folder: Path, python: str | None, screen: str, size: str, plan: dict[str, Any]
) -> dict[str, Any]:
    """What was measured in a window, with the engine's `python` or a stand-in."""
    folder.mkdir()
    blender = Blender(folder, python)
    blender.install(blender.build())
    work = folder / "work"
    work.mkdir()
    plan = {"folder": str(work), "pictures": str(work), **plan}
    script = ROOT / "benchmarks/responsiveness_window.py"
    return blender.in_window(screen, script, plan, frame_seconds=0.3, size=size)


def job_name(name: str, stage: dict[str, Any]) -> str:
    return f"{name} ({stage['job']:.0f} s)"


def summary(stage: dict[str, Any]) -> dict[str, float]:
    """Seconds, and how many pauses were too long."""
    pause, work, waiting, ours = np.array(stage["turns"]).T
    return {
        "turns": len(pause),
        "longest": pause.max(),
        "percentile": np.percentile(pause, 99),
        "too long": int((pause > 0.05).sum()),
        "work": work.max(),
        "waiting": waiting.max(),
        "without": (pause - waiting).max(),
        "ours": ours.max(),
    }


def longest(stage: dict[str, Any]) -> list[dict[str, Any]]:
    """What is known of the twenty longest turns."""
    return sorted(stage["long"], key=lambda turn: -turn["turn"][0])[:20]


def row(state: str, meanwhile: str, stage: dict[str, Any]) -> Sequence[str]:
    found = summary(stage)
    times = [found[name] for name in ("longest", "percentile")]
    ours = [found[name] for name in ("waiting", "without", "work", "ours")]
    return (
        state,
        meanwhile,
        *map(milliseconds, times),
        f"{found['too long']} of {found['turns']}",
        *map(milliseconds, ours),
    )


def milliseconds(value: float) -> str:
    return f"{1000 * value:.1f} ms" if value < 0.01 else f"{1000 * value:.0f} ms"


if __name__ == "__main__":
    main()
