"""Paintings on the timeline: made, marked, used for the job, and refused with a reason."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest
from PIL import Image

from tests.blender.timeline import Timeline, noise, read_pixels, save_png


@pytest.fixture
def shot(timeline, pictures) -> Any:
    """Frames 1 to 12, active, in a saved file; the playhead on frame 3."""
    strip = timeline.images(pictures)
    timeline.save()
    timeline.editor.active_strip = strip
    timeline.scene.frame_set(3)
    return strip


@pytest.fixture
def painting(timeline, shot, tmp_path) -> Any:
    """An image strip of the shot's size at frame 5, with a mark."""
    return put(timeline, tmp_path, "Painting", 5)


def put(timeline: Timeline, folder: Path, name: str, frame: int, size=(64, 40), mark="Shot") -> Any:
    path = save_png(folder / f"{name}.png", noise(*size, seed=frame))
    strip = timeline.images([path], name=name, channel=5, start=frame)
    if mark:
        strip["ecset_keyframe_of"] = mark
    return strip


def paint(**arguments) -> Any:
    """The settings that the task had."""
    from ecset.operators import running

    assert bpy.ops.ecset.stylize(**arguments) == {"FINISHED"}
    timeline_shot = bpy.context.scene.sequence_editor
    last = running.last_task()
    strips = getattr(timeline_shot, "strips_all", None) or timeline_shot.sequences_all
    timeline_shot.active_strip = strips["Shot"]
    return last


def keyframes(task: Any) -> list[tuple[int, str]]:
    return [(k.frame, Path(k.path).name) for k in task.settings.keyframes]


# Made from a frame.


def transform(strip: Any) -> None:
    strip.transform.offset_x, strip.transform.scale_x = 7, 0.8
    strip.crop.min_x = 4
    strip.use_flip_x = True


def test_a_plate_becomes_a_keyframe(timeline, shot, pictures, tmp_path):
    transform(shot)
    before = timeline.shown(3)
    assert bpy.ops.ecset.add_keyframe() == {"FINISHED"}
    strip = timeline.find("Shot Key 3")
    file = tmp_path / "ecset/Shot_keyframes/key_0003.png"
    np.testing.assert_array_equal(np.asarray(Image.open(file))[..., :3], Image.open(pictures[2]))
    assert Path(bpy.path.abspath(strip.directory), strip.elements[0].filename).samefile(file)
    assert strip.directory.startswith("//")
    assert (timeline.compat.left(strip), timeline.compat.right(strip)) == (3, 4)
    assert (strip.channel, strip["ecset_keyframe_of"]) == (2, "Shot")
    assert (strip.crop.min_x, strip.use_flip_x) == (4, True)
    assert timeline.editor.active_strip == timeline.find("Shot")
    assert [s.name for s in timeline.strips if s.select] == ["Shot Key 3"]
    timeline.find("Shot").mute = True
    np.testing.assert_array_equal(timeline.shown(3), before)
    assert sorted(p.name for p in file.parent.iterdir()) == ["key_0003.png"]
    assert not list(Path(bpy.app.tempdir).glob("ecset-*"))


def test_nothing_is_overwritten(timeline, shot, tmp_path):
    for _ in range(3):
        bpy.ops.ecset.add_keyframe()
        with pytest.raises(RuntimeError, match="is a keyframe at frame 3 already: paint over it"):
            bpy.ops.ecset.add_keyframe()
        for strip in timeline.strips:
            strip.mute = "Key" in strip.name
    folder = tmp_path / "ecset/Shot_keyframes"
    names = ["key_0003.png", "key_0003_2.png", "key_0003_3.png"]
    assert sorted(path.name for path in folder.iterdir()) == names
    assert [s.channel for s in timeline.strips] == [1, 2, 3, 4]


def test_a_painted_frame_is_corrected(timeline, shot, tmp_path):
    """The result at the playhead is what is painted over, unless it is muted or not wanted."""
    task = paint(look="identity")
    painted = task.folder / "frames/ecset_0003.png"
    pixels = 255 - np.asarray(Image.open(painted))[..., :3]
    save_png(painted, pixels)
    key = tmp_path / "ecset/Shot_keyframes/key_0003.png"

    def added(**arguments) -> np.ndarray:
        assert bpy.ops.ecset.add_keyframe(**arguments) == {"FINISHED"}
        picture = np.asarray(Image.open(key))[..., :3]
        key.unlink()
        bpy.ops.ecset.unmark_keyframe()
        return picture

    np.testing.assert_array_equal(added(), pixels)
    assert timeline.find("Shot Key 3").channel == 3, "where it is seen"
    timeline.editor.active_strip = timeline.find("Shot Ecset")  # as Stylize leaves it
    np.testing.assert_array_equal(added(source="RESULT"), pixels)
    np.testing.assert_array_equal(added(source="PLATE"), 255 - pixels)
    timeline.find("Shot Ecset").mute = True
    np.testing.assert_array_equal(added(), 255 - pixels)
    with pytest.raises(RuntimeError, match='shows no painted frame of "Shot" at frame 3: stylize'):
        bpy.ops.ecset.add_keyframe(source="RESULT")


def test_deeper_formats_give_deeper_paintings(timeline, shot, tmp_path):
    timeline.scene.ecset.format = "EXR"
    bpy.ops.ecset.add_keyframe()
    image = (tmp_path / "ecset/Shot_keyframes/key_0003.png").read_bytes()
    assert image[24] == 16, "the bits of a channel, in the file's header"


def test_negative_frames_and_strange_names(timeline, pictures, tmp_path):
    strip = timeline.images(pictures, start=-5, name='con: "ä/b"')
    timeline.save()
    timeline.editor.active_strip = strip
    timeline.scene.frame_set(-3)
    bpy.ops.ecset.add_keyframe()
    assert timeline.compat.left(timeline.find('con: "ä/b" Key -3')) == -3
    assert (tmp_path / "ecset/con_ _ä_b__keyframes/key_-003.png").is_file()


def test_in_a_meta_strip(timeline, pictures):
    meta = timeline.strips.new_meta(name="Meta", channel=1, frame_start=1)
    strip = timeline.images(pictures, owner=meta)
    timeline.save()
    timeline.editor.active_strip = strip
    timeline.scene.frame_set(2)
    bpy.ops.ecset.add_keyframe()
    assert timeline.find("Shot Key 2").parent_meta() == timeline.find("Meta")


def test_the_playhead_must_be_on_the_strip(timeline, shot):
    timeline.scene.frame_set(13)
    with pytest.raises(RuntimeError, match="Move the playhead onto the strip"):
        bpy.ops.ecset.add_keyframe()
    timeline.editor.active_strip = None
    with pytest.raises(RuntimeError, match="Select the strip to paint a frame of"):
        bpy.ops.ecset.add_keyframe()


def test_an_unsaved_file_has_no_place_for_it(timeline, pictures):
    timeline.editor.active_strip = timeline.images(pictures)
    with pytest.raises(RuntimeError, match='is not saved yet, so the output folder "//ecset/"'):
        bpy.ops.ecset.add_keyframe()
    assert len(timeline.strips) == 1


def test_a_folder_that_cannot_be_written(timeline, shot, tmp_path):
    (tmp_path / "ecset").write_text("a file")
    with pytest.raises(RuntimeError, match=r"cannot be written .*: choose another output folder"):
        bpy.ops.ecset.add_keyframe()
    assert len(timeline.strips) == 1


def test_a_frame_that_cannot_be_rendered(timeline, shot, monkeypatch):
    from ecset.sequencer import plates

    monkeypatch.setattr(plates, "extract_command", lambda *_: [shutil.which("false")])
    with pytest.raises(RuntimeError, match="Blender ended with status 1 at the frame"):
        bpy.ops.ecset.add_keyframe()
    assert len(timeline.strips) == 1


# Marked by hand.


def select(timeline: Timeline, *names: str) -> None:
    """Select these strips, the last one last."""
    for strip in timeline.compat.all_strips(timeline.editor):
        strip.select = strip.name in names
    timeline.editor.active_strip = timeline.find(names[-1])


def test_mark_and_unmark(timeline, shot, tmp_path):
    put(timeline, tmp_path, "A", 5, mark=None)
    put(timeline, tmp_path, "B", 8, size=(640, 400), mark=None)
    select(timeline, "A", "B", "Shot")
    assert bpy.ops.ecset.mark_keyframe() == {"FINISHED"}
    assert [timeline.find(name)["ecset_keyframe_of"] for name in "AB"] == ["Shot", "Shot"]
    assert bpy.ops.ecset.unmark_keyframe(strip="A") == {"FINISHED"}
    assert "ecset_keyframe_of" not in timeline.find("A")
    assert bpy.ops.ecset.unmark_keyframe() == {"FINISHED"}
    assert "ecset_keyframe_of" not in timeline.find("B")
    with pytest.raises(RuntimeError, match="None of the selected strips is a keyframe"):
        bpy.ops.ecset.unmark_keyframe()
    assert len(timeline.strips) == 3


def test_a_mark_on_a_result_is_one_on_its_shot(timeline, shot, tmp_path):
    """Results hide their shots, so they are what is clicked."""
    paint(look="identity")
    put(timeline, tmp_path, "A", 5, mark=None)
    select(timeline, "A", "Shot", "Shot Ecset")
    bpy.ops.ecset.mark_keyframe()
    assert timeline.find("A")["ecset_keyframe_of"] == "Shot"
    assert "ecset_keyframe_of" not in timeline.find("Shot")


def test_what_is_no_painting_is_refused(timeline, shot, movie, tmp_path):
    timeline.movie(movie, name="Film", channel=3)
    put(timeline, tmp_path, "Late", 20, mark=None)
    put(timeline, tmp_path, "Square", 4, size=(40, 40), mark=None)
    put(timeline, tmp_path, "Gone", 6, mark=None)
    (tmp_path / "Gone.png").unlink()
    for name, sentence in {
        "Film": '"Film" is no image strip, and a keyframe must be one: select the paintings, and',
        "Late": r'"Late" begins at frame 20, where "Shot" is not \(it shows frames 1-12\)',
        "Square": "Square.png of frame 4 has 40 x 40 pixels, another shape than the frame's 64 x",
        "Gone": "Gone.png of frame 6 is not there: put it back",
    }.items():
        select(timeline, name, "Shot")
        with pytest.raises(RuntimeError, match=sentence):
            bpy.ops.ecset.mark_keyframe()
        assert "ecset_keyframe_of" not in timeline.find(name)
    select(timeline, "Shot")
    with pytest.raises(RuntimeError, match="Select the paintings, and last the strip that they"):
        bpy.ops.ecset.mark_keyframe()


# Used.


def test_keyframes_take_the_place_of_styles(timeline, painting, pictures, tmp_path):
    timeline.scene.ecset.styles.add().path = str(pictures[0])
    put(timeline, tmp_path, "Other", 9)
    put(timeline, tmp_path, "Foreign", 2, mark="Film")
    put(timeline, tmp_path, "Muted", 7).mute = True
    put(timeline, tmp_path, "Hidden", 8).channel = 7
    timeline.editor.channels[7].mute = True
    task = paint()
    assert keyframes(task) == [(5, "Painting.png"), (9, "Other.png")]
    assert task.settings.styles == ()
    assert [note.split(" is ")[0] for note in task.notes] == ['"Foreign"'], "its strip is gone"
    result = timeline.find("Shot Ecset")
    assert result["ecset_shot"] == "Shot"
    assert result.channel == 8, "above the keyframes, which would hide it"


def test_each_painting_is_another_job(painting, tmp_path):
    folder = paint().folder
    assert paint().folder == folder
    save_png(tmp_path / "Painting.png", noise(64, 40, seed=99))
    assert paint().folder != folder


def test_unchanged_needs_no_keyframe(painting):
    assert keyframes(paint(look="identity")) == []


def test_the_plates_show_no_keyframe(timeline, painting, pictures):
    """Not even those of an adjustment strip, which paints all that is below it."""
    grade = timeline.compat.new_effect(timeline.editor, "Grade", "ADJUSTMENT", 9, 1, 12)
    painting["ecset_keyframe_of"] = "Grade"
    painting.mute = False
    timeline.scene.render.resolution_x, timeline.scene.render.resolution_y = 64, 40
    timeline.save()
    for strip in (grade, timeline.find("Shot")):
        timeline.editor.active_strip = timeline.find(strip.name)
        assert bpy.ops.ecset.stylize(frames="5", style=str(pictures[0])) == {"FINISHED"}
        from ecset.operators import running

        plate = read_pixels(running.last_task().folder / "plates/plate_0005.png")
        expected = np.asarray(Image.open(pictures[4]))
        np.testing.assert_array_equal(np.rint(plate[..., :3] * 255), expected)


def test_a_chunk_without_keyframes_needs_a_style(painting, pictures):
    with pytest.raises(RuntimeError, match='no keyframe of "Shot" is in frames 6-9'):
        bpy.ops.ecset.stylize(frames="6-9")
    task = paint(frames="6-9", style=str(pictures[0]))
    assert keyframes(task) == []
    assert task.notes == ['No keyframe of "Shot" is in frames 6-9.']
    assert keyframes(paint(frames="5-9")) == [(5, "Painting.png")]


def refusal(**arguments) -> str:
    with pytest.raises(RuntimeError) as caught:
        bpy.ops.ecset.stylize(**arguments)
    (line,) = str(caught.value).strip().splitlines()
    assert line.endswith(".")
    return line.removeprefix("Error: ")


def test_bad_keyframes_are_said(timeline, painting, tmp_path):
    file = tmp_path / "Painting.png"
    save_png(file, noise(64, 64, seed=1))
    assert refusal() == (
        f"The painting {file} of frame 5 has 64 x 64 pixels, another shape than the frame's "
        "64 x 40: paint over the whole frame and keep its size."
    )
    file.write_text("no picture")
    assert refusal() == f"The painting {file} of frame 5 is no picture that Blender can read."
    file.unlink()
    assert refusal() == (
        f"The painting {file} of frame 5 is not there: put it back, or remove the keyframe."
    )
    put(timeline, tmp_path, "Second", 5)
    assert refusal() == (
        'The keyframes "Painting" and "Second" both begin at frame 5: mute or move one of them.'
    )
    assert not (tmp_path / "ecset").exists()


def test_keyframes_where_the_shot_is_not(timeline, shot, pictures, tmp_path):
    put(timeline, tmp_path, "Late", 20)
    assert refusal() == (
        'There is no style picture, and the keyframe "Late" is not used, as it begins at frame 20, '
        'where "Shot" is not.'
    )
    task = paint(style=str(pictures[0]))
    assert task.notes[0].startswith('The keyframe "Late" is not used, as it begins at frame 20')


def test_a_renamed_shot_is_said(timeline, painting, pictures):
    timeline.find("Shot").name = "Wide"
    assert refusal() == (
        'There is no style picture, and "Painting" is a keyframe of "Shot", which is gone or has '
        'another name: press "Use as Keyframe" anew.'
    )
    select(timeline, "Painting", "Wide")
    bpy.ops.ecset.mark_keyframe()
    timeline.find("Wide").name = "Shot"
    painting = timeline.find("Painting")
    painting["ecset_keyframe_of"] = "Shot"
    assert keyframes(paint()) == [(5, "Painting.png")]


def test_a_keyframe_is_not_painted_itself(timeline, painting):
    timeline.editor.active_strip = painting
    with pytest.raises(RuntimeError, match="This is a keyframe: select the strip that it is"):
        bpy.ops.ecset.stylize()


def test_half_transparent_results_tell_of_keyframes(timeline, tmp_path):
    files = [
        save_png(tmp_path / f"{i}.png", noise(64, 40, seed=i, channels=4)) for i in range(1, 4)
    ]
    timeline.editor.active_strip = timeline.images(files)
    timeline.save()
    painting = put(timeline, tmp_path, "Painting", 2)
    assert paint().notes[-1] == (
        'The result lets its keyframes show through: set opacity 0 for "Painting".'
    )
    timeline.find("Shot Ecset").mute = True
    painting.blend_alpha = 0
    assert paint().notes == []


def test_command_line(timeline, painting, pictures, tmp_path, capfd, monkeypatch):
    from ecset.operators import command_line

    monkeypatch.chdir(tmp_path)
    blend = timeline.save()
    call = ["stylize", str(blend), "--strip", "Shot"]
    assert command_line.main([*call, "--style", str(pictures[0])]) == 0
    assert "From keyframes at 5, not from --style\n" in capfd.readouterr().out
    copies = [shutil.copy(pictures[0], tmp_path / name) for name in ("k1.png", "k2.png")]
    options = [f"--keyframe={n}={os.path.basename(c)}" for n, c in zip((3, 1), copies, strict=True)]
    assert command_line.main([*call, *options]) == 0
    assert "From keyframes at 3, 1\n" in capfd.readouterr().out
