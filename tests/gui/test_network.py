"""A real window: the look "Neural", its weights, and the controls below the main panel.

The pictures of the steps go to ``ECSET_SCREENSHOTS``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gui.launch import FEW_TURNS

ROOT = Path(__file__).resolve().parents[2]
STYLES = ROOT / "examples/styles"


@pytest.fixture(scope="module")
def seen(with_stand_in, tmp_path_factory) -> dict:
    """What happened in the window."""
    folder = tmp_path_factory.mktemp("network")
    weights = folder / "vgg19.safetensors"
    weights.write_bytes(b"not looked at")
    return with_stand_in(
        "network.py",
        folder,
        styles=[str(path) for path in sorted(STYLES.glob("*.jpg"))[:2]],
        weights=str(weights),
    )


def test_weights_are_asked_for_beside_the_interface(seen):
    assert not seen["known at once"]
    assert not seen["there before"]
    assert seen["turns of the main loop"] > FEW_TURNS


def test_no_network_unless_allowed(seen):
    assert not seen["may get without network"]


def test_weights_are_got(seen):
    assert seen["getting"]
    assert seen["text while getting"].endswith(" of 548 MB")
    assert seen["getting after a file came"]
    assert seen["there after"]


def test_in_a_sidebar_as_it_comes_up(seen):
    assert seen["sidebar"] == pytest.approx(250, abs=3)


def test_panels_open_and_buttons_were_really_pressed(seen):
    assert all(seen["clicks"])
