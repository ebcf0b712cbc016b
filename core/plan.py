"""What there is to do for a job, or for a part of it, from what is on disk already."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from . import frames
from .errors import InputError
from .job import FrameRange
from .lanes import Lane, Layout, Step, Take


@dataclass(frozen=True)
class Plan:
    """What is to be done. todo: in the order in which one process does it; asked: the pictures
    that were asked for, be they done or not."""

    layout: Layout
    chunk: FrameRange
    todo: list[Step]
    asked: frozenset[Take]

    @property
    def total(self) -> int:
        """How many pictures this is about."""
        return len(self.asked.union(step.take for step in self.todo))

    @property
    def done(self) -> int:
        """How many of them are there already."""
        return self.total - len(self.todo)


def make(layout: Layout, chunk: FrameRange, reach: int, is_cut: Callable[[int], bool]) -> Plan:
    """The frames of the chunk, and those that are missing of what they go on from.

    A frame is the same in whatever chunk it is asked for: it goes on from other pictures, and so do
    those, back to a cut of the plates or to where their lane begins.

    reach: how many frames before one in its lane may be asked for; is_cut: whether a frame begins a
    new shot.
    """

    @cache
    def done(take: Take) -> bool:
        step = layout.steps[take]
        return frames.fingerprint_of(step.file) == step.fingerprint

    wanted = {layout.results[frame] for frame in chunk.numbers()}
    todo = {take for take in wanted if not done(take)}
    # What a picture needs lies in lanes of lower numbers, but what fades needs is in any of them.
    for number in [0, *sorted(layout.lanes, reverse=True)]:
        here = {take for take in todo if take.lane == number}
        if number in layout.lanes:
            here |= _missing_before(here, layout.lanes[number], reach, done, is_cut)
        todo |= here
        for take in here:
            todo |= {need for need in layout.steps[take].needs if not done(need)}
    asked = frozenset(take for frame in chunk.numbers() for take in layout.counted(frame))
    in_order = [step for take, step in layout.steps.items() if take in todo]
    return Plan(layout, chunk, in_order, asked)


def _missing_before(
    takes: set[Take],
    lane: Lane,
    reach: int,
    done: Callable[[Take], bool],
    is_cut: Callable[[int], bool],
) -> set[Take]:
    """What pictures of a lane go on from and is neither there nor among them."""
    found: set[Take] = set()
    queue = list(takes) if lane.chained else []
    while queue:
        at = queue.pop().frame
        near = [Take(frame, lane.number) for frame in lane.before(at, reach)]
        missing = [t for t in near if t not in takes and t not in found and not done(t)]
        # Cuts are only looked for where something is missing: in a whole run nothing is.
        for take in near[: near.index(missing[-1]) + 1] if missing else []:
            if is_cut(max(at, take.frame)):
                break
            at = take.frame
            if take in missing:
                found.add(take)
                queue.append(take)
    return found


def refuse_strangers(plan: Plan) -> None:
    """Raise InputError when a picture would be written over a file that Ecset did not write."""
    for step in plan.todo:
        refuse_stranger(step.file)


def refuse_stranger(file: Path) -> None:
    """Raise InputError when a file is there that Ecset did not write."""
    if file.exists() and not frames.is_ours(file):
        raise InputError(
            f"{file} is in the way: Ecset did not write it and won't replace it. "
            "Move it away or choose another output."
        )


def lead_in(plan: Plan) -> str | None:
    """A sentence about the frames that are painted beside those that were asked for, if any."""
    others = sorted({step.take.frame for step in plan.todo} - set(plan.chunk.numbers()))
    if not others:
        return None
    which = f"Frames {others[0]}-{others[-1]}"
    if others[-1] - others[0] >= len(others):
        which = f"{len(others)} of the frames {others[0]}-{others[-1]}"
    if plan.layout.passes > 1:
        which = f"Frame {others[0]} is" if len(others) == 1 else f"{which} are"
        return f"{which} painted, too: each pass goes on from all that the one before has painted."
    first = plan.chunk.first
    if len(others) == 1:
        return f"Frame {others[0]} comes first: frame {first} goes on from it."
    return f"{which} come first: frame {first} goes on from them."
