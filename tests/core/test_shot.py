"""What holds a shot together: chains, cuts, held frames, and colours under transparency."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch

from core import flow, shot
from core.job import PatchSettings
from core.looks import Hold, Plate, Source
from core.looks.patch import Patch
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

    def __init__(self, plates, results=()) -> None:
        self.plates, self.results = list(plates), list(results)

    def plate(self, frame):
        return Plate(self.plates[frame])

    def painted(self, frame):
        result = self.results[frame]
        return shot.Painted(result, torch.ones_like(result[:, :1]))


DIS = flow.estimator("dis")


def test_a_chain_starts_from_the_warped_result():
    first, second = (tensor(p) for p in panned(2, 96, 128, 4))
    look = Recorder()
    memory = Memory((first, second))
    painter = shot.Painter(look, DIS, 2.0, memory)
    memory.results.append(painter.paint(0, chained=False))
    painter.paint(1, chained=True)
    assert look.holds[0] is None
    hold = look.holds[1]
    assert hold is not None
    # The camera moved 4 px: the warped previous result is the new frame's, darker.
    error = (hold.picture - second * 0.5).abs()[..., 12:-12, 12:-12]
    assert error.mean() < 0.01
    assert set(hold.weight.unique().tolist()) == {0.0, 2.0}
    assert (hold.weight[..., 16:-16, 16:-16] == 2).float().mean() > 0.9
    assert (hold.weight[..., -3:] == 0).all(), "new on the right"


def test_a_cut_begins_a_new_chain():
    first, second = tensor(textured(96, 128, 1)), tensor(textured(96, 128, 2))
    look = Recorder()
    shot.Painter(look, DIS, 2.0, Memory((first, second), (first * 0.5,))).paint(1, chained=True)
    assert look.holds == [None]


def test_motion_light_and_noise_are_no_cuts():
    first, second = (tensor(p) for p in panned(2, 96, 128, 6))
    noise = 0.03 * torch.randn(second.shape, generator=torch.Generator().manual_seed(0))
    for other in (second, second * 0.7, (second + noise).clamp(0, 1)):
        assert not shot.is_cut(first, other, shot.motion(DIS, first, other))


def test_a_held_frame_holds_still():
    plate = tensor(textured(48, 64))
    result = tensor(textured(48, 64, 5))
    look = Recorder()
    painter = shot.Painter(look, DIS, 2.0, Memory((plate, plate.clone()), (result,)))
    assert painter.paint(1, chained=True).equal(result)
    assert look.holds == []


def test_what_is_not_known_holds_nothing():
    """Where the paint does not show over the plate, the frame before has nothing to say."""
    first, second = (tensor(p) for p in panned(2, 96, 128, 4))
    look = Recorder()
    memory = Memory((first, second), (first * 0.5,))
    known = torch.ones(1, 1, 96, 128)
    known[..., :48, :] = 0
    memory.painted = lambda frame: shot.Painted(memory.results[frame], known)
    shot.Painter(look, DIS, 2.0, memory).paint(1, chained=True)
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
    shot.Painter(look, DIS, 2.0, memory).paint(1, chained=True)
    assert len(look.holds) == 1


def test_coherence_takes_flicker_away():
    """On a pan with noise: with the chain, change along the motion falls to under two thirds."""
    random = torch.Generator().manual_seed(0)
    plates = [
        (tensor(p) + 0.04 * torch.randn(1, 3, 72, 96, generator=random)).clamp(0, 1)
        for p in panned(4, 72, 96, 2)
    ]
    style = tensor(textured(90, 120, 5))
    look = Patch(PatchSettings(), 0)
    look.prepare([Source(style)], (72, 96), torch.cat(plates))
    change = {}
    for chained in (True, False):
        memory = Memory(plates)
        painter = shot.Painter(look, DIS, 4.0, memory)
        for frame in range(len(plates)):
            memory.results.append(painter.paint(frame, chained and frame > 0))
        change[chained] = sum(
            (old[..., 2:] - new[..., :-2])[..., 8:-8, 8:-8].square().mean().item()
            for old, new in pairwise(memory.results)
        )
    assert change[True] < 0.66 * change[False]


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
