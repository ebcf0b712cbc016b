"""What the three worlds of tests share: each is marked, or left out with the reason.

tests/core runs in the engine's Python, tests/blender in one with the bpy module, tests/gui beside a
Blender and a virtual screen; `make test` starts each with the right interpreter.
"""

from __future__ import annotations

import importlib.util
import inspect
import os
import re
import shutil
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent

# The module each world cannot be imported without.
NEEDED_MODULE = {"core": "torch", "blender": "bpy"}


def missing_module(folder: Path) -> str | None:
    """The module that the tests in `folder` import and this Python lacks, if any."""
    name = NEEDED_MODULE.get(folder.name)
    return name if name and importlib.util.find_spec(name) is None else None


def pytest_configure(config: pytest.Config) -> None:
    """Programs that tests start, the engine and Blender, take the same warnings for errors."""
    os.environ["PYTHONWARNINGS"] = ",".join(config.getini("filterwarnings"))


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out a world that this Python cannot import (None leaves the choice to pytest)."""
    return True if collection_path.parent == HERE and missing_module(collection_path) else None


def pytest_report_header() -> list[str]:
    return [
        f"tests/{name} left out: this Python has no {module}"
        for name, module in NEEDED_MODULE.items()
        if missing_module(HERE / name)
    ]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "setup" not in config.option.markexpr:
        config.hook.pytest_deselected(items=[i for i in items if i.get_closest_marker("setup")])
        items[:] = [item for item in items if not item.get_closest_marker("setup")]
    for item in items:
        world = item.path.relative_to(HERE).parts[0]
        if world in ("blender", "gui"):
            item.add_marker(world)
        if reason := reason_to_skip(item):
            item.add_marker(pytest.mark.skip(reason=reason))


# What a test cannot do on Windows: send signals, link files, take rights away, call shell scripts.
POSIX_ONLY = re.compile(
    r"os\.(kill|getuid|geteuid)\b|SIG(KILL|TERM|INT)|pthread_kill|preexec_fn|symlink_to|#!/bin|/bin/"
    r"|/proc/|/etc/|mode=0o|chmod\("
)


def needs_posix(item: pytest.Item) -> bool:
    """Whether the test's own lines do what Windows has not."""
    function = getattr(item, "function", None)
    return function is not None and POSIX_ONLY.search(inspect.getsource(function)) is not None


def reason_to_skip(item: pytest.Item) -> str | None:
    """Why this machine cannot run the test, or None."""
    if os.name == "nt" and needs_posix(item):
        return "does what Windows has not"
    if item.get_closest_marker("gui"):
        absent = [program for program in ("blender", "Xvfb") if shutil.which(program) is None]
        if absent:
            return f"not on PATH: {', '.join(absent)}"
    if item.get_closest_marker("gpu") and not has_gpu():
        return "no CUDA device"
    return None


def has_gpu() -> bool:
    import torch  # only asked for when a test wants it: bpy's Pythons have no torch

    return torch.cuda.is_available()
