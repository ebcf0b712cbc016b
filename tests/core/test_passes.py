"""Shots that are gone through several times, or in segments: resumed, in parts, and as a whole."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core import flows, frames, job, lanes
from core.errors import InputError
from core.frames import Picture
from tests.core.pictures import panned
from tests.core.runs import results, run, start

PASSES = {"method": "multipass", "passes": 3}
SEGMENTS = {"method": "short", "segment": 4, "overlap": 2}


def sides(folder: Path, kind: str) -> dict[str, bytes]:
    """All that lies on the way to the frames."""
    files = sorted((folder / kind).rglob("*.*"))
    assert all(file.name.startswith("ecset_") for file in files), files
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


def killed_after(folder: Path, count: int, pause: float = 0.0) -> None:
    process = start(folder)
    assert process.stdout is not None
    seen = 0
    for line in process.stdout:
        seen += json.loads(line)["event"] == "frame"
        if seen == count:
            break
    time.sleep(pause)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()


class TestPasses:
    def test_a_whole_shot(self, shop):
        folder = shop.job("a", panned(4), coherence=PASSES)
        end = run(folder)
        assert end.status == 0
        told = [(event["pass"], event["frame"]) for event in end.all("frame")]
        there, back = [1, 2, 3, 4], [4, 3, 2, 1]
        assert told == [(1, f) for f in there] + [(2, f) for f in back] + [(3, f) for f in there]
        assert [event["done"] for event in end.all("frame")] == list(range(1, 13))
        assert {(e["passes"], e["total"]) for e in end.all("frame")} == {(3, 12)}
        for event in end.all("frame"):
            assert Path(event["path"]).exists()
        assert sorted(sides(folder, "passes")) == [
            f"passes/{number}/ecset_000{frame}.png" for number in (1, 2) for frame in there
        ]
        assert Image.open(folder / "passes/1/ecset_0001.png").mode != "P"
        assert frames.read(folder / "passes/2/ecset_0001.png").rgb.max() <= 1
        stored = {
            round(float(v) * 65535)
            for v in frames.read(folder / "passes/2/ecset_0001.png").rgb.flat
        }
        assert any(value % 257 for value in stored), "finer than 8 bits"
        before = results(folder)
        again = run(folder)
        assert again.painted == []
        assert (again.events[0]["done"], again.events[0]["total"]) == (12, 12)
        assert results(folder) == before

    def test_the_first_pass_is_each_frame_alone(self, shop):
        plates = panned(3)
        folder = shop.job("a", plates, coherence=PASSES, output={"depth": 16})
        alone = shop.job("b", plates, coherence={"enabled": False}, output={"depth": 16})
        assert run(folder).status == run(alone).status == 0
        for n in (1, 2, 3):
            first = frames.read(folder / f"passes/1/ecset_000{n}.png")
            assert first.digest() == frames.read(alone / f"frames/ecset_000{n}.png").digest()
        last = frames.read(folder / "frames/ecset_0002.png")
        assert last.digest() != frames.read(alone / "frames/ecset_0002.png").digest()

    def test_killed_in_any_pass_it_goes_on_to_the_same_result(self, shop):
        plates = panned(4)
        whole, killed = (shop.job(name, plates, coherence=PASSES) for name in ("whole", "killed"))
        assert run(whole).status == 0
        for count, pause in ((2, 0.0), (3, 0.05), (4, 0.0)):
            killed_after(killed, count, pause)
        end = run(killed)
        assert end.status == 0
        assert end.events[0]["done"] >= 8
        assert results(killed) == results(whole)
        assert {name for name in sides(killed, "passes") if ".tmp" not in name} == set(
            sides(whole, "passes")
        )

    def test_a_part_paints_what_it_needs_of_earlier_passes(self, shop):
        plates = panned(4)
        whole, part = (shop.job(name, plates, coherence=PASSES) for name in ("whole", "part"))
        assert run(whole).status == 0
        end = run(part, "--frames", "2-2")
        (warning,) = end.all("warning")
        assert warning["message"] == (
            "3 of the frames 1-4 are painted, too: each pass goes on from all that the one before "
            "has painted."
        )
        told = [(event["pass"], event["frame"]) for event in end.all("frame")]
        assert told == [
            *((1, f) for f in (1, 2, 3, 4)),
            (2, 4),
            (2, 3),
            (2, 2),
            (2, 1),
            (3, 1),
            (3, 2),
        ]
        assert end.events[-1]["done"] == end.events[-1]["total"] == 10
        assert list(results(part)) == ["ecset_0001.png", "ecset_0002.png"]
        assert run(part).painted == [3, 4]
        assert results(part) == results(whole)

    def test_a_part_needs_nothing_from_beyond_a_cut(self, shop):
        plates = [*panned(2), *(1 - plate[::-1, ::-1] for plate in panned(2))]
        whole, part = (shop.job(name, plates, coherence=PASSES) for name in ("whole", "part"))
        assert run(whole).status == 0
        for chunk, other in (("1-2", {3, 4}), ("3-4", {1, 2})):
            end = run(part, "--frames", chunk)
            assert not other & set(end.painted)
        assert results(part) == results(whole)

    def test_what_changed_in_the_last_pass_leaves_the_others(self, shop):
        folder = shop.job("a", panned(3), coherence=PASSES)
        assert run(folder).status == 0
        data = shop.data(3, coherence=PASSES, strength=0.5)
        (folder / "job.json").write_text(json.dumps(data))
        again = run(folder)
        assert {event["pass"] for event in again.all("frame")} == {3}

    def test_without_coherence_there_are_none(self, shop):
        """As a preview has it, whatever the method would be."""
        folder = shop.job("a", panned(2), coherence={**PASSES, "enabled": False})
        plain = shop.job("b", panned(2), coherence={"enabled": False})
        assert run(folder).status == run(plain).status == 0
        assert results(folder) == results(plain)

    def test_a_damaged_picture_of_an_earlier_pass(self, shop):
        folder = shop.job("a", panned(3), coherence=PASSES)
        assert run(folder).status == 0
        before = results(folder)
        (folder / "frames/ecset_0003.png").unlink()
        side = folder / "passes/2/ecset_0003.png"
        side.write_bytes(side.read_bytes()[:-50])
        end = run(folder)
        assert [(event["pass"], event["frame"]) for event in end.all("frame")] == [(2, 3), (3, 3)]
        assert results(folder) == before

    def test_a_stranger_among_the_passes(self, shop):
        folder = shop.job("a", panned(2), coherence=PASSES)
        stranger = folder / "passes/2/ecset_0001.png"
        stranger.parent.mkdir(parents=True)
        Image.new("RGB", (64, 48)).save(stranger)
        before = stranger.read_bytes()
        end = run(folder)
        assert end.status == 2
        assert "passes/2/ecset_0001.png is in the way: Ecset did not write it" in end.error
        assert stranger.read_bytes() == before

    def test_half_floats_on_the_way_to_half_floats(self, shop):
        output = {"pattern": "frames/ecset_####.exr", "format": "EXR", "depth": 16}
        folder = shop.job("a", panned(2), coherence=PASSES, output=output)
        assert run(folder).status == 0
        assert (folder / "passes/2/ecset_0002.exr").exists()

    def test_motion_is_estimated_once_in_all_passes_and_runs(self, shop, monkeypatch):
        calls = []
        estimated = flows.Flows._estimated

        def counted(self, first, second, a, b):
            calls.append((first, second))
            return estimated(self, first, second, a, b)

        monkeypatch.setattr(flows.Flows, "_estimated", counted)
        folder = shop.job("a", panned(12), coherence=PASSES)
        assert run(folder).status == 0
        assert sorted(calls) == [(frame, frame + 1) for frame in range(1, 12)]
        for frame in (3, 7):
            (folder / f"frames/ecset_{frame:04d}.png").unlink()
            (folder / f"passes/2/ecset_{frame:04d}.png").unlink()
        data = shop.data(12, coherence={**PASSES, "blend": 0.3}, seed=4)
        (folder / "job.json").write_text(json.dumps(data))
        before = results(folder)
        assert len(run(folder).painted) == 36
        assert results(folder) != before
        assert len(calls) == 11


class TestSegments:
    def test_a_whole_shot(self, shop):
        """Where two segments overlap, the frame is faded from both."""
        plates = panned(9)
        folder = shop.job("a", plates, coherence=SEGMENTS, output={"depth": 16})
        end = run(folder)
        assert end.status == 0
        assert sorted(set(results(folder))) == [f"ecset_000{f}.png" for f in range(1, 10)]
        assert sorted(sides(folder, "segments")) == [
            "segments/1/ecset_0005.png",
            "segments/1/ecset_0006.png",
            "segments/5/ecset_0005.png",
            "segments/5/ecset_0006.png",
            "segments/5/ecset_0009.png",
            "segments/9/ecset_0009.png",
        ]
        assert end.events[-1]["done"] == end.events[-1]["total"] == 15
        for frame, share in ((5, 1 / 3), (6, 2 / 3)):
            old, new, faded = (
                frames.read(folder / name / f"ecset_000{frame}.png").rgb
                for name in ("segments/1", "segments/5", "frames")
            )
            assert np.abs(old - new).max() > 0.01
            assert np.abs(faded - (old + share * (new - old))).max() < 1 / 65535

    def test_a_part_needs_its_own_segments_only(self, shop):
        plates = panned(9)
        whole, part = (shop.job(name, plates, coherence=SEGMENTS) for name in ("whole", "part"))
        assert run(whole).status == 0
        end = run(part, "--frames", "7-8")
        assert sorted(set(end.painted)) == [5, 6, 7, 8]
        assert not (part / "frames/ecset_0005.png").exists(), "nobody asked for it"
        assert end.all("warning")[0]["message"] == (
            "Frames 5-6 come first: frame 7 goes on from them."
        )
        end = run(part, "--frames", "5-6")
        assert sorted(set(end.painted)) == [1, 2, 3, 4, 5, 6]
        assert run(part, "--frames", "1-4").painted == []
        assert set(run(part).painted) == {9}
        assert results(part) == results(whole)

    @pytest.mark.parametrize("method", ["anchored", "long"])
    def test_killed_it_goes_on_to_the_same_result(self, shop, method):
        plates = panned(8)
        coherence = {**SEGMENTS, "method": method}
        whole, killed = (
            shop.job(name, plates, coherence=coherence) for name in ("whole", "killed")
        )
        assert run(whole).status == 0
        for count, pause in ((3, 0.02), (4, 0.0)):
            killed_after(killed, count, pause)
        assert run(killed).status == 0
        assert results(killed) == results(whole)

    def test_a_cut_ends_the_overlap(self, shop):
        """Beyond it, the segment before is not painted, and nothing is faded."""
        plates = panned(8)
        plates[5:] = [1 - plate[::-1, ::-1] for plate in plates[5:]]
        folder = shop.job("a", plates, coherence=SEGMENTS, output={"depth": 16})
        end = run(folder)
        assert end.status == 0
        assert end.events[-1]["done"] == end.events[-1]["total"]
        assert "segments/1/ecset_0006.png" not in sides(folder, "segments")
        own, found = (
            frames.read(folder / name / "ecset_0006.png").rgb for name in ("segments/5", "frames")
        )
        np.testing.assert_array_equal(found, own)
        (folder / "frames/ecset_0006.png").unlink()
        assert set(run(folder).painted) == {6}

    def test_without_overlap_nothing_lies_beside(self, shop):
        folder = shop.job("a", panned(6), coherence={**SEGMENTS, "overlap": 0})
        end = run(folder)
        assert end.painted == [1, 2, 3, 4, 5, 6]
        assert not (folder / "segments").exists()
        (folder / "frames/ecset_0005.png").unlink()
        (folder / "frames/ecset_0001.png").unlink()
        assert run(folder, "--frames", "5-5").painted == [5]


@pytest.mark.parametrize("coherence", [PASSES, SEGMENTS])
def test_strength_and_alpha(shop, coherence):
    """They count in the frames, not on the way to them: what goes on from a frame is its paint."""
    folder = shop.job("a", panned(6), coherence=coherence, strength=[1, 1, 1, 1, 0.5, 0])
    alpha = np.ones((48, 64), np.float32)
    alpha[:, :20] = 0
    for number in range(1, 7):
        path = folder / f"plates/plate_{number:04d}.png"
        frames.write(Picture(frames.read(path).rgb, alpha), path, 8, "plate")
    assert run(folder).status == 0
    plates, found = (
        [frames.read(folder / f"{name}_000{n}.png") for n in (5, 6)]
        for name in ("plates/plate", "frames/ecset")
    )
    assert found[1].digest() == plates[1].digest()
    for plate, result in zip(plates, found, strict=True):
        np.testing.assert_array_equal(result.alpha, alpha)
        np.testing.assert_array_equal(result.rgb[:, :20], plate.rgb[:, :20])
    kind = "passes/2" if coherence is PASSES else "segments/5"
    side = frames.read(folder / kind / "ecset_0006.png")
    assert side.alpha is None
    assert np.abs(side.rgb - plates[1].rgb).mean() > 0.05


def test_what_does_not_go_together(shop):
    def refused(**changes) -> str:
        with pytest.raises(InputError) as caught:
            job.parse(shop.data(3, **changes), shop.folder)
        return str(caught.value)

    assert "coherence.segment can't be given with the method multipass" in refused(
        coherence={**PASSES, "segment": 8}
    )
    keyed = {"name": "patch", "keyframes": [{"frame": 1, "path": "k.png"}]}
    for coherence in ({"method": "short"}, {"segment": 8}):
        assert "can't be chosen with look.keyframes" in refused(look=keyed, coherence=coherence)


def test_settings_that_make_no_difference_paint_nothing_again(shop):
    folder = shop.job("a", panned(2))
    assert run(folder).painted == [1, 2]
    for coherence, painted in (
        ({"passes": 7, "blend": 0.2, "distances": [1, 3], "overlap": 7}, []),
        ({"method": "warp", "weight": 3.0}, [1, 2]),
        ({"method": "warp", "weight": 2.0}, []),
        ({"enabled": False, "method": "long"}, [1, 2]),
        ({"enabled": False, "flow": "dis-fast"}, []),
    ):
        (folder / "job.json").write_text(json.dumps(shop.data(2, coherence=coherence)))
        assert run(folder).painted == painted, coherence


def test_a_lane_knows_what_comes_before():
    there, back = lanes.Lane(1, range(3, 9)), lanes.Lane(2, range(3, 9)[::-1])
    assert list(there.before(6, 2)) == [5, 4]
    assert list(there.before(4, 5)) == [3]
    assert list(there.before(3, 5)) == []
    assert list(back.before(6, 2)) == [7, 8]
    with pytest.raises(ValueError, match="9 is not in range"):
        there.before(9, 1)
