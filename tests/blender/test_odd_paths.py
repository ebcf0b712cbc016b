"""Names that programs trip over: of folders, files, strips and scenes; of Ecset's own folders."""

from __future__ import annotations

import json
import os
import shutil
import sys
import unicodedata
from pathlib import Path

import bpy
import numpy as np
import pytest

from sequencer import folder, naming
from sequencer import pictures as picture_files
from sequencer.errors import BadInput
from tests.odd import DEEP, NAMES

ROOT = Path(__file__).resolve().parents[2]

#: What Windows takes for something else.
REFUSED = ["CON", "nul.txt", "Com1", "LPT9.mov", "x.", "x ", " .", "", "a/b\\c", "what?", "\x07"]


@pytest.mark.parametrize("name", [*NAMES, *REFUSED])
def test_the_folder_of_a_strip_has_a_name_that_every_system_takes(name):
    made = naming.folder_name(name)
    assert made
    assert not set(made) & set('<>:"/\\|?*')
    assert not any(unicodedata.category(letter) == "Cc" for letter in made)
    assert made == made.strip(" ").rstrip(".")
    assert made.split(".")[0].lower() not in {"con", "nul", "com1", "lpt9", "aux"}
    assert made == unicodedata.normalize("NFC", made)
    assert len(f"{made}_keyframes".encode()) < 255


def test_strips_whose_names_differ_in_letters_case_have_folders_of_their_own(timeline, pictures):
    """Windows and macOS take the two for one."""
    from ecset.sequencer.commission import commission
    from ecset.sequencer.job import Settings

    timeline.images(pictures[:1], name="Shot")
    timeline.images(pictures[:1], name="shot", channel=2)
    timeline.save()
    settings = Settings(look="identity", output=timeline.folder / "out")
    made = [commission(timeline.scene, timeline.find(n), settings) for n in ("Shot", "shot")]
    assert len({each.path.name.lower() for each in made}) == 2
    for each in made:
        each.undo()


def test_a_job_is_found_by_a_name_that_macos_took_apart(timeline, pictures, capfd):
    """Its file browser and its shell may spell one name in two ways."""
    from ecset.operators import command_line

    strip = timeline.images(pictures[:1])
    for form in ("NFD", "NFC"):
        blend = timeline.save(unicodedata.normalize(form, "é.blend"))
        command = ["stylize", str(blend), f"--strip={strip.name}", "--look", "identity"]
        assert command_line.main(command) == 0
        capfd.readouterr()
        assert command_line.main(["status", str(blend), "--json"]) == 0
        told = capfd.readouterr().out.splitlines()
        assert [json.loads(line)["done"] for line in told if '"job"' in line] == [1]
        strip = timeline.find("Shot")
    assert len(list((timeline.folder / "ecset").iterdir())) == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_strip_with_its_frames_job_and_blend_in_such_a_folder(timeline, pictures, tmp_path, name):
    """Its plates are read and its result placed, found again in the saved file, and the same."""
    folder = tmp_path / name
    folder.mkdir()
    files = [Path(shutil.copy(picture, folder)) for picture in pictures[:2]]
    strip = timeline.images(files, name=name)
    seen = [timeline.shown(frame) for frame in (1, 2)]
    timeline.folder = folder
    _, result, opaque = timeline.stylize_in_place(strip, folder=f"{name[:60]} job".strip())
    assert opaque
    assert result.directory.startswith("//")
    assert "\\" not in result.directory.replace(name, "")
    blend = timeline.save()
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    shot = next(s for s in timeline.strips if "ecset_job" not in s)
    shot.mute = True
    timeline.folder = tmp_path
    for frame, picture in zip((1, 2), seen, strict=True):
        np.testing.assert_array_equal(timeline.shown(frame), picture)


def test_a_path_that_leaves_no_room_is_told_before_any_work(tmp_path):
    """Windows takes 260 characters, Linux 4096 bytes."""
    longest = os.pathconf("/", "PC_PATH_MAX") if hasattr(os, "pathconf") else 260
    output = tmp_path
    while len(str(output)) < longest - 300:
        output /= "d" * 200
    room = longest - len(str(output)) - len("/job") - 1
    output /= "d" * (room - 30)  # the folder fits, and no name of a file in it
    with pytest.raises(BadInput, match="is too long for this system: choose an output folder"):
        folder.write(output / "job", {"look": {"name": "patch"}})
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def deep(tmp_path) -> Path:
    """All of the names, one in the other: more than 260 characters."""
    folder = tmp_path / DEEP
    try:
        folder.mkdir(parents=True)
    except OSError as error:  # Windows, unless it was told to allow them
        pytest.skip(f"no such paths here: {error.strerror}")
    return folder


@pytest.fixture
def installed(deep, fake_engine, monkeypatch) -> Path:
    """The extension's folder, the engine's, and the one for temporary files lie there as well."""
    from ecset.sequencer import commission, engine, plates

    here = deep / "extension"
    ignored = shutil.ignore_patterns("__pycache__")
    for room in ("sequencer", "environment"):
        shutil.copytree(ROOT / room, here / room, ignore=ignored)
    shutil.copytree(fake_engine, here / "engine", ignore=ignored)
    monkeypatch.setattr(plates, "_EXTRACT", here / "sequencer/extract.py")
    monkeypatch.setattr(engine, "ROOT", here / "engine")
    monkeypatch.setattr(engine, "_PROBE_SCRIPT", here / "sequencer/probe.py")
    temporary = deep / "temporary"
    temporary.mkdir()
    make = commission.tempfile.mkdtemp
    monkeypatch.setattr(
        commission.tempfile, "mkdtemp", lambda **options: make(**{**options, "dir": temporary})
    )
    return deep


def test_the_command_line_where_everything_has_such_a_name(
    timeline, pictures, installed, monkeypatch, capfd
):
    """Two strips of a scene, a style and a mask; stopped by nothing, gone on with, previewed."""
    from ecset.operators import command_line

    names = ["-rf $HOME #1 [a] {frame} 100%", '🎬 "Bücher": a/b|c?*']
    for channel, name in enumerate(names, 1):
        timeline.images(pictures[:2], name=name, channel=channel)
    scene = "scene #2 {x} 漢字: *"
    timeline.scene.name = scene
    monkeypatch.setattr(type(timeline), "scene", property(lambda self: bpy.data.scenes[scene]))
    timeline.folder = installed
    blend = timeline.save("edit #1 [b] 100%.blend")
    style, mask = installed / "style #4 {s}.png", installed / "mask [x]_####.png"
    shutil.copy(pictures[0], style)
    for frame in (1, 2):
        shutil.copy(pictures[0], naming.frame_path(str(mask), frame))
    painted = installed / "painted %s.blend"
    strips = [f"--strip={name}" for name in names]
    options = ["--scene", scene, "--style", f"{style}:2", "--style-mask", str(mask)]
    stylize = ["stylize", str(blend), *strips, *options, "--look", "patch"]
    status = command_line.main([*stylize, "--json", "--save-as", str(painted)])
    out, err = capfd.readouterr()
    assert status == 0, out + err
    told = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    folders = [Path(event["folder"]) for event in told if event["event"] == "result"]
    assert [event["done"] for event in told if event["event"] == "result"] == [2, 2]
    assert {folder.parent for folder in folders} == {installed / "ecset"}
    assert list((installed / "temporary").iterdir()) == []
    bpy.ops.wm.open_mainfile(filepath=str(painted))
    results = [strip for strip in timeline.strips if "ecset_job" in strip]
    assert {strip["ecset_job"] for strip in results} == {folder.name for folder in folders}
    for strip in results:
        where = Path(bpy.path.abspath(strip.directory), strip.elements[0].filename)
        assert os.path.samefile(where.parent, installed / "ecset" / strip["ecset_job"] / "frames")
        assert strip.elements[0].orig_width == 64
    (folders[0] / "frames/ecset_0002.png").unlink()
    assert command_line.main(["resume", str(folders[0])]) == 0
    assert (folders[0] / "frames/ecset_0002.png").is_file()
    assert command_line.main(["status", str(folders[0]), str(blend)]) == 0
    assert "2/2" in capfd.readouterr().out
    picture = installed / "preview #1 [p].png"
    preview = ["preview", str(blend), strips[0], "--scene", scene, "--frame", "2"]
    assert command_line.main([*preview, "--output", str(picture), "--look", "identity"]) == 0
    assert picture.is_file()


def test_a_hash_in_a_folders_name_is_its_own(tmp_path):
    folder = tmp_path / "shot #3"
    folder.mkdir()
    one, each = str(folder / "mask.png"), str(folder / "mask_##.png")
    for name in ("mask.png", "mask_07.png"):
        (folder / name).write_bytes(name.encode())
    picture_files.check_each(one, "mask", range(7, 8))
    picture_files.check_each(each, "mask", range(7, 8))
    assert picture_files.content_of_each(one, "mask", range(7, 8)) == picture_files.content(
        one, "mask"
    )
    with pytest.raises(BadInput, match=r"no picture for frame 8: .*shot #3.mask_08\.png"):
        picture_files.check_each(each, "mask", range(7, 9))


@pytest.mark.skipif(os.name == "nt", reason="a link needs rights there")
def test_an_engine_in_such_a_folder(timeline, pictures, installed, monkeypatch):
    from ecset.sequencer.engine import find_python
    from ecset.sequencer.weights import problem_of

    python = installed / "env #1" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    found = find_python(str(python), None, None)
    assert found == python
    assert problem_of(found) == ""
