"""What the engine needs of others: pyproject.toml says the same, and a test holds the two together.

The extension brings no pyproject.toml to where it is installed, so that the engine has to know by
itself what it lacks.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Package:
    """A package by its name in registries, the module that is imported, the oldest that will do."""

    name: str
    module: str
    oldest: str


NEEDED = (
    Package("filelock", "filelock", "3.14"),  # the first that need not wait
    Package("numpy", "numpy", "1.26"),
    Package("opencv-python-headless", "cv2", "4.8"),
    Package("OpenEXR", "OpenEXR", "3.3"),  # the first with OpenEXR.File
    Package("pillow", "PIL", "10.1"),
    Package("platformdirs", "platformdirs", "3.0"),
    Package("psutil", "psutil", "5.9"),
    Package("pydantic", "pydantic", "2.7"),
    Package("safetensors", "safetensors", "0.4"),
    Package("torch", "torch", "2.6"),  # before, weights_only=True could be got round
    Package("torchvision", "torchvision", "0.21"),
    Package("tqdm", "tqdm", "4.60"),
    Package("truststore", "truststore", "0.8"),
)


def version(package: Package) -> str | None:
    """Which version is here; "" if that can't be told, None if there is none.

    A module may come from another package than the one that is asked for, such as OpenCV with
    windows. Nothing is imported.
    """
    if importlib.util.find_spec(package.module) is None:
        return None
    try:
        return importlib.metadata.version(package.name)
    except importlib.metadata.PackageNotFoundError:
        others = importlib.metadata.packages_distributions().get(package.module)
        return importlib.metadata.version(others[0]) if others else ""


def is_old(version: str, oldest: str) -> bool:
    """Whether a version is before another; what stands behind its numbers is of no account."""
    return _numbers(version) < _numbers(oldest)


def _numbers(version: str) -> tuple[int, ...]:
    match = re.match(r"\d+(\.\d+)*", version)
    numbers = [int(part) for part in match[0].split(".")] if match else []
    while numbers and not numbers[-1]:
        numbers.pop()  # 3 is 3.0
    return tuple(numbers)
