"""While a strip is painted people load other files, undo, delete and quit."""

from __future__ import annotations

import os
import time

import pytest


@pytest.fixture
def disturbed(in_window, tmp_path):
    """What a window saw in which `kind` happened; nothing may be left of the engine."""

    def run(kind: str) -> dict:
        seen = in_window("disturb.py", tmp_path, disturb=kind)
        assert kind == "keyframe" or seen["phase"] == "PAINT"
        assert is_gone(seen["pid"]), "the engine is still there"
        return seen

    return run


def is_gone(pid: int, seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def test_another_file_is_loaded(disturbed):
    seen = disturbed("load")
    assert seen["end of the task"][0] == "CANCELLED"
    assert seen["names"] == ["Harbour"]
    assert seen["can begin anew"]


def test_undo_meanwhile(disturbed):
    seen = disturbed("undo")
    assert seen["rate"] == 24
    assert seen["end of the task"][0] == "DONE"
    assert seen["names"] == ["Harbour", "Harbour Ecset"]
    assert seen["names after undo"] == ["Harbour"]


def test_strip_is_deleted(disturbed):
    phase, message = disturbed("remove")["end of the task"]
    assert phase == "FAILED"
    assert message == 'The strip "Harbour" is gone from the timeline of "Scene".'


def test_quit(disturbed):
    disturbed("quit")


def test_another_file_is_loaded_while_a_keyframe_is_made(disturbed):
    seen = disturbed("keyframe")
    assert seen["names"] == ["Harbour"]
    assert seen["can begin anew"]
    assert seen["left over"] == []
