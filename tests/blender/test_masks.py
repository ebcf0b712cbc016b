"""Strips as masks: from the timeline to the job's pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest
from PIL import Image

from tests.blender.timeline import save_png


@pytest.fixture
def shot(timeline, pictures, tmp_path) -> Any:
    """A strip of 12 pictures, and "Roto", a muted one of grey ramps beside it."""
    strip = timeline.images(pictures)
    ramp = np.linspace(0, 255, 64).round().astype(np.uint8)
    ramps = [
        save_png(tmp_path / f"r_{i:02d}.png", np.repeat(np.roll(ramp, i)[None], 40, axis=0))
        for i in range(12)
    ]
    timeline.images(ramps, name="Roto", channel=5).mute = True
    timeline.scene.ecset.styles.add().path = str(pictures[0])
    timeline.save()
    timeline.editor.active_strip = strip
    return strip


def paint(**given) -> tuple[dict[str, Any], Path]:
    """The job of the strip that was painted, and its folder."""
    from ecset.operators import running

    assert bpy.ops.ecset.stylize(frames="3-5", **given) == {"FINISHED"}
    folder = running.last_task().folder
    return json.loads((folder / "job.json").read_text(encoding="utf-8")), folder


def values(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        assert picture.mode == "RGB"
        return np.asarray(picture)


def test_the_strips_own_pictures_come_to_the_job(timeline, shot, tmp_path):
    timeline.scene.ecset.styles[0].mask = "strip:Roto"
    job, folder = paint(strength_mask="strip:Roto")
    assert job["look"]["styles"][0]["mask"] == job["strength_mask"] == "masks/1_####.png"
    assert len(list((folder / "masks").iterdir())) == 3
    for frame in (3, 4, 5):
        with Image.open(tmp_path / f"r_{frame - 1:02d}.png") as picture:
            expected = np.asarray(picture)
        found = values(folder / f"masks/1_{frame:04d}.png")
        np.testing.assert_array_equal(found, np.repeat(expected[..., None], 3, axis=2))
    assert timeline.find("Roto").mute, "the session stays as it is"


def test_what_is_transparent_is_black(timeline, shot, tmp_path):
    """And the result is not taken for transparent because its mask is."""
    rgba = np.full((40, 64, 4), 255, np.uint8)
    rgba[..., 3] = np.linspace(0, 255, 64).round()
    save_png(tmp_path / "a.png", rgba)
    paths = [tmp_path / "a.png"] * 12
    timeline.images(paths, name="Alpha", channel=6)
    timeline.editor.active_strip = timeline.find("Shot")
    _, folder = paint(strength_mask="strip:Alpha")
    found = values(folder / "masks/1_0003.png")
    assert np.abs(found[..., 0].astype(int) - rgba[..., 3]).max() <= 1
    assert not timeline.find("Shot").mute, "it would be muted if it showed through"


def test_several_and_other_jobs(timeline, shot):
    timeline.scene.render.resolution_x, timeline.scene.render.resolution_y = 64, 40
    timeline.colour((1, 1, 1), name="White", channel=7, length=12)
    timeline.editor.active_strip = timeline.find("Shot")
    both, folder = paint(
        styles=[
            {"name": timeline.scene.ecset.styles[0].path, "weight": 1.0, "mask": "strip:White"},
            {"name": timeline.scene.ecset.styles[0].path, "weight": 1.0, "mask": "strip:Roto"},
        ]
    )
    assert [style["mask"] for style in both["look"]["styles"]] == [
        "masks/2_####.png",
        "masks/1_####.png",
    ]
    assert (values(folder / "masks/2_0004.png") == 255).all()
    folders = {folder}
    for name in ("Roto", "White"):
        timeline.editor.active_strip = timeline.find("Shot")
        folders.add(paint(strength_mask=f"strip:{name}")[1])
    assert len(folders) == 3


@pytest.mark.parametrize(
    ("mask", "sentence"),
    [
        ("strip:Gone", 'The mask strip "Gone" is not there: choose another.'),
        ("strip:Short", 'Frames 3-5 are not all in the strip "Short": it shows frames 1-4.'),
        (
            "strip:Wide",
            'The mask strip "Wide" has 96 x 54 pixels, another shape than the 64 x 40 of what',
        ),
    ],
)
def test_mistakes_are_one_sentence(timeline, shot, pictures, tmp_path, mask, sentence):
    timeline.images(pictures[:4], name="Short", channel=6)
    timeline.colour((1, 1, 1), name="Wide", channel=7, length=12)
    timeline.editor.active_strip = timeline.find("Shot")
    with pytest.raises(RuntimeError) as error:
        paint(strength_mask=mask)
    assert sentence in str(error.value)
    assert not (tmp_path / "ecset").exists()


def test_command_line(timeline, shot, tmp_path, capfd):
    from ecset.operators import command_line

    blend = timeline.save()
    call = ["stylize", str(blend), "--strip", "Shot", "--frames", "2"]
    assert command_line.main([*call, "--strength-mask", "strip:Roto"]) == 0, capfd.readouterr().err
    assert len(list(tmp_path.glob("ecset/*/masks/1_0002.png"))) == 1


def test_the_panels_button(timeline, shot):
    settings = timeline.scene.ecset
    assert bpy.ops.ecset.mask_strip(target="STYLE", strip="Roto") == {"FINISHED"}
    assert bpy.ops.ecset.mask_strip(target="STRENGTH", strip="Roto") == {"FINISHED"}
    assert (settings.styles[0].mask, settings.strength_mask) == ("strip:Roto", "strip:Roto")
    with pytest.raises(TypeError, match="Shot"):
        bpy.ops.ecset.mask_strip(target="STYLE", strip="Shot")
    timeline.strips.remove(timeline.find("Roto"))
    assert not bpy.ops.ecset.mask_strip.poll()
