"""A real window: the engine set up, cancelled, repaired, updated and removed by real clicks.

A stand-in does the work, in seconds; `-m setup` does the real thing, with gigabytes.  The pictures
go to ``ECSET_SCREENSHOTS``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.gui.conftest import _run
from tests.gui.launch import FEW_TURNS, ROOT, Blender
from tests.gui.processes import is_gone

STAND_IN = ROOT / "tests/blender/fake_engine"


@pytest.fixture(scope="module", params=[0, 250])
def seen(request, extension_zip, screen, tmp_path_factory) -> dict[str, Any]:
    """What happened in the window, with a sidebar as it comes or of 250 pixels."""
    blender = Blender.without_engine(tmp_path_factory.mktemp("blender"))
    blender.install(extension_zip)
    folder = tmp_path_factory.mktemp("setup")
    width = request.param or 330
    found = _run(blender, screen, "setup.py", folder, stand_in=str(STAND_IN), width=width)
    return {**found, "folder": folder}


def test_buttons_were_really_pressed(seen):
    assert seen["clicks"]
    assert all(seen["clicks"])


def test_no_network_unless_allowed(seen):
    assert not seen["may without network"]


def test_states(seen):
    names = ("declined", "cancelled", "failed", "repaired", "outdated", "updated")
    found = [seen[name] for name in names]
    assert found == ["none", "unfinished", "unfinished", "ready", "outdated", "ready"]
    assert not seen["shown when ready"]


def test_blender_goes_on_meanwhile(seen):
    assert seen["turns of the main loop"] > FEW_TURNS
    assert seen["working after a file came"]
    assert "env" in seen["paints while it is planned"]


def test_it_ends_with_blender(seen):
    assert is_gone(seen["pid at the end"])
    assert (Path(seen["folder"]) / "engine/unfinished.json").exists()


def test_another_python(seen):
    assert "lacks torch" in seen["what is missing"]
    assert seen["nothing is missing"] == ""


def test_the_doctors_text_is_on_the_clipboard(seen):
    lines = seen["clipboard"].splitlines()
    assert "ok   PyTorch: 2.15.0 for CUDA 13.2" in lines
    assert "FAIL Weights: VGG-19 is damaged: get it again" in lines
    assert any(line.startswith("ok   Blender: ") for line in lines)
