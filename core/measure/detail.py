"""How crisp a picture is, and how bright."""

from __future__ import annotations

from torch import Tensor

from ..filters import blur

_SIGMA = 1.0  # pixels; what a Gaussian of this width takes away is the finest band


def luma(rgb: Tensor) -> Tensor:
    """N×3×H×W, sRGB-encoded, to N×1×H×W (Rec. 709)."""
    weights = rgb.new_tensor((0.2126, 0.7152, 0.0722)).view(1, 3, 1, 1)
    return (rgb * weights).sum(1, keepdim=True)


def high_frequency_energy(rgb: Tensor) -> float:
    """Mean square of what a Gaussian of σ = 1 pixel takes from the luma of a picture (1×3×H×W).

    That is the band of brush hairs and edges, and the first thing to go when pictures are warped
    again and again. It stands for the energy of the Laplacian, a usual measure of focus
    (Pech-Pacheco et al. 2000), of which it is the smooth kin: less ruled by single pixels.
    """
    grey = luma(rgb)
    return (grey - blur(grey, _SIGMA)).square().mean().item()
