"""Blender is killed, and another day it is quit: the job is found again, and goes on."""

from __future__ import annotations

import pytest

from tests.gui.processes import is_gone

FRAMES = 24


@pytest.fixture(scope="module")
def seen(with_stand_in, tmp_path_factory) -> dict[str, dict]:
    folder = tmp_path_factory.mktemp("another-day")
    found = {}
    for part in ("begin", "go on", "finish"):
        killed = part == "begin"
        found[part] = with_stand_in("another_day.py", folder, part=part, killed=killed)
        if "pid" in found[part]:
            found[part]["gone"] = is_gone(found[part]["pid"])
    return found


def test_the_engine_goes_with_blender(seen):
    assert seen["begin"]["phase"] == seen["go on"]["phase"] == "PAINT"
    assert seen["begin"]["gone"], "killed"
    assert seen["go on"]["gone"], "quit"


def test_the_job_is_found_again(seen):
    ((phase, done, total),) = seen["go on"]["found"]
    assert (phase, total) == ("PAUSED", FRAMES)
    assert done >= seen["begin"]["frames"] >= 3
    ((phase, done, _),) = seen["finish"]["found"]
    assert phase == "PAUSED"
    assert seen["begin"]["frames"] < seen["go on"]["frames"] <= done < FRAMES


def test_buttons_were_really_pressed(seen):
    assert seen["go on"]["clicks"] == seen["finish"]["clicks"] == [True]


def test_it_is_painted_to_the_end(seen):
    saw = seen["finish"]
    assert seen["go on"]["names"] == ["Harbour"], "the file was saved before"
    assert saw["names"] == ["Harbour", "Harbour Ecset"], "and after the strip was there"
    assert saw["task"][0] == "DONE", saw["task"]
    assert saw["kept"]
    assert saw["names at the end"] == ["Harbour", "Harbour Ecset"]
    assert saw["plates at the end"] == 0
