"""The look made of patches: what it paints, and what its settings do."""

from __future__ import annotations

import pytest
import torch

from core.filters import as_crisp, blur, crispness, smooth
from core.look import PatchSettings
from core.looks import Hold, Plate, Source
from core.looks.palette import luminance
from core.looks.patch import Patch
from tests.core.pictures import panned, tensor, textured

SIZE = (72, 96)


def look(
    seed: int = 0, style: torch.Tensor | None = None, **settings: float | bool
) -> tuple[Patch, torch.Tensor, torch.Tensor]:
    """A prepared look, its plate and its style."""
    plate = tensor(panned(1, *SIZE)[0])
    if style is None:
        style = tensor(textured(90, 120, 5) ** 2) * torch.tensor([1.0, 0.7, 0.3]).view(1, 3, 1, 1)
    patch = Patch(PatchSettings(**settings), seed)
    patch.prepare([Source(style)], SIZE, Plate(plate))
    return patch, plate, style


def held(picture: torch.Tensor, plate: torch.Tensor, weight: float = 4.0) -> Hold:
    height, width = picture.shape[-2:]
    return Hold(picture, torch.full((1, 1, height, width), weight), plate, picture, picture)


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


def test_the_hold_holds():
    """A new frame drawn toward the old result is nearer to it than one that is painted afresh."""
    patch, plate, _ = look()
    before = patch.paint(Plate(plate), None)
    noise = torch.randn(plate.shape, generator=torch.Generator().manual_seed(1))
    frame = (plate + 0.1 * noise).clamp(0, 1)
    afresh = patch.paint(Plate(frame), None)
    again = patch.paint(Plate(frame), held(before, plate))
    assert (again - before).square().mean() < 0.3 * (afresh - before).square().mean()


def test_a_held_picture_follows_the_light():
    """When the plate darkens, the paint does not stay behind, however strongly it is held."""
    patch, plate, _ = look()
    before = patch.paint(Plate(plate), None)
    dark = plate * 0.6
    afresh = patch.paint(Plate(dark), None).mean()
    again = patch.paint(Plate(dark), held(before, plate)).mean()
    assert before.mean() - afresh > 0.05
    assert abs(again - afresh) < 0.5 * (before.mean() - afresh)


def test_paint_stays_crisp_along_a_chain():
    """Held again and again to a picture that lost some of its detail, it keeps its own."""
    patch, plate, _ = look()
    picture = first = patch.paint(Plate(plate), None)
    for _ in range(6):
        soft = blur(picture, 0.4)
        hold = Hold(soft, torch.full((1, 1, *SIZE), 4.0), plate, picture, picture)
        picture = patch.paint(Plate(plate), hold)
    assert crispness(picture) == pytest.approx(crispness(first).item(), rel=0.1)


def test_as_crisp_is_exact_within_its_limits():
    picture = 0.2 + 0.5 * tensor(textured(40, 50, 2))
    soft = blur(picture, 0.6)
    wanted = crispness(picture)
    assert crispness(soft) < 0.7 * wanted
    torch.testing.assert_close(
        crispness(as_crisp(soft, wanted, 0.0, 5.0)), wanted, rtol=1e-3, atol=0
    )
    assert torch.equal(as_crisp(picture, crispness(soft), 0.0, 5.0), picture)
    softened = as_crisp(picture, crispness(soft), -0.9, 5.0)
    torch.testing.assert_close(crispness(softened), crispness(soft), rtol=1e-3, atol=0)


@pytest.mark.parametrize("sigma", [3.0, 8.0, 19.0])
def test_smooth_is_blur_but_for_little(sigma):
    """On a smaller copy or not: a pulse has the same width, and what is flat stays as it is."""
    picture = torch.zeros(1, 1, 150, 170)
    picture[..., 60:90, 70:100] = 1
    assert (smooth(picture, sigma) - blur(picture, sigma)).abs().max() < 0.03
    flat = torch.full((1, 3, 31, 33), 0.4)
    torch.testing.assert_close(smooth(flat, sigma), flat)


@pytest.mark.parametrize("size", [(12, 12), (16, 200), (37, 41)])
def test_odd_sizes(size):
    plate = tensor(textured(*size, 1))
    patch = Patch(PatchSettings(), 0)
    patch.prepare([Source(tensor(textured(64, 33, 2)))], size, Plate(plate))
    painted = patch.paint(Plate(plate), None)
    assert painted.shape[-2:] == size
    assert torch.isfinite(patch.paint(Plate(plate), held(painted, plate, 1.0))).all()


def test_the_palette_goes_from_the_plates_to_the_styles():
    """Painted with palette 0 it has the plate's colours, with 1 the style's, in between a mix."""
    blue = []
    for palette in (0.0, 0.5, 1.0):
        patch, plate, style = look(palette=palette)
        blue.append(patch.paint(Plate(plate), None)[:, 2].mean().item())
    assert blue[0] == pytest.approx(plate[:, 2].mean().item(), abs=0.04)
    assert blue[2] == pytest.approx(style[:, 2].mean().item(), abs=0.04)
    assert blue[2] + 0.05 < blue[1] < blue[0] - 0.05


def stripes() -> torch.Tensor:
    """A style of horizontal stripes, as bright as the plate."""
    rows = 0.5 + 0.4 * torch.sin(torch.arange(90) * 1.3)
    return rows.view(1, 1, 90, 1).expand(1, 3, 90, 120).contiguous()


def upright(picture: torch.Tensor) -> float:
    """Share of its slopes that a picture has from left to right: high for upright stripes."""
    tone = luminance(picture)
    across, down = tone.diff(dim=-1).square().mean(), tone.diff(dim=-2).square().mean()
    return (across / (across + down)).item()


def test_strokes_turn_only_when_they_may():
    plate = stripes().transpose(-2, -1)[..., : SIZE[0], : SIZE[1]].contiguous()
    plate = torch.nn.functional.interpolate(plate, SIZE, mode="bilinear", align_corners=False)
    found = {}
    for rotate in (False, True):
        patch = Patch(PatchSettings(rotate=rotate), 0)
        patch.prepare([Source(stripes())], SIZE, Plate(plate))
        found[rotate] = upright(patch.paint(Plate(plate), None))
    assert found[False] < 0.3
    assert found[True] > 0.7


def test_mirrored_strokes():
    """A wedge that is bright on the left paints one that is bright on the right, if it may."""
    line = torch.linspace(1, 0, 24).repeat(5)[:120]
    style = line.view(1, 1, 1, 120).expand(1, 3, 90, 120).contiguous()
    plate = style.flip(-1)
    errors = []
    for flip in (False, True):
        patch = Patch(PatchSettings(flip=flip), 0)
        patch.prepare([Source(style)], (90, 120), Plate(plate))
        errors.append((patch.paint(Plate(plate), None) - plate).square().mean().item())
    assert errors[1] < 0.6 * errors[0]


def test_less_detail_is_broader():
    """The broadest strokes have less fine detail than the finest."""
    found = []
    for detail in (0.0, 1.0):
        patch, plate, _ = look(detail=detail)
        found.append(crispness(patch.paint(Plate(plate), None)).item())
    assert found[1] > 1.5 * found[0]


def test_two_styles_by_mask():
    """Each half in its own style: one red, one blue."""
    tone = tensor(textured(60, 80, 5))[:, :1]
    red, blue = (tone * torch.tensor(c).view(1, 3, 1, 1) for c in ([1, 0, 0], [0, 0, 1.0]))
    plate = tensor(panned(1, *SIZE)[0])
    patch = Patch(PatchSettings(), 0)
    patch.prepare([Source(red), Source(blue)], SIZE, Plate(plate))
    left = torch.zeros(1, 1, *SIZE)
    left[..., :48] = 1
    painted = patch.paint(Plate(plate, masks=(left, 1 - left)), None)
    assert (painted[:, 2, :, :40] < 0.02).all()
    assert (painted[:, 0, :, 56:] < 0.02).all()


def test_a_guide_from_a_file_steers():
    """A plate that says nothing, painted by a guide that says left and right."""
    style = torch.zeros(1, 3, 60, 80)
    style[:, 0, :, :40], style[:, 1, :, 40:] = 0.6, 0.6
    style += 0.1 * tensor(textured(60, 80, 5))
    side = torch.zeros(1, 1, 60, 80)
    side[..., :40] = 3
    plate = torch.full((1, 3, *SIZE), 0.5)
    guide = torch.zeros(1, 1, *SIZE)
    guide[..., 48:] = 3
    sample = Plate(plate, (guide,))
    patch = Patch(PatchSettings(), 0)
    patch.prepare([Source(style, (side,))], SIZE, sample)
    painted = patch.paint(Plate(plate, (guide,)), None)
    assert painted[:, 0, :, 56:].mean() > painted[:, 1, :, 56:].mean() + 0.3
    assert painted[:, 1, :, 8:40].mean() > painted[:, 0, :, 8:40].mean() + 0.3


def test_a_guide_without_a_styles_side_goes_by_light():
    """What a guide says is near is painted with what is light in the style."""
    style = tensor(textured(60, 80, 5))
    plate = torch.full((1, 3, *SIZE), 0.5)
    guide = torch.linspace(0, 1, SIZE[1]).expand(1, 1, *SIZE).contiguous()
    patch = Patch(PatchSettings(), 0)
    patch.prepare([Source(style, (None,))], SIZE, Plate(plate, (guide,)))
    painted = luminance(patch.paint(Plate(plate, (guide,)), None))
    assert painted[..., 64:].mean() > painted[..., :32].mean() + 0.1
