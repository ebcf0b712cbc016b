"""How long frames take and how much memory they need, by size.

    python benchmarks/speed.py                                   640×480 to 3840×2160, on auto
    python benchmarks/speed.py --sizes 640x480 1280x720 --device cpu --frames 6
    python benchmarks/speed.py --ebsynth PATH/TO/ebsynth         a C++ peer, timed beside

Each size is painted in a process of its own, as a job like any other, from frames of the shot in
examples/, enlarged, or from a picture (--plate) that a camera pans over. Prints one Markdown table.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import plates  # noqa: E402
from PIL import Image  # noqa: E402

from core import frames, job  # noqa: E402
from core.errors import EcsetError, InputError  # noqa: E402

SIZES = ("640x480", "1280x720", "1920x1080", "3840x2160")
_FLOW_RUNS = 3


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", nargs="+", default=SIZES, metavar="WIDTHxHEIGHT")
    parser.add_argument("--frames", type=int, default=5, help="of each size (5)")
    parser.add_argument("--plate", type=Path, help="a picture to pan over")
    parser.add_argument("--style", type=Path, default=plates.STYLE)
    parser.add_argument("--settings", type=json.loads, default={}, help="of the look, as JSON")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--ebsynth", type=Path, metavar="PROGRAM", help="time this peer as well")
    parser.add_argument("--paint", type=Path, help=argparse.SUPPRESS)  # a size's own process
    options = parser.parse_args(arguments)
    try:
        if options.paint:
            _paint(options.paint, options.device)
        else:
            return _benchmark(options)
    except EcsetError as error:
        print(f"speed: {error}", file=sys.stderr)
        return error.exit_status
    return 0


def _benchmark(options: argparse.Namespace) -> int:
    """Returns the exit status: that of the peer's failure, which costs nobody the other figures."""
    most = 10_000 if options.plate else plates.EXAMPLE_FRAMES
    if not 2 <= options.frames <= most:
        raise InputError(f"--frames must be from 2 to {most}, not {options.frames}.")
    sizes = [plates.size(text) for text in options.sizes]
    # Torch is loaded in the processes that are measured, and here for its name alone.
    from machine import machine

    print(f"{machine(options.device)}; {options.frames} frames of each size\n")
    peer = " EbSynth, one frame |" if options.ebsynth else ""
    print(
        "| size | prepare | first frame | later frames | of these, flow | peak memory |"
        f" on the card |{peer}"
    )
    print(f"|---|---|---|---|---|---|---|{'---|' if peer else ''}")
    status = 0
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            cells = [f"{size[0]}×{size[1]}", *_measured(options, folder, size)]
            if cells[1].startswith("failed"):
                status = status or 1
            if options.ebsynth:
                try:
                    cells.append(_peer(options, folder, size))
                except InputError as error:
                    cells.append("failed")
                    print(f"speed: {error}", file=sys.stderr)
                    status = error.exit_status
        print(f"| {' | '.join(cells)} |", flush=True)
    return status


def _measured(options: argparse.Namespace, folder: Path, size: tuple[int, int]) -> list[str]:
    """Paints one size in a process of its own. Seconds and memory, as cells."""
    if options.plate:
        plates.panned(options.plate, folder, size, options.frames)
    else:
        plates.example(folder, size, options.frames)
    data = {
        "version": job.VERSION,
        "plates": plates.PATTERN,
        "frames": {"first": 1, "last": options.frames},
        "look": {
            "name": "patch",
            "styles": [{"path": str(options.style.resolve())}],
            "settings": options.settings,
        },
    }
    job.save(job.parse(data, folder), folder)
    command = [sys.executable, __file__, "--paint", str(folder), "--device", options.device]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace")
    if done.returncode:
        said = (done.stderr.strip() or f"ended by signal {-done.returncode}").splitlines()[-1]
        return [f"failed: {said}", *[""] * 5]
    found = json.loads(done.stdout.splitlines()[-1])
    card = found["card"]
    return [
        f"{found['prepare']:.1f} s",
        f"{found['frames'][0]:.2f} s",
        f"{statistics.median(found['frames'][1:]):.2f} s",
        f"{found['flow']:.2f} s",
        f"{found['memory'] / 2**20:.0f} MiB",
        "" if card is None else f"{card / 2**20:.0f} MiB",
    ]


def _paint(folder: Path, device_name: str) -> None:
    """Does a job and prints what it took as JSON."""
    import machine
    import torch

    from core import device as devices
    from core import flow, run

    painted: list[tuple[float, float]] = []  # when a frame was done, and its seconds

    def listen(event: str, **fields: Any) -> None:
        if event == "frame":
            painted.append((time.monotonic(), fields["seconds"]))

    the_job = job.load(folder)
    began = time.monotonic()
    run.run(the_job, the_job.frames, listen, devices.prepared(device_name))
    prepared = painted[0][0] - painted[0][1] - began
    # The peaks, before anything else is done.
    device = devices.choose(device_name)
    card = torch.cuda.max_memory_allocated(device) if device.type == "cuda" else None
    memory = machine.peak_memory()
    pair = [devices.to_tensor(frames.read(the_job.plate(n)).rgb, device) for n in (1, 2)]
    estimate = flow.estimator(the_job.coherence.flow)
    took = []
    for _ in range(_FLOW_RUNS):
        began = time.monotonic()
        estimate(*pair)
        took.append(time.monotonic() - began)
    found = {
        "prepare": prepared,  # all that goes before the first frame
        "frames": [seconds for _, seconds in painted],
        "flow": statistics.median(took),
        "memory": memory,
        "card": card,
    }
    print(json.dumps(found))


def _peer(options: argparse.Namespace, folder: Path, size: tuple[int, int]) -> str:
    import ebsynth

    from core import device as devices

    with Image.open(options.style) as image:
        style = image.convert("RGB")
    factor = max(size) / max(style.size)
    style = style.resize(
        (round(style.width * factor), round(style.height * factor)), Image.Resampling.LANCZOS
    )
    device = devices.choose(options.device).type
    plate = folder / "plate_0001.png"
    return f"{ebsynth.seconds(options.ebsynth, plate, style, device, folder):.2f} s"


if __name__ == "__main__":
    sys.exit(main())
