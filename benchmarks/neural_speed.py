"""How long a frame of the look neural takes and how much memory it needs, by size, beside the
study of 2017.

    python benchmarks/neural_speed.py                            the study's seven sizes
    python benchmarks/neural_speed.py --sizes 320x240 640x480 --iterations 2 --device cpu

Each size is painted in a process of its own, as a job of two frames like any other, but on each
level of the pyramid by a few iterations only; a frame's seconds are those of an iteration times the
iterations of the schedule, and all that is not iterating. On the CPU and, where there is one, on
the card (--device auto). Leaves a table, all figures and a plot in benchmarks/results/.
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
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import machine  # noqa: E402
import neural_jobs  # noqa: E402
import neural_speed_tables as tables  # noqa: E402
import plates  # noqa: E402
import results  # noqa: E402
import study  # noqa: E402
import torch  # noqa: E402

from core import device as devices  # noqa: E402
from core.errors import EcsetError, InputError  # noqa: E402


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    sizes = [f"{width}x{height}" for width, height in study.SIZES]
    parser.add_argument("--sizes", nargs="+", default=sizes, metavar="WIDTHxHEIGHT")
    parser.add_argument(
        "--iterations", type=int, default=3, help="that are timed on the finest level (3)"
    )
    parser.add_argument("--settings", type=json.loads, default={}, help="of the look, as JSON")
    parser.add_argument("--device", default="auto", help="auto: the CPU, and the card if any")
    parser.add_argument("--results", type=Path, default=results.FOLDER)
    parser.add_argument("--paint", type=Path, help=argparse.SUPPRESS)  # a size's own process
    options = parser.parse_args(arguments)
    try:
        if options.paint:
            import neural_pieces

            print(
                json.dumps(
                    neural_pieces.measured(options.paint, options.device, options.iterations)
                )
            )
        else:
            _benchmark(options)
    except EcsetError as error:
        print(f"neural_speed: {error}", file=sys.stderr)
        return error.exit_status
    return 0


def _benchmark(options: argparse.Namespace) -> None:
    if options.iterations < 1:
        raise InputError(f"--iterations must be 1 or more, not {options.iterations}.")
    sizes = [plates.size(text) for text in options.sizes]
    names = [options.device]
    if options.device == "auto":
        names = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
    found: dict[str, Any] = {
        "machines": {devices.choose(name).type: machine.machine(name) for name in names},
        "settings": options.settings,
        "sizes": [],
    }
    with tempfile.TemporaryDirectory() as name:
        vgg19 = neural_jobs.random_weights("vgg19", Path(name))
        for size in sizes:
            here: dict[str, Any] = {"size": size}
            for device in names:
                here[devices.choose(device).type] = _measured(options, size, vgg19, device)
            found["sizes"].append(here)
            print(f"{size[0]}×{size[1]} measured", file=sys.stderr, flush=True)
    kept = results.Results(options.results, "neural-speed")
    kept.write(tables.text(found), found)
    kept.plot(tables.plot(found))


def _measured(
    options: argparse.Namespace, size: tuple[int, int], vgg19: Path, device: str
) -> dict[str, Any]:
    """What a size's process found, or ``{"failed": why}``: it costs nobody the other figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plates.example(folder, size, 2)
        neural_jobs.made(
            folder, folder / plates.PATTERN, "1-2", plates.STYLE, vgg19, options.settings, {}
        )
        command = [sys.executable, __file__, "--paint", name, "--device", device]
        command += ["--iterations", str(options.iterations)]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace")
    if done.returncode:
        said = (done.stderr.strip() or f"ended by signal {-done.returncode}").splitlines()[-1]
        print(f"neural_speed: {size[0]}×{size[1]} on {device}: {said}", file=sys.stderr)
        return {"failed": said}
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


if __name__ == "__main__":
    sys.exit(main())
