"""Painting a job with several devices, a process for each (:mod:`core.hand`).

This process looks the job over, says who paints what next, and tells how it goes. The result is
byte for byte that of one process on one device of the same kind.
"""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from . import hand, invocation, plan, trace, ways
from .device import Machine, prepared
from .errors import EcsetError, InputError
from .events import Listener
from .job import FrameRange, Job
from .lanes import Step, Take
from .plan import Plan
from .run import Progress, surveyed
from .schedule import Schedule
from .trace import Trace
from .workshop import Workshop

# How long hands may take to end when there is nothing more to do, or when all is given up.
_GRACE_SECONDS = 5.0


@dataclass(frozen=True)
class Options:
    """What each hand is started with. job: its folder or file."""

    job: Path
    devices: list[str]
    precision: str = "auto"
    memory: int | None = None
    weights: Path | None = None

    def command(self, device: str, spans: bool) -> list[str]:
        """The call that starts the hand of a device."""
        command = invocation.child("hand", str(self.job.resolve()))
        command += ["--device", device, "--precision", self.precision]
        if self.memory is not None:
            command += ["--memory", str(self.memory)]
        if self.weights is not None:
            command += ["--weights", str(self.weights.resolve())]
        return [*command, "--spans"] if spans else command


def run(
    job: Job, chunk: FrameRange, listener: Listener, options: Options, spans: Trace | None = None
) -> None:
    """Like :func:`core.run.run`, on several devices.

    spans: where those of all processes are collected. Raises EcsetError also when one of the
    processes ends before its work does.
    """
    material, layout = surveyed(job)
    reach = ways.reach(job.coherence)
    with Workshop(material, layout, _scout(job, options), listener, spans or trace.OFF) as scout:
        the_plan = plan.make(layout, chunk, reach, scout.flows.is_cut)
        progress = Progress(the_plan, listener, ", ".join(options.devices))
        if the_plan.todo:
            schedule = Schedule(the_plan, reach)
            first_line = hand.told(job, dict(material.digests), material.size)
            with _Crew(options, first_line, schedule, progress, listener, spans) as crew:
                _look_for_cuts(the_plan, scout, crew)
                crew.work()
    progress.finished()


def _scout(job: Job, options: Options) -> Machine:
    """The machine that looks for cuts. Networks must do so where the hands do, as what they find is
    kept for them; the rest is done on the CPU anyway."""
    networks = job.coherence.flow.startswith("raft")
    return prepared(options.devices[0] if networks else "cpu")


def _look_for_cuts(the_plan: Plan, scout: Workshop, crew: _Crew) -> None:
    """Find where chains begin, in a thread: only then can several hands paint the one lane."""
    lanes = {step.take.lane: step.lane for step in the_plan.todo if step.lane is not None}
    if not any(lane.chained for lane in lanes.values()):
        return
    if len(lanes) > 1 and the_plan.layout.passes == 1:
        return  # segments can be shared without
    todo = sorted({step.take.frame for step in the_plan.todo})
    pairs = [(first, first + 1) for first in todo if first + 1 in set(todo)]

    def look() -> None:
        found = 0
        try:
            for place, (_, frame) in enumerate(pairs):
                scout.flows.ahead(pairs[place + 1 : place + 4])
                if crew.over.is_set():
                    return
                if scout.flows.is_cut(frame):
                    found += 1
                    crew.hear("cut", frame=frame)
        except EcsetError as error:
            crew.hear("failed", error=error)
            return
        if not found:
            crew.hear("warning", message=_one_chain(the_plan))

    crew.help_with(threading.Thread(target=look, name="cuts"))


def _one_chain(the_plan: Plan) -> str:
    """A sentence about what a shot without a cut means for several devices."""
    coherence, look = the_plan.layout.job.coherence, the_plan.layout.job.look
    if the_plan.layout.passes > 1:
        return (
            "After the first pass only one device has work: there is no cut in the frames, and "
            "each goes on from its neighbour."
        )
    if look.keyframes:
        return "Only one device has work: there is no cut in the frames, which follow keyframes."
    if coherence.segment is not None:
        return (
            f"Only one device has work: the frames are all in one segment. Set coherence.segment "
            f"to fewer than {coherence.segment} to let others share the shot."
        )
    return (
        "Only one device has work: there is no cut in the frames. Set coherence.segment, to 48 for "
        "example, to let others share the shot."
    )


class _Crew:
    """The hands, and what they say."""

    def __init__(
        self,
        options: Options,
        first_line: dict[str, Any],
        schedule: Schedule,
        progress: Progress,
        listener: Listener,
        spans: Trace | None,
    ) -> None:
        self._options, self._first_line = options, first_line
        self._schedule, self._progress, self._listener = schedule, progress, listener
        self._spans = spans
        self._said: queue.Queue[tuple[int, dict[str, Any]]] = queue.Queue()
        self._hands: list[subprocess.Popen[str]] = []
        self._threads: list[threading.Thread] = []
        self._steps: dict[Take, Step] = {}
        self._warned: set[str] = set()
        self.over = threading.Event()

    def __enter__(self) -> _Crew:
        most = self._schedule.left
        try:
            for number, device in enumerate(self._options.devices[:most]):
                process = subprocess.Popen(
                    self._options.command(device, self._spans is not None),
                    cwd=invocation.ROOM,
                    env=invocation.environment(),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                    encoding="utf-8",
                )
                self._hands.append(process)
                assert process.stdout is not None
                self.help_with(threading.Thread(target=self._listen, args=(number, process.stdout)))
                self._tell(number, self._first_line)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all processes and threads; those that have more to do leave it."""
        self.over.set()
        until = time.monotonic() + _GRACE_SECONDS
        for process in self._hands:
            assert process.stdin is not None
            with contextlib.suppress(OSError):
                process.stdin.close()  # without a last word: they end what they do
        for process in self._hands:
            try:
                process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for thread in self._threads:
            thread.join()
        for process in self._hands:
            assert process.stdout is not None
            process.stdout.close()

    def help_with(self, thread: threading.Thread) -> None:
        """Start a thread that ends when the crew's work is over."""
        self._threads.append(thread)
        thread.start()

    def hear(self, event: str, **fields: Any) -> None:
        """Take in what somebody else than a hand has found."""
        self._said.put((-1, {"event": event, **fields}))

    def work(self) -> None:
        """Have all painted. Raises what goes wrong in one of the processes."""
        for number in range(len(self._hands)):
            self._give(number)
        while self._schedule.left:
            self._take_in(*self._next())
        for number in range(len(self._hands)):
            self._tell(number, {})
        left = set(range(len(self._hands)))
        while left:
            number, said = self._next()
            if said["event"] == "gone" and said["status"] == 0:
                left.discard(number)
            else:
                self._take_in(number, said)

    def _next(self) -> tuple[int, dict[str, Any]]:
        while True:
            try:
                return self._said.get(timeout=0.5)  # so that signals come through everywhere
            except queue.Empty:
                continue

    def _take_in(self, number: int, said: dict[str, Any]) -> None:
        event = said.pop("event")
        if event in {"painted", "left_out"}:
            take = Take(*said["take"])
            step = self._steps.pop(take)
            self._schedule.done(take)
            if event == "painted":
                self._progress.painted(step, said["seconds"])
            else:
                self._progress.left_out()
            # First whoever has done it: it goes on with what it began.
            for other in sorted(range(len(self._hands)), key=lambda other: other != number):
                self._give(other)
        elif event == "cut":
            self._schedule.cut(said["frame"])
            for other in range(len(self._hands)):
                self._give(other)
        elif event == "warning":
            self._warn(said["message"])
        elif event == "spans" and self._spans is not None:
            self._spans.take_over(said["spans"])
        elif event == "error":
            status = self._hands[number].wait()
            kind = InputError if status == InputError.exit_status else EcsetError
            raise kind(said["message"])
        elif event == "failed":
            raise said["error"]
        elif event == "gone":
            raise self._gone(number, said["status"])

    def _give(self, number: int) -> None:
        while (step := self._schedule.next_for(number)) is not None:
            self._steps[step.take] = step
            self._tell(number, {"paint": step.take})

    def _tell(self, number: int, order: dict[str, Any]) -> None:
        stdin = self._hands[number].stdin
        assert stdin is not None
        with contextlib.suppress(OSError):  # it is gone, which is heard in a moment
            stdin.write(json.dumps(order) + "\n")
            stdin.flush()

    def _listen(self, number: int, stream: IO[str]) -> None:
        for line in stream:
            try:
                self._said.put((number, json.loads(line)))
            except ValueError:  # some library's own words
                sys.stderr.write(line)
        status = self._hands[number].wait()
        self._said.put((number, {"event": "gone", "status": status}))

    def _warn(self, message: str) -> None:
        if message not in self._warned:  # each hand may say so
            self._warned.add(message)
            self._listener("warning", message=message)

    def _gone(self, number: int, status: int) -> EcsetError:
        how = f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"
        return EcsetError(
            f"The process that paints on {self._options.devices[number]} {how}. "
            "What is painted is kept: run the job again to go on."
        )
