"""Ways to hold a shot together: closed forms, and what each does where the motion is known."""

from __future__ import annotations

import pytest
import torch

from core import shot
from core.coherence import Coherence
from core.flow.consistency import exclusive
from core.flow.warp import warp
from core.looks import Plate
from core.motion import Motion
from core.ways import chain, distances, reach
from core.ways.multipass import Alone, Pass
from tests.core.pictures import panned, tensor

SIZE = (48, 64)
STEP = 2


def constant(value: float) -> torch.Tensor:
    return torch.full((1, 1, *SIZE), value)


class Panned:
    """The exact motion of a camera that moves by STEP pixels a frame; frames count from 0."""

    def __init__(self, cuts: tuple[int, ...] = ()) -> None:
        self.cuts, self.asked = cuts, []

    def between(self, other, frame):
        self.asked.append((other, frame))
        flow = torch.zeros(1, 2, *SIZE)
        flow[:, 0] = STEP * (frame - other)
        x = torch.arange(SIZE[1]) + flow[:, :1]
        return Motion(flow, ((x >= 0) & (x <= SIZE[1] - 1)).float())

    def is_cut(self, frame):
        return frame in self.cuts


class Memory:
    """A shot in memory, and what was painted of it."""

    first = 0

    def __init__(self, count: int, results=()) -> None:
        self.plates = [tensor(plate) for plate in panned(count, *SIZE, STEP)]
        self.results = dict(enumerate(results))

    def plate(self, frame):
        return Plate(self.plates[frame])

    def painted(self, frame):
        return shot.Painted(self.results[frame], constant(1.0))


class Noisy:
    """A look that changes each time: noise, mixed with what it begins from, and then towards what
    it is held to as strongly as that says."""

    def __init__(self, own: float = 0.5) -> None:
        self.random = torch.Generator().manual_seed(0)
        self.own, self.holds = own, []

    def prepare(self, sources, size, sample):
        pass

    def paint(self, plate, hold):
        self.holds.append(hold)
        noise = torch.rand(plate.rgb.shape, generator=self.random)
        if hold is None:
            return noise
        picture = torch.lerp(hold.start, noise, self.own)
        return (picture + hold.weight * hold.picture) / (1 + hold.weight)


def painted(coherence: Coherence, count: int = 6, cuts: tuple[int, ...] = ()):
    look, memory, motions = Noisy(), Memory(count), Panned(cuts)
    paints = chain(coherence, look, memory, motions)
    for frame in range(count):
        memory.results[frame] = paints.paint(frame, frame > 0)
    return look, memory, motions


def change(memory: Memory) -> float:
    """Along the motion, where all frames are in sight of one another."""
    pairs = [(memory.results[f], memory.results[f + 1]) for f in range(len(memory.results) - 1)]
    inner = [(a[..., STEP:], b[..., :-STEP]) for a, b in pairs]
    return sum((a - b)[..., :40].square().mean().item() for a, b in inner) / len(inner)


def test_exclusive():
    """max(c_j − Σ_{k<j} c_k, 0), nearest first."""
    trusted = [constant(0.2), constant(0.7), constant(1.0), constant(0.5)]
    values = [part[0, 0, 0, 0].item() for part in exclusive(trusted)]
    assert values == pytest.approx([0.2, 0.5, 0.1, 0.0])
    for binary in ((1, 1, 0), (0, 1, 1), (0, 0, 1), (0, 0, 0)):
        found = exclusive([constant(value) for value in binary])
        first = binary.index(1) if 1 in binary else None
        assert [part.max().item() for part in found] == [float(at == first) for at in range(3)]


def test_one_hold_says_what_all_distances_say():
    """Σ_j c_j (x − w_j)² and C (x − mean)² differ by what does not depend on x: their gradients
    are one."""
    random = torch.Generator().manual_seed(1)
    results = [torch.rand(1, 3, *SIZE, generator=random) for _ in range(5)]
    memory, motions = Memory(6, results), Panned()
    motions.trusted = {o: torch.rand(1, 1, *SIZE, generator=random) for o in range(5)}
    exact = motions.between

    def half_trusted(other, frame):
        return Motion(exact(other, frame).backward, motions.trusted[other])

    motions.between = half_trusted
    look = Noisy()
    coherence = Coherence(method="long", distances=[1, 2, 4], weight=3.0)
    chain(coherence, look, memory, motions).paint(5, chained=True)
    (hold,) = look.holds
    parts = exclusive([motions.trusted[other] for other in (4, 3, 1)])
    brought = [
        warp(results[other], exact(other, 5).backward, mode="bicubic").clamp(0, 1)
        for other in (4, 3, 1)
    ]
    x = torch.rand(1, 3, *SIZE, generator=random, dtype=torch.float64).requires_grad_()
    apart = sum((3.0 * c * (x - w).square()).sum() for c, w in zip(parts, brought, strict=True))
    together = (hold.weight * (x - hold.picture).square()).sum()
    (wanted,), (found,) = torch.autograd.grad(apart, x), torch.autograd.grad(together, x)
    torch.testing.assert_close(found, wanted, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(hold.start, brought[0])


def test_warp_only_begins_from_the_frame_before():
    look, memory, _ = painted(Coherence(method="warp"))
    hold = look.holds[3]
    assert not hold.weight.any()
    torch.testing.assert_close(hold.start[..., :-STEP], memory.results[2][..., STEP:])
    assert hold.start is hold.picture
    assert hold.before is memory.results[2]
    torch.testing.assert_close(hold.plate[..., :-STEP], memory.plates[3][..., :-STEP])


def test_short_is_held_to_the_frame_before_where_that_is_known():
    look, memory, motions = painted(Coherence(method="short", weight=3.0))
    hold = look.holds[3]
    assert (hold.weight[..., :-STEP] == 3).all()
    assert not hold.weight[..., -STEP:].any(), "new on the right"
    torch.testing.assert_close(hold.picture[..., :-STEP], memory.results[2][..., STEP:])
    assert {frame - other for other, frame in motions.asked} == {1}


@pytest.mark.parametrize("method", ["anchored", "warp", "short", "long"])
def test_what_came_in_over_the_edge_is_unseen(method):
    """Two columns a frame come in on the right; all else was there before."""
    memory, look = Memory(2, [torch.rand(1, 3, *SIZE)]), Noisy()
    chain(Coherence(method=method), look, memory, Panned()).paint(1, chained=True)
    (hold,) = look.holds
    assert (hold.unseen[..., : SIZE[1] - STEP] == 0).all()
    assert (hold.unseen[..., SIZE[1] - STEP :] == 1).all()


def test_long_asks_those_ago_by_their_own_motion():
    """What came in since the frame before is known from none of them; what only the one four frames
    ago knows is held to that one. And none is asked from before the shot."""
    _, memory, motions = painted(Coherence(method="long", distances=[1, 2, 4]), 6)
    assert set(motions.asked) == {(f - d, f) for f in range(1, 6) for d in (1, 2, 4) if f - d >= 0}
    look = Noisy()
    exact = motions.between

    def forgetful(other, frame):
        motion = exact(other, frame)
        known = motion.reliable.clone()
        if frame - other < 4:
            known[..., :10, :] = 0
        return Motion(motion.backward, known)

    motions.between = forgetful
    coherence = Coherence(method="long", distances=[1, 2, 4], weight=1.0)
    chain(coherence, look, memory, motions).paint(5, chained=True)
    hold = look.holds[0]
    far, near = memory.results[1][..., 4 * STEP :], memory.results[4][..., STEP:]
    torch.testing.assert_close(hold.picture[..., :10, : -4 * STEP], far[..., :10, :])
    torch.testing.assert_close(hold.picture[..., 10:, :-STEP], near[..., 10:, :])
    assert not hold.weight[..., :10, -4 * STEP :].any()


@pytest.mark.parametrize("method", ["anchored", "warp", "short", "long"])
def test_a_cut_is_not_crossed(method):
    look, _, motions = painted(Coherence(method=method), 7, cuts=(4,))
    assert [at for at, hold in enumerate(look.holds) if hold is None] == [0, 4]
    assert not [pair for pair in motions.asked if pair[0] < 4 <= pair[1]]


@pytest.mark.parametrize("method", ["anchored", "warp", "short", "long"])
def test_a_held_frame_holds_still(method):
    look, memory, motions = Noisy(), Memory(3), Panned()
    memory.plates[2] = memory.plates[1].clone()
    paints = chain(Coherence(method=method), look, memory, motions)
    for frame in range(3):
        memory.results[frame] = paints.paint(frame, frame > 0)
    assert memory.results[2].equal(memory.results[1])


def test_each_step_flickers_less():
    alone = Memory(6, [Noisy().paint(Plate(tensor(p)), None) for p in panned(6, *SIZE, STEP)])
    for frame in range(6):
        random = torch.Generator().manual_seed(frame)
        alone.results[frame] = torch.rand(1, 3, *SIZE, generator=random)
    warped, held = (
        change(painted(Coherence(method=method, weight=8.0))[1]) for method in ("warp", "short")
    )
    assert held < 0.2 * warped < 0.2 * change(alone)


def test_distances_and_reach():
    assert reach(Coherence()) == 8
    assert reach(Coherence(method="warp")) == reach(Coherence(method="multipass")) == 1
    long = Coherence(method="long", distances=[2, 5])
    assert distances(long) == [2, 5]
    assert reach(long) == 5


class TestPasses:
    def several(self, count: int, cuts: tuple[int, ...] = (), weight: float = 0.0, step: int = 1):
        """The first pass and one more. Returns its look and both shots."""
        first, second = Memory(count), Memory(count)
        look = Noisy()
        for frame in range(count):
            first.results[frame] = Alone(look, first).paint(frame, chained=False)
        assert look.holds == [None] * count
        look = Noisy()
        paints = Pass(look, 0.25, weight, step, (first, second), Panned(cuts))
        order = range(count)[::step]
        for frame in order:
            second.results[frame] = paints.paint(frame, chained=frame != order[0])
        return dict(zip(order, look.holds, strict=True)), first, second

    @pytest.mark.parametrize("step", [1, -1])
    def test_a_frame_begins_with_its_neighbour_blended_in(self, step):
        """δ·c∘w + (1 − δ·c)∘x, forwards and backwards."""
        holds, first, second = self.several(4, weight=2.0, step=step)
        hold, own = holds[2], first.results[2]
        motion = Panned().between(2 - step, 2)
        neighbour = second.results[2 - step]
        brought = warp(neighbour, motion.backward, mode="bicubic").clamp(0, 1)
        share = 0.25 * motion.reliable
        torch.testing.assert_close(hold.start, share * brought + (1 - share) * own)
        torch.testing.assert_close(hold.picture, brought)
        assert hold.weight.equal(2.0 * motion.reliable)
        assert hold.before is neighbour

    @pytest.mark.parametrize(("step", "free"), [(1, [0, 2]), (-1, [1, 3])])
    def test_a_cut_is_crossed_in_neither_direction(self, step, free):
        holds, first, _ = self.several(4, cuts=(2,), weight=2.0, step=step)
        for frame, hold in holds.items():
            assert hold.weight.any() == (frame not in free)
            assert hold.start.equal(first.results[frame]) == (frame in free)

    def test_a_held_frame_holds_still(self):
        first, second = Memory(2), Memory(2)
        for memory in (first, second):
            memory.plates[1] = memory.plates[0].clone()
        first.results = {frame: torch.rand(1, 3, *SIZE) for frame in (0, 1)}
        paints = Pass(Noisy(), 0.5, 1.0, 1, (first, second), Panned())
        second.results[0] = paints.paint(0, chained=False)
        assert paints.paint(1, chained=True).equal(second.results[0])
