"""How long the motion between two frames takes and how much memory it needs, by size: OpenCV's
dense inverse search in its presets, and RAFT.

    python benchmarks/neural_flow.py
    python benchmarks/neural_flow.py --sizes 320x240 640x480 --flows dis raft-small --limit 10

Each figure is taken in a process of its own: flows there and back between two frames of the example
shot, enlarged. Where an estimator takes more than --limit seconds, larger sizes are left out. RAFT
runs on the CPU and, where there is one, on the card (--device auto). Leaves a table and all figures
in benchmarks/results/.
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

import machine  # noqa: E402
import neural_jobs  # noqa: E402
import plates  # noqa: E402
import results  # noqa: E402
import study  # noqa: E402
import torch  # noqa: E402
from results import mebibytes, seconds  # noqa: E402

from core import device as devices  # noqa: E402
from core import flow, frames, job  # noqa: E402
from core.errors import EcsetError  # noqa: E402

FLOWS = ("dis", "dis-medium", "dis-fast", "dis-ultrafast", "raft-small", "raft-large")
_RUNS = 3


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    sizes = [f"{width}x{height}" for width, height in study.SIZES]
    parser.add_argument("--sizes", nargs="+", default=sizes, metavar="WIDTHxHEIGHT")
    parser.add_argument("--flows", nargs="+", default=FLOWS, choices=FLOWS)
    parser.add_argument("--limit", type=float, default=30, help="seconds (30)")
    parser.add_argument("--device", default="auto", help="auto: the CPU, and the card if any")
    parser.add_argument("--results", type=Path, default=results.FOLDER)
    parser.add_argument("--between", type=Path, help=argparse.SUPPRESS)  # its own process
    parser.add_argument("--weights", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    try:
        if options.between:
            print(json.dumps(_measured(options)))
        else:
            _benchmark(options)
    except EcsetError as error:
        print(f"neural_flow: {error}", file=sys.stderr)
        return error.exit_status
    return 0


def _benchmark(options: argparse.Namespace) -> None:
    sizes = sorted((plates.size(text) for text in options.sizes), key=lambda s: s[0] * s[1])
    names = [options.device]
    if options.device == "auto":
        names = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
    found: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for size in sizes:
            plates.example(folder / f"{size[0]}x{size[1]}", size, 2)
        for estimator in options.flows:
            for device in names:
                # OpenCV's does not know of cards.
                if estimator.startswith("raft") or device == names[0]:
                    found += _by_size(options, estimator, device, sizes, folder)
    data = {"machines": [machine.machine(n) for n in names], "limit": options.limit, "found": found}
    results.Results(options.results, "neural-flow").write(_text(data, sizes), data)


def _by_size(
    options: argparse.Namespace,
    estimator: str,
    device: str,
    sizes: Sequence[tuple[int, int]],
    folder: Path,
) -> list[dict[str, Any]]:
    """An estimator's figures, up to the size that takes too long."""
    command = [sys.executable, __file__, "--flows", estimator, "--limit", str(options.limit)]
    command += ["--device", device]
    if estimator.startswith("raft"):
        command += ["--weights", str(neural_jobs.random_weights(estimator, folder))]
    found: list[dict[str, Any]] = []
    for size in sizes:
        here = [*command, "--between", str(folder / f"{size[0]}x{size[1]}")]
        done = subprocess.run(here, capture_output=True, encoding="utf-8", errors="replace")
        entry = {"flow": estimator, "device": devices.choose(device).type, "size": size}
        found.append(entry)
        if done.returncode:
            said = (done.stderr.strip() or f"ended by signal {-done.returncode}").splitlines()[-1]
            print(f"neural_flow: {estimator} at {size[0]}×{size[1]}: {said}", file=sys.stderr)
            entry["failed"] = said
            break
        entry |= json.loads(done.stdout.splitlines()[-1])
        if entry["seconds"] > options.limit:
            break
    print(f"{estimator} measured", file=sys.stderr, flush=True)
    return found


def _measured(options: argparse.Namespace) -> dict[str, Any]:
    """Seconds of the flows there and back, and the most memory in use, in bytes."""
    where = devices.prepared(options.device).device
    pattern = str(options.between / plates.PATTERN)
    paths = [Path(job.numbered(pattern, number)) for number in (1, 2)]
    pair = [devices.to_tensor(frames.read(path).rgb, where) for path in paths]
    estimate = flow.estimator(options.flows[0], options.weights)
    took: list[float] = []
    while len(took) < _RUNS and sum(took) <= options.limit:
        began = time.monotonic()
        flows = estimate(*pair)
        [each.cpu() for each in flows]  # which waits for a card
        took.append(time.monotonic() - began)
    return {
        "seconds": statistics.median(took),
        "runs": len(took),
        "memory": machine.peak_memory(),
        "card": torch.cuda.max_memory_allocated(where) if where.type == "cuda" else None,
    }


def _text(data: dict[str, Any], sizes: Sequence[tuple[int, int]]) -> str:
    columns = list(dict.fromkeys((entry["flow"], entry["device"]) for entry in data["found"]))
    cells = {(e["flow"], e["device"], tuple(e["size"])): e for e in data["found"]}
    head = ["size", *(f"{name}, {device}" for name, device in columns), "study (2017)"]
    times, memory, left_out = [], [], []
    for size in sizes:
        here = [cells.get((*column, size)) for column in columns]
        title = f"{size[0]}×{size[1]}"
        took = ["" if each is None else seconds(each.get("seconds")) for each in here]
        times.append([title, *took, seconds(study.flow(size))])
        memory.append([title, *("" if each is None else _held(each) for each in here)])
        left_out += [
            f"{name} at {title} on {device}"
            for (name, device), each in zip(columns, here, strict=True)
            if each is None or "failed" in each
        ]
    how = (
        f"{'; '.join(data['machines'])}. Median of up to {_RUNS} runs, the first among them. "
        "RAFT with random weights, which cost what the trained ones cost."
    )
    without = (
        f"Left out, since it or a smaller size took more than {data['limit']:g} s or failed: "
        f"{', '.join(left_out) or 'nothing'}."
    )
    return "\n\n".join(
        [
            "# Seconds of the flow between two frames, there and back",
            how,
            results.table(head, times),
            without,
            "Peak memory of the process, or what was allocated on the card:",
            results.table(head[:-1], memory),
        ]
    )


def _held(entry: dict[str, Any]) -> str:
    card = entry.get("card")
    return mebibytes(entry.get("memory") if card is None else card)


if __name__ == "__main__":
    sys.exit(main())
