"""Several devices on one job: who paints what, the same bytes, and how all of it ends."""

from __future__ import annotations

import json
import signal
import time

import psutil
import pytest

from core import job, lanes, plan
from core.inputs import Digests
from core.lanes import Take
from core.schedule import Schedule
from tests.core.pictures import panned
from tests.core.runs import end_of, results, run, start

TWO = ("--devices", "cpu,cpu")


def with_a_cut(count: int) -> list:
    first = panned(count)
    return [*first, *(1 - plate[::-1, ::-1] for plate in panned(count))]


def scheduled(folder, **changes) -> Schedule:
    """A schedule for a job of which nothing is painted yet."""
    made = job.parse(
        {
            "version": 1,
            "plates": "p_#.png",
            "frames": {"first": 1, "last": 12},
            "look": {"name": "patch", "styles": [{"path": "style.png"}]},
            **changes,
        },
        folder,
    )
    digests = {frame: Digests(f"{frame}") for frame in made.frames.numbers()}
    layout = lanes.of(made, digests, "settings")
    return Schedule(plan.make(layout, made.frames, 8, lambda _: False), 8)


def worked(schedule: Schedule, workers: int = 2, cuts: dict[int, int] | None = None) -> list:
    """Have workers paint in turn, a picture each: who painted what, turn by turn. cuts: which are
    found after which turn."""
    queues: list[list[Take]] = [[] for _ in range(workers)]
    turns = []
    while schedule.left:
        for worker, queue in enumerate(queues):
            while (step := schedule.next_for(worker)) is not None:
                queue.append(step.take)
        turn = [queue.pop(0) if queue else None for queue in queues]
        assert any(turn), "nobody has anything to do"
        for take in filter(None, turn):
            schedule.done(take)
        turns.append(turn)
        if cuts and len(turns) in cuts:
            schedule.cut(cuts[len(turns)])
    return turns


class TestSchedule:
    def test_frames_painted_alone_are_shared_out(self, tmp_path):
        turns = worked(scheduled(tmp_path, coherence={"enabled": False}))
        assert len(turns) == 6
        assert all(all(turn) for turn in turns)

    def test_one_chain_is_one_workers(self, tmp_path):
        turns = worked(scheduled(tmp_path))
        assert turns == [[Take(frame, 1), None] for frame in range(1, 13)]

    def test_a_cut_is_begun_as_soon_as_it_is_known(self, tmp_path):
        turns = worked(scheduled(tmp_path), cuts={2: 9})
        assert turns[2] == [Take(3, 1), Take(9, 1)]
        assert turns[5] == [Take(6, 1), Take(12, 1)]
        assert len(turns) == 8

    def test_segments_are_shared_and_each_is_one_workers(self, tmp_path):
        turns = worked(scheduled(tmp_path, coherence={"segment": 4, "overlap": 2}))
        assert turns[:4] == [[Take(f, 1), Take(f + 4, 2)] for f in range(1, 5)]
        painted = [take for turn in turns for take in turn if take is not None]
        assert len(painted) == len(set(painted)) == 20
        for frame, old, new in ((5, 1, 2), (6, 1, 2), (9, 2, 3), (10, 2, 3)):
            faded = painted.index(Take(frame, 0))
            assert faded > painted.index(Take(frame, old))
            assert faded > painted.index(Take(frame, new))
        assert len(turns) < 14

    def test_the_first_pass_is_shared_and_the_others_go_there_and_back(self, tmp_path):
        turns = worked(scheduled(tmp_path, coherence={"method": "multipass", "passes": 2}))
        assert [take.lane for turn in turns[:6] for take in turn] == [1] * 12
        later = [take for turn in turns[6:] for take in turn if take]
        assert later == [Take(frame, 2) for frame in range(12, 0, -1)]


@pytest.mark.parametrize(
    "coherence",
    [
        {},
        {"method": "long", "segment": 3, "overlap": 2},
        {"method": "multipass", "passes": 2},
    ],
)
def test_two_give_the_bytes_of_one(shop, coherence):
    plates = with_a_cut(4)
    one, two = (shop.job(name, plates, coherence=coherence) for name in ("one", "two"))
    alone = run(one)
    both = run(two, *TWO)
    assert alone.status == both.status == 0
    assert results(two) == results(one)
    assert not both.all("warning")
    assert both.events[0]["device"] == "cpu, cpu"
    assert sorted(both.painted) == sorted(alone.painted)
    last, wanted = both.events[-1], alone.events[-1]
    assert (last["done"], last["total"]) == (wanted["done"], wanted["total"])
    again = run(two, *TWO)
    assert again.painted == []


def test_one_chain_leaves_one_device_idle(shop):
    folder = shop.job("a", panned(4))
    end = run(folder, *TWO, "--frames", "3-4")
    assert end.status == 0
    first, second = (warning["message"] for warning in end.all("warning"))
    assert first == "Frames 1-2 come first: frame 3 goes on from them."
    assert second == (
        "Only one device has work: there is no cut in the frames. Set coherence.segment, to 48 for "
        "example, to let others share the shot."
    )
    assert end.painted == [1, 2, 3, 4]


def begun(folder, frames: int = 1):
    """A run of two hands that has painted some frames, and the hands."""
    process = start(folder, *TWO)
    assert process.stdout is not None
    seen = 0
    while seen < frames:
        seen += json.loads(process.stdout.readline())["event"] == "frame"
    hands = psutil.Process(process.pid).children()
    assert len(hands) == 2
    return process, hands


def gone(processes) -> bool:
    _, alive = psutil.wait_procs(processes, timeout=15)
    return not alive


class TestEnd:
    coherence = {"method": "short", "segment": 20, "overlap": 0}

    def test_a_killed_hand_is_one_sentence(self, shop):
        """And what is painted is kept: another run, on one device or two, comes to the same."""
        plates = panned(24)
        coherence = {**self.coherence, "segment": 12}
        whole, folder = (
            shop.job(name, plates, coherence=coherence) for name in ("whole", "killed")
        )
        assert run(whole).status == 0
        process, hands = begun(folder, 2)
        hands[1].kill()
        end = end_of(process)
        assert end.status == 1
        assert end.error == (
            "The process that paints on cpu was ended by signal 9. What is painted is kept: run "
            "the job again to go on."
        )
        assert gone(hands)
        again = run(folder)
        assert 2 <= again.events[0]["done"] < 24
        assert results(folder) == results(whole)

    @pytest.mark.parametrize("name", ["SIGTERM", "SIGKILL"])
    def test_all_end_with_the_first(self, shop, name):
        folder = shop.job("a", panned(40), coherence=self.coherence)
        process, hands = begun(folder)
        process.send_signal(signal.Signals[name])
        end = end_of(process)
        assert gone(hands)
        if name == "SIGTERM":
            assert end.status == 130
            assert not end.all("error")
            assert "Traceback" not in end.stderr
        assert len(list((folder / "frames").glob("ecset_*.png"))) < 40

    def test_an_error_of_one_ends_all(self, shop):
        folder = shop.job("a", panned(40), coherence=self.coherence)
        process, hands = begun(folder)
        (folder / "plates/plate_0038.png").unlink()
        end = end_of(process)
        assert end.status == 1
        assert "plate_0038.png is missing" in end.error
        assert gone(hands)
        time.sleep(0.1)
        assert (folder / "frames/ecset_0030.png").exists()

    def test_a_device_that_is_not_there(self, shop):
        folder = shop.job("a", panned(2), coherence={"enabled": False})
        end = run(folder, "--devices", "cpu,cuda:99")
        assert end.status == 2
        assert "The device 'cuda:99' can't be used" in end.error

    def test_one_device_or_several(self, shop, capsys):
        folder = shop.job("a", panned(2))
        with pytest.raises(SystemExit):
            run(folder, *TWO, "--device", "cpu")
        end = run(folder, "--devices", "cpu,,cpu")
        assert end.status == 2
        assert "Devices must be given as cuda:0,cuda:1 or as auto" in end.error
