"""How crisp a picture is, and how bright."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

# Beyond three sigma there is nothing left of a Gaussian that an 8-bit picture could show.
_RADIUS = 3


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
    return (grey - _blurred(grey)).square().mean().item()


def _blurred(grey: Tensor) -> Tensor:
    """Gaussian of σ = 1; the border's pixels go on outside."""
    x = torch.arange(-_RADIUS, _RADIUS + 1, dtype=grey.dtype, device=grey.device)
    kernel = torch.exp(-0.5 * x * x)
    kernel = kernel / kernel.sum()
    padded = F.pad(grey, (_RADIUS,) * 4, mode="replicate")
    return F.conv2d(F.conv2d(padded, kernel.view(1, 1, 1, -1)), kernel.view(1, 1, -1, 1))
