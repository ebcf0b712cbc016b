"""Where tensors are computed, with what precision and how much memory, and pictures to tensors."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from .errors import InputError
from .filters import resize
from .flow.warp import warp
from .frames import Array

# "auto" is float32: bfloat16 is quicker where the processor has instructions for it (AVX-512 BF16:
# docs/neural.md) and slower elsewhere, and moves the gradient by a third of its length.
PRECISIONS = {
    "auto": torch.float32,
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}

# How much of what is free painting one frame may take. Beside a CPU's work stand Blender and the
# frames that are read ahead and written behind; a card's memory is for the most part ours.
_SHARE_OF_MEMORY = 0.5
_SHARE_OF_A_CARD = 0.8

_MIB = 2**20


@dataclass(frozen=True)
class Machine:
    """What a job is painted with.

    precision: of the arithmetic inside networks; pictures and sums are float32 in any case.
    memory: bytes that painting a frame may take; None for most of what is free.
    """

    device: torch.device
    precision: torch.dtype = torch.float32
    memory: int | None = None

    def budget(self) -> int:
        """How many bytes painting one frame may take: as given, or a share of what is free now."""
        if self.memory is not None:
            return self.memory
        if self.device.type == "cuda":
            free, _ = torch.cuda.mem_get_info(self.device)
            # What torch keeps for its next tensors is free for them, though not for others.
            kept = torch.cuda.memory_reserved(self.device)
            free += kept - torch.cuda.memory_allocated(self.device)
            return int(_SHARE_OF_A_CARD * free)
        import psutil

        return int(_SHARE_OF_MEMORY * psutil.virtual_memory().available)


def prepared(name: str = "auto", precision: str = "auto", memory: int | None = None) -> Machine:
    """The machine of these names, ready to work. memory: MiB for painting a frame.

    From here on the same work gives the same bytes, as far as the device has such a way: cuDNN must
    not choose by the stopwatch, and sums in random order are left out (PyTorch warns of those that
    it has no other way for). Raises InputError when there is no such device or memory.
    """
    if memory is not None and memory < 1:
        raise InputError(f"The memory for painting a frame must be 1 MiB or more, not {memory}.")
    # cuBLAS reads this when the card is first used.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False
    device = choose(name)
    if device.type == "cuda":
        torch.use_deterministic_algorithms(True, warn_only=True)
        # Nothing here reads what it has not written.
        torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    return Machine(device, PRECISIONS[precision], None if memory is None else memory * _MIB)


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
        if device.type == "mps":  # PyTorch came to have all that is needed there by and by
            picture = torch.zeros(1, 3, 4, 4, device=device)
            warp(resize(picture, (2, 2)), picture[:, :2, :2, :2], mode="bicubic")
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        reason = str(error).splitlines()[0].partition(". ")[0].rstrip(".")
        raise InputError(f"The device {name!r} can't be used: {reason}.") from None
    return device


def several(names: str) -> list[str]:
    """``cuda:0,cuda:1`` as names of devices; ``auto`` is every CUDA card, or else the CPU.

    Raises InputError for a text that names none.
    """
    if names == "auto":
        # Counting does not begin to use the cards.
        return [f"cuda:{number}" for number in range(torch.cuda.device_count())] or ["cpu"]
    found = [name.strip() for name in names.split(",")]
    if not all(found) or "auto" in found:
        raise InputError(f"Devices must be given as cuda:0,cuda:1 or as auto, not {names!r}.")
    return found


def to_tensor(rgb: Array, device: torch.device) -> Tensor:
    """H×W×3 array to 1×3×H×W tensor."""
    return torch.from_numpy(rgb).to(device).permute(2, 0, 1)[None].contiguous()


def to_array(tensor: Tensor) -> Array:
    """1×C×H×W tensor to H×W×C array."""
    array: Array = tensor[0].permute(1, 2, 0).cpu().numpy()
    return np.ascontiguousarray(array)
