"""A real window: the controls below the main panel, and a keyframe from the playhead to the paint.

The pictures of the steps go to ``ECSET_SCREENSHOTS``.
"""

from __future__ import annotations

import pytest

from tests.gui.launch import FEW_TURNS


@pytest.fixture(scope="module")
def seen(in_window, tmp_path_factory) -> dict:
    """What happened in the window."""
    return in_window("keyframe.py", tmp_path_factory.mktemp("keyframe"), disc=[0.8, 0.3])


def test_panels_open_and_buttons_were_really_pressed(seen):
    assert seen["clicks"] == [True] * len(seen["clicks"])


def test_the_interface_stays_free(seen):
    assert seen["made beside the interface"]
    assert seen["turns of the main loop"] > FEW_TURNS


def test_the_frame_stands_above_the_shot(seen):
    assert seen["strips"] == {"Harbour": [1, 1, 25, ""], "Harbour Key 12": [2, 12, 13, "Harbour"]}


def test_one_undo_takes_it_away(seen):
    assert list(seen["strips after undo"]) == ["Harbour"]


def test_a_picture_from_elsewhere_is_marked(seen):
    assert seen["marked"] == [3, 20, 21, "Harbour"]


def test_the_shot_is_painted_from_it(seen):
    assert seen["after the end"][0] == "DONE", seen["after the end"]
    assert seen["keyframes"] == [[12, "key_0012.png"]]
    assert seen["strips at the end"]["Harbour Ecset"] == [3, 1, 25, ""]
