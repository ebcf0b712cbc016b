"""Parts of a shot: the same frames as the whole run's, in whatever order they are asked for."""

from __future__ import annotations

import json
import signal

import pytest

from tests.core.pictures import panned
from tests.core.runs import end_of, results, results_of_a_killed_run, run, start


def test_chunks(shop):
    """In whatever chunks a shot is painted, its frames are the whole run's: what a chunk goes on
    from is painted first, and kept."""
    plates = panned(5)
    whole, in_order, ahead = (shop.job(name, plates) for name in ("whole", "in_order", "ahead"))
    assert run(whole).status == 0
    assert run(in_order, "--frames", "1-2").painted == [1, 2]
    second = run(in_order, "--frames", "3-5")
    assert second.painted == [3, 4, 5]
    assert not second.all("warning")
    assert results(in_order) == results(whole)

    early = run(ahead, "--frames", "4-4")
    assert early.painted == [1, 2, 3, 4]
    (warning,) = early.all("warning")
    assert warning["message"] == "Frames 1-3 come first: frame 4 goes on from them."
    assert [event["total"] for event in early.events if "total" in event] == [4] * 6
    assert [event["done"] for event in early.all("frame")] == [1, 2, 3, 4]
    (ahead / "frames/ecset_0004.png").unlink()
    (ahead / "frames/ecset_0003.png").unlink()
    late = run(ahead, "--frames", "4-5")
    assert late.painted == [3, 4, 5]
    assert late.all("warning")[0]["message"] == "Frame 3 comes first: frame 4 goes on from it."
    assert results(ahead) == results(whole)
    (ahead / "frames/ecset_0001.png").unlink()
    assert run(ahead, "--frames", "4-5").painted == [], "what is there needs nothing before it"

    outside = run(whole, "--frames", "3-9")
    assert outside.status == 2
    assert outside.error == "Frames 3-9 are not all in this job: it has 1-5."


def test_a_gap_in_what_a_chunk_goes_on_from(shop):
    """Frames may be held to others than the one before: none of the chain may be missing."""
    plates = panned(6)
    whole, gaps = shop.job("whole", plates), shop.job("gaps", plates)
    assert run(whole).status == run(gaps).status == 0
    for missing in (2, 4, 6):
        (gaps / f"frames/ecset_000{missing}.png").unlink()
    end = run(gaps, "--frames", "5-6")
    assert end.painted == [2, 4, 6]
    assert [end.events[0][key] for key in ("first", "last", "done", "total")] == [5, 6, 1, 4]
    (warning,) = end.all("warning")
    assert warning["message"] == "2 of the frames 2-4 come first: frame 5 goes on from them."
    assert results(gaps) == results(whole)


def test_a_chunk_that_was_killed(shop):
    plates = panned(6)
    whole, killed = shop.job("whole", plates), shop.job("killed", plates)
    assert run(whole).status == 0
    process = start(killed, "--frames", "5-6")
    assert process.stdout is not None
    while json.loads(process.stdout.readline())["event"] != "frame":
        pass
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    left = len(results_of_a_killed_run(killed))
    again = run(killed, "--frames", "5-6")
    assert again.painted == list(range(left + 1, 7))
    assert results(killed) == results(whole)


def test_a_chunk_needs_nothing_from_before_a_cut(shop):
    plates = [*panned(2), *(plate[::-1, ::-1].copy() for plate in panned(3))]
    plates[2:] = [1 - plate for plate in plates[2:]]
    whole, chunk = shop.job("whole", plates), shop.job("chunk", plates)
    assert run(whole).status == 0
    assert run(chunk, "--frames", "3-3").painted == [3]
    assert run(chunk, "--frames", "3-3").painted == []
    (chunk / "frames/ecset_0003.png").unlink()
    last = run(chunk, "--frames", "5-5")
    assert last.painted == [3, 4, 5]
    assert last.all("warning")[0]["message"] == "Frames 3-4 come first: frame 5 goes on from them."
    assert run(chunk).painted == [1, 2]
    assert results(chunk) == results(whole)


@pytest.mark.parametrize("method", ["warp", "short", "long"])
def test_what_is_missing_as_far_back_as_it_is_asked_for(shop, method):
    """Held to the frame before, a frame needs that; held to one three frames ago, that one, too."""
    plates = panned(6)
    coherence = {"method": method, "distances": [1, 3]}
    whole, part = (shop.job(name, plates, coherence=coherence) for name in ("whole", "part"))
    assert run(whole).status == 0
    assert run(part, "--frames", "5-6").painted == [1, 2, 3, 4, 5, 6]
    assert results(part) == results(whole)
    for missing in (1, 3, 6):
        (part / f"frames/ecset_000{missing}.png").unlink()
    assert run(part, "--frames", "6-6").painted == {"long": [1, 3, 6]}.get(method, [6])
    assert run(part).painted == {"long": []}.get(method, [1, 3])
    assert results(part) == results(whole)


def test_without_coherence_a_chunk_needs_nothing(shop):
    job = shop.job("a", panned(3), coherence={"enabled": False})
    end = run(job, "--frames", "3-3")
    assert end.painted == [3]
    assert not end.all("warning")


def test_two_runs_of_one_job_at_once(shop):
    plates = panned(5)
    whole, shared = shop.job("whole", plates), shop.job("shared", plates)
    assert run(whole).status == 0
    both = [start(shared), start(shared)]
    for end in [end_of(process) for process in both]:
        assert end.status == 0, end.events
        assert end.events[-1]["done"] == 5
    assert results(shared) == results(whole)
