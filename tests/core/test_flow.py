"""Flow, warping and what can be trusted, against motions that are known."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import torch
from torchvision.models.optical_flow import Raft_Small_Weights, raft_small
from torchvision.models.optical_flow.raft import CorrBlock

from core import flow
from core.errors import InputError
from core.flow import raft
from core.flow.consistency import disoccluded, motion_boundary, reliable
from core.flow.correlation import NearbyCorrelation
from core.flow.farneback import farneback
from core.flow.raft import Raft
from core.flow.warp import inside, warp
from core.job import Coherence
from core.networks import weights
from tests.core.pictures import panned, tensor, textured


def constant(x: float, y: float, height: int = 32, width: int = 40) -> torch.Tensor:
    return (
        torch.tensor([x, y], dtype=torch.float32)
        .view(1, 2, 1, 1)
        .expand(1, 2, height, width)
        .contiguous()
    )


@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
def test_warp_by_whole_pixels_is_a_shift(mode):
    picture = tensor(textured(32, 40))
    moved = warp(picture, constant(3, -2), mode)
    torch.testing.assert_close(
        moved[..., 2:, :-3], picture[..., :-2, 3:], atol=1e-4, rtol=0
    )  # out(x, y) = picture(x + 3, y - 2)
    torch.testing.assert_close(warp(picture, constant(0, 0), mode), picture, atol=1e-5, rtol=0)


def test_warp_between_pixels_is_their_mean():
    picture = tensor(textured(32, 40))
    moved = warp(picture, constant(0.5, 0))
    torch.testing.assert_close(
        moved[..., :-1], (picture[..., :-1] + picture[..., 1:]) / 2, atol=1e-5, rtol=0
    )


def test_inside():
    seen = inside(constant(3, -2))[0, 0]
    assert seen[2:, :-3].all()
    assert not seen[:2].any()
    assert not seen[:, -3:].any()


ESTIMATORS = [flow.estimator("dis"), farneback]


@pytest.mark.parametrize("estimate", ESTIMATORS)
@pytest.mark.parametrize("step", [1, 3, 6])
def test_a_pan_is_found(estimate, step):
    """End-point error under a tenth of a pixel in the median, both ways."""
    first, second = (tensor(p) for p in panned(2, 96, 128, step))
    forward, backward = estimate(first, second)
    for found, expected in ((forward, -step), (backward, step)):
        error = (found - constant(expected, 0, 96, 128)).norm(dim=1)
        assert error[..., 12:-12, 12:-12].median() < 0.1


@pytest.mark.parametrize("estimate", ESTIMATORS)
def test_estimators_are_deterministic_and_take_any_size(estimate):
    first, second = (tensor(p) for p in panned(2, 50, 70, 2))
    once, again = estimate(first, second), estimate(first, second)
    assert torch.equal(once[0], again[0])
    assert torch.equal(once[1], again[1])
    tiny = tensor(textured(5, 9)), tensor(textured(5, 9, 1))
    forward, backward = estimate(*tiny)
    assert forward.shape == (1, 2, 5, 9)
    assert not forward.any()
    assert not backward.any()


def test_each_estimator_of_a_job_is_there(raft_file):
    """And they are different ones."""
    frames = [tensor(p) for p in panned(2, 64, 80, 2)]
    seen = set()
    for name in get_args(Coherence.model_fields["flow"].annotation):
        if name == "raft-large":  # its weights are made as those of the small one
            continue
        forward, _ = flow.estimator(name, raft_file)(*frames)
        seen.add(forward.numpy().tobytes())
    assert len(seen) == 5


@pytest.mark.parametrize("name", ["dis-medium", "dis-fast", "dis-ultrafast"])
def test_quick_presets_find_a_pan_too(name):
    first, second = (tensor(p) for p in panned(2, 96, 128, 3))
    forward, backward = flow.estimator(name)(first, second)
    for found, expected in ((forward, -3), (backward, 3)):
        error = (found - constant(expected, 0, 96, 128)).norm(dim=1)
        assert error[..., 12:-12, 12:-12].median() < 0.5


@pytest.fixture(scope="module")
def raft_file(tmp_path_factory) -> Path:
    """RAFT that has learned nothing: form, units and padding are as those of the real one."""
    made = weights.he_initialised("raft-small", 0)
    return weights.save("raft-small", made, tmp_path_factory.mktemp("raft") / "r.safetensors").path


def test_raft_is_torchvisions(raft_file):
    """Where nothing has to be padded, it is the network as torchvision would use it."""
    first, second = (tensor(p) for p in panned(2, 128, 136, 2))
    network = raft_small().eval()
    network.load_state_dict(weights.load("raft-small", raft_file))
    with torch.no_grad():
        forward = network(*Raft_Small_Weights.DEFAULT.transforms()(first, second))[-1]
        backward = network(*Raft_Small_Weights.DEFAULT.transforms()(second, first))[-1]
    found = flow.estimator("raft-small", raft_file)(first, second)
    torch.testing.assert_close(found[0], forward)
    torch.testing.assert_close(found[1], backward)


@pytest.mark.parametrize(("size", "radius"), [((16, 17), 3), ((23, 16), 4), ((40, 33), 4)])
def test_correlations_of_large_frames_are_torchvisions(size, radius):
    """Around targets within the picture, at its edge, beyond, and so far away that it overflows."""
    random = torch.Generator().manual_seed(0)
    first, second = torch.randn((2, 1, 24, *size), generator=random)
    target = torch.randn((1, 2, *size), generator=random) * 12 + 10
    target[..., 0, 0] = 1e30
    target[..., 0, 1] = -1e30
    theirs = CorrBlock(num_levels=4, radius=radius)
    ours = NearbyCorrelation(4, radius)
    assert ours.out_channels == theirs.out_channels
    for block in theirs, ours:
        block.build_pyramid(first, second)
    expected = theirs.index_pyramid(target)
    assert expected.count_nonzero() > expected.numel() / 20
    torch.testing.assert_close(ours.index_pyramid(target), expected, atol=1e-4, rtol=1e-4)


def test_raft_on_large_frames_is_raft(raft_file, monkeypatch):
    """The same flow, and without all correlations of all pixels."""
    frames = [tensor(p) for p in panned(2, 130, 140, 3)]
    estimate = Raft("raft-small", raft_file)
    before = estimate(*frames)
    monkeypatch.setattr(raft, "_MOST_PAIRS", 0)
    monkeypatch.setattr(CorrBlock, "build_pyramid", None)
    after = estimate(*frames)
    assert not torch.equal(before[0], after[0]), "it went the other way"
    for one, other in zip(before, after, strict=True):
        assert (one - other).abs().median() < 1e-3


class Echo(torch.nn.Module):
    """Says that the motion is what the first frame shows in red and green."""

    def forward(self, first, second):
        assert min(first.shape[-2:]) >= 128
        assert not any(side % 8 for side in first.shape[-2:])
        assert first.shape == second.shape
        assert (first[..., 0] == first[..., 1]).all(), "the border goes on outwards"
        return [torch.zeros(1), first[:, :2]]


@pytest.mark.parametrize("size", [(50, 73), (5, 9), (121, 254), (131, 129)])
def test_raft_pads_and_crops_any_size(raft_file, size, monkeypatch):
    estimate = Raft("raft-small", raft_file)
    monkeypatch.setattr(estimate, "_network", Echo())
    first, second = tensor(textured(*size)), tensor(textured(*size, 1))
    forward, backward = estimate(first, second)
    torch.testing.assert_close(forward, 2 * first[:, :2] - 1)
    torch.testing.assert_close(backward, 2 * second[:, :2] - 1)


@pytest.mark.parametrize("name", ["dis", "raft-small"])
def test_estimators_can_be_called_from_threads(raft_file, name):
    estimate = flow.estimator(name, raft_file)
    frames = [tensor(p) for p in panned(4, 130, 140, 3)]
    alone = [estimate(*pair) for pair in pairwise(frames)]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(estimate, frames[:-1], frames[1:]))
    for one, other in zip(alone, together, strict=True):
        assert torch.equal(one[0], other[0])
        assert torch.equal(one[1], other[1])


def test_raft_without_weights_says_how_to_get_them(tmp_path, monkeypatch):
    monkeypatch.setenv("ECSET_WEIGHTS", str(tmp_path))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(InputError, match=r"weights get raft-large.*coherence\.flow_weights"):
        flow.estimator("raft-large")
    with pytest.raises(InputError, match="no file of weights at"):
        flow.estimator("raft-large", tmp_path / "none.safetensors")


def test_a_held_frame_has_no_motion():
    frame = tensor(textured(50, 70))
    assert not any(found.any() for found in farneback(frame, frame.clone()))


def test_consistent_motion_is_reliable_but_for_the_edge():
    forward, backward = constant(4, 0), constant(-4, 0)
    trusted = reliable(forward, backward)[0, 0]
    assert trusted[:, 4:].all()
    assert not trusted[:, :4].any(), "what came in over the edge has no forerunner"


def test_disocclusion_bound():
    """|w̃ + ŵ|² against 0.01 (|w̃|² + |ŵ|²) + 0.5, just below and just above.

    With w = (a, 0) and ŵ = (-b, 0) constant: (a - b)² > 0.01 (a² + b²) + 0.5.
    """
    b = 2.0
    bound = np.roots([1 - 0.01, -2 * b, b * b - 0.01 * b * b - 0.5]).max()
    for a, expected in ((bound - 1e-3, False), (bound + 1e-3, True)):
        found = disoccluded(constant(float(a), 0), constant(-b, 0))[0, 0, 8:-8, 8:-8]
        assert bool(found.all()) == bool(found.any()) == expected


def test_motion_boundary_bound():
    """A shear of slope s has |∇û|² = s²; without motion the bound is √0.002."""
    bound = 0.002**0.5
    x = torch.arange(40).float()
    for slope, expected in ((bound * 0.98, False), (bound * 1.02, True)):
        field = torch.zeros(1, 2, 32, 40)
        field[:, 1] = slope * (x - 20)
        # Where the motion itself is near nothing, 0.01 |ŵ|² is too.
        assert bool(motion_boundary(field)[0, 0, 0, 20]) == expected


def test_what_an_object_uncovers_is_disoccluded():
    """A square moves 8 px to the right over a still ground: the strip it leaves is unknown."""
    ground, square = textured(64, 96, 1), textured(64, 96, 2)
    frames = []
    for left in (30, 38):
        frame = ground.copy()
        frame[20:44, left : left + 24] = square[20:44, :24]
        frames.append(tensor(frame))
    forward, backward = torch.zeros(1, 2, 64, 96), torch.zeros(1, 2, 64, 96)
    forward[:, 0, 20:44, 30:54] = 8
    backward[:, 0, 20:44, 38:62] = -8
    hidden = disoccluded(forward, backward)[0, 0]
    assert hidden[21:43, 31:37].all()
    assert not hidden[:19].any()
    assert not hidden[21:43, 40:60].any()
    estimated = disoccluded(*flow.estimator("dis")(*frames))[0, 0]
    assert estimated[24:40, 31:37].float().mean() > 0.7
    assert estimated[:12].float().mean() < 0.05
