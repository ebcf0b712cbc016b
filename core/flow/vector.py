"""Exact motion, as Blender renders it: the Vector pass of a multilayer OpenEXR file.

Blender writes four channels in pixels with y up (measured in 4.2 to 5.2, Cycles and EEVEE): X, Y is
where a pixel was in the frame before minus where it is now, Z, W where it is now minus where it
will be in the next. With motion blur on, Blender writes the pass but fills it with zeros. At the
borders of objects the pass is a blend of both sides; `core.flow.consistency` leaves those out.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np
import OpenEXR
import torch
from torch import Tensor

from ..errors import InputError

_COMPONENTS = "XYZW"


def between(first: Path, second: Path) -> tuple[Tensor, Tensor]:
    """Flows first → second and second → first, from the files of two frames that follow each other.

    1×2×H×W each, in pixels, (x, y) with y down. Raises InputError when a file is missing, damaged
    or has no Vector pass, or when the two differ in size.
    """
    forward, backward = to_next(first), to_previous(second)
    if forward.shape != backward.shape:
        raise InputError(f"{first} and {second} differ in size; render both frames at one size.")
    return forward, backward


def to_next(path: Path) -> Tensor:
    """Flow from the frame of a file to the next one. See :func:`between`."""
    vector = _vector(path)
    return torch.stack((-vector["Z"], vector["W"]))[None]


def to_previous(path: Path) -> Tensor:
    """Flow from the frame of a file to the one before. See :func:`between`."""
    vector = _vector(path)
    return torch.stack((vector["X"], -vector["Y"]))[None]


def _vector(path: Path) -> dict[str, Tensor]:
    """The pass's components, H×W float32 each, the top row first."""
    layers: dict[str, dict[str, Tensor]] = defaultdict(dict)
    if not path.exists():
        raise InputError(f"There is no file {path} to read motion from.")
    try:
        with OpenEXR.File(str(path), separate_channels=True) as file:
            for part in range(len(file.parts)):  # Blender 5 writes one part for each pass
                for name, channel in file.channels(part).items():
                    layer, _, component = name.rpartition(".")
                    if layer.rpartition(".")[2] == "Vector" and component in _COMPONENTS:
                        pixels = np.asarray(channel.pixels, dtype=np.float32)
                        layers[layer.rpartition(".")[0]][component] = torch.from_numpy(pixels)
    except (RuntimeError, OSError, ValueError):
        raise InputError(f"{path} is no OpenEXR file that can be read.") from None
    whole = [layer for layer, found in layers.items() if len(found) == len(_COMPONENTS)]
    if not whole:
        raise InputError(
            f"{path} has no Vector pass; turn it on in Blender (View Layer > Passes > Data) and "
            "render to OpenEXR MultiLayer, with motion blur off."
        )
    if len(whole) > 1:
        raise InputError(
            f"{path} has a Vector pass for each of the view layers {', '.join(sorted(whole))}; "
            "render one of them only."
        )
    return layers[whole[0]]
