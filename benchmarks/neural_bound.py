"""What the look neural costs beside the bare bound of its arithmetic: forward and backward of the
same layers of VGG-19 alone.

    python benchmarks/neural_bound.py                       640×480 on the CPU, some minutes
    python benchmarks/neural_bound.py --profile 20          and where the time goes, 20 lines

The bound is torchvision's own network up to conv5_1 in channels-last order, borders padded with
zeros, no loss, and no gradient but the picture's. A step is one of the optimiser with all default
terms, as in a later frame of a shot: content, style, total variation, temporal. Both take turns in
one process, so that what else the machine does slows both. Beside it, each against the bound in
the same way: the default order of memory, bfloat16, torch.compile. Leaves a table and all figures
in benchmarks/results/.
"""

from __future__ import annotations

import argparse
import copy
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import machine  # noqa: E402
import neural_jobs  # noqa: E402
import plates  # noqa: E402
import results  # noqa: E402
import torch  # noqa: E402
from results import seconds, table  # noqa: E402
from torch import Tensor, nn  # noqa: E402
from torchvision.models import vgg19  # noqa: E402

from core import device as devices  # noqa: E402
from core import frames, looks  # noqa: E402
from core.device import Machine  # noqa: E402
from core.errors import EcsetError, InputError  # noqa: E402
from core.looks import Hold, Plate, Source, optimise  # noqa: E402

GOAL = 1.15
_LAST = 29  # of torchvision's list: up to conv5_1, without the ReLU behind it

Work = Callable[[], Any]


class Turns:
    """An objective before whose every evaluation the bound is done, too, and timed.

    steps: seconds from one evaluation to the next, the optimiser's among them; bounds: those of the
    bound before each.
    """

    def __init__(self, objective: optimise.Objective, bound: Work, wait: Work) -> None:
        self._objective, self._bound, self._wait = objective, bound, wait
        self.steps: list[float] = []
        self.bounds: list[float] = []
        self._began: float | None = None

    def __call__(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        self.ended()
        self.bounds.append(timed(self._bound, self._wait))
        self._began = time.perf_counter()
        return self._objective(picture)

    def ended(self) -> None:
        """The last step is over."""
        self._wait()
        if self._began is not None:
            self.steps.append(time.perf_counter() - self._began)


class _Catch:
    """In the place of an optimiser: takes what one is given, and does nothing."""

    def __init__(self) -> None:
        self.caught: list[tuple[optimise.Objective, Tensor]] = []

    def __call__(
        self,
        objective: optimise.Objective,
        picture: Tensor,
        iterations: int,
        settled: float,
        painted: bool = False,
    ) -> Tensor:
        self.caught.append((objective, picture))
        return picture


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", default="640x480", metavar="WIDTHxHEIGHT")
    parser.add_argument("--rounds", type=int, default=9, help="after one to warm up (9)")
    parser.add_argument("--profile", type=int, default=0, metavar="LINES")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--no-variants", action="store_true", help="the optimisers only")
    parser.add_argument("--results", type=Path, default=results.FOLDER)
    options = parser.parse_args(arguments)
    try:
        _benchmark(options)
    except EcsetError as error:
        print(f"neural_bound: {error}", file=sys.stderr)
        return error.exit_status
    return 0


def _benchmark(options: argparse.Namespace) -> None:
    size = plates.size(options.size)
    if options.rounds < 1:
        raise InputError(f"--rounds must be 1 or more, not {options.rounds}.")
    where = devices.prepared(options.device)
    wait = _waiting(where.device)
    network = bare(where.device)
    bound = both_ways(network, size, torch.float32, torch.channels_last)
    rows = []
    for name in optimise.OPTIMISERS:
        objective, picture = captured(name, size, where)
        turns = Turns(objective, bound, wait)
        optimise.OPTIMISERS[name](turns, picture, options.rounds + 1, 0, True)
        turns.ended()
        rows.append(row(f"a step of {name}", turns.steps[1:], turns.bounds[1:], step=True))
        if options.profile:
            _profile(name, objective, picture, options.profile)
    if not options.no_variants:
        rows += _variants(network, size, bound, options.rounds, where)
    data = {"machine": machine.machine(options.device), "size": size, "goal": GOAL, "rows": rows}
    results.Results(options.results, "neural-bound").write(_text(data), data)


def bare(device: torch.device) -> nn.Module:
    """torchvision's network up to conv5_1. Its weights are random and ask for no gradient."""
    network: nn.Module = vgg19(weights=None).features[:_LAST]
    network = network.eval().requires_grad_(False)
    return network.to(device, memory_format=torch.channels_last)


def both_ways(
    network: nn.Module, size: tuple[int, int], dtype: torch.dtype, order: torch.memory_format
) -> Work:
    """Forward and backward, from the last layer to the picture."""
    device = next(network.parameters()).device
    random = torch.Generator().manual_seed(0)
    picture = torch.rand(1, 3, size[1], size[0], generator=random)
    picture = picture.to(device, dtype, memory_format=order).requires_grad_()
    with torch.no_grad():
        pull = torch.ones_like(network(picture))

    def work() -> None:
        torch.autograd.grad(network(picture), picture, pull)

    return work


def captured(name: str, size: tuple[int, int], where: Machine) -> tuple[optimise.Objective, Tensor]:
    """The objective that the look has for a frame at full size, and the picture it begins with."""
    catch = _Catch()
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        plates.example(folder, size, 2)
        settings = {"optimiser": name, "iterations": [1]}
        weights = neural_jobs.random_weights("vgg19", folder)
        pattern = folder / plates.PATTERN
        the_job = neural_jobs.made(folder, pattern, "1-2", plates.STYLE, weights, settings, {})
        paths = [the_job.plate(1), the_job.plate(2), plates.STYLE]
        before, now, style = (
            devices.to_tensor(frames.read(path).rgb, where.device) for path in paths
        )
        look = looks.make(the_job, where, lambda *_, **__: None)
        look.prepare([Source(style)], (size[1], size[0]), Plate(now, masks=(None,)))
    held = Hold(before, torch.ones_like(now[:, :1]), before, before, before)
    used = optimise.OPTIMISERS[name]
    optimise.OPTIMISERS[name] = catch
    try:
        look.paint(Plate(now, masks=(None,)), held)
    finally:
        optimise.OPTIMISERS[name] = used
    return catch.caught[-1]


def _variants(
    network: nn.Module, size: tuple[int, int], bound: Work, rounds: int, where: Machine
) -> list[dict[str, Any]]:
    """Other ways to do the same as the bound, and as the look, in turns with the bound."""

    def plain() -> Work:
        contiguous = copy.deepcopy(network).to(memory_format=torch.contiguous_format)
        return both_ways(contiguous, size, torch.float32, torch.contiguous_format)

    def halved() -> Work:
        half = copy.deepcopy(network).bfloat16()
        return both_ways(half, size, torch.bfloat16, torch.channels_last)

    def compiled() -> Work:
        module: Any = torch.compile(copy.deepcopy(network))
        return both_ways(module, size, torch.float32, torch.channels_last)

    def objective(precision: torch.dtype) -> Work:
        found, picture = captured("adam", size, Machine(where.device, precision, where.memory))
        return lambda: found(picture)

    wait = _waiting(where.device)
    rows = []
    for name, make in (
        ("the look's loss and gradient alone", lambda: objective(torch.float32)),
        ("the same in bfloat16", lambda: objective(torch.bfloat16)),
        ("the bound in torch's default order of memory", plain),
        ("the bound in bfloat16", halved),
        ("the bound by torch.compile", compiled),
    ):
        try:
            work = make()
            work()
        except Exception as error:  # noqa: BLE001 - compilers fail in their own ways
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            rows.append({"what": name, "step": False, "failed": reason})
            continue
        bounds, times = [], []
        for _ in range(rounds + 1):
            bounds.append(timed(bound, wait))
            times.append(timed(work, wait))
        rows.append(row(name, times[1:], bounds[1:]))
    return rows


def timed(work: Work, wait: Work) -> float:
    """Seconds. wait: until the device has done all that it was asked."""
    began = time.perf_counter()
    work()
    wait()
    return time.perf_counter() - began


def row(what: str, times: list[float], bounds: list[float], step: bool = False) -> dict[str, Any]:
    """Seconds of each round and what they come to. ratio: the median of the rounds' own ratios;
    step: whether it is an optimiser's step, which has a goal."""
    ratios = [time / bound for time, bound in zip(times, bounds, strict=True)]
    return {
        "what": what,
        "step": step,
        "times": times,
        "bounds": bounds,
        "ratio": statistics.median(ratios),
        "of_medians": statistics.median(times) / statistics.median(bounds),
        "of_least": min(times) / min(bounds),
    }


def _profile(name: str, objective: optimise.Objective, picture: Tensor, lines: int) -> None:
    from torch.profiler import ProfilerActivity, profile

    activities = [ProfilerActivity.CPU]
    if picture.is_cuda:
        activities.append(ProfilerActivity.CUDA)
    with profile(activities=activities) as found:
        optimise.OPTIMISERS[name](objective, picture, 3, 0, True)
    key = "self_cuda_time_total" if picture.is_cuda else "self_cpu_time_total"
    print(f"\n3 iterations of {name}:")
    print(found.key_averages().table(sort_by=key, row_limit=lines, max_name_column_width=60))


def _text(data: dict[str, Any]) -> str:
    head = ["", "median, s", "least, s", "bound: median, s", "least, s"]
    head += ["ratio of the medians", "of the least", "median of the rounds' ratios"]
    rows = []
    for entry in data["rows"]:
        if "failed" in entry:
            rows.append([entry["what"], f"failed: {entry['failed']}", *[""] * 6])
            continue
        cells = [
            each(entry[which]) for which in ("times", "bounds") for each in (statistics.median, min)
        ]
        ratios = [entry[key] for key in ("of_medians", "of_least", "ratio")]
        rows.append(
            [entry["what"], *(seconds(cell) for cell in cells), *(f"{r:.2f}" for r in ratios)]
        )
    rounds = len(data["rows"][0]["times"])
    how = (
        f"{data['machine']}; {data['size'][0]}×{data['size'][1]}; {rounds} rounds, in turns with "
        f"the bound. {results.RANDOM_WEIGHTS}"
    )
    return "\n\n".join(
        [
            "# A step beside the bare bound of its arithmetic",
            how,
            table(head, rows),
            *(_judged(entry, data["goal"]) for entry in data["rows"] if entry["step"]),
        ]
    )


def _judged(entry: dict[str, Any], goal: float) -> str:
    word = "met" if entry["of_medians"] <= goal else "missed"
    return f"Goal, {entry['what']} at most {goal} of the bound: {word}, {entry['of_medians']:.2f}."


def _waiting(device: torch.device) -> Work:
    if device.type == "cuda":
        return lambda: torch.cuda.synchronize(device)
    return lambda: None


if __name__ == "__main__":
    sys.exit(main())
