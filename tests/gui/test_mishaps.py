"""While a strip is painted engines die, folders vanish, people undo, save, load and delete.

``ECSET_MISHAPS`` names those to try, for who works on one.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from tests.gui.processes import is_gone

FRAMES = 24


@pytest.fixture(scope="module")
def all_seen(with_stand_in, tmp_path_factory) -> dict:
    names = os.environ.get("ECSET_MISHAPS", "").split()
    folder = tmp_path_factory.mktemp("mishaps")
    return with_stand_in("mishaps.py", folder, mishaps=names, frame_seconds=0.15)


@pytest.fixture
def seen(all_seen) -> Callable[[str], dict]:
    def of(mishap: str) -> dict:
        if mishap not in all_seen:
            pytest.skip("not among ECSET_MISHAPS")
        saw = all_seen[mishap]
        assert "error" not in saw, saw["error"]
        return saw

    return of


def assert_kept(saw: dict) -> None:
    """What was painted before the break was not painted again."""
    count, kept = saw["kept"]
    assert 3 <= count < FRAMES
    assert kept


BOTH = ["Harbour", "Harbour Ecset"]


def test_the_engine_is_killed_and_resumed(seen):
    saw = seen("engine_killed")
    phase, message = saw["failed"]
    assert phase == "FAILED"
    assert message.startswith("Painting stopped with exit status -9: see ")
    assert saw["names"] == BOTH, "what is painted stays to be seen"
    assert saw["end"][0] == "DONE", saw["end"]
    assert_kept(saw)


def test_the_output_folder_is_deleted(seen):
    saw = seen("folder_deleted")
    sentence = "The job's folder FOLDER is gone: stylize the strip again."
    assert saw["failed"] == ["FAILED", sentence]
    assert saw["names"] == ["Harbour"]
    assert saw["end"][0] == "DONE"
    assert saw["all there"] == FRAMES


def test_pause_and_resume(seen):
    saw = seen("pause")
    assert is_gone(saw["pid"])
    assert not saw["busy"]
    assert saw["more meanwhile"] == 0
    assert saw["shown"].startswith("FFF")
    assert saw["shown"].endswith("P")
    assert saw["end"][0] == "DONE"
    assert_kept(saw)


def test_cancel(seen):
    saw = seen("cancel")
    assert saw["names meanwhile"] == BOTH
    assert saw["end"] == ["CANCELLED", "Cancelled: the frames that are done are kept."]
    assert saw["names"] == ["Harbour"]
    assert 3 <= saw["frames"] < FRAMES
    assert saw["tasks"] == 0


def test_several_strips_at_once(seen):
    saw = seen("several")
    assert saw["asked for"] == ["Harbour", "Shot 2", "Shot 3"]
    assert saw["ends"] == ["DONE", "CANCELLED", "DONE"]
    assert saw["both at work"] == []
    assert saw["names"] == [*BOTH, "Shot 2", "Shot 3", "Shot 3 Ecset"]


def test_frames_are_seen_while_they_are_made(seen):
    saw = seen("shown_while_made")
    assert saw["active"] == "Harbour Ecset"
    assert len(saw["shown"]) == FRAMES
    assert 6 <= saw["shown"].count("F") < FRAMES
    assert saw["shown"].strip("F").strip("P") == "", "in their order"
    assert saw["shown at the end"] == "F" * FRAMES


def test_redo_with_changed_settings(seen):
    saw = seen("redo_with_changes")
    assert saw["filled"] == [0.75, 0.5]
    assert saw["styles"] == ["evening.jpg"]
    assert saw["shot"] == "Harbour", "the source is painted, not the paint"
    assert saw["end"][0] == "DONE"
    assert saw["names"] == BOTH, "the older result is replaced"


def test_the_strip_is_deleted_while_it_is_painted(seen):
    saw = seen("strip_deleted")
    assert saw["end"][0] == "DONE", saw["end"]
    assert saw["names"] == ["Harbour Ecset"]


def test_the_strip_is_deleted_before_anything_is_painted(seen):
    saw = seen("strip_deleted_early")
    assert saw["end"] == ["FAILED", 'The strip "Harbour" is gone from the timeline of "Scene".']
    assert saw["names"] == []


def test_the_result_is_deleted_while_it_is_painted(seen):
    saw = seen("result_deleted")
    assert saw["names"] == ["Harbour"]
    assert saw["names after another go"] == BOTH


def test_the_scene_is_renamed(seen):
    saw = seen("scene_renamed")
    assert saw["end"][0] == "DONE", saw["end"]
    assert saw["names"] == BOTH
    assert saw["shown"] == "F" * FRAMES


def test_undo_before_the_strip_is_there(seen):
    saw = seen("undo_before_it_is_placed")
    assert saw["phase"] in {"PROBE", "CHECK", "PLATES"}
    assert saw["rate"] == 24
    assert saw["end"][0] == "DONE"
    assert saw["names"] == BOTH
    assert saw["shown"] == "F" * FRAMES


def test_undo_after_the_strip_is_there(seen):
    saw = seen("undo_after_it_is_placed")
    assert saw["names meanwhile"] == BOTH
    assert saw["names after undo"] == ["Harbour"]
    assert saw["names after redo"] == BOTH
    assert saw["end"][0] == "DONE"
    assert saw["shown"] == "F" * FRAMES
    assert saw["names after undo at the end"] == ["Harbour"]
    assert saw["frames"] == saw["frames after undo"] == FRAMES


def test_the_file_is_saved_meanwhile(seen):
    saw = seen("saved")
    assert saw["end"][0] == "DONE"
    assert saw["names"] == BOTH
    assert saw["shown"] == "F" * FRAMES, "what was painted after the file was saved as well"
    assert saw["tasks"] == 0


def test_another_file_is_loaded_and_the_first_one_again(seen):
    saw = seen("another_file_and_back")
    assert is_gone(saw["pid"])
    assert saw["names there"] == ["Harbour"]
    assert saw["tasks there"] == 0
    assert saw["found"] == ["PAUSED"]
    assert saw["end"][0] == "DONE"
    assert_kept(saw)
    assert saw["names"] == BOTH


def test_another_file_is_loaded_while_a_keyframe_is_made(seen):
    saw = seen("another_file_while_a_keyframe_is_made")
    assert is_gone(saw["pid"])
    assert saw["names"] == ["Harbour"]
    assert saw["can begin anew"]
    assert saw["left over"] == []


def test_two_scenes(seen):
    saw = seen("two_scenes")
    assert saw["order"] == [["Scene", "Harbour"], ["Two", "Second"]]
    assert saw["phases"] == ["PAINT", "WAITING"]
    assert saw["ends"] == ["DONE", "DONE"]
    assert saw["one"] == BOTH
    assert saw["two"] == ["Second", "Second Ecset"]


def test_two_windows(seen):
    saw = seen("two_windows")
    assert (saw["windows"], saw["windows at the end"]) == (2, 1)
    assert saw["seen in the other"]
    assert saw["went on"]
    assert saw["end"][0] == "CANCELLED"
    assert saw["names"] == ["Harbour"]
