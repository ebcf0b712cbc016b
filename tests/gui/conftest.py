"""Blender itself: the extension built, installed and enabled by its own commands."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.gui.launch import ROOT, Blender, Screen

Run = Callable[..., subprocess.CompletedProcess]


@pytest.fixture(scope="session")
def app(tmp_path_factory) -> Blender:
    """Blender; its engine is a stand-in unless a real one is named."""
    return Blender(tmp_path_factory.mktemp("app"), os.environ.get("ECSET_ENGINE_PYTHON"))


@pytest.fixture(scope="session")
def blender(app) -> Run:
    """Run Blender with these arguments to its end."""
    return app.run


@pytest.fixture(scope="session")
def extension_zip(app) -> Path:
    return app.build()


@pytest.fixture(scope="session")
def installed(app, extension_zip) -> None:
    app.install(extension_zip)


@pytest.fixture(scope="session")
def screen() -> Iterator[str]:
    with Screen() as name:
        yield name


InWindow = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def in_window(app, installed, screen) -> InWindow:
    """Run a script of this folder in a Blender window; returns what it saw."""
    return partial(_run, app, screen)


@pytest.fixture(scope="session")
def stand_in(app, installed, extension_zip, tmp_path_factory) -> Blender:
    """Blender with a stand-in for the engine, for many jobs without paint, or for slow ones."""
    if not app.has_real_engine:
        return app
    other = Blender(tmp_path_factory.mktemp("stand-in"))
    other.install(extension_zip)
    return other


@pytest.fixture(scope="session")
def with_stand_in(stand_in, screen) -> InWindow:
    """As `in_window`, with that."""
    return partial(_run, stand_in, screen)


def _run(
    app: Blender,
    screen: str,
    script: str,
    folder: Path,
    *,
    killed: bool = False,
    frame_seconds: float = 0.4,
    **plan: Any,
) -> dict[str, Any]:
    path = ROOT / "tests/gui" / script
    pictures = Path(os.environ.get("ECSET_SCREENSHOTS", folder)).resolve()
    pictures.mkdir(parents=True, exist_ok=True)
    plan = {"folder": str(folder), "pictures": str(pictures), **plan}
    return app.in_window(screen, path, plan, killed=killed, frame_seconds=frame_seconds)
