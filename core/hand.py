"""One of several processes that paint a job together: it paints what it is told to.

It is told by lines of JSON on standard input: first what the job is painted from, then one picture
after the other, at last that there is nothing more. Where standard input ends without that, whoever
told it is gone, and so it ends, too.
"""

from __future__ import annotations

import _thread
import argparse
import json
import os
import queue
import signal
import threading
import time
from dataclasses import asdict
from functools import partial
from typing import Any

from . import fingerprint, inputs, lanes, standard_input
from .errors import Cancelled
from .events import Listener
from .inputs import Digests
from .job import Job
from .lanes import Layout, Step, Take
from .maps import Size
from .trace import OFF, Trace

# How long the main thread may take to come to an end when nobody is left to work for.
_GRACE_SECONDS = 5.0


def told(job: Job, digests: dict[int, Digests], size: Size) -> dict[str, Any]:
    """The first line for a hand: what it need not find out again."""
    return {
        "first": job.frames.first,
        "digests": [asdict(digests[frame]) for frame in job.frames.numbers()],
        "size": list(size),
    }


def work(options: argparse.Namespace, listener: Listener) -> None:
    """Paint what standard input asks for. options: of :mod:`core.hand_command`."""
    from . import device, job, run_command
    from .workshop import LOOK_AHEAD, Material, Workshop

    orders = _Orders()
    threading.Thread(target=orders.listen, name="orders", daemon=True).start()
    the_job = job.load(options.job)
    if options.weights is not None:
        the_job = run_command.with_weights(the_job, options.weights)
    machine = device.prepared(options.device, options.precision, options.memory)
    trace = Trace(f"ecset {options.device}") if options.spans else OFF
    known = orders.next()
    assert known is not None
    digests = {
        known["first"] + place: Digests(each["plate"], tuple(each["masks"]), tuple(each["guides"]))
        for place, each in enumerate(known["digests"])
    }
    height, width = known["size"]
    given = inputs.check(the_job)
    settings = fingerprint.of_settings(the_job, given.digests, inputs.seen(the_job, digests))
    layout = lanes.of(the_job, digests, settings)
    material = Material(the_job, given, digests, (height, width))
    with Workshop(material, layout, machine, listener, trace) as workshop:
        workshop.prepare()
        while (order := orders.next()) is not None:
            step = _step(layout, order)
            upcoming = [_step(layout, other) for other in orders.waiting()[:LOOK_AHEAD]]
            began = time.monotonic()
            if not workshop.paint(step, upcoming, partial(_painted, listener, step, began)):
                listener("left_out", take=step.take)
        workshop.shelf.settle()
    if isinstance(trace, Trace):
        listener("spans", spans=trace.events())


def _painted(listener: Listener, step: Step, began: float) -> None:
    listener("painted", take=step.take, seconds=time.monotonic() - began)


def _step(layout: Layout, order: dict[str, Any]) -> Step:
    frame, lane = order["paint"]
    return layout.steps[Take(frame, lane)]


class _Orders:
    """What standard input says, line by line."""

    def __init__(self) -> None:
        self._lines: queue.Queue[dict[str, Any] | None] = queue.Queue()

    def listen(self) -> None:
        """Take the lines in; for a thread of its own."""
        rest = b""
        for piece in standard_input.arriving():
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                order = json.loads(line)
                self._lines.put(order or None)
                if not order:
                    return
        # Whoever told us what to do is gone; the main thread may be deep in its work.
        _thread.interrupt_main(signal.SIGTERM)
        self._lines.put(None)
        time.sleep(_GRACE_SECONDS)
        os._exit(Cancelled.exit_status)

    def next(self) -> dict[str, Any] | None:
        """The next line, waited for; None at the end."""
        while True:
            try:
                return self._lines.get(timeout=0.5)  # so that signals come through everywhere
            except queue.Empty:
                continue

    def waiting(self) -> list[dict[str, Any]]:
        """The lines that are there already."""
        with self._lines.mutex:
            return [order for order in self._lines.queue if order is not None]
