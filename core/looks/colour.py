"""Colours of the plate with the strokes of a style (Gatys et al. 2016b).

Either only light and dark are painted and the plate gives the colours, or the style is given the
shot's colours before it is painted with. "Preserving color in neural artistic style transfer",
arXiv:1606.05897, has both. Pictures are sRGB-encoded, 0 to 1; what of a shot lies beyond (EXR)
counts as the nearest end. A picture of one value, or of one pixel, is a picture.
"""

from __future__ import annotations

import torch
from torch import Tensor

from .palette import luminance

# Differences in a style are stretched at most so many times: in one that is nearly grey, or nearly
# flat, there is little else than the noise of its JPEG to stretch.
_MOST_GAIN = 5.0

# Added to variances, so that those of flat pictures can be divided by: (0.03 / 255)².
_LEAST_VARIANCE = 1.4e-8

# Colours that are counted at once: scans of paintings have many.
_AT_ONCE = 2**20


def with_plate_colours(paint: Tensor, plate: Tensor) -> Tensor:
    """Light and dark of the paint, colours of the plate: 1×3×H×W each.

    "Luminance-only transfer" of Gatys et al. 2016b: Y from one picture, I and Q of YIQ from the
    other. What cannot be shown, such as a full red in a light that the paint made dark, keeps its
    light and its hue and loses as much colour as it must (:func:`_shown`).
    """
    return _shown(luminance(paint), plate - luminance(plate))


def luminance_matched(style: Tensor, sample: Tensor) -> Tensor:
    """The style in grey, with the mean and the spread of the shot's light and dark.

    style: 1×3×h×w; sample: K×3×h×w, small copies of frames. "Luminance-only transfer" of Gatys et
    al. 2016b: (σ_shot / σ_style) · (Y − μ_style) + μ_shot. Returns 1×3×h×w, its three channels
    alike: for paint of which only light and dark are kept.
    """
    light, wanted = luminance(style), luminance(sample.clamp(0, 1))
    spread, wanted_spread = (
        (part.var(correction=0) + _LEAST_VARIANCE).sqrt() for part in (light, wanted)
    )
    gain = (wanted_spread / spread).clamp_max(_MOST_GAIN)
    matched = gain * (light - light.mean()) + wanted.mean()
    return matched.clamp(0, 1).expand(-1, 3, -1, -1).contiguous()


def histogram_matched(style: Tensor, sample: Tensor) -> Tensor:
    """The style with the shot's distribution of values, in each channel for itself.

    style: 1×3×h×w; sample: K×3×h×w. Histogram specification (Gonzalez & Woods, "Digital image
    processing"): each value goes to the one that stands as high in the shot's order. A value that
    many pixels share stands in the middle of them (Parzen's mid-distribution), so that a flat style
    gets the shot's median.
    """
    shot = sample.clamp(0, 1)
    channels = [_ordered(style[:, i], shot[:, i]) for i in range(3)]
    return torch.stack(channels, dim=1)


def linear_matched(style: Tensor, sample: Tensor) -> Tensor:
    """The style with the mean and the covariance of the shot's colours.

    style: 1×3×h×w; sample: K×3×h×w. x → A (x − μ_style) + μ_shot with A Σ_style Aᵀ = Σ_shot
    ("Color histogram matching" of Gatys et al. 2016b). Of the many A this is the symmetric one,
    which moves colours least (Pitié & Kokaram 2007, "The linear Monge-Kantorovitch linear colour
    mapping"): A = S⁻¹ (S Σ_shot S)^½ S⁻¹, where S = Σ_style^½. What leaves the gamut loses colour.
    """
    mean, covariance = _moments(style)
    wanted_mean, wanted = _moments(sample.clamp(0, 1))
    root, inverse = _power(covariance, 0.5), _power(covariance, -0.5)
    gains, axes = torch.linalg.eigh(inverse @ _power(root @ wanted @ root, 0.5) @ inverse)
    change = (axes * gains.clamp(0, _MOST_GAIN)) @ axes.T
    shift = wanted_mean - change @ mean
    # Not every device knows doubles.
    moved = torch.einsum("ij,njhw->nihw", change.float().to(style), style)
    moved = moved + shift.float().to(style).view(1, 3, 1, 1)
    light = luminance(moved)
    return _shown(light, moved - light)


def _shown(light: Tensor, colour: Tensor) -> Tensor:
    """light (N×1×H×W, to be within 0 and 1) + colour (N×3×H×W, its differences from light), with
    only so much of the colour that all three channels are within 0 and 1."""
    light = light.clamp(0, 1)
    least = torch.finfo(colour.dtype).tiny
    above = (1 - light) / colour.amax(1, keepdim=True).clamp_min(least)
    below = light / (-colour.amin(1, keepdim=True)).clamp_min(least)
    return (light + torch.minimum(above, below).clamp_max(1) * colour).clamp(0, 1)


def _ordered(values: Tensor, wanted: Tensor) -> Tensor:
    """Values with the distribution of others, any shapes: piecewise linear from height to height in
    the order. Of the others' own values nothing changes."""
    # On the CPU, where all have the double precision that shares of millions of pixels need.
    own, place, heights = _heights(values.cpu())
    theirs, _, their_heights = _heights(wanted.cpu())
    if len(theirs) == 1:
        return theirs.to(values).expand_as(values).clone()
    after = torch.searchsorted(their_heights, heights).clamp(1, len(theirs) - 1)
    low, high = their_heights[after - 1], their_heights[after]
    share = ((heights - low) / (high - low)).clamp(0, 1).to(own)
    return torch.lerp(theirs[after - 1], theirs[after], share)[place].to(values)


def _heights(values: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The different values in order; for each given one its place there; and how high each stands:
    the share of all that is below it, and half of its own."""
    different, place, counts = torch.unique(values, return_inverse=True, return_counts=True)
    shares = counts.double()
    return different, place, (shares.cumsum(0) - shares / 2) / values.numel()


def _moments(pictures: Tensor) -> tuple[Tensor, Tensor]:
    """Mean (3) and covariance (3×3) of the colours of N×3×H×W, on the CPU in double precision."""
    colours = pictures.permute(1, 0, 2, 3).reshape(3, -1).cpu()
    pieces, count = colours.split(_AT_ONCE, dim=1), colours.shape[1]
    mean = torch.stack([piece.double().sum(1) for piece in pieces]).sum(0) / count
    covariance = _LEAST_VARIANCE * torch.eye(3, dtype=torch.float64)
    for piece in pieces:
        apart = piece.double() - mean[:, None]
        covariance += apart @ apart.T / count
    return mean, covariance


def _power(matrix: Tensor, exponent: float) -> Tensor:
    """Of a symmetric matrix without negative eigenvalues, but for rounding."""
    values, axes = torch.linalg.eigh(matrix)
    return (axes * values.clamp_min(1e-30).pow(exponent)) @ axes.T
