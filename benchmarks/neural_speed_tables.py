"""The tables and the plot of neural_speed.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import results
import study
from results import mebibytes, seconds, table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DEVICES = ("cpu", "cuda")
_TITLES = {"cpu": "CPU", "cuda": "GPU"}

_HOW = (
    "A frame's seconds are extrapolated: on each level of the pyramid the median of {timed} "
    "iterations (more on the coarser ones), after a warm-up, times the iterations of the schedule, "
    "which are the table's; and what a frame takes besides. Where the loss settles, a frame ends "
    "earlier. Prepare: once a shot. Memory: the most that the process held, or that was allocated "
    "on the card. Flow: `dis`, there and back; it is estimated in other threads while the frame "
    "before is painted."
)
_STUDY = (
    "The study's seconds as published: on a GTX 1080 a frame without its flow, and its flow. "
    f"Its CPU at four sizes: {', '.join(f'{value:.0f} s' for value in study.CPU)}. Which sizes is "
    "inferred in the plot: at 320×240, 640×480, 800×600 and 1024×768 all pixels take alike long."
)
_MINUTE = (
    "Extrapolated from the table above. Without flow each frame begins anew; with flow all but the "
    "first go on from the frame before, and the flow's seconds are added as if nothing overlapped. "
    "The study's: its seconds of a frame, without and with those of the flow, times the frames."
)


def text(found: dict[str, Any]) -> str:
    """Everything, as Markdown."""
    machines = "; ".join(
        f"{_TITLES.get(device, device)}: {name}" for device, name in found["machines"].items()
    )
    missing = "" if "cuda" in found["machines"] else " No GPU was at hand: its columns stay empty."
    settings = f" Settings: `{found['settings']}`." if found["settings"] else ""
    parts = [
        "# Seconds a frame of the look neural",
        f"{machines}.{missing}{settings} {results.RANDOM_WEIGHTS}",
        _HOW.format(timed=_timed(found)),
        _frames(found),
        _STUDY,
        f"## One minute of video ({study.MINUTE} frames), in hours",
        _MINUTE,
        _minute(found),
    ]
    for entry in found["sizes"]:
        for device in _DEVICES:
            parts += [f"{_size(entry)}: {said}" for said in _of(entry, device).get("warnings", [])]
    return "\n\n".join(parts)


def plot(found: dict[str, Any]) -> Figure:
    """Seconds a frame over megapixels, ours and the study's, on logarithmic axes."""
    figure = results.figure(8, 5.5)
    axes = figure.add_subplot()
    for device, colour in (("cpu", "tab:blue"), ("cuda", "tab:green")):
        for which, style in (("first", "o-"), ("later", "o--")):
            points = [
                (_megapixels(entry["size"]), _of(entry, device)[which]["seconds"])
                for entry in found["sizes"]
                if which in _of(entry, device)
            ]
            label = f"Ecset, {found['machines'].get(device, device)}: {which} frame"
            _line(axes, points, style, colour, label)
    flows = [
        (_megapixels(entry["size"]), _of(entry, "cpu")["flow"])
        for entry in found["sizes"]
        if "flow" in _of(entry, "cpu")
    ]
    _line(axes, flows, "^:", "tab:blue", "Ecset, flow (dis) on the CPU")
    for sizes, values, style, label in (
        (study.SIZES, study.CARD, "s-", "2017 study, GTX 1080"),
        (study.CPU_SIZES, study.CPU, "s--", "2017 study, CPU (sizes inferred)"),
        (study.SIZES, study.FLOW, "^:", "2017 study, flow"),
    ):
        points = [(_megapixels(size), value) for size, value in zip(sizes, values, strict=True)]
        _line(axes, points, style, "tab:red", label)
    axes.set(xscale="log", yscale="log", xlabel="megapixels", ylabel="seconds a frame")
    axes.set_title("Optimisation-based style transfer, seconds a frame", fontsize=11)
    axes.grid(visible=True, which="both", alpha=0.25)
    axes.legend(
        fontsize=7, handlelength=4, ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.12)
    )
    return figure


def _frames(found: dict[str, Any]) -> str:
    head = ["size", "iterations, coarse to fine", "later frames"]
    for device in _DEVICES:
        title = _TITLES[device]
        head += [f"{title}: first frame", "later frame", "prepare", "memory"]
    head += ["flow", "study: GTX 1080", "study: flow"]
    rows = []
    for entry in found["sizes"]:
        size = tuple(entry["size"])
        cells = [_size(entry), _iterations(entry, "first"), _iterations(entry, "later")]
        for device in _DEVICES:
            here = _of(entry, device)
            cells += [
                "failed" if "failed" in here else seconds(_seconds(here, "first")),
                seconds(_seconds(here, "later")),
                seconds(here.get("prepare")),
                mebibytes(here.get("card") if device == "cuda" else here.get("memory")),
            ]
        flow = _of(entry, "cpu").get("flow", _of(entry, "cuda").get("flow"))
        rows.append([*cells, seconds(flow), seconds(study.card(size)), seconds(study.flow(size))])
    return table(head, rows)


def _minute(found: dict[str, Any]) -> str:
    head = ["size"]
    for device in _DEVICES:
        head += [f"{_TITLES[device]}: without flow", "with flow"]
    head += ["study, GTX 1080: without flow", "with flow"]
    rows = []
    for entry in found["sizes"]:
        cells = [_size(entry)]
        for device in _DEVICES:
            here = _of(entry, device)
            first, later = _seconds(here, "first"), _seconds(here, "later")
            if first is None or later is None:
                cells += ["", ""]
                continue
            held = first + (study.MINUTE - 1) * (later + here["flow"])
            cells += [_hours(study.MINUTE * first), _hours(held)]
        size = tuple(entry["size"])
        card, flow = study.card(size), study.flow(size)
        cells.append("" if card is None else _hours(study.MINUTE * card))
        cells.append("" if card is None or flow is None else _hours(study.MINUTE * (card + flow)))
        rows.append(cells)
    return table(head, rows)


def _line(
    axes: Any, points: list[tuple[float, float]], style: str, colour: str, label: str
) -> None:
    if points:
        x, y = zip(*sorted(points), strict=True)
        axes.plot(x, y, style, color=colour, label=label, markersize=4)


def _of(entry: dict[str, Any], device: str) -> dict[str, Any]:
    here: dict[str, Any] = entry.get(device, {})
    return here


def _seconds(here: dict[str, Any], which: str) -> float | None:
    return here[which]["seconds"] if which in here else None


def _iterations(entry: dict[str, Any], which: str) -> str:
    for device in _DEVICES:
        if which in _of(entry, device):
            levels = entry[device][which]["levels"]
            return " + ".join(str(level["iterations"]) for level in levels)
    return ""


def _timed(found: dict[str, Any]) -> int:
    """How many iterations were timed on the finest level, at least."""
    counts = [
        _of(entry, device)[which]["levels"][-1]["timed"]
        for entry in found["sizes"]
        for device in _DEVICES
        for which in ("first", "later")
        if which in _of(entry, device)
    ]
    return min(counts, default=0)


def _size(entry: dict[str, Any]) -> str:
    return f"{entry['size'][0]}×{entry['size'][1]}"


def _megapixels(size: tuple[int, int]) -> float:
    return size[0] * size[1] / 1e6


def _hours(value: float) -> str:
    return seconds(value / 3600)
