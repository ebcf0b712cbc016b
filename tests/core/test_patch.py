"""Patches and the look made of them."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch

from core.job import PatchSettings
from core.looks import Hold, Plate, Source
from core.looks.palette import luminance
from core.looks.patch import Patch
from core.looks.patches import PatchTable
from tests.core.pictures import panned, tensor, textured

SIDE = 7


def table(*seeds: int, weights: tuple[float, ...] | None = None) -> PatchTable:
    styles = [tensor(textured(30 + 4 * seed, 40 - 3 * seed, seed)) for seed in seeds]
    guides = [luminance(style) for style in styles]
    return PatchTable(styles, guides, weights or (1.0,) * len(seeds), SIDE, guide_weight=1.0)


def brute_force(query: torch.Tensor, features: torch.Tensor) -> torch.Tensor:
    """All squared distances, in double precision."""
    return torch.cdist(query.flatten(0, 1).double(), features.double()) ** 2


def test_a_style_finds_itself():
    """Queried with the style, every whole patch finds its own row at distance 0."""
    style = tensor(textured(30, 40, 0))
    patches = table(0)
    query = patches.query(style, luminance(style))
    found = patches.search(query, completeness=100.0)
    half = SIDE // 2
    inner = found.rows[half:-half, half:-half]
    rows = torch.arange(inner.numel()).view(inner.shape)
    assert torch.equal(inner, rows)
    assert found.distances[half:-half, half:-half].max() < 1e-6
    voted = patches.vote(found.rows, torch.ones_like(found.distances))
    torch.testing.assert_close(
        voted[..., SIDE:-SIDE, SIDE:-SIDE], style[..., SIDE:-SIDE, SIDE:-SIDE], atol=1e-6, rtol=0
    )


def test_search_is_exact():
    """Against all distances divided by (α·side² + the style patch's least), Granot's eq. 2."""
    patches = table(0, 1)
    plate = tensor(textured(20, 26, 9))
    query = patches.query(plate, luminance(plate))
    distances = brute_force(query, patches.features)
    for alpha in (1e-4, 0.02, 50.0):
        scores = distances / (alpha * SIDE**2 + distances.amin(0))
        found = patches.search(query, alpha).rows.flatten()
        best = scores.amin(1)
        chosen = scores.gather(1, found[:, None])[:, 0]
        torch.testing.assert_close(chosen, best, rtol=1e-4, atol=1e-9)


def test_completeness_spreads_the_choice():
    """A small alpha uses more different patches than a large one."""
    patches = table(0)
    plate = tensor(textured(40, 40, 9))
    query = patches.query(plate, luminance(plate))
    few, many = (len(patches.search(query, alpha).rows.unique()) for alpha in (50.0, 1e-4))
    assert many > 1.2 * few


def test_refining_never_worsens_and_converges():
    patches = table(0, 1, 2)
    plate = tensor(textured(24, 24, 9))
    query = patches.query(plate, luminance(plate))
    random = torch.Generator().manual_seed(0)
    rows = torch.randint(0, len(patches.features), (24, 24), generator=random)
    sums = []
    for _ in range(8):
        found = patches.refine(query, rows, 1, random)
        rows = found.rows
        sums.append(found.distances.sum().item())
    assert all(after <= before for before, after in pairwise(sums))
    start = brute_force(query, patches.features).gather(1, rows.flatten()[:, None])
    assert sums[-1] == pytest.approx(start.sum().item(), rel=1e-4)
    assert sums[-1] < 0.8 * sums[0]


def test_a_light_style_is_taken_less_often():
    plate = tensor(textured(40, 40, 9))
    shares = []
    for weights in ((1.0, 1.0), (0.2, 1.0)):
        patches = table(0, 0, weights=weights)
        rows = patches.search(patches.query(plate, luminance(plate)), 0.001).rows
        shares.append((rows < len(patches.features) // 2).float().mean().item())
    assert shares == [1.0, 0.0], "of two equal styles the first wins, until it weighs less"


def test_lift_keeps_places():
    """The identity field of one level becomes, but for rounding, that of the next."""
    coarse_style, style = tensor(textured(24, 32, 0)), tensor(textured(40, 53, 0))
    coarse, fine = (
        PatchTable([s], [luminance(s)], (1.0,), SIDE, 1.0) for s in (coarse_style, style)
    )
    half = SIDE // 2
    y, x = torch.meshgrid(torch.arange(24), torch.arange(32), indexing="ij")
    rows = (y - half).clamp(0, 24 - SIDE) * (32 - SIDE + 1) + (x - half).clamp(0, 32 - SIDE)
    lifted = fine.lift(coarse, rows, (40, 53))
    up, left = lifted // (53 - SIDE + 1) + half, lifted % (53 - SIDE + 1) + half
    y, x = torch.meshgrid(torch.arange(40), torch.arange(53), indexing="ij")
    core = slice(8, -8), slice(8, -8)
    assert (up - y).abs()[core].max() <= 1
    assert (left - x).abs()[core].max() <= 1


def look(seed: int = 0, **settings: float) -> tuple[Patch, torch.Tensor, torch.Tensor]:
    """A prepared look, its plate and its style."""
    plate = tensor(panned(1, 72, 96)[0])
    style = tensor(textured(90, 120, 5) ** 2) * torch.tensor([1.0, 0.7, 0.3]).view(1, 3, 1, 1)
    patch = Patch(PatchSettings(**settings), seed)
    patch.prepare([Source(style)], (72, 96), plate)
    return patch, plate, style


def test_paint_is_of_the_style_and_shows_the_plate():
    patch, plate, style = look()
    painted = patch.paint(Plate(plate), None)
    assert painted.shape == plate.shape
    assert painted.min() >= style.min() - 1e-6
    assert painted.max() <= style.max() + 1e-6
    assert (painted[:, 2] <= 0.31).all(), "the style has little blue, and so has the paint"
    both = torch.stack([luminance(painted).flatten(), luminance(plate).flatten()])
    assert torch.corrcoef(both)[0, 1] > 0.8


def test_same_seed_same_paint():
    once, again = (look(seed=4) for _ in range(2))
    first = once[0].paint(Plate(once[1]), None)
    assert torch.equal(first, once[0].paint(Plate(once[1]), None))
    assert torch.equal(first, again[0].paint(Plate(again[1]), None))
    other = look(seed=5)
    assert not torch.equal(first, other[0].paint(Plate(other[1]), None))


def test_the_anchor_holds():
    """A new frame drawn toward the old result is nearer to it than one that is painted afresh."""
    patch, plate, _ = look()
    before = patch.paint(Plate(plate), None)
    noise = torch.randn(plate.shape, generator=torch.Generator().manual_seed(1))
    frame = (plate + 0.2 * noise).clamp(0, 1)
    afresh = patch.paint(Plate(frame), None)
    weight = torch.full((1, 1, 72, 96), 4.0)
    held = patch.paint(Plate(frame), Hold(before, weight))
    assert (held - before).square().mean() < 0.6 * (afresh - before).square().mean()


@pytest.mark.parametrize("size", [(12, 12), (16, 200), (37, 41)])
def test_odd_sizes(size):
    plate = tensor(textured(*size, 1))
    patch = Patch(PatchSettings(), 0)
    patch.prepare([Source(tensor(textured(64, 33, 2)))], size, plate)
    painted = patch.paint(Plate(plate), None)
    assert painted.shape[-2:] == size
    again = patch.paint(Plate(plate), Hold(painted, torch.ones(1, 1, *size)))
    assert torch.isfinite(again).all()
