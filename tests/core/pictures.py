"""Pictures with known content."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image

from core import frames


def textured(height: int, width: int, seed: int = 0) -> frames.Array:
    """H×W×3: blobs of several sizes, which flow can follow and patches can tell apart."""
    random = np.random.default_rng(seed)
    total = np.zeros((height, width, 3))
    for size in (3, 6, 12, 24):
        grid = random.random((height // size + 2, width // size + 2, 3))
        fine = torch.nn.functional.interpolate(
            torch.from_numpy(grid).permute(2, 0, 1)[None],
            (height, width),
            mode="bicubic",
            align_corners=False,
        )
        total += fine[0].permute(1, 2, 0).numpy()
    total -= total.min()
    array: frames.Array = (total / total.max()).astype(np.float32)
    return array


def tensor(array: frames.Array) -> torch.Tensor:
    """H×W×3 to 1×3×H×W."""
    return torch.from_numpy(np.ascontiguousarray(array)).permute(2, 0, 1)[None].contiguous()


def panned(count: int, height: int = 48, width: int = 64, step: int = 2) -> list[frames.Array]:
    """A camera that moves `step` pixels a frame to the right over one large picture."""
    world = textured(height, width + step * count, seed=7)
    return [np.ascontiguousarray(world[:, step * i : step * i + width]) for i in range(count)]


def grey(path: Path, value: float | np.ndarray, height: int = 48, width: int = 64) -> None:
    """Write a grey picture, 8 bits: of one value from 0 to 1, or of H×W."""
    values = np.broadcast_to(np.float32(value), (height, width))
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray((values * 255).round().astype(np.uint8)).save(path)
