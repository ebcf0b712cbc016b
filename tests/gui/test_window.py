"""A real window: press the button, watch, pause, go on, cancel, press again, see the strip.

The pictures of the steps go to ``ECSET_SCREENSHOTS`` if it is set.
"""

from __future__ import annotations

import pytest

from tests.gui.launch import FEW_TURNS


@pytest.fixture(scope="module")
def seen(in_window, tmp_path_factory) -> dict:
    """What happened in the window."""
    return in_window("walk.py", tmp_path_factory.mktemp("window"))


def test_the_buttons_were_really_pressed(seen):
    assert seen["clicks"] == [True] * 5
    assert seen["busy after the click"]


def test_the_interface_stays_free(seen):
    assert seen["turns of the main loop"] > FEW_TURNS, "software OpenGL draws slowly, but draws"
    assert seen["turns until the end"] > FEW_TURNS


def test_progress_is_told(seen):
    assert seen["text while painting"].startswith("Frame ")
    assert "s/frame" in seen["text while painting"]


def test_cancel_keeps_the_timeline(seen):
    assert seen["after cancel"][0] == "CANCELLED"
    assert seen["strips after cancel"] == ["Harbour"]


def test_the_second_run_ends_with_a_strip(seen):
    assert seen["after the end"][0] == "DONE", seen["after the end"]
    strips = seen["strips"]
    assert seen["active"] == seen["result"] == "Harbour Ecset"
    assert strips["Harbour Ecset"] == [2, *strips["Harbour"][1:]]


def test_one_undo_takes_the_strip_away(seen):
    assert seen["strips after one undo"] == ["Harbour"]
