"""Colours from a style, against distributions that are known."""

from __future__ import annotations

import pytest
import torch

from core.looks.palette import HistogramMatch, Palette, luminance


def normal(count: int, mean: list[float], deviation: list[float], seed: int) -> torch.Tensor:
    drawn = torch.randn(count, 3, generator=torch.Generator().manual_seed(seed))
    return drawn * torch.tensor(deviation) + torch.tensor(mean)


def test_luminance_is_rec_601():
    white, green = torch.ones(1, 3, 1, 1), torch.tensor([0.0, 1.0, 0.0]).view(1, 3, 1, 1)
    assert luminance(white).item() == pytest.approx(1)
    assert luminance(green).item() == pytest.approx(0.587)


def test_histogram_match_of_uniform_to_squares():
    """Uniform u to the distribution of u² is the map x → x²; it is monotone and has ends."""
    u = torch.linspace(0, 1, 10_001)
    match = HistogramMatch(u, u**2)
    x = torch.linspace(0, 1, 101)
    torch.testing.assert_close(match(x), x**2, atol=1e-3, rtol=0)
    assert (match(x).diff() >= 0).all()
    assert match(torch.tensor([-5.0, 9.0])).tolist() == pytest.approx([0, 1])


def test_histogram_match_of_a_constant():
    match = HistogramMatch(torch.full((50,), 0.3), torch.linspace(0, 1, 50))
    assert torch.isfinite(match(torch.tensor([0.0, 0.3, 1.0]))).all()


def test_palette_brings_mean_and_spread():
    shot = normal(4000, [0.6, 0.5, 0.4], [0.05, 0.1, 0.08], 0)
    style = normal(4000, [0.3, 0.4, 0.6], [0.1, 0.06, 0.05], 1)
    mapped = Palette(shot, style, seed=0)(shot.T.reshape(1, 3, 40, 100))
    assert mapped.mean((0, 2, 3)).tolist() == pytest.approx([0.3, 0.4, 0.6], abs=0.03)
    assert mapped.std((0, 2, 3)).tolist() == pytest.approx([0.1, 0.06, 0.05], abs=0.03)


def test_palette_of_the_same_colours_changes_little():
    colours = normal(4000, [0.5, 0.5, 0.5], [0.15, 0.15, 0.15], 0).clamp(0, 1)
    picture = colours.T.reshape(1, 3, 40, 100)
    assert (Palette(colours, colours, seed=0)(picture) - picture).abs().mean() < 0.02


def test_palette_is_a_function_of_colour_and_seed():
    shot, style = torch.rand(500, 3), torch.rand(500, 3)
    picture = torch.rand(1, 3, 8, 8)
    once, again = Palette(shot, style, 3)(picture), Palette(shot, style, 3)(picture)
    assert torch.equal(once, again)
    torch.testing.assert_close(Palette(shot, style, 3)(picture.flip(-1)).flip(-1), once)
