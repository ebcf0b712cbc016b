"""What the look ``neural`` makes small, term by term, as the papers have it.

Features are 1×C×h×w (N = C maps of M = h·w values in Gatys' letters), pictures 1×3×H×W.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def content(features: Tensor, target: Tensor) -> Tensor:
    """½ Σ (F − P)²: how far features are from the plate's (Gatys et al. 2016, eq. 1)."""
    return (features - target).square().sum() / 2


def gram(features: Tensor, where: Tensor | None = None) -> Tensor:
    """Gram matrix C×C of features, per place: Σ_p F_ip F_jp / M (Gatys et al. 2016, eq. 3).

    where: 1×1×h×w, ≥ 0, how much each place counts, M being their sum (spatial control, Gatys et
    al. 2017, eq. 3); with nothing there the matrix is 0. The sum is float32 at least.
    """
    columns = places(features)
    if where is None:
        return columns.T @ columns / len(columns)
    count = where.reshape(-1, 1).to(columns)
    return columns.T @ (columns * count) / count.sum().clamp_min(1e-12)


def style(of_picture: Tensor, of_style: Tensor) -> Tensor:
    """1/(4N²) Σ (G/M − A/M')² (Gatys et al. 2016, eq. 4) from Gram matrices per place.

    With as many places in both, that is the paper's 1/(4N²M²) Σ (G − A)²; so is the same style at
    another size.
    """
    return (of_picture - of_style).square().sum() / (4 * len(of_style) ** 2)


def total_variation(picture: Tensor, form: str) -> Tensor:
    """Differences of neighbours, summed over both axes and all channels.

    form: ``squared``, Σ (x_{i+1,j} − x_ij)² + (x_{i,j+1} − x_ij)² (Mahendran & Vedaldi 2015, with
    β = 2), or ``absolute``, Σ |x_{i+1,j} − x_ij| + |x_{i,j+1} − x_ij| (anisotropic; Rudin et al.
    1992 take the length of both).
    """
    down, across = picture.diff(dim=-2), picture.diff(dim=-1)
    if form == "squared":
        return down.square().sum() + across.square().sum()
    if form == "absolute":
        return down.abs().sum() + across.abs().sum()
    raise ValueError(f"no form of total variation: {form!r}")


def temporal(picture: Tensor, warped: Tensor, weight: Tensor) -> Tensor:
    """(1/D) Σ c (x − w)², over all D values (Ruder et al. 2016, eq. 7).

    warped: an earlier result, brought to this frame; weight: 1×1×H×W, ≥ 0, how far each pixel of it
    can be trusted.
    """
    return (weight * (picture - warped).square()).sum() / picture.numel()


def long_term(picture: Tensor, warped: Sequence[Tensor], weights: Sequence[Tensor]) -> Tensor:
    """Σ_j of :func:`temporal` over earlier frames, the weights made exclusive before (Ruder et al.
    2016, eq. 8 and 9; :func:`core.flow.consistency.exclusive`)."""
    terms = [temporal(picture, w, c) for w, c in zip(warped, weights, strict=True)]
    return torch.stack(terms).sum()


def places(features: Tensor) -> Tensor:
    """Features as a matrix M×C, a row for each place; without a copy where they are channels-last
    and float32."""
    rows = features[0].permute(1, 2, 0).reshape(-1, features.shape[1])
    return rows if rows.dtype == torch.float64 else rows.float()
