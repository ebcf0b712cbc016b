"""Who paints what next, where several devices share a job.

A picture can be painted as soon as all that it goes on from is there. Whoever painted a frame goes
on with the next one of its lane; whoever has nothing to go on with begins another chain or segment,
or takes any frame that is painted for itself.
"""

from __future__ import annotations

from .lanes import Lane, Step, Take
from .plan import Plan

# How many pictures one worker is told of at a time: of a chain all that it would paint in any case,
# so that it can read ahead; else no more than keeps it busy until it is told of the next.
_OF_A_CHAIN = 4
_OF_OTHERS = 2


class Schedule:
    """Hands out the steps of a plan to workers, which are numbered."""

    def __init__(self, plan: Plan, reach: int) -> None:
        """reach: how many frames before one in its lane may be asked for."""
        self._reach = reach
        self._todo = {step.take: step for step in plan.todo}
        self._whose: dict[Take, int] = {}
        self._cuts: set[int] = set()

    @property
    def left(self) -> int:
        """How many pictures are not painted yet."""
        return len(self._todo)

    def cut(self, frame: int) -> None:
        """Take note that a new shot begins with a frame: it goes on from nothing."""
        self._cuts.add(frame)

    def done(self, take: Take) -> None:
        """Take note of a picture whose file is there, or that is not needed."""
        del self._todo[take]
        self._whose.pop(take, None)

    def next_for(self, worker: int) -> Step | None:
        """What a worker is to paint next, after all it was given before; None to wait."""
        mine = [take for take, whose in self._whose.items() if whose == worker]
        found = None
        if len(mine) < _OF_A_CHAIN:
            found = next(filter(None, (self._onward(take, worker) for take in mine)), None)
        if found is None and len(mine) < _OF_OTHERS:
            found = next((step for step in self._todo.values() if self._free(step, worker)), None)
        if found is not None:
            self._whose[found.take] = worker
        return found

    def _onward(self, take: Take, worker: int) -> Step | None:
        """What goes on from a picture in its lane, if a worker could paint that."""
        lane = self._todo[take].lane
        if lane is None or not lane.chained:
            return None
        step = self._todo.get(Take(take.frame + lane.frames.step, take.lane))
        return step if step is not None and self._free(step, worker) else None

    def _free(self, step: Step, worker: int) -> bool:
        """Whether a worker could paint something once it has done all it was given."""
        return step.take not in self._whose and not any(
            need in self._todo and self._whose.get(need) != worker for need in self._needs(step)
        )

    def _needs(self, step: Step) -> list[Take]:
        needs = list(step.needs)
        if step.lane is not None:
            before = self._before(step.lane, step, self._reach)
            needs += [Take(frame, step.take.lane) for frame in before]
        return needs

    def _before(self, lane: Lane, step: Step, count: int) -> list[int]:
        """The frames of the lane that a step goes on from, as far as cuts are known."""
        found: list[int] = []
        at = step.take.frame
        for frame in lane.before(at, count) if lane.chained else []:
            if max(at, frame) in self._cuts:
                break
            found.append(frame)
            at = frame
        return found
