"""The benchmarks do their work, on pictures small enough for a test."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
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
def module(monkeypatch):
    """Gives one of the benchmarks, to call its parts."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module


@pytest.fixture
def ebsynth(module):
    return module("ebsynth")


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


@pytest.fixture
def call(module, capsys):
    """Runs one of the benchmarks here: its exit status, what it printed, what it complained of."""

    def called(name, *arguments):
        status = module(name).main([*map(str, arguments), "--device", "cpu"])
        return status, *capsys.readouterr()

    return called


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


NEURAL = ["--settings", json.dumps({"iterations": [2, 1]})]


@pytest.mark.slow
def test_neural_speed(call, tmp_path):
    status, printed, complained = call(
        "neural_speed", "--sizes", "96x64", "--results", tmp_path, *NEURAL
    )
    assert status == 0, complained
    assert (tmp_path / "neural-speed.md").read_text() == printed
    assert (tmp_path / "neural-speed.png").stat().st_size > 1000
    table = rows(printed.split("##")[0])
    assert [row[:3] for row in table] == [["96×64", "2 + 1", "1 + 1"]]
    assert all(row[7:11] == [""] * 4 for row in table)  # no card was asked for, none is guessed
    found = json.loads((tmp_path / "neural-speed.json").read_text())["sizes"][0]["cpu"]
    first = found["first"]
    assert [level["size"] for level in first["levels"]] == [[48, 32], [96, 64]]
    assert [level["timed"] for level in first["levels"]] == [6, 3]
    whole = sum(level["iterations"] * level["seconds"] for level in first["levels"])
    assert first["seconds"] == pytest.approx(whole + first["rest"])
    assert float(table[0][3]) == pytest.approx(first["seconds"], abs=0.06)
    minute = rows(printed.split("##")[1])[0]
    later = found["later"]["seconds"] + found["flow"]
    assert float(minute[2]) == pytest.approx((first["seconds"] + 1439 * later) / 3600, abs=0.006)
    status, _, complained = call("neural_speed", "--sizes", "64x64", "--iterations", 0)
    assert status == 2
    assert complained == "neural_speed: --iterations must be 1 or more, not 0.\n"


def test_the_study_is_given_as_published(module):
    study, tables = module("study"), module("neural_speed_tables")
    assert [study.card(size) for size in study.SIZES] == list(study.CARD)
    assert (study.card((1280, 720)), study.flow((640, 480))) == (245.8, 71.7)
    assert study.card((96, 64)) is None
    found = {"machines": {}, "settings": {}, "sizes": [{"size": [1280, 720]}]}
    text = tables.text(found)
    assert rows(text.split("##")[0])[0][-2:] == ["246", "467"]
    # 1440 · 245.8 s, and 1440 · (245.8 + 467) s
    assert rows(text.split("##")[1])[0] == ["1280×720", "", "", "", "", "98.3", "285"]
    pixels = [width * height for width, height in study.CPU_SIZES]
    each = [seconds / count for seconds, count in zip(study.CPU, pixels, strict=True)]
    assert max(each) / min(each) < 1.02


@pytest.mark.slow
def test_neural_flow(call, tmp_path):
    arguments = ["--flows", "dis", "raft-small", "--results", tmp_path]
    status, printed, complained = call("neural_flow", *arguments, "--sizes", "64x48")
    assert status == 0, complained
    times, memory = (rows(part) for part in printed.split("Peak memory"))
    assert [row[0] for row in times] == ["64×48"]
    assert float(times[0][1]) < float(times[0][2])
    assert all(float(cell.removesuffix(" MiB")) > 50 for cell in memory[0][1:])
    assert "or failed: nothing" in printed
    # One size takes longer than that, and so the next one is left out.
    arguments += ["--sizes", "96x64", "64x48", "--limit", 0, "--flows", "dis"]
    status, printed, complained = call("neural_flow", *arguments)
    assert status == 0, complained
    assert "failed: dis at 96×64 on cpu." in printed
    assert [row[:2] for row in rows(printed.split("Peak memory")[0])][1] == ["96×64", ""]


@pytest.mark.slow
def test_neural_bound(call, tmp_path):
    arguments = ["--size", "64x48", "--rounds", 2, "--no-variants", "--profile", 3]
    status, printed, complained = call("neural_bound", *arguments, "--results", tmp_path)
    assert status == 0, complained
    assert "Self CPU" in printed
    found = json.loads((tmp_path / "neural-bound.json").read_text())
    assert [row["what"] for row in found["rows"]] == ["a step of adam", "a step of lbfgs"]
    assert all(len(row["times"]) == len(row["bounds"]) == 2 for row in found["rows"])
    for row in found["rows"]:
        word = "met" if row["of_medians"] <= found["goal"] else "missed"
        assert (
            f"{row['what']} at most 1.15 of the bound: {word}, {row['of_medians']:.2f}" in printed
        )


def test_a_step_takes_turns_with_the_bound(module):
    bound = module("neural_bound")
    seen = []

    def objective(picture):
        seen.append("step")
        return (picture**2).sum(), 2 * picture

    turns = bound.Turns(objective, lambda: seen.append("bound"), lambda: None)
    for name in ("adam", "lbfgs"):
        seen.clear()
        bound.optimise.OPTIMISERS[name](turns, torch.rand(1, 3, 4, 4), 3, 0)
        assert seen == ["bound", "step"] * 3
    turns.ended()
    assert len(turns.steps) == len(turns.bounds) == 6
    row = bound.row("it", [3.0, 2.0, 9.0], [1.0, 2.0, 3.0])
    assert (row["ratio"], row["of_medians"], row["of_least"]) == (3, 1.5, 2)


@pytest.mark.slow
def test_neural_flicker(call, tmp_path):
    for number, plate in enumerate(panned(3, 48, 64), start=1):
        picture(plate).save(tmp_path / f"frame_{number:02d}.png")
    plates = tmp_path / "frame_##.png"
    arguments = [plates, "1-3", "--name", "pan", "--width", 48, "--results", tmp_path / "results"]
    status, printed, complained = call(
        "neural_flicker", *arguments, *NEURAL, "--coherence", '{"passes": 2}'
    )
    assert status == 0, complained
    assert "48×36" in printed
    table = {row[0]: row for row in rows(printed)}
    assert float(table["naive"][2]) == 1
    assert float(table["naive"][1]) > 0
    assert printed.count("\n- ") == 4
    assert (tmp_path / "results/neural-flicker-pan.png").stat().st_size > 1000
    status, _, complained = call("neural_flicker", tmp_path / "frame_01.png", "1-3")
    assert status == 2
    assert complained.startswith("neural_flicker: Plates are named with #")


def test_steps_of_flicker(module):
    flicker = {"naive": 0.4, "warp start": 0.2, "short-term": 0.2, "long-term": 0.1}
    said = module("neural_flicker").steps({**flicker, "multi-pass": 0.3, "anchored": 0.1})
    assert [line.split(":")[1].split(",")[0] for line in said] == [" yes", " no", " yes", " no"]
    assert said[0] == "- warp start below naive: yes, 0.2000 after 0.4000 (-50%)"


@pytest.mark.slow
def test_neural_trace(call, tmp_path):
    status, printed, complained = call(
        "neural_trace", "--frames", 2, "--width", 48, "--results", tmp_path, *NEURAL
    )
    assert status == 0, complained
    ((_, seconds, *shares),) = rows(printed)
    assert float(seconds.removesuffix(" s")) > 0
    assert sum(float(share.strip("%")) for share in shares) == pytest.approx(100, abs=0.1)
    found = json.loads((tmp_path / "neural-trace.json").read_text())["spans"]
    assert {"read", "flow", "paint", "write"} <= {span["name"] for span in found}
    assert (tmp_path / "neural-trace.png").stat().st_size > 1000
    (tmp_path / "none.json").write_text("{}")
    status, _, complained = call("neural_trace", "--trace", tmp_path / "none.json")
    assert status == 2


def test_shares_of_the_painting_thread(module):
    spans = [
        {"thread": "main", "name": "wait", "begin": 1.0, "seconds": 1.0},
        {"thread": "flow", "name": "flow", "begin": 1.0, "seconds": 9.0},
        {"thread": "main", "name": "paint", "begin": 2.0, "seconds": 6.0},
        {"thread": "main", "name": "paint", "begin": 10.0, "seconds": 1.0},
        {"thread": "main", "name": "wait", "begin": 12.0, "seconds": 5.0},
    ]
    shares = module("neural_trace").shares(spans)
    assert shares == {
        "main": {"seconds": 10, "wait": 0.1, "paint": 0.7, "elsewhere": pytest.approx(0.2)}
    }
