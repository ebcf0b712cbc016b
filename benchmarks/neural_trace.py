"""Who works on what while a shot of the look neural is painted, as a picture: reading, flow,
painting and writing overlap, and the painting thread waits for nothing.

    python benchmarks/neural_trace.py                      8 frames of examples/, 320 wide
    python benchmarks/neural_trace.py --coherence '{"method": "long"}'
    python benchmarks/neural_trace.py --trace FILE         draw what ``run --trace`` has written

Leaves a plot, and a table of what the painting thread did, in benchmarks/results/.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import machine  # noqa: E402
import neural_jobs  # noqa: E402
import plates  # noqa: E402
import results  # noqa: E402
from results import table  # noqa: E402

from core.errors import EcsetError, InputError  # noqa: E402

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLOURS = {
    "read": "tab:green",
    "flow": "tab:orange",
    "prepare": "tab:purple",
    "paint": "tab:blue",
    "wait": "tab:red",
    "write": "tab:brown",
}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--trace", type=Path, metavar="FILE", help="draw this one")
    parser.add_argument("--frames", type=int, default=8)
    parser.add_argument("--width", type=int, default=320)
    parser.add_argument(
        "--settings", type=json.loads, default={"quality": "draft"}, help="of the look, as JSON"
    )
    parser.add_argument("--coherence", type=json.loads, default={}, help="as JSON")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--results", type=Path, default=results.FOLDER)
    options = parser.parse_args(arguments)
    try:
        _benchmark(options)
    except EcsetError as error:
        print(f"neural_trace: {error}", file=sys.stderr)
        return error.exit_status
    return 0


def _benchmark(options: argparse.Namespace) -> None:
    if options.trace:
        spans, about = _spans(options.trace), f"{options.trace.name}."
    else:
        spans, about = _painted(options)
    kept = results.Results(options.results, "neural-trace")
    kept.write(_text(spans, about), {"about": about, "spans": spans})
    kept.plot(_plot(spans))


def _painted(options: argparse.Namespace) -> tuple[list[dict[str, Any]], str]:
    """The spans of a run, and what it painted."""
    if not 2 <= options.frames <= plates.EXAMPLE_FRAMES:
        raise InputError(f"--frames must be from 2 to {plates.EXAMPLE_FRAMES}.")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        numbers = range(1, options.frames + 1)
        size = plates.scaled(str(plates.EXAMPLE), numbers, folder, options.width)
        neural_jobs.made(
            folder,
            folder / plates.PATTERN,
            f"1-{options.frames}",
            plates.STYLE,
            neural_jobs.random_weights("vgg19", folder),
            options.settings,
            options.coherence,
        )
        command = [sys.executable, "-m", "core", "run", name, "--trace", str(folder / "trace.json")]
        command += ["--device", options.device]
        done = subprocess.run(
            command, capture_output=True, encoding="utf-8", errors="replace", cwd=ROOT
        )
        if done.returncode:
            raise EcsetError((done.stdout.strip() or done.stderr.strip()).splitlines()[-1])
        about = (
            f"{options.frames} frames of {size[0]}×{size[1]}, settings "
            f"`{json.dumps(options.settings)}`, coherence `{json.dumps(options.coherence)}`, "
            f"{machine.machine(options.device)}. {results.RANDOM_WEIGHTS}"
        )
        return _spans(folder / "trace.json"), about


def _spans(path: Path) -> list[dict[str, Any]]:
    """What a trace says: thread, name, frame, begin and seconds, from the first span's begin on.

    Raises InputError when the file is none.
    """
    try:
        events = json.loads(path.read_text(encoding="utf-8"))["traceEvents"]
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{path} is no trace of a run: {error}.") from None
    names = {
        (event["pid"], event["tid"]): event["args"]["name"]
        for event in events
        if event["name"] == "thread_name"
    }
    works = [event for event in events if event["ph"] == "X"]
    if not any(event["name"] == "paint" for event in works):
        raise InputError(f"{path} tells of no frame that was painted.")
    began = min(event["ts"] for event in works)
    processes = list(dict.fromkeys(event["pid"] for event in works))
    several = len(processes) > 1
    return [
        {
            "thread": (f"{processes.index(event['pid']) + 1}: " if several else "")
            + names.get((event["pid"], event["tid"]), str(event["tid"])),
            "name": event["name"],
            "frame": event["args"].get("frame"),
            "begin": (event["ts"] - began) / 1e6,
            "seconds": event["dur"] / 1e6,
        }
        for event in sorted(works, key=lambda event: event["ts"])
    ]


def shares(spans: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """For each thread that paints, the seconds from its first span to the end of its last
    painting, and the share of each kind of work in them; ``elsewhere`` is the rest."""
    found = {}
    for thread in dict.fromkeys(span["thread"] for span in spans if span["name"] == "paint"):
        here = [span for span in spans if span["thread"] == thread]
        ends = [span["begin"] + span["seconds"] for span in here if span["name"] == "paint"]
        seconds = max(ends) - min(span["begin"] for span in here)
        names = dict.fromkeys(span["name"] for span in here if span["begin"] < max(ends))
        share = {
            name: sum(
                span["seconds"]
                for span in here
                if span["name"] == name and span["begin"] < max(ends)
            )
            / seconds
            for name in names
        }
        share["elsewhere"] = max(0.0, 1 - sum(share.values()))
        found[thread] = {"seconds": seconds, **share}
    return found


def _text(spans: list[dict[str, Any]], about: str) -> str:
    kinds = ["prepare", "paint", "wait", "elsewhere"]
    rows = [
        [thread, f"{share['seconds']:.2f} s", *(f"{share.get(kind, 0):.2%}" for kind in kinds)]
        for thread, share in shares(spans).items()
    ]
    sums = {
        name: sum(span["seconds"] for span in spans if span["name"] == name) for name in _COLOURS
    }
    others = ", ".join(f"{name} {sums[name]:.2f} s" for name in ("read", "flow", "write"))
    return "\n\n".join(
        [
            "# Who works on what",
            about,
            table(["thread that paints", "seconds", *kinds], rows),
            f"Done meanwhile by other threads: {others}.",
        ]
    )


def _plot(spans: list[dict[str, Any]]) -> Figure:
    threads = list(dict.fromkeys(span["thread"] for span in spans))
    figure = results.figure(10, 1.2 + 0.5 * len(threads))
    axes = figure.add_subplot()
    for name in dict.fromkeys(span["name"] for span in spans):
        for row, thread in enumerate(threads):
            bars = [
                (span["begin"], span["seconds"])
                for span in spans
                if (span["thread"], span["name"]) == (thread, name)
            ]
            colour = _COLOURS.get(name, "tab:gray")
            axes.broken_barh(bars, (row - 0.4, 0.8), facecolors=colour, edgecolors="white", lw=0.3)
        axes.broken_barh([], (0, 0), facecolors=_COLOURS.get(name, "tab:gray"), label=name)
    axes.set_yticks(range(len(threads)), threads, fontsize=8)
    axes.invert_yaxis()
    axes.set_xlabel("seconds")
    axes.legend(ncols=6, fontsize=7, loc="lower center", bbox_to_anchor=(0.5, 1))
    return figure


if __name__ == "__main__":
    sys.exit(main())
