"""A real window: the present frame painted to look at, wiped against its plate, and gone again.

The pictures of the steps go to ``ECSET_SCREENSHOTS`` as those of `test_window.py`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.gui.launch import FEW_TURNS

REAL_ENGINE = "ECSET_ENGINE_PYTHON" in os.environ

BOTH = ["Ecset Preview", "Ecset Preview Plate", "Harbour"]


@pytest.fixture(scope="module")
def seen(in_window, tmp_path_factory) -> dict:
    """What happened in the window."""
    folder = tmp_path_factory.mktemp("preview")
    saw = in_window("preview.py", folder, frame_seconds=8)
    pictures = Path(os.environ.get("ECSET_SCREENSHOTS", folder)).resolve()
    return {**saw, "pictures": pictures}


def test_buttons_were_really_pressed(seen):
    assert seen["clicks"] == [True, True, True]


def test_the_interface_stays_free(seen):
    assert seen["made beside the interface"]
    assert seen["turns of the main loop"] > FEW_TURNS


def test_small_first_then_full(seen):
    assert (seen["message"], seen["small"], seen["names"]) == ("", True, BOTH)
    assert seen["changed"]["small"] > 0.1, "the timeline shows it"
    if not REAL_ENGINE:  # its full one comes before anybody has looked
        assert seen["changed"]["full"] > 0.1, "and the full one in its place"


def test_the_wipe(seen):
    if REAL_ENGINE:  # what the stand-in paints is the plate
        assert 0.1 < seen["changed"]["wiped"] < 0.6


def test_saved_meanwhile(seen):
    assert not seen["saved"], "the file does not have it"
    assert seen["names after saving"] == BOTH, "the timeline does"
    assert seen["changed"]["saved"] < 0.02


def test_undo_and_redo(seen):
    assert seen["names after undo"] == BOTH
    assert seen["names after redo"] == [*BOTH[:2], "Renamed"]
    assert seen["changed"]["undone"] < 0.02
    assert seen["wipe"] == dict.fromkeys(seen["wipe"], 0.5)


def test_a_render_does_not_show_it(seen):
    assert seen["muted"] == {
        "while it is rendered": [True, True, False],
        "afterwards": [False, False, False],
    }


def test_discarded(seen):
    assert seen["names at the end"] == ["Harbour"]
    assert seen["names after undo of what was discarded"] == ["Harbour"]
    assert seen["changed"]["discarded"] < 0.02
    assert seen["began again"]
    assert seen["left over"] == [], "nor when it is discarded before it is there"


def test_the_file_is_not_changed_by_it(seen):
    assert seen["dirty"] == dict.fromkeys(seen["dirty"], False)


def test_pictures_were_taken(seen):
    names = ["small", "full", "wiped", "narrow", "discarded"]
    files = [seen["pictures"] / f"preview-{name}.png" for name in names]
    assert all(file.stat().st_size > 10000 for file in files)
