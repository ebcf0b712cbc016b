"""One frame painted to look at: what it is, beside what the shot will be."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from core import frames, preview_command
from core.frames import Picture
from tests.core.pictures import grey, panned, textured
from tests.core.runs import ROOT, Ended, end_of, run


def preview(job: Path, *options: str) -> Ended:
    return run(job, *options, command="preview")


def pictures(ended: Ended) -> dict[str, frames.Array]:
    return {event["size"]: frames.read(Path(event["path"])).rgb for event in ended.all("preview")}


def blurred(rgb: frames.Array) -> Any:
    return cv2.GaussianBlur(rgb, (0, 0), 8)


def test_small_and_then_full(shop):
    plates = [textured(90, 160, seed) for seed in range(3)]
    job = shop.job("job", plates)
    ended = preview(job, "--frame", "2", "--size", "80")
    assert ended.status == 0, ended.stderr
    assert [event["event"] for event in ended.events] == [
        "started",
        "preview",
        "preview",
        "finished",
    ]
    assert [(e["size"], e["done"], e["total"]) for e in ended.all("preview")] == [
        ("small", 1, 2),
        ("full", 2, 2),
    ]
    assert sorted(file.name for file in (job / "preview").iterdir()) == [
        "full_0002.png",
        "small_0002.png",
    ]
    assert not (job / "frames").exists()
    found = pictures(ended)
    assert found["small"].shape == found["full"].shape == plates[1].shape
    change = np.abs(blurred(found["small"]) - blurred(found["full"])).mean()
    assert change < 0.05
    assert change < 0.5 * np.abs(blurred(plates[1]) - blurred(found["full"])).mean()
    assert not np.array_equal(found["small"], found["full"])


@pytest.mark.parametrize(("strength", "weight"), [(1.0, [1.0, 0.4, 0.0]), ([0.2, 0.6, 1.0], 3.0)])
def test_full_is_what_the_frame_alone_would_be(shop, strength, weight):
    """To the pixel, with a mask and a guide, over a plate that is transparent in part."""
    plate = textured(48, 64)
    alpha = np.ones((48, 64), np.float32)
    alpha[:, :9] = 0
    look = {
        "name": "patch",
        "styles": [
            {"path": str(shop.style), "weight": weight},
            {"path": str(shop.style), "mask": "masks/#.png"},
        ],
        "guides": [{"path": "masks/#.png"}],
        "settings": {"style_scale": 0.7},
    }
    changes = {
        "look": look,
        "output": {"pattern": "out/x_###.exr", "format": "EXR", "depth": 16},
        "strength_mask": "masks/#.png",
    }
    job = shop.job("shot", [plate] * 3, strength=strength, **changes)
    one = shop.job("one", [plate] * 3, coherence={"enabled": False}, **changes)
    for folder in (job, one):
        frames.write(Picture(plate, alpha), folder / "plates/plate_0002.png", 8, "plate")
        grey(folder / "masks/2.png", np.linspace(0, 1, 64)[None])
    os.remove(job / "plates/plate_0001.png")  # others are not asked for
    data = json.loads((one / "job.json").read_text())
    data["frames"] = {"first": 2, "last": 2}
    data["strength"] = strength if isinstance(strength, float) else strength[1]
    data["look"]["styles"][0]["weight"] = weight if isinstance(weight, float) else weight[1]
    (one / "job.json").write_text(json.dumps(data))
    assert run(one).status == 0
    ended = preview(job, "--frame", "2")
    assert ended.status == 0, ended.stderr
    (event,) = ended.all("preview")
    assert event["path"].endswith("preview/full_0002.exr")
    wanted, found = frames.read(one / "out/x_002.exr"), frames.read(Path(event["path"]))
    np.testing.assert_array_equal(found.rgb, wanted.rgb)
    np.testing.assert_array_equal(found.alpha, wanted.alpha)


def test_the_small_one_has_the_plate_s_own_edges(shop):
    """Neither alpha nor strength is painted, so neither is coarse."""
    job = shop.job("job", [textured(160, 160)], strength_mask="mask.png")
    alpha = np.indices((160, 160)).sum(axis=0) % 2
    plate = Picture(textured(160, 160), alpha.astype(np.float32))
    frames.write(plate, job / "plates/plate_0001.png", 8, "plate")
    mask = np.indices((160, 160)).sum(axis=0) // 2 % 2
    grey(job / "mask.png", mask, 160, 160)
    ended = preview(job, "--frame", "1", "--size", "64")
    assert [event["size"] for event in ended.all("preview")] == ["small", "full"]
    small = frames.read(job / "preview/small_0001.png")
    read = frames.read(job / "plates/plate_0001.png")
    np.testing.assert_array_equal(small.alpha, alpha)
    kept = (alpha == 0) | (mask == 0)
    np.testing.assert_array_equal(small.rgb[kept], read.rgb[kept])
    assert np.abs(small.rgb[~kept] - read.rgb[~kept]).mean() > 0.02


def test_style_scale_is_the_plate_s(shop):
    """A style that is larger on the plate is larger in the small one just so."""

    def busy(rgb: frames.Array) -> float:
        return float(np.abs(np.diff(rgb, axis=1)).mean())

    measured = {}
    for scale in (0.5, 2.0):
        look = {
            "name": "patch",
            "styles": [{"path": str(shop.style)}],
            "settings": {"style_scale": scale, "guide_weight": 0.1, "palette": 1.0},
        }
        job = shop.job(f"scale {scale}", [textured(120, 200)], look=look)
        found = pictures(preview(job, "--frame", "1", "--size", "100"))
        measured[scale] = {size: busy(rgb) for size, rgb in found.items()}
    for size in ("small", "full"):
        assert measured[0.5][size] > 1.15 * measured[2.0][size], measured


def test_a_plate_that_is_small_is_painted_once(shop):
    job = shop.job("job", [textured(48, 64)])
    ended = preview(job, "--frame", "1")
    assert [event["size"] for event in ended.all("preview")] == ["full"]
    assert ended.all("started")[0]["total"] == 1


def test_no_small_one_when_nobody_looks_on(shop):
    job = shop.job("job", [textured(90, 160)])
    ended = preview(job, "--frame", "1", "--size", "0")
    assert [event["size"] for event in ended.all("preview")] == ["full"]


def test_painted_already(shop):
    """Nothing is painted twice, and a small one has nothing to say then."""
    job = shop.job("job", [textured(90, 160)])
    preview(job, "--frame", "1", "--size", "80")
    before = (job / "preview/full_0001.png").stat().st_mtime_ns
    again = preview(job, "--frame", "1", "--size", "80")
    assert again.status == 0
    assert [event["size"] for event in again.all("preview")] == ["full"]
    assert (job / "preview/full_0001.png").stat().st_mtime_ns == before


def test_keyframes_on_either_side(shop):
    """Painted after those next to it, without any plate beyond them."""
    plates = panned(7, 64, 96)
    job = shop.job("job", plates)
    data = json.loads((job / "job.json").read_text())
    keys = []
    for frame in (1, 3, 6):
        path = job / f"key_{frame}.png"
        rgb = np.ascontiguousarray(plates[frame - 1][..., ::-1])
        Image.fromarray((rgb * 255).round().astype(np.uint8)).save(path)
        keys.append({"frame": frame, "path": path.name})
    data["look"] = {"name": "patch", "keyframes": keys}
    data["strength"] = [1.0] * 6 + [0.5]
    (job / "job.json").write_text(json.dumps(data))
    for frame in (1, 2, 7):
        os.remove(job / f"plates/plate_{frame:04d}.png")
    ended = preview(job, "--frame", "4", "--size", "64")
    assert ended.status == 0, ended.stderr
    found = pictures(ended)
    wanted = plates[3][..., ::-1]
    for size, rgb in found.items():
        assert np.abs(blurred(rgb) - blurred(wanted)).mean() < 0.04, size
    data["frames"] = {"first": 3, "last": 6}
    data["strength"] = 1.0
    data["look"]["keyframes"] = keys[1:]
    data["coherence"] = {"enabled": False}
    (job / "job.json").write_text(json.dumps(data))
    assert run(job, "--frames", "4").status == 0
    alone = frames.read(job / "frames/ecset_0004.png").rgb
    np.testing.assert_array_equal(found["full"], alone)


def test_bad_input(shop):
    job = shop.job("job", [textured(90, 160)])
    assert "Frame 9 is not in this job: it has 1-1." in preview(job, "--frame", "9").error
    assert "64 pixels" in preview(job, "--frame", "1", "--size", "3").error
    stranger = job / "preview/small_0001.png"
    stranger.parent.mkdir()
    Image.new("RGB", (4, 4)).save(stranger)
    refused = preview(job, "--frame", "1", "--size", "80")
    assert refused.status == 2
    assert f"{stranger} is in the way" in refused.error
    assert list(stranger.parent.iterdir()) == [stranger]
    os.remove(shop.style)
    assert preview(job, "--frame", "1").status == 2


def test_it_waits_for_plates_and_can_be_cancelled(shop):
    plate = textured(48, 64)
    job = shop.job("job", [plate])
    file = job / "plates/plate_0001.png"
    data = file.read_bytes()
    file.unlink()
    without = preview(job, "--frame", "1")
    assert (without.status, "plate of frame 1" in without.error) == (2, True)

    def bring() -> None:
        time.sleep(0.3)
        part = file.with_suffix(".part")
        part.write_bytes(data)
        part.replace(file)

    helper = threading.Thread(target=bring)
    helper.start()
    assert preview(job, "--frame", "1", "--wait").status == 0
    helper.join()
    file.unlink()
    command = [sys.executable, "-m", "core", "preview", str(job), "--frame", "1", "--wait"]
    process = subprocess.Popen(
        [*command, "--with-parent"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    ended = end_of(process)  # its standard input is closed
    assert (ended.status, ended.events) == (130, [])


def test_the_page_of_the_job_names_every_option():
    parser = argparse.ArgumentParser()
    preview_command.add_to(parser.add_subparsers())
    with contextlib.redirect_stdout(io.StringIO()) as out, pytest.raises(SystemExit):
        parser.parse_args(["preview", "--help"])
    options = set(re.findall(r"--[a-z][a-z-]+", out.getvalue())) - {"--help"}
    page = (ROOT / "docs/job.md").read_text(encoding="utf-8")
    section = page.split("## One frame to look at\n")[1].split("\n## ")[0]
    assert options == set(re.findall(r"--[a-z][a-z-]+", section))
