"""The benchmarks do their work, on pictures small enough for a test."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.errors import InputError
from tests.core.pictures import panned
from tests.core.test_vector import passes, write

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"

# What EbSynth's command line takes, and no more; it "paints" by turning the target upside down.
PEER = f"""#!{sys.executable}
import sys
from PIL import Image, ImageOps

arguments, given = sys.argv[1:], {{}}
counts = {{"-style": 1, "-guide": 2, "-weight": 1, "-output": 1, "-patchsize": 1, "-backend": 1}}
while arguments:
    name = arguments.pop(0)
    given[name] = [arguments.pop(0) for _ in range(counts[name])]
assert given["-patchsize"] == ["7"]
assert given["-backend"] == ["cpu"]
source, target = (Image.open(path) for path in given["-guide"])
assert source.size == Image.open(given["-style"][0]).size
ImageOps.flip(target).save(given["-output"][0])
"""


@pytest.fixture
def ebsynth(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import ebsynth

    return ebsynth


@pytest.fixture
def peer(tmp_path):
    program = tmp_path / "peer"
    program.write_text(PEER)
    program.chmod(0o755)
    return program


def picture(values) -> Image.Image:
    return Image.fromarray(np.rint(np.asarray(values) * 255).astype(np.uint8))


def test_the_peer_is_called_as_it_expects(ebsynth, peer, tmp_path):
    plate, style = panned(2, 24, 32)
    picture(plate).save(tmp_path / "plate.png")
    took = ebsynth.seconds(peer, tmp_path / "plate.png", picture(style), "cpu", tmp_path)
    assert 0 < took < 60
    target = np.asarray(Image.open(tmp_path / "ebsynth-target.png"), np.float32)
    source = np.asarray(Image.open(tmp_path / "ebsynth-source.png"), np.float32)
    assert target.shape == (24, 32)
    assert target.mean() == pytest.approx(source.mean(), abs=2)
    assert target.std() == pytest.approx(source.std(), abs=2)


@pytest.mark.parametrize(
    ("program", "sentence"),
    [
        ("#!/bin/sh\necho no such backend >&2\nexit 1\n", r"exit status 1\): no such backend"),
        ("#!/bin/sh\nexit 0\n", r"left no picture \(exit status 0\): nothing"),
        ("no program at all", "can't be run"),
        (None, "There is no program"),
    ],
)
def test_a_peer_that_fails(ebsynth, tmp_path, program, sentence):
    binary = tmp_path / "peer"
    if program is not None:
        binary.write_text(program)
        binary.chmod(0o755)
    style = picture(panned(1, 24, 32)[0])
    style.save(tmp_path / "plate.png")
    with pytest.raises(InputError, match=sentence):
        ebsynth.seconds(binary, tmp_path / "plate.png", style, "cpu", tmp_path)


def run(name, *arguments):
    command = [sys.executable, str(BENCHMARKS / name), *map(str, arguments), "--device", "cpu"]
    return subprocess.run(command, capture_output=True, text=True)


def rows(markdown):
    """The cells of a table's rows, without its head."""
    lines = [line for line in markdown.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.mark.slow
def test_speed(peer, tmp_path):
    done = run("speed.py", "--sizes", "96x64", "64x96", "--frames", 2, "--ebsynth", peer)
    assert done.returncode == 0, done.stderr
    table = rows(done.stdout)
    assert [row[0] for row in table] == ["96×64", "64×96"]
    for row in table:
        assert len(row) == 8
        assert float(row[5].removesuffix(" MiB")) > 50
        assert float(row[7].removesuffix(" s")) > 0
    refused = run("speed.py", "--sizes", "small")
    assert refused.returncode == 2
    assert refused.stderr == (
        "speed: A size must be given as WIDTHxHEIGHT, such as 640x480, not 'small'.\n"
    )


@pytest.mark.slow
def test_coherence_with_exact_motion(tmp_path):
    for number, plate in enumerate(panned(3, 64, 96), start=1):
        picture(plate).save(tmp_path / f"frame_{number:02d}.png")
        write(tmp_path / f"motion_{number:02d}.exr", passes((2, 0, 2, 0), (64, 96)))
    plates, motion = tmp_path / "frame_##.png", tmp_path / "motion_##.exr"
    settings = json.dumps({"style_scale": 0.9})
    done = run("coherence.py", plates, "1-3", "--vector", motion, "--settings", settings)
    assert done.returncode == 0, done.stderr
    assert "2.0 pixels of motion a frame" in done.stdout
    table = {row[0]: row for row in rows(done.stdout)}
    assert float(table["alone"][2]) == 1
    assert float(table["first frame warped"][2]) < 0.5
    assert done.stdout.count("missed") + done.stdout.count("met  ") == 15
    refused = run("coherence.py", plates, "1-3", "--settings", '{"sharpness": 1}')
    assert refused.returncode == 2
    assert "sharpness is not a field" in refused.stderr


@pytest.mark.slow
def test_flow_beside_the_exact_one(tmp_path):
    for number, plate in enumerate(panned(3, 64, 96), start=1):
        picture(plate).save(tmp_path / f"frame_{number:02d}.png")
        write(tmp_path / f"motion_{number:02d}.exr", passes((2, 0, 2, 0), (64, 96)))
    arguments = [str(tmp_path / "frame_##.png"), str(tmp_path / "motion_##.exr"), "1-3"]
    command = [sys.executable, str(BENCHMARKS / "flow.py"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    table = {row[0]: [float(cell.strip("%")) for cell in row[1:]] for row in rows(done.stdout)}
    assert table["exact"][:2] == [0, 0]
    for name in ("dis", "farneback"):
        assert table[name][1] < 0.2
        assert table[name][2] > 80
