"""How much a shot of the look neural flickers, by the way in which it is held together.

    python benchmarks/neural_flicker.py                       12 frames of examples/, 192 wide
    python benchmarks/neural_flicker.py 'FRAMES/####.png' 1-12 --name tennis

Paints the frames, brought to --width, in six ways: each alone (naive), begun from the frame before
along the motion, held to it, held to several, in passes there and back, and the engine's own way
(anchored). Prints the figures of ``python -m core measure``, and whether each of the first five
flickers less than the one before it in that list. Leaves table, figures and plot in
benchmarks/results/. Some ten minutes on two cores; --settings '{"iterations": [20]}' halves them.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import machine  # noqa: E402
import neural_jobs  # noqa: E402
import plates  # noqa: E402
import results  # noqa: E402
from results import seconds, table  # noqa: E402

from core import device as devices  # noqa: E402
from core import job, measure, run  # noqa: E402
from core.errors import EcsetError, InputError  # noqa: E402

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# By what they are called; each but the last should flicker less than the one before it.
WAYS: dict[str, dict[str, Any]] = {
    "naive": {"enabled": False},
    "warp start": {"method": "warp"},
    "short-term": {"method": "short"},
    "long-term": {"method": "long"},
    "multi-pass": {"method": "multipass"},
    "anchored": {"method": "anchored"},
}
_IN_ORDER = list(WAYS)[:-1]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("plates", nargs="?", default=str(plates.EXAMPLE))
    parser.add_argument("frames", nargs="?", default="1-12", metavar="A-B")
    parser.add_argument("--name", default="harbour", help="of the clip, in the results")
    parser.add_argument("--width", type=int, default=192, help="that frames are brought to (192)")
    parser.add_argument("--style", type=Path, default=plates.STYLE)
    parser.add_argument("--settings", type=json.loads, default={}, help="of the look, as JSON")
    parser.add_argument("--coherence", type=json.loads, default={}, help="of all ways, as JSON")
    parser.add_argument("--weights", type=Path, help="of VGG-19 (random ones)")
    parser.add_argument("--output", type=Path, help="keep plates and jobs in this folder")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--results", type=Path, default=results.FOLDER)
    options = parser.parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory() as folder:
            _benchmark(options, options.output or Path(folder))
    except EcsetError as error:
        print(f"neural_flicker: {error}", file=sys.stderr)
        return error.exit_status
    return 0


def _benchmark(options: argparse.Namespace, folder: Path) -> None:
    chosen = job.parse_range(options.frames)
    if "#" not in options.plates or options.width < 16:
        raise InputError("Plates are named with # for the frame's number; 16 is the least width.")
    size = plates.scaled(options.plates, chosen.numbers(), folder / "plates", options.width)
    vgg19 = options.weights or neural_jobs.random_weights("vgg19", folder)
    found: dict[str, Any] = {
        "clip": options.name,
        "frames": str(chosen),
        "size": size,
        "machine": machine.machine(options.device),
        "random": options.weights is None,
        "settings": options.settings,
        "coherence": options.coherence,
        "ways": {},
    }
    for way, coherence in WAYS.items():
        the_job = neural_jobs.made(
            folder / way.replace(" ", "-"),
            folder / "plates" / plates.PATTERN,
            options.frames,
            options.style,
            vgg19,
            options.settings,
            {**options.coherence, **coherence},
        )
        began = time.monotonic()
        run.run(the_job, the_job.frames, _dot, devices.prepared(options.device))
        took = (time.monotonic() - began) / len(chosen.numbers())
        figures = measure.measure(the_job, device_name=options.device)
        found["ways"][way] = {"seconds": took, **asdict(figures)}
        print(f" {way} painted", file=sys.stderr, flush=True)
    kept = results.Results(options.results, f"neural-flicker-{options.name}")
    kept.write(_text(found), found)
    kept.plot(_plot(found))


def _dot(event: str, **_: Any) -> None:
    if event == "frame":
        print(".", end="", flush=True, file=sys.stderr)


def steps(flicker: dict[str, float]) -> list[str]:
    """What became of each step of the list, as lines."""
    return [
        f"- {after} below {before}: {'yes' if flicker[after] < flicker[before] else 'no'}, "
        f"{flicker[after]:.4f} after {flicker[before]:.4f} "
        f"({flicker[after] / max(flicker[before], 1e-6) - 1:+.0%})"
        for before, after in itertools.pairwise(_IN_ORDER)
    ]


def _text(found: dict[str, Any]) -> str:
    ways = found["ways"]
    naive = ways["naive"]
    head = ["", "flicker", "of naive", "of plates'", "high frequencies: most, last", "drift"]
    head += ["s/frame"]
    rows = [
        [
            way,
            f"{here['flicker']:.4f}",
            f"{here['flicker'] / max(naive['flicker'], 1e-6):.2f}",
            f"{here['flicker'] / max(naive['plates_flicker'], 1e-6):.2f}",
            f"{here['energy_worst']:+.0%}, {here['energy_last']:+.0%}",
            f"{here['drift']:.1f}/255",
            seconds(here["seconds"]),
        ]
        for way, here in ways.items()
    ]
    rows.append(
        ["plates", f"{naive['plates_flicker']:.4f}", "", "", f"{naive['plates_energy_worst']:+.0%}"]
        + ["", ""]
    )
    about = [
        f"Frames {found['frames']}, {found['size'][0]}×{found['size'][1]}, {found['machine']}."
    ]
    about += [
        f"{name.capitalize()}: `{json.dumps(found[name])}`."
        for name in ("settings", "coherence")
        if found[name]
    ]
    about += [results.RANDOM_WEIGHTS] if found["random"] else []
    measured = (
        f"Flicker on {naive['reliable']:.0%} of pixels, {naive['pairs']} pairs, {naive['cuts']} "
        f"cuts; {naive['motion']:.1f} pixels of motion a frame. Seconds a frame are those of the "
        "whole run, all passes among them."
    )
    flicker = {way: here["flicker"] for way, here in ways.items()}
    return "\n\n".join(
        [
            f"# Flicker of the look neural, by way: {found['clip']}",
            " ".join(about),
            table(head, rows),
            measured,
            "Each step below the last?",
            "\n".join(steps(flicker)),
        ]
    )


def _plot(found: dict[str, Any]) -> Figure:
    figure = results.figure(7, 3.5)
    axes = figure.add_subplot()
    ways = found["ways"]
    bars = axes.bar(list(ways), [here["flicker"] for here in ways.values()], color="tab:blue")
    axes.bar_label(bars, fmt="%.4f", fontsize=8)
    axes.axhline(ways["naive"]["plates_flicker"], color="tab:red", label="the plates' own")
    axes.set_ylabel("flicker")
    axes.set_title(f"{found['clip']}, {found['size'][0]}×{found['size'][1]}", fontsize=10)
    axes.legend(fontsize=8)
    return figure


if __name__ == "__main__":
    sys.exit(main())
