"""Painting a shot after frames of it that were painted by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core import flow, keyframes, shot
from core.flows import Flows
from core.look import PatchSettings
from core.looks import Plate, Source
from core.looks.patch import Patch
from tests.core.pictures import panned, tensor, textured

SIZE = (72, 96)
STEP = 2
DIS = flow.estimator("dis")
RED = torch.tensor([1.0, 0.0, 0.0]).view(1, 3, 1, 1)


class Memory:
    """A shot in memory; frames count from 0."""

    first = 0

    def __init__(self, plates) -> None:
        self.plates, self.results = plates, {}

    def plate(self, frame):
        return Plate(self.plates[frame])

    def painted(self, frame):
        result = self.results[frame]
        return shot.Painted(result, torch.ones_like(result[:, :1]))


def painting(plate: torch.Tensor, column: int | None = None) -> torch.Tensor:
    """A plate painted by hand: in other colours, with a red mark around a column."""
    painted = plate.flip(1) * 0.8
    if column is not None:
        painted[..., 30:44, column - 6 : column + 6] = RED
    return painted


def motions(memory: Memory) -> Flows:
    return Flows(lambda frame: memory.plates[frame], DIS)


def painter(memory: Memory, paintings: dict[int, torch.Tensor]) -> keyframes.Painter:
    sources = [
        (frame, Source(picture, plate=memory.plates[frame])) for frame, picture in paintings.items()
    ]
    sample = Plate(memory.plates[0])
    return keyframes.Painter(
        lambda: Patch(PatchSettings(), 0), sources, SIZE, sample, motions(memory), 4.0, memory
    )


def painted(memory: Memory, paintings: dict[int, torch.Tensor]) -> list[torch.Tensor]:
    whole = painter(memory, paintings)
    for frame in range(len(memory.plates)):
        memory.results[frame] = whole.paint(frame, frame > 0)
    return [memory.results[frame] for frame in range(len(memory.plates))]


def where_red(picture: torch.Tensor) -> float:
    """The column around which a picture is red; NaN if it is not."""
    red = (picture[:, 0] - picture[:, 1:].amax(1)).clamp_min(0)[0]
    red = torch.where(red > 0.4, red, 0)
    if red.sum() < 20:
        return float("nan")
    return (red.sum(0) * torch.arange(red.shape[1])).sum().item() / red.sum().item()


def test_a_keyframe_is_given_back_to_the_pixel():
    memory = Memory([tensor(p) for p in panned(3, *SIZE, STEP)])
    mine = painting(memory.plates[1], 50)
    assert painter(memory, {1: mine}).paint(1, chained=False).equal(mine)


@pytest.mark.parametrize("keyframe", [0, 3, 6])
def test_a_mark_follows_its_object(keyframe):
    """Before the keyframe and after it, at the start of a shot, in the middle and at the end."""
    memory = Memory([tensor(p) for p in panned(7, *SIZE, STEP)])
    found = painted(memory, {keyframe: painting(memory.plates[keyframe], 50)})
    places = [where_red(picture) for picture in found]
    expected = [50 - 0.5 - STEP * (frame - keyframe) for frame in range(7)]
    assert np.abs(np.array(places) - expected).max() < 1.0
    # And the rest is painted as the keyframe is: colours the other way round.
    for plate, picture in zip(memory.plates, found, strict=True):
        error = (picture - painting(plate)).square().mean(1)[..., :24, 8:-8]
        assert error.mean().sqrt() < 0.06


def test_between_two_keyframes():
    """What only the first has fades, what only the second has comes; what both have stays."""
    memory = Memory([tensor(p) for p in panned(7, *SIZE, STEP)])
    first, last = painting(memory.plates[0], 50), painting(memory.plates[6], 50 - 6 * STEP)
    both = painted(memory, {0: first, 6: last})
    assert all(abs(where_red(p) - (49.5 - STEP * at)) < 1.0 for at, p in enumerate(both))
    memory.results.clear()
    last[..., 30:44, :] = painting(memory.plates[6])[..., 30:44, :]
    fading = painted(memory, {0: first, 6: last})
    redness = [(p[:, 0] - p[:, 1:].amax(1)).clamp_min(0).mean().item() for p in fading]
    assert redness[0] > redness[2] > redness[4] > redness[6]


def test_any_frame_first():
    """A frame in the middle, painted by a painter of its own, is the one of the whole run."""
    memory = Memory([tensor(p) for p in panned(7, *SIZE, STEP)])
    paintings = {1: painting(memory.plates[1], 50), 5: painting(memory.plates[5], 42)}
    found = painted(memory, paintings)
    for frame in (0, 3, 6):
        assert painter(memory, paintings).paint(frame, frame > 0).equal(found[frame])


def test_nothing_is_carried_over_a_cut():
    """Behind a cut there is no mark where it would have been."""
    other = tensor(textured(*SIZE, 4))
    memory = Memory([tensor(p) for p in panned(3, *SIZE, STEP)] + [other, other.roll(2, -1)])
    found = painted(memory, {1: painting(memory.plates[1], 50)})
    assert abs(where_red(found[2]) - (49.5 - STEP)) < 1.0
    for frame in (3, 4):
        place = where_red(found[frame])
        assert np.isnan(place) or abs(place - (49.5 - STEP * (frame - 1))) > 10


class Start:
    """A look that shows what it is given to start from."""

    def prepare(self, sources, size, sample):
        pass

    def paint(self, plate, hold):
        return hold.picture


@pytest.mark.parametrize("chained", [False, True])
def test_what_the_keyframe_does_not_show_starts_without_stripes(chained):
    """Where it does not reach, paint starts from strokes, not from the edge's pixels drawn out:
    along the rows it changes about as much as elsewhere."""
    memory = Memory([tensor(p) for p in panned(9, *SIZE, STEP)])
    mine = painting(memory.plates[0])
    source = Source(mine, plate=memory.plates[0])
    sample = Plate(memory.plates[0])
    whole = keyframes.Painter(Start, [(0, source)], SIZE, sample, motions(memory), 4.0, memory)
    for frame in range(9):
        memory.results[frame] = whole.paint(frame, chained and frame > 0)
    change = memory.results[8].diff(dim=-1).abs().mean((1, 2))[0]
    assert change[-7 * STEP :].mean() > 0.6 * change[: -8 * STEP].mean()


def test_a_blend_keeps_contrast():
    """Two textures that have nothing in common, half and half: the variance of their mean is half
    of theirs, that of the blend is not."""
    random = torch.Generator().manual_seed(0)
    old, new = (0.5 + 0.1 * torch.randn(1, 3, 64, 64, generator=random) for _ in range(2))
    half = torch.full((1, 1, 64, 64), 0.5)
    assert ((old + new) / 2).var() < 0.6 * old.var()
    assert keyframes.blended(old, new, half).var() > 0.9 * old.var()
    assert keyframes.blended(old, new, 0 * half).equal(old)
    flat = torch.full((1, 3, 64, 64), 0.3)
    torch.testing.assert_close(keyframes.blended(flat, flat, half), flat)
