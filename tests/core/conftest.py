"""Pictures and jobs that the engine's tests work on."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# As core/__main__.py does: waiting threads that spin make torch slow beside busy cores.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from core import frames
from core.frames import Picture
from tests.core.network import Authority
from tests.core.network_world import UV, Network
from tests.core.pictures import textured


class Shop:
    """Makes job folders."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.style = folder / "style.png"
        frames.write(Picture(textured(80, 96, seed=3)[..., ::-1]), self.style, 8, "style")

    def data(self, last: int = 4, **changes: Any) -> dict[str, Any]:
        """A job's JSON: `last` frames from 1, the look `patch`."""
        return {
            "version": 1,
            "plates": "plates/plate_####.png",
            "frames": {"first": 1, "last": last},
            "look": {"name": "patch", "styles": [{"path": str(self.style)}]},
            **changes,
        }

    def job(self, name: str, plates: list[frames.Array], **changes: Any) -> Path:
        """A job folder with its plates. Returns the folder."""
        folder = self.folder / name
        for number, plate in enumerate(plates, start=1):
            frames.write(Picture(plate), folder / f"plates/plate_{number:04d}.png", 8, "plate")
        data = self.data(len(plates), **changes)
        (folder / "job.json").write_text(json.dumps(data), encoding="utf-8")
        return folder


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Made once: it takes a moment."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def bare(tmp_path: Path, authority: Authority) -> Iterator[Network]:
    """A network of our own, and a setup that has no uv yet."""
    assert UV is not None
    network = Network(tmp_path, UV, authority)
    yield network
    network.close()


@pytest.fixture
def network(bare: Network) -> Network:
    """The same with uv, without pip, which takes seconds."""
    bare.have_uv()
    return bare
