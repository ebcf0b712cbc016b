"""What holds a shot together: chains, cuts, held frames, and colours under transparency."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch

from core import flow, shot
from core.coherence import Coherence
from core.filters import crispness
from core.flow.warp import warp
from core.flows import Flows
from core.look import PatchSettings
from core.looks import Hold, Plate, Source
from core.looks.patch import Patch
from core.motion import Motion, alike, between, followed, is_cut
from core.ways import chain
from tests.core.pictures import panned, tensor, textured


class Recorder:
    """A look that gives back the frame, darker, and remembers what it was handed."""

    def __init__(self) -> None:
        self.holds: list[Hold | None] = []

    def prepare(self, sources, size, sample):
        pass

    def paint(self, plate, hold):
        self.holds.append(hold)
        return plate.rgb * 0.5


class Memory:
    """A shot in memory; frames count from 0."""

    first = 0

    def __init__(self, plates, results=()) -> None:
        self.plates, self.results = list(plates), list(results)

    def plate(self, frame):
        return Plate(self.plates[frame])

    def painted(self, frame):
        result = self.results[frame]
        return shot.Painted(result, torch.ones_like(result[:, :1]))


DIS = flow.estimator("dis")


def painter(look, weight, memory):
    motions = Flows(lambda frame: memory.plate(frame).rgb, DIS)
    return chain(Coherence(weight=weight), look, memory, motions)


def test_a_chain_starts_from_the_warped_result():
    first, second = (tensor(p) for p in panned(2, 96, 128, 4))
    look = Recorder()
    memory = Memory((first, second))
    paints = painter(look, 2.0, memory)
    memory.results.append(paints.paint(0, chained=False))
    paints.paint(1, chained=True)
    assert look.holds[0] is None
    hold = look.holds[1]
    assert hold is not None
    # The camera moved 4 px: the warped previous result is the new frame's, darker.
    error = (hold.picture - second * 0.5).abs()[..., 12:-12, 12:-12]
    assert error.mean() < 0.01
    assert set(hold.weight.unique().tolist()) <= {0.0, 1.0, 2.0}
    assert (hold.weight[..., 16:-16, 16:-16] == 2).float().mean() > 0.9
    assert (hold.weight[..., -3:] == 0).all(), "new on the right"


def test_a_cut_begins_a_new_chain():
    first, second = tensor(textured(96, 128, 1)), tensor(textured(96, 128, 2))
    look = Recorder()
    painter(look, 2.0, Memory((first, second), (first * 0.5,))).paint(1, chained=True)
    assert look.holds == [None]


def test_motion_light_and_noise_are_no_cuts():
    first, second = (tensor(p) for p in panned(2, 96, 128, 6))
    noise = 0.03 * torch.randn(second.shape, generator=torch.Generator().manual_seed(0))
    for other in (second, second * 0.7, (second + noise).clamp(0, 1)):
        assert not is_cut(first, other, between(DIS, first, other))


def drifting(count: int) -> list[torch.Tensor]:
    """A camera that moves by a part of a pixel in each frame."""
    world = tensor(textured(104, 150, 3))
    return [
        warp(
            world,
            torch.tensor([4 + 0.37 * at, 3 + 0.21 * at]).view(1, 2, 1, 1).expand(1, 2, 104, 150),
        )[..., :96, :128]
        for at in range(count)
    ]


def test_an_anchor_is_resampled_once():
    """Paint that is only brought along stays as crisp as after one warp, for as long as its anchor
    lasts, not as after a warp for each frame."""
    plates = drifting(8)

    class Carrier(Recorder):
        def paint(self, plate, hold):
            super().paint(plate, hold)
            return plate.rgb if hold is None else hold.picture

    look, memory = Carrier(), Memory(plates)
    noise = torch.rand(plates[0].shape, generator=torch.Generator().manual_seed(0))
    memory.results = [noise]
    paints = painter(look, 2.0, memory)
    energies = []
    for frame in range(1, 8):
        memory.results.append(paints.paint(frame, chained=True))
        energies.append(crispness(memory.results[-1][..., 16:-16, 16:-16]).item())
    again = noise
    for before, plate in pairwise(plates):
        again = warp(again, between(DIS, before, plate).backward, mode="bicubic")
    assert min(energies) > 1.3 * crispness(again[..., 16:-16, 16:-16]).item()


@pytest.mark.parametrize("start", [2, 5, 9, 11])
def test_it_makes_no_difference_where_painting_began(start):
    """A painter that goes on from frames of another run holds to the same as one that painted them
    all: within an anchor's reach, at its end, and after a cut."""
    plates = drifting(5) + [plate.flip(-1) * 0.4 for plate in drifting(8)]
    whole, memory = Recorder(), Memory(plates)
    paints = painter(whole, 2.0, memory)
    for frame in range(len(plates)):
        memory.results.append(paints.paint(frame, frame > 0))
    later = Recorder()
    paints = painter(later, 2.0, memory)
    for frame in range(start, len(plates)):
        paints.paint(frame, chained=True)
    assert whole.holds[5] is None, "the cut"
    for held, expected in zip(later.holds, whole.holds[start:], strict=True):
        if expected is None:
            assert held is None
            continue
        assert torch.equal(held.picture, expected.picture)
        assert torch.equal(held.weight, expected.weight)
        assert torch.equal(held.plate, expected.plate)


def test_motions_follow_one_another():
    """Three pixels and two are five, and what is lost on the way stays lost."""
    here = torch.zeros(1, 2, 20, 30)
    here[:, 0] = 3
    there = torch.zeros(1, 2, 20, 30)
    there[:, 0] = 2
    known = torch.ones(1, 1, 20, 30)
    lost = known.clone()
    lost[..., 10] = 0
    both = followed(Motion(here, known), Motion(there, lost))
    assert torch.equal(both.backward, here + there)
    assert (both.reliable[0, 0, 5] == 0).nonzero().flatten().tolist() == [7]


def test_light_is_alike_and_another_thing_is_not():
    picture = 0.2 + 0.5 * tensor(textured(60, 80, 2))
    ramp = torch.linspace(-0.2, 0.2, 80).view(1, 1, 1, 80)
    other = picture.clone()
    other[..., 20:40, 20:40] = tensor(textured(20, 20, 9))
    assert alike(picture, picture + ramp).all()
    agreed = alike(picture, other)
    assert agreed[..., 26:34, 26:34].mean() < 0.2
    assert agreed[..., :, 60:].all()


def test_a_mask_that_moves_on_its_own_lets_go():
    """What was another style's until now is not held to it."""
    first, second = (tensor(p) for p in panned(2, 96, 128, 4))
    look, memory = Recorder(), Memory((first, second), (first * 0.5,))
    masks = [torch.zeros(1, 1, 96, 128), torch.zeros(1, 1, 96, 128)]
    masks[1][..., :40, :] = 1
    memory.plate = lambda frame: Plate(memory.plates[frame], masks=(masks[frame], None))
    painter(look, 2.0, memory).paint(1, chained=True)
    weight = look.holds[0].weight
    assert not weight[..., :40, :].any()
    assert weight[..., 44:, 16:-16].mean() > 1.5


def test_a_held_frame_holds_still():
    plate = tensor(textured(48, 64))
    result = tensor(textured(48, 64, 5))
    look = Recorder()
    paints = painter(look, 2.0, Memory((plate, plate.clone()), (result,)))
    assert paints.paint(1, chained=True).equal(result)
    assert look.holds == []


def test_what_is_not_known_holds_nothing():
    """Where the paint does not show over the plate, the frame before has nothing to say."""
    first, second = (tensor(p) for p in panned(2, 96, 128, 4))
    look = Recorder()
    memory = Memory((first, second), (first * 0.5,))
    known = torch.ones(1, 1, 96, 128)
    known[..., :48, :] = 0
    memory.painted = lambda frame: shot.Painted(memory.results[frame], known)
    painter(look, 2.0, memory).paint(1, chained=True)
    weight = look.holds[0].weight
    assert not weight[..., :48, :].any()
    assert (weight[..., 52:80, 16:-16] == 2).float().mean() > 0.9


@pytest.mark.parametrize("part", ["known", "masks", "guides"])
def test_a_held_frame_that_is_masked_or_guided_otherwise_is_painted(part):
    plate, result = tensor(textured(48, 64)), tensor(textured(48, 64, 5))
    look = Recorder()
    memory = Memory((plate, plate), (result,))
    grey = [torch.full((1, 1, 48, 64), value) for value in (0.2, 0.8)]
    if part == "known":
        memory.painted = lambda frame: shot.Painted(result, torch.zeros(1, 1, 48, 64))
    else:
        memory.plate = lambda frame: Plate(plate, **{part: (grey[frame],)})
    painter(look, 2.0, memory).paint(1, chained=True)
    assert len(look.holds) == 1


def test_coherence_takes_flicker_away():
    """On a pan with noise: with the chain, change along the motion falls to under a fifth."""
    random = torch.Generator().manual_seed(0)
    plates = [
        (tensor(p) + 0.04 * torch.randn(1, 3, 72, 96, generator=random)).clamp(0, 1)
        for p in panned(4, 72, 96, 2)
    ]
    style = tensor(textured(90, 120, 5))
    look = Patch(PatchSettings(), 0)
    look.prepare([Source(style)], (72, 96), Plate(torch.cat(plates)))
    change = {}
    for chained in (True, False):
        memory = Memory(plates)
        paints = painter(look, 4.0, memory)
        for frame in range(len(plates)):
            memory.results.append(paints.paint(frame, chained and frame > 0))
        change[chained] = sum(
            (old[..., 2:] - new[..., :-2])[..., 8:-8, 8:-8].square().mean().item()
            for old, new in pairwise(memory.results)
        )
    assert change[True] < 0.2 * change[False]


def test_transparent_pixels_get_the_colours_around_them():
    rgb = torch.zeros(1, 3, 33, 47)
    rgb[:, 0] = 0.8
    alpha = torch.zeros(1, 1, 33, 47)
    alpha[..., 10:20, 10:20] = 1
    rgb[..., :10, :] = 0.1  # rubbish under transparency
    filled = shot.fill_transparent(rgb, alpha)
    torch.testing.assert_close(filled[:, 0], torch.full((1, 33, 47), 0.8), atol=1e-4, rtol=0)
    assert torch.equal(filled[..., 10:20, 10:20], rgb[..., 10:20, 10:20])


def test_nothing_to_fill():
    rgb = tensor(textured(8, 9))
    for alpha in (torch.ones(1, 1, 8, 9), torch.zeros(1, 1, 8, 9)):
        assert torch.equal(shot.fill_transparent(rgb, alpha), rgb)
