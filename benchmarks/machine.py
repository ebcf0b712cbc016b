"""What a figure of speed is worth nothing without."""

from __future__ import annotations

import os
import platform
import re
import sys
from pathlib import Path

import torch

from core import device as devices


def machine(device_name: str) -> str:
    """The processor and its cores, or the graphics card that ``device_name`` stands for."""
    device = devices.choose(device_name)
    if device.type == "cuda":
        return f"{torch.cuda.get_device_name(device)}, PyTorch {torch.__version__}"
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        match = re.search(r"model name\s*:\s*(.+)", cpuinfo.read_text(encoding="utf-8"))
        model = match[1] if match else model
    name = model if device.type == "cpu" else f"{device.type} of {model}"
    return f"{name}, {os.cpu_count()} cores, PyTorch {torch.__version__}"


def peak_memory() -> int:
    """The most memory that this process ever held, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():
        # getrusage() starts from what the parent held when it forked; this one does not.
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
