"""What a person got wrong is said in one sentence, with exit status 2, and nothing is written."""

from __future__ import annotations

import wave
from pathlib import Path

import bpy
import pytest

from tests.blender.timeline import noise, save_png


@pytest.fixture
def edit(timeline, pictures, tmp_path) -> Path:
    """A saved file with a good strip and all kinds of others."""
    timeline.images(pictures)
    sound = tmp_path / "sound.wav"
    with wave.open(str(sound), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(16000))
    if bpy.app.build_options.audaspace:  # some bpy modules have no sound at all
        timeline.strips.new_sound(name="Sound", filepath=str(sound), channel=2, frame_start=1)
    gone = save_png(tmp_path / "gone.png", noise(8, 8, seed=1))
    timeline.images([gone], name="Gone", channel=3)
    timeline.strips.new_movie(
        name="Lost", filepath=str(tmp_path / "lost.mp4"), channel=4, frame_start=1
    )
    timeline.compat.new_effect(timeline.editor, "Grade", "ADJUSTMENT", 1, 500, 5)
    timeline.strips.new_meta(name="Empty", channel=6, frame_start=1)
    scene = bpy.data.scenes.new("Lonely")
    strip = timeline.strips.new_scene(name="No scene", scene=scene, channel=7, frame_start=1)
    bpy.data.scenes.remove(scene)
    assert strip.scene is None
    for channel in range(8, 129):
        timeline.colour((1, 1, 1), name=f"Full {channel}", channel=channel, start=100, length=9)
    (timeline.folder / "bad.png").write_bytes(b"no picture")
    timeline.images([timeline.folder / "bad.png"], name="Bad", channel=1, start=700)
    timeline.images(pictures[:3], name="Crowded", channel=7, start=100)
    gone.unlink()
    return timeline.save()


STYLE = str(Path(__file__).with_name("conftest.py"))  # a file; the engine says it is no picture

CASES = {
    "unknown strip": (["--strip", "Shod"], 'There is no strip "Shod"; there are "Shot", '),
    "sound": (["--strip", "Sound"], "is a sound: choose a strip that shows a picture."),
    "picture is gone": (["--strip", "Gone"], "cannot find its file {folder}/gone.png: relink it."),
    "no picture": (["--strip", "Bad"], "Blender cannot read the file {folder}/bad.png of the"),
    "movie is gone": (["--strip", "Lost"], "cannot find its file {folder}/lost.mp4: relink it."),
    "adjustment of nothing": (["--strip", "Grade"], "has no strip below it"),
    "empty meta": (["--strip", "Empty"], "is an empty meta strip"),
    "scene strip without scene": (["--strip", "No scene"], "has no scene: choose one for it."),
    "no free channel": (["--strip", "Crowded"], "There is no free channel above channel 7 for"),
    "unknown scene": (["--scene", "Foo"], 'There is no scene "Foo"; there are "Scene".'),
    "range outside": (["--frames", "5-99"], "it shows frames 1-12."),
    "range backwards": (["--frames", "9-3"], "The frame range 9-3 is empty"),
    "no range": (["--frames", "all"], '"all" is no frame range'),
    "no style": (["--look", "patch"], "There is no style picture: choose one, or paint a"),
    "style is gone": (["--look", "patch", "--style", "/no/x.png"], "/no/x.png is not there"),
    "style is a folder": (["--look", "patch", "--style", "/"], "/ is a folder: name a picture"),
    "engine is no Python": (["--engine-python", "/bin/true"], "/bin/true is no Python that runs"),
    "unknown look": (["--look", "oil"], "invalid choice: 'oil'"),
    "masks": (["--style", STYLE, *["--style-mask", STYLE] * 2], "1 --style but 2 --style-mask"),
    "mask is gone": (
        ["--look", "patch", "--style", STYLE, "--style-mask", "/no/m.png"],
        "The style mask /no/m.png is not there: choose another.",
    ),
    "mask lacks a frame": (
        ["--look", "patch", "--style", STYLE, "--strength-mask", "/no/m_###.png"],
        "The strength mask has no picture for frame 1: /no/m_001.png is not there.",
    ),
    "two runs of #": (
        ["--look", "patch", "--style", STYLE, "--guide", "/no/#/m#_##.png:2"],
        "The guide /no/#/m#_##.png has a # too many",
    ),
    "too much detail": (["--detail", "3"], "Argument --detail: 3 is not in 0 to 1: see"),
    "no number": (["--content", "much"], "Argument --content: invalid number value: 'much': see"),
    "keyframe without a frame": (["--keyframe", STYLE], "is not like 12=painting.png"),
    "keyframe and style": (
        ["--style", STYLE, "--keyframe", f"2={STYLE}"],
        "There are --style and --keyframe: give one of the two kinds.",
    ),
    "keyframe outside": (
        ["--look", "patch", "--keyframe", f"20={STYLE}"],
        "A keyframe is given for frame 20, which is not painted: the frames are 1-12.",
    ),
    "two keyframes": (
        ["--look", "patch", "--keyframe", f"2={STYLE}", "--keyframe", f"2={STYLE}"],
        "Two keyframes are given for frame 2: leave one of them.",
    ),
    "keyframe is gone": (
        ["--look", "patch", "--keyframe", "2=/no/k.png"],
        "The painting /no/k.png of frame 2 is not there: put it back",
    ),
    "keyframe is no picture": (
        ["--look", "patch", "--keyframe", f"2={STYLE}"],
        "conftest.py of frame 2 is no picture that Blender can read.",
    ),
    "output below a file": (["--output", STYLE], "cannot be written"),
    "wrong format": (["--format", "JPEG"], "invalid choice: 'JPEG'"),
    "no engine": (["--engine-python", "/no/python"], "/no/python, named by --engine-python"),
    "save as nothing": (["--save-as", "/tmp/x.txt"], "is no name for a file"),
    "save into nothing": (["--save-as", "/no/where/x.blend"], "/no/where cannot be written"),
}


def run(arguments, capfd) -> tuple[int, str, str]:
    from ecset.operators import command_line

    status = command_line.main(arguments)
    out, err = capfd.readouterr()
    return status, out, "\n".join(line for line in err.splitlines() if line.startswith("ecset:"))


@pytest.mark.parametrize("case", CASES)
def test_one_sentence(edit, tmp_path, capfd, case):
    arguments, sentence = CASES[case]
    if "Sound" in arguments and not bpy.app.build_options.audaspace:
        pytest.skip("this bpy module has no sound")
    saved = edit.read_bytes()
    before = sorted(tmp_path.iterdir())
    call = ["stylize", str(edit), *arguments]
    if "--strip" not in arguments:
        call += ["--strip", "Shot"]
    if "--look" not in arguments:
        call += ["--look", "identity"]
    status, _, said = run(call, capfd)
    assert status == 2, said
    assert sentence.format(folder=tmp_path) in said
    assert said.count("\n") == 0
    assert said.endswith(".")
    assert edit.read_bytes() == saved
    assert sorted(tmp_path.iterdir()) == before


def test_no_sequencer(timeline, capfd):
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    blend = timeline.save()
    status, _, said = run(["stylize", str(blend), "--strip", "Shot", "--look", "identity"], capfd)
    assert (status, said) == (
        2,
        "ecset: There is no strip in this file's sequencer: add one first.",
    )


@pytest.mark.parametrize("content", [None, b"no blend", b"BLENDER-v402"])
def test_no_blend(timeline, tmp_path, capfd, content):
    path = tmp_path / "bad.blend"
    if content is not None:
        path.write_bytes(content)
    status, _, said = run(["stylize", str(path), "--strip", "Shot", "--look", "identity"], capfd)
    assert status == 2
    assert str(path) in said


def test_folder_as_blend(timeline, tmp_path, capfd):
    status, _, said = run(["stylize", str(tmp_path), "--strip", "Shot"], capfd)
    assert (status, said) == (2, f"ecset: {tmp_path} is a folder: name a .blend in it.")


def test_no_engine_anywhere(edit, capfd, monkeypatch):
    monkeypatch.delenv("ECSET_ENGINE_PYTHON")
    status, _, said = run(["stylize", str(edit), "--strip", "Shot", "--look", "identity"], capfd)
    assert status == 2
    assert said.startswith("ecset: The engine is not set up yet: press")


def test_several_scenes_have_the_strip(timeline, pictures, capfd):
    timeline.images(pictures)
    other = bpy.data.scenes.new("Other")
    timeline.compat.new_effect(other.sequence_editor_create(), "Shot", "COLOR", 1, 1, 5)
    blend = timeline.save()
    call = ["stylize", str(blend), "--strip", "Shot", "--look", "identity"]
    status, _, said = run(call, capfd)
    assert status == 2
    assert "name one with --scene, " in said
    assert run([*call, "--scene", "Scene", "--frames", "1"], capfd)[0] == 0


def test_foreign_files_are_not_overwritten(timeline, pictures, tmp_path, capfd):
    timeline.images(pictures)
    blend = timeline.save()
    call = ["stylize", str(blend), "--strip", "Shot", "--look", "identity", "--frames", "1"]
    assert run(call, capfd)[0] == 0
    (job,) = (tmp_path / "ecset").iterdir()
    (job / "job.json").unlink()
    status, _, said = run(call, capfd)
    assert status == 2
    assert f"The folder {job} holds other files" in said


def test_unsaved_file_with_a_relative_output(timeline, pictures):
    strip = timeline.images(pictures)
    timeline.editor.active_strip = strip
    with pytest.raises(RuntimeError, match='is not saved yet, so the output folder "//ecset/"'):
        bpy.ops.ecset.stylize(look="identity")


def test_operator_says_why_it_cannot_run(timeline):
    assert not bpy.ops.ecset.stylize.poll()
    with pytest.raises(RuntimeError, match="Select the strip to paint"):
        bpy.ops.ecset.stylize()


def test_full_disk(timeline, pictures, monkeypatch):
    """Said before a frame is rendered, and no half plate passes for a whole one."""
    import sequencer.extract as extract

    timeline.images(pictures)
    whole, part = timeline.folder / "plate.png", timeline.folder / "plate.png.part"
    timeline.compat.set_picture_format(timeline.scene.render.image_settings, "PNG", 8)
    timeline.scene.render.use_file_extension = False
    extract.render_plate(timeline.scene, 1, str(whole))
    assert extract.has_end(str(whole))
    part.write_bytes(whole.read_bytes()[:-5])
    assert not extract.has_end(str(part))
    full = type("Usage", (), {"free": 4000})
    monkeypatch.setattr(extract.shutil, "disk_usage", lambda folder: full)
    with pytest.raises(OSError, match="is full, make room on it"):
        extract.render_plate(timeline.scene, 2, str(whole))


def test_operator_asks_for_a_picture(timeline, edit):
    if not bpy.app.build_options.audaspace:
        pytest.skip("this bpy module has no sound")
    timeline.editor.active_strip = timeline.find("Sound")
    with pytest.raises(RuntimeError, match="Select a strip that shows a picture"):
        bpy.ops.ecset.stylize(look="identity")


def test_refusal_is_remembered_for_the_panel(timeline, edit):
    from ecset.operators import running

    timeline.editor.active_strip = timeline.find("Gone")
    with pytest.raises(RuntimeError, match="cannot find its file"):
        bpy.ops.ecset.stylize(look="identity")
    refusal = running.last_refusal()
    assert (refusal.scene, refusal.strip) == ("Scene", "Gone")
    assert "cannot find its file" in refusal.message
    assert not running.is_busy()
