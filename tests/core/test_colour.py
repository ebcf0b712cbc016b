"""Colours of the plate with the strokes of a style: closed forms, and what must not change."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from core.looks.colour import (
    histogram_matched,
    linear_matched,
    luminance_matched,
    with_plate_colours,
)
from core.looks.palette import luminance
from tests.core.pictures import tensor, textured

MATCHES = (luminance_matched, histogram_matched, linear_matched)

PICTURE, OTHER = tensor(textured(40, 56, 1)), tensor(textured(30, 44, 2)) * 0.6 + 0.2
GREY = luminance(PICTURE).expand(-1, 3, -1, -1)


def normal(mean: list[float], mixing: list[list[float]], seed: int, shape: tuple) -> Tensor:
    """N×3×H×W with (about) the covariance M Mᵀ."""
    drawn = torch.randn(shape, generator=torch.Generator().manual_seed(seed))
    mixed = torch.einsum("ij,njhw->nihw", torch.tensor(mixing), drawn)
    return mixed + torch.tensor(mean).view(1, 3, 1, 1)


def moments(pictures: Tensor) -> tuple[Tensor, Tensor]:
    colours = pictures.transpose(0, 1).flatten(1)
    return colours.mean(1), torch.cov(colours, correction=0)


class TestPlateColours:
    def test_light_of_the_paint_and_colour_of_the_plate(self):
        """In YIQ, whose Y is luminance: Y of one, I and Q of the other."""
        to_yiq = torch.tensor(
            [[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]]
        )
        # Dull enough that nothing leaves the gamut.
        paint, plate = (0.35 + 0.3 * part for part in (PICTURE, PICTURE.flip(-1) ** 2))
        mixed = with_plate_colours(paint, plate)
        ours, light, colour = (
            torch.einsum("ij,njhw->nihw", to_yiq, part) for part in (mixed, paint, plate)
        )
        torch.testing.assert_close(ours[:, :1], light[:, :1], atol=1e-5, rtol=0)
        torch.testing.assert_close(ours[:, 1:], colour[:, 1:], atol=1e-5, rtol=0)

    def test_a_picture_with_its_own_colours(self):
        torch.testing.assert_close(with_plate_colours(PICTURE, PICTURE), PICTURE, atol=1e-6, rtol=0)

    def test_what_cannot_be_shown_loses_colour_not_light_nor_hue(self):
        """A full red in light 0.2: 0.2 + s · (0.701, −0.299, −0.299), of which the lower ones reach
        0 at s = 0.2 / 0.299; and in light 0.8: s = 0.2 / 0.701."""
        red = torch.tensor([1.0, 0.0, 0.0]).view(1, 3, 1, 1)
        for light, share in ((0.2, 0.2 / 0.299), (0.8, 0.2 / 0.701), (0.0, 0.0), (1.0, 0.0)):
            found = with_plate_colours(torch.full((1, 3, 1, 1), light), red)
            wanted = light + share * (red - 0.299)
            torch.testing.assert_close(found, wanted, atol=1e-6, rtol=0)

    def test_always_a_picture_in_the_light_of_the_paint(self):
        chance = torch.Generator().manual_seed(0)
        paint, plate = (torch.rand(1, 3, 64, 64, generator=chance).round() for _ in range(2))
        found = with_plate_colours(paint, plate)
        assert 0 <= found.min() <= found.max() <= 1
        torch.testing.assert_close(luminance(found), luminance(paint), atol=1e-6, rtol=0)

    def test_a_sun_beyond_white(self):
        """EXR: a plate of 20 gives its colour as far as it can be shown; a grey one gives none."""
        sun = torch.tensor([20.0, 10.0, 5.0]).view(1, 3, 1, 1)
        paint = torch.full((1, 3, 1, 1), 0.5)
        found = with_plate_colours(paint, sun)
        assert 0 <= found.min() <= found.max() <= 1
        assert luminance(found).item() == pytest.approx(0.5)
        assert found[0, 0] > found[0, 1] > found[0, 2]
        torch.testing.assert_close(with_plate_colours(paint, sun.mean().expand_as(sun)), paint)

    def test_a_grey_plate_makes_grey(self):
        found = with_plate_colours(PICTURE, torch.full_like(PICTURE, 0.3))
        torch.testing.assert_close(found, GREY, atol=1e-6, rtol=0)


class TestLuminance:
    def test_mean_and_spread_are_the_shots(self):
        found = luminance_matched(PICTURE, OTHER)
        light, wanted = found[:, 0], luminance(OTHER)
        assert light.mean().item() == pytest.approx(wanted.mean().item(), abs=1e-5)
        assert light.std(correction=0).item() == pytest.approx(
            wanted.std(correction=0).item(), rel=1e-4
        )
        assert found[:, :1].expand_as(found).equal(found), "grey"

    def test_the_order_of_lights_stays(self):
        """It is one straight line, so what was twice as far apart still is."""
        found, own = luminance_matched(PICTURE, OTHER)[:, 0].flatten(), luminance(PICTURE).flatten()
        slope = (found[1:] - found[0]) / (own[1:] - own[0])
        torch.testing.assert_close(slope, slope[:1].expand_as(slope), rtol=1e-2, atol=0)

    def test_of_itself(self):
        torch.testing.assert_close(luminance_matched(PICTURE, PICTURE), GREY, atol=1e-5, rtol=0)


class TestHistogram:
    def test_of_itself_nothing_changes(self):
        assert histogram_matched(PICTURE, PICTURE).equal(PICTURE)
        coarse = (PICTURE * 9).round() / 9  # most values many times
        assert histogram_matched(coarse, coarse).equal(coarse)

    def test_quantiles_agree(self):
        found = histogram_matched(PICTURE, OTHER)
        at = torch.linspace(0, 1, 101)
        for channel in range(3):
            ours, theirs = (part[:, channel].flatten().quantile(at) for part in (found, OTHER))
            torch.testing.assert_close(ours, theirs, atol=2e-3, rtol=0)

    def test_as_many_values_are_the_very_same(self):
        """Both have 400 values, each once: they are the other's, in the order of the one."""
        chance = torch.Generator().manual_seed(0)
        style, shot = (torch.rand(1, 3, 20, 20, generator=chance) for _ in range(2))
        found = histogram_matched(style, shot)
        for channel in range(3):
            ours, theirs, own = (part[0, channel].flatten() for part in (found, shot, style))
            assert ours.sort().values.equal(theirs.sort().values)
            assert ours.argsort().equal(own.argsort())

    def test_uniform_to_squares(self):
        """The map from u to the distribution of u² is x → x²."""
        u = torch.linspace(0, 1, 10_000).view(1, 1, 100, 100).expand(1, 3, -1, -1)
        coarse = torch.linspace(0, 1, 4_096).view(1, 1, 64, 64).expand(1, 3, -1, -1)
        torch.testing.assert_close(histogram_matched(u, coarse**2), u**2, atol=1e-3, rtol=0)

    def test_pixels_that_are_alike_stay_alike(self):
        """Half black, half white, against a ramp: its quarter and its three quarters."""
        style = torch.tensor([0.0, 1.0]).repeat(50).view(1, 1, 10, 10).expand(1, 3, -1, -1)
        ramp = torch.linspace(0, 1, 1001).view(1, 1, 7, 143).expand(1, 3, -1, -1)
        found = histogram_matched(style, ramp)
        torch.testing.assert_close(found, 0.25 + 0.5 * style, atol=1e-3, rtol=0)


class TestLinear:
    STYLE = normal(
        [0.5, 0.4, 0.6], [[0.05, 0, 0], [0.03, 0.04, 0], [0, 0.02, 0.03]], 0, (1, 3, 60, 60)
    )
    SHOT = normal(
        [0.4, 0.5, 0.5], [[0.03, 0, 0], [-0.01, 0.05, 0], [0.02, 0, 0.06]], 1, (4, 3, 30, 30)
    )

    def test_mean_and_covariance_are_the_shots(self):
        found = moments(linear_matched(self.STYLE, self.SHOT))
        for ours, theirs in zip(found, moments(self.SHOT), strict=True):
            torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=0)

    def test_it_is_the_symmetric_map(self):
        """Fitted back from the colours, A is its own transpose, and stretches along all axes."""
        found = linear_matched(self.STYLE, self.SHOT)
        own, theirs = (
            part[0].flatten(1).double() - part[0].flatten(1).double().mean(1, keepdim=True)
            for part in (self.STYLE, found)
        )
        change = torch.linalg.lstsq(own.T, theirs.T).solution.T
        torch.testing.assert_close(change, change.T, atol=1e-4, rtol=0)
        assert (torch.linalg.eigvalsh(change) > 0.1).all()

    def test_of_itself_nothing_changes(self):
        torch.testing.assert_close(linear_matched(PICTURE, PICTURE), PICTURE, atol=1e-5, rtol=0)

    def test_channels_apart_are_stretched_apart(self):
        """With diagonal covariances A is the quotient of the spreads."""
        ramp = torch.linspace(-1, 1, 10)
        grid = torch.stack(torch.meshgrid(ramp, ramp, ramp, indexing="ij")).reshape(1, 3, 25, 40)
        style, shot = 0.5 + 0.1 * grid, 0.5 + torch.tensor([0.2, 0.1, 0.05]).view(1, 3, 1, 1) * grid
        torch.testing.assert_close(linear_matched(style, shot), shot, atol=1e-5, rtol=0)

    def test_a_grey_shot_makes_grey(self):
        found = linear_matched(PICTURE, OTHER.mean(1, keepdim=True).expand(-1, 3, -1, -1))
        assert (found - found.mean(1, keepdim=True)).abs().max() < 1e-2

    def test_a_grey_style_gets_no_noise(self):
        """A grey style with the noise of a JPEG stays free of spots before a colourful shot."""
        noise = torch.randn(PICTURE.shape, generator=torch.Generator().manual_seed(0)) / 255
        found = linear_matched((0.2 + 0.6 * GREY + noise).clamp(0, 1), OTHER)
        smooth = linear_matched(0.2 + 0.6 * GREY, OTHER)
        assert (found - smooth).abs().mean() < 0.03


@pytest.mark.parametrize("match", MATCHES)
@pytest.mark.parametrize(
    "style",
    [GREY, torch.zeros(1, 3, 8, 8), torch.full((1, 3, 1, 1), 0.3), PICTURE, PICTURE.round()],
    ids=["grey", "black", "pixel", "colour", "corners"],
)
@pytest.mark.parametrize(
    "sample",
    [GREY, torch.ones(2, 3, 8, 8), torch.full((1, 3, 1, 1), 0.7), OTHER, 30 * OTHER, -OTHER],
    ids=["grey", "white", "pixel", "colour", "sun", "below"],
)
def test_always_a_picture(match, style, sample):
    found = match(style, sample)
    assert found.shape == style.shape
    assert found.dtype == style.dtype
    assert 0 <= found.min() <= found.max() <= 1  # False for NaN


@pytest.mark.parametrize("match", MATCHES)
def test_flat_pictures(match):
    """A flat style becomes the middle of the shot, and any style before a flat shot its one
    value."""
    flat, ramp = torch.full((1, 3, 6, 6), 0.2), torch.linspace(0, 1, 101).view(1, 1, 1, 101)
    middle = match(flat, ramp.expand(1, 3, 1, 101))
    torch.testing.assert_close(middle, torch.full_like(flat, 0.5), atol=1e-4, rtol=0)
    torch.testing.assert_close(
        match(PICTURE, flat), torch.full_like(PICTURE, 0.2), atol=1e-3, rtol=0
    )


@pytest.mark.parametrize("match", MATCHES)
def test_where_pixels_stand_is_no_matter(match):
    turned = match(PICTURE.flip(-1), OTHER.flip(-2))
    torch.testing.assert_close(turned.flip(-1), match(PICTURE, OTHER), atol=1e-5, rtol=0)
