"""Where tensors are computed, and pictures to tensors and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from .errors import InputError
from .frames import Array


@dataclass(frozen=True)
class Machine:
    """What a job is painted with.

    precision: of the arithmetic inside networks; pictures and sums are float32 in any case.
    memory: bytes that painting a frame may take; None for most of what is free.
    """

    device: torch.device
    precision: torch.dtype = torch.float32
    memory: int | None = None


def choose(name: str = "auto") -> torch.device:
    """The device of a name such as ``cpu``, ``cuda``, ``cuda:1`` or ``mps``.

    ``auto`` takes CUDA (ROCm speaks the same name) or else the CPU; MPS lacks some operators in
    some versions of PyTorch and has to be asked for. Raises InputError when the named device is
    not there: work never falls back to another in silence.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"The device {name!r} can't be used: {reason}.") from None
    return device


def to_tensor(rgb: Array, device: torch.device) -> Tensor:
    """H×W×3 array to 1×3×H×W tensor."""
    return torch.from_numpy(rgb).to(device).permute(2, 0, 1)[None].contiguous()


def to_array(tensor: Tensor) -> Array:
    """1×C×H×W tensor to H×W×C array."""
    array: Array = tensor[0].permute(1, 2, 0).cpu().numpy()
    return np.ascontiguousarray(array)
