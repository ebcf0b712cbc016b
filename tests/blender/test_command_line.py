"""``main(argv)``, which is what ``blender --command ecset`` calls: stylize and preview."""

from __future__ import annotations

import json
import os
import signal
import threading
from pathlib import Path

import bpy
import numpy as np
import pytest

from tests.blender.timeline import noise, save_png

pytestmark = pytest.mark.once


def run(*arguments) -> int:
    from ecset.operators import command_line

    return command_line.main(["stylize", *map(str, arguments), "--look", "identity"])


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def jobs(folder: Path) -> dict[str, Path]:
    """The folders of jobs by the names of their strips."""
    found = {}
    for path in folder.iterdir():
        known = json.loads((path / "ecset.json").read_text(encoding="utf-8"))
        found[known["shot"]["strip"]] = path
    return found


@pytest.fixture
def edit(timeline, pictures) -> Path:
    timeline.images(pictures, start=-2)
    return timeline.save()


@pytest.fixture
def three(timeline, pictures) -> Path:
    """Two strips that can be painted, and between them one whose file is gone."""
    timeline.images(pictures[:2], name="A", start=1)
    timeline.images(pictures[2:4], name="Lost", start=3)
    timeline.images(pictures[4:6], name="C", start=5)
    timeline.find("Lost").directory = "/no/where/"
    return timeline.save()


def test_only_frames(edit, tmp_path, capfd):
    before = edit.read_bytes()
    assert run(edit, "--strip", "Shot") == 0
    out = capfd.readouterr().out
    (job,) = (tmp_path / "ecset").iterdir()
    assert f"Job folder: {job}\n" in out
    assert f"12 frames: {job / 'frames'}\n" in out
    assert edit.read_bytes() == before
    assert names(tmp_path) == ["ecset", "edit.blend"]


@pytest.mark.parametrize("target", ["other/painted.blend", "edit.blend"])
def test_save_as(timeline, edit, tmp_path, target):
    expected = timeline.shown(3)
    path = tmp_path / target
    path.parent.mkdir(exist_ok=True)
    assert run(edit, "--strip", "Shot", "--save-as", path) == 0
    bpy.ops.wm.open_mainfile(filepath=str(path))
    result = timeline.find("Shot Ecset")
    assert result.directory.startswith("//")
    assert Path(bpy.path.abspath(result.directory), "ecset_0003.png").resolve().is_file()
    assert result["ecset_job"] == Path(result.directory).parent.name
    timeline.find("Shot").mute = True
    np.testing.assert_array_equal(timeline.shown(3), expected)


def test_frames_and_output(edit, tmp_path):
    output = tmp_path / "some where" / "dëep"
    assert run(edit, "--strip", "Shot", "--frames=-1-1", "--output", output) == 0
    (job,) = output.iterdir()
    assert names(job / "frames") == ["ecset_-001.png", "ecset_0000.png", "ecset_0001.png"]


def test_again_is_the_same_job(edit, tmp_path):
    assert run(edit, "--strip", "Shot") == 0
    assert run(edit, "--strip", "Shot") == 0
    assert len(list((tmp_path / "ecset").iterdir())) == 1


def test_strange_name(timeline, pictures, tmp_path):
    timeline.images(pictures[:2], name='con: "a/b" 日本\\')
    edit = timeline.save()
    assert run(edit, "--strip", 'con: "a/b" 日本\\') == 0
    (job,) = (tmp_path / "ecset").iterdir()
    assert job.name.startswith("con_ _a_b_ 日本_-")


def test_folder_that_reads_like_a_template(timeline, pictures, tmp_path):
    """Blender 4.5 and later read braces and percent signs in a render's path."""
    timeline.images(pictures)
    timeline.folder = tmp_path / "{cut} {{2}} 100% #1 it's"
    timeline.folder.mkdir()
    blend = timeline.save()
    assert run(blend, "--strip", "Shot", "--frames", "1-2") == 0
    assert len(list(timeline.folder.glob("ecset/*/frames/*.png"))) == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_cancel(edit, monkeypatch, capfd, number):
    monkeypatch.setenv("ECSET_FAKE_SECONDS", "30")
    before = signal.getsignal(number)
    killer = threading.Timer(0.5, os.kill, (os.getpid(), number))
    killer.start()
    assert run(edit, "--strip", "Shot") == 130
    assert "ecset: Cancelled: the frames that are done are kept." in capfd.readouterr().err
    assert signal.getsignal(number) == before


# Several strips.


def test_one_that_fails_does_not_stop_the_others(timeline, three, tmp_path, capfd):
    painted = tmp_path / "painted.blend"
    given = [part for name in ("A", "Lost", "C", "A") for part in ("--strip", name)]
    assert run(three, *given, "--save-as", painted) == 2
    said = capfd.readouterr()
    assert 'ecset: The strip "Lost" cannot find its file' in said.err
    assert sorted(jobs(tmp_path / "ecset")) == ["A", "C"]
    assert f"Painted .blend: {painted}\n" in said.out
    bpy.ops.wm.open_mainfile(filepath=str(painted))
    found = [strip.name for strip in timeline.compat.all_strips(timeline.editor)]
    assert sorted(found) == ["A", "A Ecset", "C", "C Ecset", "Lost"]


def test_failing_on_the_way_does_not_stop_the_others(three, tmp_path, monkeypatch):
    monkeypatch.setenv("ECSET_FAKE_FAIL", "2")  # a frame of A
    painted = tmp_path / "painted.blend"
    assert run(three, "--strip", "A", "--strip", "C", "--save-as", painted) == 1
    assert len(list(jobs(tmp_path / "ecset")["C"].glob("frames/*"))) == 2
    assert painted.exists()


def test_a_name_that_is_not_there_is_found_before_any_work(three, tmp_path, capfd):
    assert run(three, "--strip", "A", "--strip", "D") == 2
    assert 'There is no strip "D"; there are' in capfd.readouterr().err
    assert names(tmp_path) == ["edit.blend"]


def test_cancelled_stops_all(three, tmp_path, monkeypatch):
    monkeypatch.setenv("ECSET_FAKE_SECONDS", "30")
    painted = tmp_path / "painted.blend"
    timer = threading.Timer(1.5, os.kill, (os.getpid(), signal.SIGTERM))
    timer.start()
    assert run(three, "--strip", "A", "--strip", "C", "--save-as", painted) == 130
    assert not painted.exists()
    assert not list((tmp_path / "ecset").glob("*/frames/*"))
    assert not list(Path(bpy.app.tempdir).glob("ecset-*")), "no snapshot is left"


def test_a_result_stands_for_its_strip_and_a_keyframe_for_nothing(timeline, edit, capfd):
    assert run(edit, "--strip", "Shot", "--frames", "1-2", "--save-as", edit) == 0
    assert run(edit, "--strip", "Shot Ecset", "--frames", "1-2") == 0
    assert 'Painting "Shot" of ' in capfd.readouterr().out
    timeline.find("Shot Ecset")["ecset_keyframe_of"] = "Shot"
    blend = timeline.save("keyframe.blend")
    assert run(blend, "--strip", "Shot Ecset") == 2
    assert 'is a keyframe: name the strip that it is painted for, "Shot".' in capfd.readouterr().err


def test_all(timeline, pictures, tmp_path):
    """What a person sees as a picture of its own; the rest is left out."""
    images, compat, editor = timeline.images, timeline.compat, timeline.editor
    images(pictures[:4], name="Plain", channel=1, start=1)
    images(pictures[:4], name="Muted", channel=2, start=1).mute = True
    images(pictures[:4], name="Muted Channel", channel=9, start=1)
    editor.channels[9].mute = True
    images(pictures[:4], name="Mask", channel=3, start=1)
    timeline.scene.ecset.strength_mask = "strip:Mask"
    # the whole of it goes into the effect; of the two that are crossed only a part
    sped = images(pictures[:4], name="Sped", channel=1, start=11)
    compat.new_effect(editor, "Speed", "SPEED", 2, 11, 4, sped)
    left = images(pictures[:6], name="Left", channel=1, start=21)
    right = images(pictures[:6], name="Right", channel=2, start=25)
    compat.new_effect(editor, "Cross", "CROSS", 3, 25, 2, left, right)
    images(pictures[:4], name="Angle", channel=1, start=41)
    compat.new_effect(editor, "Multicam", "MULTICAM", 3, 41, 4)
    compat.new_effect(editor, "Adjustment", "ADJUSTMENT", 8, 1, 60)
    meta = compat.strips_of(editor).new_meta(name="Meta", channel=1, frame_start=51)
    timeline.images(pictures[:2], name="Inside", channel=1, start=51, owner=meta)
    timeline.set_handles(meta, None, 53)
    painted = images(pictures[:4], name="Plain Ecset", channel=4, start=1)
    painted["ecset_job"] = "Plain-00000000"
    blend = timeline.save()
    assert run(blend, "--all", "--strength-mask", "") == 0
    wanted = ["Cross", "Left", "Mask", "Meta", "Multicam", "Plain", "Right", "Speed"]
    assert sorted(jobs(tmp_path / "ecset")) == wanted


def test_all_within_frames(timeline, pictures, tmp_path):
    timeline.images(pictures[:4], name="Before", start=1)
    timeline.images(pictures[:4], name="First", start=5)
    timeline.images(pictures[:4], name="Second", start=9)
    blend = timeline.save()
    assert run(blend, "--all", "--frames", "7-9") == 0
    found = jobs(tmp_path / "ecset")
    assert sorted(found) == ["First", "Second"]
    assert names(found["First"] / "frames") == ["ecset_0007.png", "ecset_0008.png"]
    assert names(found["Second"] / "frames") == ["ecset_0009.png"]


def test_all_of_nothing(timeline, pictures, capfd):
    timeline.images(pictures[:4], name="Muted").mute = True
    blend = timeline.save()
    assert run(blend, "--all") == 2
    assert 'There is no strip to paint in "Scene"' in capfd.readouterr().err


def test_all_of_several_scenes(timeline, pictures, tmp_path, capfd):
    timeline.images(pictures[:2])
    bpy.ops.scene.new(type="FULL_COPY")
    blend = timeline.save()
    assert run(blend, "--all") == 2
    assert 'Several scenes have strips: name one with --scene, "Scene", "Scene.001".' in (
        capfd.readouterr().err
    )
    assert run(blend, "--all", "--scene", "Scene.001") == 0
    (job,) = (tmp_path / "ecset").iterdir()
    assert '"scene": "Scene.001"' in (job / "ecset.json").read_text(encoding="utf-8")


# What comes by itself, and what does not.


def test_panel_choices_are_options(timeline, edit, tmp_path):
    call = [edit, "--strip", "Shot", "--save-as", edit]
    assert run(*call, "--result-name", "Painted", "--originals", "MUTE") == 0
    assert timeline.find("Painted")
    assert timeline.find("Shot").mute
    assert run(*call, "--older", "STACK", "--format", "EXR", "--originals", "KEEP") == 0
    bpy.ops.wm.open_mainfile(filepath=str(edit))
    found = {strip.name for strip in timeline.compat.all_strips(timeline.editor)}
    assert found == {"Shot", "Painted", "Shot Ecset"}


# One frame to look at.


@pytest.fixture
def preview(edit):
    from ecset.operators import command_line

    def look(*arguments) -> int:
        call = ["preview", edit, "--strip", "Shot", "--look", "identity", *arguments]
        return command_line.main([str(part) for part in call])

    return look


def test_preview(timeline, pictures, edit, preview, tmp_path, capfd):
    target, before = tmp_path / "out/look.png", edit.read_bytes()
    target.parent.mkdir()
    target.write_text("of an earlier go")
    assert preview("--frame", 3, "--output", target) == 0
    np.testing.assert_array_equal(pixels(target), pixels(pictures[5]))
    assert f"Frame 3: {target}\n" in capfd.readouterr().out
    assert names(tmp_path) == ["edit.blend", "out"], "nothing but the picture is left"
    assert names(target.parent) == ["look.png"]
    assert edit.read_bytes() == before
    assert not list(Path(bpy.app.tempdir).glob("ecset-*"))


def pixels(path: Path) -> np.ndarray:
    from PIL import Image

    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def test_preview_as_exr(preview, tmp_path):
    target = tmp_path / "look.exr"
    assert preview("--frame", 3, "--output", target) == 0
    assert target.read_bytes()[:4] == b"\x76\x2f\x31\x01"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--frame", "3", "--output", "look.jpg"], "look.jpg is no name for a picture"),
        (["--frame", "3", "--output", "/no/x.png"], "The folder /no cannot be written"),
        (["--frame", "30", "--output", "look.png"], "Frames 30-30 are not all in the strip"),
        (
            ["--frame", "3", "--output", "look.exr", "--format", "PNG8"],
            "A picture of --format PNG8 ends with .png",
        ),
        (["--frame", "x", "--output", "look.png"], "invalid int value: 'x'"),
        (["--frame", "3", "--output", "look.png", "--older", "STACK"], "--older"),
        (["--frame", "3"], "arguments are required: --output"),
    ],
)
def test_preview_says_what_is_wrong(preview, tmp_path, monkeypatch, capfd, arguments, sentence):
    monkeypatch.chdir(tmp_path)
    assert preview(*arguments) == 2
    assert sentence in capfd.readouterr().err
    assert names(tmp_path) == ["edit.blend"]


def test_preview_spares_what_it_is_painted_from(edit, tmp_path, capfd):
    from ecset.operators import command_line

    style = save_png(tmp_path / "style.png", noise(8, 8, seed=1))
    before = style.read_bytes()
    call = ["preview", edit, "--strip", "Shot", "--frame", 3, "--style", style, "--output", style]
    assert command_line.main([str(part) for part in call]) == 2
    assert "style.png is painted from: choose another --output." in capfd.readouterr().err
    assert style.read_bytes() == before


def test_preview_that_fails_or_is_cancelled(preview, tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("ECSET_FAKE_FAIL", "3")
    assert preview("--frame", "3", "--output", tmp_path / "look.png") == 1
    assert "ecset: Frame 3 cannot be painted." in capfd.readouterr().err
    monkeypatch.setenv("ECSET_FAKE_FAIL", "")
    monkeypatch.setenv("ECSET_FAKE_SECONDS", "30")
    threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGTERM)).start()
    assert preview("--frame", "3", "--output", tmp_path / "look.png") == 130
    assert names(tmp_path) == ["edit.blend"]
    assert not list(Path(bpy.app.tempdir).glob("ecset-*"))


# Help.


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ((), "go on with what is not painted to the end"),
        (("stylize",), "--style PICTURE"),
        (("preview",), "--frame N"),
        (("resume",), "a job's folder, or a .blend"),
        (("status",), "no plates"),
        (("weights",), "import vgg19"),
        (("setup",), "--target DIR"),
    ],
)
def test_help(monkeypatch, capsys, extension, command, text):
    from ecset.operators import command_line

    monkeypatch.setenv("COLUMNS", "80")
    assert command_line.main([*command, "--help"]) == 0
    said = capsys.readouterr().out
    assert text in said
    assert "example" in said
    assert max(map(len, said.splitlines()[1:])) <= 80, "it fits into a terminal, but for the usage"
