"""What holds a shot together: chains, cuts, held frames, and colours under transparency."""

from __future__ import annotations

import torch

from core import flow, shot
from core.job import PatchSettings
from core.looks.patch import Patch
from tests.core.pictures import panned, tensor, textured


class Recorder:
    """A look that gives back the frame, darker, and remembers what it was handed."""

    def __init__(self) -> None:
        self.starts: list[torch.Tensor | None] = []
        self.weights: list[torch.Tensor | None] = []

    def prepare(self, styles, size, sample):
        pass

    def paint(self, frame, start, anchor, weight):
        self.starts.append(start)
        self.weights.append(weight)
        return frame * 0.5


DIS = flow.estimator("dis")


def test_a_chain_starts_from_the_warped_result():
    first, second = (tensor(p) for p in panned(2, 96, 128, 4))
    look = Recorder()
    before = shot.Link(first, shot.paint(look, DIS, 2.0, first, None))
    shot.paint(look, DIS, 2.0, second, before)
    assert look.starts[0] is None
    start, weight = look.starts[1], look.weights[1]
    assert start is not None
    assert weight is not None
    # The camera moved 4 px: the warped previous result is the new frame's, darker.
    error = (start - second * 0.5).abs()[..., 12:-12, 12:-12]
    assert error.mean() < 0.01
    assert set(weight.unique().tolist()) == {0.0, 2.0}
    assert (weight[..., 16:-16, 16:-16] == 2).float().mean() > 0.9
    assert (weight[..., -3:] == 0).all(), "new on the right"


def test_a_cut_begins_a_new_chain():
    first, second = tensor(textured(96, 128, 1)), tensor(textured(96, 128, 2))
    look = Recorder()
    shot.paint(look, DIS, 2.0, second, shot.Link(first, first * 0.5))
    assert look.starts == [None]


def test_motion_light_and_noise_are_no_cuts():
    first, second = (tensor(p) for p in panned(2, 96, 128, 6))
    noise = 0.03 * torch.randn(second.shape, generator=torch.Generator().manual_seed(0))
    for other in (second, second * 0.7, (second + noise).clamp(0, 1)):
        assert not shot.is_cut(first, other, shot.motion(DIS, first, other))


def test_a_held_frame_holds_still():
    plate = tensor(textured(48, 64))
    result = tensor(textured(48, 64, 5))
    look = Recorder()
    assert shot.paint(look, DIS, 2.0, plate.clone(), shot.Link(plate, result)) is result
    assert look.starts == []


def test_coherence_takes_flicker_away():
    """On a pan with noise: with the chain, change along the motion falls to under two thirds."""
    random = torch.Generator().manual_seed(0)
    plates = [
        (tensor(p) + 0.04 * torch.randn(1, 3, 72, 96, generator=random)).clamp(0, 1)
        for p in panned(4, 72, 96, 2)
    ]
    style = tensor(textured(90, 120, 5))
    look = Patch(PatchSettings(), [1.0], 0)
    look.prepare([style], (72, 96), torch.cat(plates))
    change = {}
    for chained in (True, False):
        before, total = None, 0.0
        for plate in plates:
            result = shot.paint(look, DIS, 4.0, plate, before if chained else None)
            if before is not None:
                shifted = before.result[..., 2:] - result[..., :-2]
                total += shifted[..., 8:-8, 8:-8].square().mean().item()
            before = shot.Link(plate, result)
        change[chained] = total
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
