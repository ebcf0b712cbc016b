"""Jobs, styles and results in folders with names that programs trip over."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from core import frames
from core.frames import Picture
from tests.core.conftest import Shop
from tests.core.pictures import panned
from tests.core.runs import ROOT, Ended, run
from tests.odd import DEEP, FOR_THE_ENGINE


@pytest.mark.parametrize("name", FOR_THE_ENGINE)
def test_a_job_in_such_a_folder(shop: Shop, name: str):
    """Painted, gone on with where a frame is gone, and nothing else lies beside the frames."""
    style = shop.folder / "styles" / name / f"{name[:60]}.png"
    style.parent.mkdir(parents=True)
    shutil.copyfile(shop.style, style)
    look = {"name": "patch", "styles": [{"path": str(style)}]}
    pattern = f"{name[:60].replace('#', '_').replace(os.sep, '_')}_##.png"
    output = str(shop.folder / "painted" / name / pattern)
    folder = shop.job(name, panned(2), look=look, output={"pattern": output})
    ended = run(folder)
    assert (ended.status, ended.painted) == (0, [1, 2]), ended.events
    first, second = (Path(event["path"]) for event in ended.all("frame"))
    assert first == Path(output.replace("_##", "_01"))
    whole = second.read_bytes()
    second.unlink()
    # What a killed run leaves behind goes with the next.
    rest = second.with_name(f".{second.name}.0badf00d.tmp")
    rest.touch()
    again = run(folder)
    assert (again.status, again.painted) == (0, [2]), again.events
    assert second.read_bytes() == whole
    assert sorted(second.parent.iterdir()) == [first, second]


@pytest.fixture
def deep(tmp_path: Path) -> Path:
    """Below more of them than 260 characters."""
    folder = tmp_path / DEEP
    try:
        folder.mkdir(parents=True)
    except OSError as error:  # Windows, unless it was told to allow them
        pytest.skip(f"no such paths here: {error.strerror}")
    assert len(str(folder)) > 260
    return folder


def test_everything_in_a_deep_folder(deep: Path):
    """Masks and guides, flows that are kept, passes; then measured, laid on a sheet, previewed."""
    shop = Shop(deep)
    mask = deep / "masks" / "mask_####.png"
    for number in (1, 2, 3):
        grey = frames.Picture(panned(1)[0])
        frames.write(grey, mask.with_name(f"mask_{number:04d}.png"), 8, "mask")
    look = {
        "name": "patch",
        "styles": [{"path": str(shop.style), "mask": str(mask)}],
        "guides": [{"path": str(mask)}],
    }
    job = shop.job(
        "job",
        panned(3),
        look=look,
        strength_mask=str(mask.with_name("mask_0001.png")),
        coherence={"method": "multipass", "passes": 2},
    )
    trace = deep / "trace.json"
    ended = run(job, "--trace", str(trace))
    assert (ended.status, len(ended.painted)) == (0, 6), ended.events
    assert json.loads(trace.read_text(encoding="utf-8"))["ecset"] == "trace"
    assert list((job / "flow").iterdir())
    sheet = deep / "sheets" / "sheet #1 [a].png"
    for command, options in (
        ("measure", []),
        ("sheet", ["--output", str(sheet), "--difference"]),
        ("preview", ["--frame", "2", "--size", "64"]),
    ):
        assert _status(job, command, *options) == 0, command
    assert sheet.is_file()
    assert (job / "preview" / "full_0002.png").is_file()


def _status(job: Path, command: str, *options: str) -> int:
    where = () if command == "sheet" else ("--device", "cpu")
    return subprocess.run(
        [sys.executable, "-m", "core", command, str(job), *where, *options],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        check=False,
    ).returncode


def test_one_picture(deep: Path):
    """The temporary folder, too, has such a name."""
    shop = Shop(deep)
    content, output = deep / "content [1].png", deep / "out" / "100% {x}.png"
    frames.write(Picture(panned(1)[0]), content, 8, "content")
    temporary = deep / "tmp"
    temporary.mkdir()
    variables = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary))
    command = ["style", "--content", str(content), "--style", f"{shop.style}:2"]
    done = subprocess.run(
        [sys.executable, "-m", "core", *command, "--output", str(output), "--device", "cpu"],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert frames.read(output).size == frames.read(content).size
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "cp932"])
def test_a_console_that_lacks_letters(shop: Shop, encoding: str):
    """What is said comes through, be it for a program or a person."""
    folder = shop.job("Bücher 漢字 🎬", panned(2), look={"name": "identity"})
    heard = []
    for command in ("run", "sheet", "check"):
        options = ["--output", str(folder / "x.mp3")] if command == "sheet" else []
        done = subprocess.run(
            [sys.executable, "-m", "core", command, str(folder), *options],
            cwd=ROOT,
            env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
            capture_output=True,
            check=False,
        )
        assert b"Traceback" not in done.stderr
        heard.append(done)
    painted = Ended(0, heard[0].stdout.decode("ascii"), "").all("frame")
    assert [Path(event["path"]).parent.parent for event in painted] == [folder, folder]
    assert heard[1].returncode == 2
    assert b"The sheet " in heard[1].stderr
