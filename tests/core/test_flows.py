"""Motion between frames: estimated ahead and once, kept in files, and no thread left behind."""

from __future__ import annotations

import threading
import time

import pytest
import torch

from core import flow
from core.errors import EcsetError
from core.flow.consistency import reliable
from core.flow_files import FlowFiles, rounded
from core.flows import Flows
from core.motion import between
from tests.core.pictures import panned, tensor, textured

PLATES = [tensor(plate) for plate in panned(8, 48, 64, 2)]
DIS = flow.estimator("dis")


class Counting:
    """An estimator that remembers its calls."""

    def __init__(self, estimate=DIS) -> None:
        self.calls, self.estimate = [], estimate

    def __call__(self, first, second):
        self.calls.append(threading.current_thread().name)
        return self.estimate(first, second)


def plate(frame: int) -> torch.Tensor:
    return PLATES[frame]


def files(folder, name: str = "dis") -> FlowFiles:
    return FlowFiles(folder, lambda frame: f"plate {frame}", [name])


def flow_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("flow")]


def test_it_is_the_estimators():
    flows = Flows(plate, DIS)
    for other, frame in ((2, 3), (3, 2), (1, 5)):
        wanted = between(DIS, plate(other), plate(frame))
        found = flows.between(other, frame)
        assert found.backward.equal(wanted.backward)
        assert found.reliable.equal(wanted.reliable)
    assert not flows.is_cut(3)
    other = tensor(textured(48, 64, 4))
    assert Flows(lambda frame: PLATES[frame] if frame < 3 else other, DIS).is_cut(3)


def test_ahead_and_once():
    """In threads, whatever order it is asked for in; each pair once, both ways."""
    counting = Counting()
    flows = Flows(plate, counting)
    pairs = [(frame - 1, frame) for frame in range(1, 5)]
    flows.ahead(pairs)
    flows.ahead(pairs)
    while len(counting.calls) < 4:
        time.sleep(0.001)
    assert all(name.startswith("flow") for name in counting.calls)
    for other, frame in pairs:
        assert flows.between(other, frame) is flows.between(other, frame)
        flows.is_cut(frame)
    flows.between(4, 3)
    assert len(counting.calls) == 4
    flows.close()
    assert not flow_threads()


def test_no_more_than_some_are_ahead_and_kept():
    blocked = threading.Event()

    def wait(first, second):
        blocked.wait()
        return torch.zeros(1, 2, 48, 64), torch.zeros(1, 2, 48, 64)

    counting = Counting(wait)
    flows = Flows(lambda frame: PLATES[frame % 8], counting)
    for _ in range(3):
        flows.ahead([(frame, frame + 1) for frame in range(100)])
    blocked.set()
    flows.close()
    assert len(counting.calls) <= 4
    large = torch.zeros(1, 3, 600, 800)
    flows = Flows(lambda _: large, lambda a, b: (a[:, :2], b[:, :2]))
    for frame in range(60):
        flows.between(frame, frame + 1)
    assert len(flows._motions) == 256 * 2**20 // (12 * 600 * 800)


def test_files_serve_later_runs(tmp_path):
    """What one run has estimated no other one does; both work with the same numbers."""
    first, second = Counting(), Counting()
    one = Flows(plate, first, files(tmp_path)).between(1, 2)
    flows = Flows(plate, second, files(tmp_path))
    two = flows.between(1, 2)
    assert (len(first.calls), len(second.calls)) == (1, 0)
    assert one.backward.equal(two.backward)
    assert one.reliable.equal(two.reliable)
    forward, backward = rounded(DIS(plate(1), plate(2)))
    assert one.backward.equal(backward)
    assert one.reliable.equal(reliable(forward, backward))
    assert flows.between(2, 1).backward.equal(forward)
    assert second.calls == []
    # Another estimator, or another plate, is another motion.
    Flows(plate, second, files(tmp_path, "raft")).between(1, 2)
    Flows(plate, second, files(tmp_path)).between(2, 3)
    assert len(second.calls) == 2
    assert [path.suffix for path in tmp_path.iterdir()] == [".npy"] * 3


@pytest.mark.parametrize("damage", ["cut off", "changed", "empty", "of another size"])
def test_a_damaged_file_is_made_again(tmp_path, damage):
    Flows(plate, DIS, files(tmp_path)).between(1, 2)
    path = files(tmp_path).path(1, 2)
    whole = path.read_bytes()
    if damage == "of another size":
        files(tmp_path).write(1, 2, (torch.zeros(1, 2, 5, 7), torch.zeros(1, 2, 5, 7)))
    else:
        path.write_bytes(
            {
                "cut off": whole[:-100],
                "changed": whole[:500] + bytes([whole[500] ^ 1]) + whole[501:],
                "empty": b"",
            }[damage]
        )
    counting = Counting()
    (tmp_path / f".{path.name}.killed.tmp").write_text("half of it")
    Flows(plate, counting, files(tmp_path)).between(1, 2)
    assert len(counting.calls) == 1
    assert path.read_bytes() == whole
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_written(tmp_path):
    (tmp_path / "flow").write_text("a file where the folder should be")
    with pytest.raises(EcsetError, match=r"The motion .*\.npy can't be kept: "):
        Flows(plate, DIS, files(tmp_path / "flow")).between(1, 2)


def test_what_fails_ahead_is_told_when_it_is_asked_for():
    """In one sentence, and no thread hangs."""

    def fails(first, second):
        raise RuntimeError("out of memory\nwith a long story")

    flows = Flows(plate, fails)
    flows.ahead([(1, 2)])
    with pytest.raises(EcsetError) as caught:
        flows.between(1, 2)
    assert str(caught.value) == (
        "The motion between frames 1 and 2 can't be estimated: out of memory"
    )
    with pytest.raises(EcsetError):
        flows.is_cut(2)
    flows.close()
    assert not flow_threads()


def test_a_plate_that_is_gone():
    def gone(frame):
        raise EcsetError(f"plate {frame} is missing.")

    with pytest.raises(EcsetError, match=r"^plate 1 is missing\.$"):
        Flows(gone, DIS).between(1, 2)


def test_nobody_estimates_across_a_cut():
    counting = Counting()
    flows = Flows(
        lambda frame: PLATES[frame] if frame < 3 else 1 - PLATES[frame].flip(-1), counting
    )
    assert flows.is_cut(3)
    flows.ahead([(1, 4)])
    flows.close()
    assert len(counting.calls) == 1
