"""The table of style patches, and finding the nearest in it."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch

from core.looks import matching
from core.looks.palette import luminance
from core.looks.patches import Material, PatchTable, Query
from core.looks.rarity import rarity
from tests.core.pictures import tensor, textured

SIDE = 7


def table(
    *seeds: int,
    step: int = 1,
    dtype: torch.dtype = torch.float32,
) -> PatchTable:
    materials = []
    for index, seed in enumerate(seeds):
        style = tensor(textured(30 + 4 * seed, 40 - 3 * seed, seed))
        materials.append(Material(style, luminance(style), index))
    return PatchTable(materials, SIDE, step, guide_weight=1.0, dtype=dtype)


def asked(
    patches: PatchTable,
    picture: torch.Tensor,
    emphasis: float = 1.0,
    weights: tuple[float, ...] = (),
) -> Query:
    tone = luminance(picture)
    return patches.query(picture, tone, torch.full_like(tone, emphasis), weights=weights)


def brute_force(patches: PatchTable, query: Query) -> torch.Tensor:
    """All squared distances, in double precision, the guide's part weighted."""
    own, style = query.features.flatten(0, 1).double(), patches.features.double()
    n = patches.colours
    light = torch.cdist(own[:, n:], style[:, n:]) ** 2
    return torch.cdist(own[:, :n], style[:, :n]) ** 2 + query.emphasis.reshape(-1, 1) * light


def test_a_style_finds_itself():
    """Queried with the style, every whole patch finds its own row at distance 0."""
    style = tensor(textured(30, 40, 0))
    patches = table(0)
    found = matching.search(patches, asked(patches, style), completeness=100.0)
    half = SIDE // 2
    inner = found.rows[half:-half, half:-half]
    assert torch.equal(inner, torch.arange(inner.numel()).view(inner.shape))
    assert found.distances[half:-half, half:-half].max() < 1e-6
    voted = patches.vote(found.rows, torch.ones_like(found.distances), (30, 40))
    torch.testing.assert_close(
        voted[..., SIDE:-SIDE, SIDE:-SIDE], style[..., SIDE:-SIDE, SIDE:-SIDE], atol=1e-6, rtol=0
    )


@pytest.mark.parametrize("size", [(30, 40), (31, 39), (8, 9)])
@pytest.mark.parametrize("step", [2, 3])
def test_a_coarser_grid_covers_the_whole_picture(size, step):
    """Every pixel is painted, whatever is left over at the edges; and from the style's own
    patches the style comes back."""
    style = tensor(textured(*size, 0))
    patches = PatchTable([Material(style, luminance(style))], SIDE, step, 1.0)
    query = asked(patches, style)
    assert query.features.shape[:2] == tuple(-(-side // step) for side in size)
    found = matching.search(patches, query, completeness=100.0)
    voted = patches.vote(found.rows, torch.ones_like(found.distances), size)
    assert voted.shape == style.shape
    assert torch.isfinite(voted).all()
    core = slice(SIDE, -SIDE), slice(SIDE, -SIDE)
    torch.testing.assert_close(voted[..., *core], style[..., *core], atol=1e-6, rtol=0)


@pytest.mark.parametrize("emphasis", [1.0, 0.3])
def test_search_is_exact(emphasis):
    """Against all distances divided by (α + the style patch's least), Granot's eq. 2."""
    patches = table(0, 1)
    query = asked(patches, tensor(textured(20, 26, 9)), emphasis)
    distances = brute_force(patches, query)
    for alpha in (1e-3, 1.0, 100.0):
        scores = distances / (alpha * distances.amin(1).mean() + distances.amin(0))
        found = matching.search(patches, query, alpha).rows.flatten()
        best = scores.amin(1)
        chosen = scores.gather(1, found[:, None])[:, 0]
        torch.testing.assert_close(chosen, best, rtol=1e-4, atol=1e-9)


def test_completeness_spreads_the_choice():
    """A small alpha uses more different patches than a large one."""
    patches = table(0)
    query = asked(patches, tensor(textured(40, 40, 9)))
    few, many = (len(matching.search(patches, query, alpha).rows.unique()) for alpha in (100, 1e-3))
    assert many > 1.2 * few


def test_refining_never_worsens_and_converges():
    patches = table(0, 1, 2)
    query = asked(patches, tensor(textured(24, 24, 9)))
    random = torch.Generator().manual_seed(0)
    rows = torch.randint(0, patches.rows, (24, 24), generator=random)
    start = brute_force(patches, query).gather(1, rows.flatten()[:, None]).sum().item()
    assert matching.distances(patches, query, rows).sum().item() == pytest.approx(start, rel=1e-4)
    sums = []
    for _ in range(8):
        found = matching.refine(patches, query, rows, 4, 0.0, random)
        rows = found.rows
        sums.append(found.distances.sum().item())
    assert all(after <= before for before, after in pairwise(sums))
    assert sums[-1] < 0.6 * start


def test_a_wider_reach_finds_more():
    patches = table(0, 1, 2)
    query = asked(patches, tensor(textured(24, 24, 9)))
    rows = torch.zeros(24, 24, dtype=torch.int64)
    near, far = (
        matching.refine(patches, query, rows, reach, 0.0, torch.Generator().manual_seed(0))
        for reach in (1, 32)
    )
    assert far.distances.sum() < near.distances.sum()


def test_usage_is_one_when_all_is_used_alike():
    patches = table(0)
    every = torch.arange(patches.rows).view(1, -1)
    used = matching.usage(patches, every)
    inner = patches.per_material(used)[0][..., SIDE:-SIDE, SIDE:-SIDE]
    torch.testing.assert_close(inner, torch.ones_like(inner))
    assert matching.usage(patches, torch.zeros(9, 9, dtype=torch.int64)).max() > 10


def test_the_price_of_use_spreads_the_choice():
    """What all pixels want at once is not given to all of them."""
    patches = table(0)
    flat = torch.full((1, 3, 40, 40), 0.5)
    query = asked(patches, flat)
    least = {}
    for price in (0.0, 2.0):
        random = torch.Generator().manual_seed(0)
        rows = torch.randint(0, patches.rows, (40, 40), generator=random)
        for _ in range(4):
            rows = matching.refine(patches, query, rows, 8, price, random).rows
        least[price] = matching.usage(patches, rows).max().item()
    assert least[2.0] < 0.7 * least[0.0]


def test_a_light_style_is_taken_less_often():
    plate = tensor(textured(40, 40, 9))
    shares = []
    patches = table(0, 0)
    for weights in ((1.0, 1.0), (0.2, 1.0)):
        rows = matching.search(patches, asked(patches, plate, weights=weights), 0.001).rows
        shares.append((patches.source(rows) == 0).float().mean().item())
    assert shares == [1.0, 0.0], "of two equal styles the first wins, until it weighs less"


def test_a_style_that_weighs_nothing_is_as_if_it_were_not_there():
    """The others are taken as they are without it, whatever the masks say."""
    both, alone = table(1, 0), table(0)
    alone._colour_basis, alone._guide_basis = both._colour_basis, both._guide_basis
    style = tensor(textured(30, 40, 0))
    alone.features = alone._features(style, luminance(style), 1).flatten(1).T
    plate = tensor(textured(40, 40, 9))
    tone = luminance(plate)
    wanted = matching.search(alone, asked(alone, plate), 0.5)
    masks = torch.zeros(1, 2, 40, 40)
    masks[:, 0, :, :20] = 1
    for those in (None, masks):
        query = both.query(plate, tone, torch.ones_like(tone), those, (0.0, 2.0))
        found = matching.search(both, query, 0.5)
        assert torch.equal(found.rows - (both.rows - alone.rows), wanted.rows)
        torch.testing.assert_close(found.distances, wanted.distances)


def test_the_nearest_of_each_source():
    patches = table(0, 1)
    query = asked(patches, tensor(textured(20, 26, 9)), 0.0)
    counts = [height * width for height, width in patches.shapes]
    squares = brute_force(patches, query).split(counts, 1)
    wanted = torch.stack([part.amin(1) for part in squares], 1).view(20, 26, 2)
    found = matching.nearest_of_each(patches, query)
    torch.testing.assert_close(found.double(), wanted, rtol=1e-3, atol=1e-6)


def test_masks_keep_styles_apart():
    """Each style where its mask is; where no mask is, all of them."""
    patches = table(0, 1)
    plate = tensor(textured(30, 40, 9))
    masks = torch.zeros(1, 2, 30, 40)
    masks[:, 0, :, :15] = 1
    masks[:, 1, :, 15:30] = 0.4
    tone = luminance(plate)
    query = patches.query(plate, tone, torch.ones_like(tone), masks)
    source = patches.source(matching.search(patches, query, 0.02).rows)
    assert (source[:, :15] == 0).all()
    assert (source[:, 15:30] == 1).all()
    assert len(source[:, 30:].unique()) == 2
    random = torch.Generator().manual_seed(0)
    wrong = torch.full_like(source, patches.rows - 1)  # of the second style
    refined = matching.refine(patches, query, wrong, 16, 0.0, random).rows
    assert (patches.source(refined)[:, 15:30] == 1).all()


@pytest.mark.parametrize(("coarse_step", "step"), [(1, 1), (1, 2), (2, 2)])
def test_lift_keeps_places(coarse_step, step):
    """The identity field of one level becomes, but for rounding, that of the next."""
    coarse_style, style = tensor(textured(24, 32, 0)), tensor(textured(40, 53, 0))
    coarse, fine = (
        PatchTable([Material(s, luminance(s))], SIDE, of, 1.0)
        for s, of in ((coarse_style, coarse_step), (style, step))
    )
    half = SIDE // 2
    y, x = torch.meshgrid(
        torch.arange(0, 24, coarse_step), torch.arange(0, 32, coarse_step), indexing="ij"
    )
    rows = (y - half).clamp(0, 24 - SIDE) * (32 - SIDE + 1) + (x - half).clamp(0, 32 - SIDE)
    lifted = fine.place(fine.lift(coarse, rows, (24, 32), (40, 53)))
    y, x = torch.meshgrid(torch.arange(0, 40, step), torch.arange(0, 53, step), indexing="ij")
    core = slice(8, -8), slice(8, -8)
    assert (lifted.y + half - y).abs()[core].max() <= 1
    assert (lifted.x + half - x).abs()[core].max() <= 1


def test_half_precision_finds_the_same():
    """What a card keeps in half precision is as near as what it would find in full."""
    whole, half = table(0, 1), table(0, 1, dtype=torch.float16)
    plate = tensor(textured(40, 40, 9))
    query = asked(whole, plate)
    best = matching.search(whole, query, 0.02)
    found = matching.search(half, query, 0.02).rows
    assert matching.distances(whole, query, found).mean() < 1.01 * best.distances.mean()


def test_a_landmark_is_rare():
    """One bright disc over a texture that goes on everywhere."""
    style = 0.3 * tensor(textured(16, 16, 3)).repeat(1, 1, 4, 5)
    style += 0.02 * torch.randn(style.shape, generator=torch.Generator().manual_seed(0))
    y, x = torch.meshgrid(torch.arange(64), torch.arange(80), indexing="ij")
    style[..., (y - 20) ** 2 + (x - 50) ** 2 < 64] = 1.0
    patches = PatchTable([Material(style, luminance(style))], 9, 1, 1.0)
    (rare,) = rarity(patches)
    assert rare[0, 0, 20 - 4, 50 - 4] > 4 * rare[0, 0, :, :20].max()


def test_nothing_is_rare_in_a_tiny_picture():
    style = tensor(textured(12, 12, 1))
    (rare,) = rarity(PatchTable([Material(style, luminance(style))], 9, 1, 1.0))
    assert torch.equal(rare, torch.zeros_like(rare))
