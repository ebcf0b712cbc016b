"""The doctor's look at Python, the packages, and what PyTorch can compute on."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from . import __version__, packages

if TYPE_CHECKING:
    import torch

Lines = Iterator[tuple[str, bool, str]]

_OLDEST, _NEWEST = (3, 11), (3, 13)
_GIB = 2**30

# A small convolution's largest error, beside its largest number. Cards round to 10 bits (TF32).
_TOLERANCE = 1e-2


def engine(device: str) -> Lines:
    """Which engine this is."""
    del device
    yield "Engine", True, f"Ecset {__version__} in {Path(__file__).parent}"


def python(device: str) -> Lines:
    """Whether this Python will do."""
    del device
    version, bits = platform.python_version(), 64 if sys.maxsize > 2**32 else 32
    text = f"{version}, {bits} bit, {sys.executable}"
    if not _OLDEST <= sys.version_info[:2] <= _NEWEST:
        yield "Python", False, f"{text}; Ecset needs one from 3.11 to 3.13"
    elif bits == 32:
        yield "Python", False, f"{text}; PyTorch needs one of 64 bit"
    else:
        yield "Python", True, text


def system(device: str) -> Lines:
    """What it runs on."""
    del device
    yield "System", True, f"{platform.system()} {platform.release()}, {platform.machine()}"


def needed(device: str) -> Lines:
    """Whether all packages are there, and new enough."""
    del device
    there, missing, old = [], [], []
    for package in packages.NEEDED:
        version = packages.version(package)
        if version is None:
            missing.append(package.name)
        elif version and packages.is_old(version, package.oldest):
            old.append(f"{package.name} {version} is too old, {package.oldest} is the least")
        else:
            there.append(f"{package.name} {version}".rstrip())
    if missing or old:
        wrong = [f"missing: {', '.join(missing)}"] if missing else []
        told = "; ".join(wrong + old)
        yield "Packages", False, f"{told}. Set up the engine again, or install them"
    else:
        yield "Packages", True, ", ".join(there)


def pytorch(device: str) -> Lines:
    """Whether PyTorch and torchvision can be imported, and what they were built for."""
    del device
    try:
        import torch
        import torchvision  # one of another build breaks here
    except (ImportError, OSError, RuntimeError) as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        yield "PyTorch", False, f"can't be imported: {first}. Set up the engine again"
        return
    built = build(torch.version)
    yield "PyTorch", True, f"{torch.__version__} for {built}, torchvision {torchvision.__version__}"


def build(version: object) -> str:
    """What PyTorch was built for, by its torch.version."""
    for name, title in (("cuda", "CUDA"), ("hip", "ROCm"), ("xpu", "XPU")):
        if number := getattr(version, name, None):
            return f"{title} {number}"
    return "Apple's cards and the CPU" if platform.system() == "Darwin" else "the CPU"


def devices(device: str) -> Lines:
    """What there is to compute on, how much memory it has, and whether it computes right."""
    import torch

    from . import device as machine

    named = ["cpu", *_cards()]
    if device != "auto":
        machine.choose(device)
        named = [device]
    for name in named:
        try:
            about = _about(torch.device(name))
            error = _error(torch.device(name))
        except (RuntimeError, NotImplementedError) as broken:
            yield f"Device {name}", False, f"can't compute: {str(broken).splitlines()[0]}"
            continue
        right = error < _TOLERANCE  # not so for NaN
        how = "computes right" if right else f"computes wrong, by {error:.2g} of the largest value"
        yield f"Device {name}", right, f"{about}, {how}"
    if named == ["cpu"] and device == "auto":
        built = build(torch.version)
        why = ""
        if built.startswith(("CUDA", "ROCm", "XPU")):
            why = f": PyTorch for {built} finds none, or no driver for it"
        yield "Graphics card", True, f"none{why}; painting is done on the CPU"
    elif device == "auto":
        yield "Used", True, f"{machine.choose()}, unless another is asked for with --device"


def _cards() -> list[str]:
    import torch

    found = [f"cuda:{number}" for number in range(torch.cuda.device_count())]
    if torch.backends.mps.is_available():
        found.append("mps")
    if torch.xpu.is_available():
        found += [f"xpu:{number}" for number in range(torch.xpu.device_count())]
    return found


def _about(device: torch.device) -> str:
    """Its name, and its memory as far as that is known."""
    import torch

    if device.type == "cpu":
        import psutil

        memory = psutil.virtual_memory()
        name = f"{os.cpu_count()} cores, {torch.get_num_threads()} of them used"
        return f"{name}, {_of(memory.available, memory.total)}"
    if device.type == "cuda":
        return f"{torch.cuda.get_device_name(device)}, {_of(*torch.cuda.mem_get_info(device))}"
    if device.type == "xpu":
        about = torch.xpu.get_device_properties(device)
        return f"{about.name}, {about.total_memory / _GIB:.1f} GiB of memory"
    return "Apple's"


def _of(free: int, total: int) -> str:
    return f"{free / _GIB:.1f} of {total / _GIB:.1f} GiB of memory free"


def _error(device: torch.device) -> float:
    """How far a small convolution is from the CPU's in double precision."""
    import torch
    from torch.nn.functional import conv2d

    random = torch.Generator().manual_seed(0)
    picture = torch.randn(1, 3, 64, 64, generator=random)
    kernels = torch.randn(8, 3, 5, 5, generator=random)
    right = conv2d(picture.double(), kernels.double())
    found = conv2d(picture.to(device), kernels.to(device)).cpu().double()
    return float((found - right).abs().max() / right.abs().max())
