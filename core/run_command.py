"""The command line's ``run``: paint the frames of a job."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import InputError
from .events import Listener

if TYPE_CHECKING:
    from .device import Machine
    from .job import FrameRange, Job
    from .lanes import Layout
    from .trace import Trace
    from .workshop import Material


def add_to(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command to the parser's."""
    command = commands.add_parser("run", help="paint the frames of a job that are not painted yet")
    command.add_argument("job", type=Path, help="the job's folder, or its job.json")
    command.add_argument("--frames", metavar="A-B", help="only these frames")
    command.add_argument("--progress", action="store_true", help="a progress bar on stderr")
    add_machine(command)
    command.add_argument(
        "--trace", type=Path, metavar="FILE", help="write who worked on what and when (Perfetto)"
    )
    command.set_defaults(command=_run, speaks_json=True)


def add_machine(command: argparse._ActionsContainer) -> None:
    """Add the options that say what to paint with, and on whose behalf."""
    command.add_argument(
        "--with-parent", action="store_true", help="end when standard input is closed"
    )
    where = command.add_mutually_exclusive_group()
    add_device(where)
    where.add_argument(
        "--devices",
        metavar="D,D",
        help="several, a process on each: cuda:0,cuda:1 … or auto for all cards",
    )
    command.add_argument(
        "--precision",
        choices=("auto", "float32", "bfloat16", "float16"),
        default="auto",
        help="of the arithmetic inside networks (auto is float32)",
    )
    command.add_argument(
        "--memory", type=int, metavar="MIB", help="that painting a frame may take (most of it)"
    )
    command.add_argument(
        "--weights", type=Path, metavar="FILE", help="weights of the look's network, for this run"
    )


def add_device(command: argparse._ActionsContainer) -> None:
    """Add the option that says where to compute."""
    command.add_argument(
        "--device", default="auto", help="auto (the default), cpu, cuda, cuda:1, mps …"
    )


def first_machine(options: argparse.Namespace) -> Machine:
    """What one picture is painted with: the first device that is named."""
    from . import device

    (first, *_) = device.several(options.devices) if options.devices else [options.device]
    return device.prepared(first, options.precision, options.memory)


def _run(options: argparse.Namespace, listener: Listener) -> None:
    from . import trace

    the_job = chosen(options)
    chunk = the_job.chunk(options.frames)
    if options.trace is None:
        paint(options.job, the_job, chunk, options, listener)
        return
    trace.require_writable(options.trace)
    spans = trace.Trace("ecset")
    try:
        paint(options.job, the_job, chunk, options, listener, spans)
    finally:
        trace.write(options.trace, spans.events())


def paint(
    folder: Path,
    job: Job,
    chunk: FrameRange,
    options: argparse.Namespace,
    listener: Listener,
    spans: Trace | None = None,
    surveyed: tuple[Material, Layout] | None = None,
) -> None:
    """Paint frames of a job with the machine that is asked for.

    folder: where the job lies; surveyed: :func:`core.run.surveyed`, if it was asked before.
    """
    from . import device, trace

    devices = device.several(options.devices) if options.devices else [options.device]
    if len(devices) == 1:
        from . import run

        machine = device.prepared(devices[0], options.precision, options.memory)
        material, layout = surveyed or run.surveyed(job)
        run.paint(material, layout, chunk, listener, machine, spans or trace.OFF)
    else:
        from . import crew

        what = crew.Options(folder, devices, options.precision, options.memory, options.weights)
        crew.run(job, chunk, listener, what, spans)


def chosen(options: argparse.Namespace) -> Job:
    """The job that is named, with the weights that are."""
    from . import job

    the_job = job.load(options.job)
    return the_job if options.weights is None else with_weights(the_job, options.weights)


def with_weights(job: Job, file: Path) -> Job:
    """The job with other weights; the one on disk stays as it is."""
    if not hasattr(job.look, "weights"):
        raise InputError(f"The look {job.look.name} has no weights; leave out --weights.")
    look = job.look.model_copy(update={"weights": str(file.resolve())})
    return job.model_copy(update={"look": look})
