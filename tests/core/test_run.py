"""Jobs done in a process of their own, as Blender does them: whole, resumed, killed, misled."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core import frames
from core.errors import EcsetError, InputError
from core.frames import Picture
from core.job import load
from core.looks.patch import Patch
from core.run import check
from tests.core.pictures import grey, panned, textured
from tests.core.runs import end_of, results, run, start

NO_LOOK = {"look": {"name": "identity", "styles": []}}


def test_a_job_from_start_to_end(shop):
    job = shop.job("a", panned(4))
    done = end_of(start(job))
    assert done.status == 0, done.stderr
    kinds = [event["event"] for event in done.events]
    assert kinds == ["started", *["frame"] * 4, "finished"]
    assert done.events[0] == {
        "event": "started",
        "first": 1,
        "last": 4,
        "total": 4,
        "done": 0,
        "device": "cpu",
    }
    assert done.painted == [1, 2, 3, 4]
    assert [event["done"] for event in done.all("frame")] == [1, 2, 3, 4]
    assert all(event["seconds"] > 0 for event in done.all("frame"))
    for event in done.all("frame"):
        assert frames.read(Path(event["path"])).size == (48, 64)

    before = results(job)
    again = run(job)
    assert again.status == 0
    assert again.painted == []
    assert again.events[0]["done"] == 4
    assert results(job) == before


def test_killed_at_any_moment_it_goes_on_to_the_same_result(shop):
    plates = panned(6)
    undisturbed = shop.job("undisturbed", plates)
    assert run(undisturbed).status == 0
    killed = shop.job("killed", plates)
    for after_frames, pause in ((1, 0.0), (1, 0.05), (2, 0.1)):
        process = start(killed)
        assert process.stdout is not None
        seen = 0
        for line in process.stdout:
            seen += json.loads(line)["event"] == "frame"
            if seen == after_frames:
                break
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        for file in (killed / "frames").glob("ecset_*.png"):
            assert frames.fingerprint_of(file) is not None, "only whole frames"
    end = run(killed)
    assert end.status == 0
    assert end.events[0]["done"] >= 2
    assert results(killed) == results(undisturbed)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_cancels(shop, number):
    job = shop.job("a", panned(30))
    process = start(job, "--progress")
    assert process.stdout is not None
    while json.loads(process.stdout.readline())["event"] != "frame":
        pass
    process.send_signal(number)
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)  # as Blender does after a terminal's Ctrl-C
    end = end_of(process)
    assert end.status == 130
    assert not end.all("error")
    assert "Traceback" not in end.stderr
    assert "Exception ignored" not in end.stderr
    assert 1 <= len(results(job)) < 30


def test_it_ends_with_its_parent(shop):
    """The pipe on standard input is all that ties the engine to Blender."""
    job = shop.job("a", panned(30))
    process = start(job, "--with-parent", stdin=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdin is not None
    while json.loads(process.stdout.readline())["event"] != "frame":
        pass
    process.stdin.close()
    process.stdin = None
    end = end_of(process)
    assert end.status == 130
    assert len(results(job)) < 30


def test_what_changed_is_painted_again(shop):
    plates = panned(4)
    job = shop.job("a", plates)
    assert run(job).painted == [1, 2, 3, 4]
    # A damaged frame, and all that were chained to it if it comes out otherwise - it does not.
    frame = job / "frames/ecset_0002.png"
    frame.write_bytes(frame.read_bytes()[:-20])
    assert run(job).painted == [2]
    # Another plate: this frame and those that continue from it.
    frames.write(Picture(textured(48, 64, 9)), job / "plates/plate_0003.png", 8, "plate")
    assert run(job).painted in ([3, 4], [1, 2, 3, 4])  # the palette is fitted to all plates
    # Another setting: everything.
    data = shop.data(4, seed=3)
    (job / "job.json").write_text(json.dumps(data))
    assert run(job).painted == [1, 2, 3, 4]


def test_two_runs_are_alike(shop):
    plates = panned(3)
    one, two = shop.job("one", plates), shop.job("two", plates)
    assert end_of(start(one)).status == run(two).status == 0
    assert results(one) == results(two)


@pytest.mark.parametrize(
    ("form", "depth", "name"),
    [("PNG", 8, "a_####.png"), ("PNG", 16, "a_####.png"), ("EXR", 16, "a_####.exr")],
)
def test_identity_gives_back_the_plate(shop, form, depth, name):
    job = shop.folder / "job"
    ending = name[-4:]
    picture = Picture(textured(40, 50), textured(40, 50, 1)[..., 0].clip(0.2, 1) - 0.2)
    frames.write(picture, job / f"p_0001{ending}", depth, "plate")
    output = {"pattern": name, "format": form, "depth": depth}
    data = shop.data(1, plates=f"p_####{ending}", output=output, **NO_LOOK)
    (job / "job.json").write_text(json.dumps(data))
    assert run(job).status == 0
    plate, result = frames.read(job / f"p_0001{ending}"), frames.read(job / f"a_0001{ending}")
    np.testing.assert_array_equal(result.rgb, plate.rgb)
    np.testing.assert_array_equal(result.alpha, plate.alpha)


def test_alpha_is_kept_and_paint_does_not_see_the_void(shop):
    job = shop.job("a", panned(2))
    alpha = np.zeros((48, 64), np.float32)
    alpha[8:40, 8:56] = 1
    for number in (1, 2):
        path = job / f"plates/plate_{number:04d}.png"
        rgb = frames.read(path).rgb * alpha[..., None]
        frames.write(Picture(rgb, alpha), path, 8, "plate")
    assert run(job).status == 0
    result = frames.read(job / "frames/ecset_0002.png")
    np.testing.assert_array_equal(result.alpha, alpha)
    assert not result.rgb[alpha == 0].any()
    assert result.rgb[9:39, 9:55].min() > 0


def test_held_frames_are_identical(shop):
    plates = panned(2)
    job = shop.job("a", [plates[0], plates[1], plates[1], plates[1]])
    assert run(job).status == 0
    second, third, fourth = (
        frames.read(job / f"frames/ecset_000{n}.png").digest() for n in (2, 3, 4)
    )
    assert second == third == fourth


@pytest.mark.parametrize("end", ["done", "failed", "not written"])
def test_no_thread_is_left_behind(shop, end, monkeypatch):
    before = set(threading.enumerate())
    job = shop.job("a", panned(3))
    if end == "failed":
        monkeypatch.setattr(Patch, "paint", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run(job)
    elif end == "not written":

        def full(*_: object) -> None:
            raise EcsetError("there is no room")

        monkeypatch.setattr(frames, "write", full)
        ended = run(job)
        assert (ended.status, ended.error) == (1, "there is no room")
        assert not ended.all("frame"), "none is told of before its file is there"
    else:
        assert run(job).status == 0
    assert set(threading.enumerate()) == before


def test_negative_frames(shop):
    job = shop.folder / "job"
    for number in (-1, 0):
        name = f"plates/plate_{number:04d}.png"
        frames.write(Picture(textured(32, 32, number + 3)), job / name, 8, "plate")
    data = shop.data(frames={"first": -1, "last": 0}, **NO_LOOK)
    (job / "job.json").write_text(json.dumps(data))
    assert run(job).painted == [-1, 0]
    assert sorted(results(job)) == ["ecset_-001.png", "ecset_0000.png"]
    assert run(job, "--frames", "-1").painted == []


class TestBadInput:
    """One sentence, the right status, nothing half-written."""

    def refused(self, job: Path, said: str, status: int = 2) -> None:
        end = run(job)
        assert end.status == status
        assert said in end.error
        assert not list(job.rglob("*.tmp"))

    def test_missing_plate(self, shop):
        job = shop.job("a", panned(3))
        (job / "plates/plate_0002.png").unlink()
        self.refused(job, "The plate of frame 2 can't be used")
        assert not results(job)

    def test_torn_plate(self, shop):
        job = shop.job("a", panned(2))
        path = job / "plates/plate_0002.png"
        path.write_bytes(path.read_bytes()[:300])
        self.refused(job, "is cut off or damaged")

    def test_plate_of_another_size(self, shop):
        job = shop.job("a", [*panned(2), textured(48, 66)])
        self.refused(job, "is 66×48 and the ones before are 64×48")

    @pytest.mark.parametrize("change", ["vanishes", "shrinks", "differs"])
    def test_plate_changes_halfway(self, shop, change):
        job = shop.job("a", panned(30))
        process = start(job)
        assert process.stdout is not None
        while json.loads(process.stdout.readline())["event"] != "started":
            pass
        path = job / "plates/plate_0025.png"
        if change == "vanishes":
            path.unlink()
        else:
            size = (40, 64) if change == "shrinks" else (48, 64)
            frames.write(Picture(textured(*size, 5)), path, 8, "plate")
        end = end_of(process)
        assert end.status == 1
        said = {
            "vanishes": "plate_0025.png is missing",
            "shrinks": "is 64×40 and the ones before are 64×48",
            "differs": "changed while the shot was painted; run it again",
        }
        assert said[change] in end.error
        assert len(results(job)) == 24

    def test_style_that_is_missing_or_none(self, shop):
        job = shop.job("a", panned(1))
        shop.style.write_text("no picture")
        self.refused(job, "is no picture that can be read")
        shop.style.unlink()
        self.refused(job, "does not exist")

    def look(self, shop, **style: Any) -> dict[str, Any]:
        return {"name": "patch", "styles": [{"path": str(shop.style), **style}]}

    def test_mask_of_one_frame_is_missing(self, shop):
        job = shop.job("a", panned(3), look=self.look(shop, mask="m/m_##.png"))
        for n in (1, 3):
            grey(job / f"m/m_0{n}.png", 1)
        self.refused(job, "The mask of frame 2 can't be used: ")
        self.refused(job, "m_02.png is missing.")

    def test_mask_of_another_size(self, shop):
        job = shop.job("a", panned(2), strength_mask="m.png")
        Image.new("L", (64, 64)).save(job / "m.png")
        self.refused(job, "The strength mask ")
        self.refused(job, "m.png is 64×64 and the plates are 64×48; it must have their prop")

    def test_guide_that_is_a_text(self, shop):
        look = {**self.look(shop), "guides": [{"path": "depth.exr"}]}
        job = shop.job("a", panned(2), look=look)
        (job / "depth.exr").write_text("far\n")
        self.refused(job, "The guide can't be used: ")
        self.refused(job, "depth.exr is cut off or damaged.")
        with pytest.raises(InputError, match=r"depth\.exr is cut off"):
            check(load(job))  # which Blender asks for before it renders plates

    def test_keyframe_outside(self, shop):
        look = {"name": "patch", "keyframes": [{"frame": 9, "path": "key.png"}]}
        job = shop.job("a", panned(2), look=look)
        self.refused(job, "look.keyframes.0.frame must be one of the job's frames (1-2), not 9.")

    def test_painting_of_another_size(self, shop):
        look = {"name": "patch", "keyframes": [{"frame": 2, "path": "key.png"}]}
        job = shop.job("a", panned(2), look=look)
        Image.new("RGB", (64, 64)).save(job / "key.png")
        self.refused(job, "key.png is 64×64 and the plates are 64×48; it must have their prop")

    def test_stranger_in_the_way(self, shop):
        job = shop.job("a", panned(2))
        (job / "frames").mkdir()
        stranger = job / "frames/ecset_0002.png"
        Image.new("RGB", (64, 48)).save(stranger)
        before = stranger.read_bytes()
        self.refused(job, "is in the way: Ecset did not write it")
        assert stranger.read_bytes() == before

    def test_output_that_is_a_file(self, shop):
        job = shop.job("a", panned(1))
        (job / "frames").write_text("a file where the folder should be")
        self.refused(job, "can't be written")

    def test_output_without_rights(self, shop):
        if os.geteuid() == 0:
            pytest.skip("root may write everywhere")
        job = shop.job("a", panned(1))
        (job / "frames").mkdir(mode=0o500)
        self.refused(job, "can't be written: Permission denied")

    def test_full_disk(self, shop):
        """A limit on the size of files stands for the full disk: the write fails in the middle."""
        import resource

        job = shop.job("a", panned(2))

        def limit() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

        end = end_of(start(job, preexec_fn=limit))
        assert end.status == 1
        assert "ecset_0001.png can't be written: File too large" in end.error
        assert not results(job)

    def test_device_that_is_not_there(self, shop):
        job = shop.job("a", panned(1))
        end = run(job, "--device", "cuda:99")
        assert end.status == 2
        assert "The device 'cuda:99' can't be used" in end.error
