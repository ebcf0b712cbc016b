"""The controls of the brushwork: the engine's own numbers, from the panel's side to the job."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import bpy
import pytest

from tests.blender import schema

#: Blender's name of a setting, where it is not the job's.
RENAMED = {"guide_weight": "content"}
#: The engine's alone.
WITHOUT_CONTROL = {"colour_weight"}


def test_numbers_are_the_engines(extension):
    from ecset.sequencer.brushwork import LIMITS, Brushwork

    engine = schema.fields("look.py", "PatchSettings")
    ours = vars(Brushwork())
    assert set(engine) == set(ours) | WITHOUT_CONTROL
    for name, default in ours.items():
        assert engine[name].default == default, name
        assert (engine[name].least, engine[name].greatest) == LIMITS.get(name, (None, None)), name


def test_controls_have_them(timeline):
    from ecset.sequencer.brushwork import LIMITS, Brushwork

    for name, default in vars(Brushwork()).items():
        rna = timeline.scene.ecset.bl_rna.properties[RENAMED.get(name, name)]
        assert rna.default == pytest.approx(default), name
        assert rna.name
        assert rna.description
        assert not rna.description.endswith(".")
        if name in LIMITS:
            assert (rna.hard_min, rna.hard_max) == pytest.approx(LIMITS[name]), name


@pytest.fixture
def shot(timeline, pictures) -> Any:
    strip = timeline.images(pictures)
    timeline.save()
    timeline.editor.active_strip = strip
    return strip


def painted_with() -> Any:
    from ecset.operators import running

    return running.last_task().settings


def test_the_panel_and_arguments_reach_the_job(timeline, shot, pictures):
    settings = timeline.scene.ecset
    settings.styles.add().path = str(pictures[0])
    settings.content, settings.detail, settings.flip = 3.0, 0.25, True
    settings.strength_mask = f"//{os.path.relpath(pictures[1], timeline.folder)}"
    assert bpy.ops.ecset.stylize(frames="1", detail=0.75, palette=0.0) == {"FINISHED"}
    chosen = painted_with()
    assert vars(chosen.brushwork) == pytest.approx(
        {
            "style_scale": 1.0,
            "guide_weight": 3.0,
            "detail": 0.75,
            "palette": 0.0,
            "variety": 1.0,
            "rotate": False,
            "flip": True,
        }
    )
    assert chosen.strength_mask == str(pictures[1])
    assert chosen.styles[0].mask == ""


def test_scripts_give_masks_and_guides(timeline, shot, pictures):
    pattern = str(pictures[1].with_name("p_####.png"))
    assert bpy.ops.ecset.stylize(
        styles=[{"name": str(pictures[0]), "weight": 1.0, "mask": pattern}],
        guides=[{"name": pattern, "weight": 0.5}],
        frames="1-2",
    ) == {"FINISHED"}
    chosen = painted_with()
    assert chosen.styles[0].mask == pattern
    assert [(guide.path, guide.weight) for guide in chosen.guides] == [(pattern, 0.5)]


def test_command_line_has_them_too(timeline, shot, pictures, monkeypatch):
    from ecset.operators.cli import arguments, parser

    monkeypatch.chdir(timeline.folder)
    given = {
        "--style": ["a.png:2", "b.png"],
        "--style-mask": ["m_##.png", "//n.png"],
        "--content": ["2"],
        "--detail": ["0.1"],
        "--strength": ["0.5"],
        "--strength-mask": ["//s.png"],
        "--guide": ["d_###.exr:0.5", "C:/x"],
        "--keyframe": ["-3=k=1.png"],
    }
    options = [f"{name}={value}" for name, values in given.items() for value in values]
    parsed = parser.parser().parse_args(["stylize", "a.blend", "--strip=S", "--flip", *options])
    parsed.keyframe, keyframes = [], parsed.keyframe
    here = timeline.folder
    assert [vars(style) for style in arguments.styles_of(parsed)] == [
        {"path": str(here / "a.png"), "weight": 2.0, "mask": str(here / "m_##.png")},
        {"path": str(here / "b.png"), "weight": 1.0, "mask": "//n.png"},
    ]
    assert [vars(guide) for guide in parsed.guide] == [
        {"path": str(here / "d_###.exr"), "weight": 0.5},
        {"path": str(here / "C:/x"), "weight": 1.0},
    ]
    assert [vars(keyframe) for keyframe in keyframes] == [
        {"frame": -3, "path": str(here / "k=1.png")}
    ]
    assert arguments.choices_of(parsed) == {
        "content": 2.0,
        "detail": 0.1,
        "flip": True,
        "strength": 0.5,
        "strength_mask": "//s.png",
    }


def test_same_pictures_same_folder_others_another(timeline, shot, pictures, tmp_path):
    """One file counts by what is in it, a sequence by its files' sizes and times."""
    from ecset.sequencer import job

    def folder(**chosen) -> Path:
        described = job.describe(job.Settings(**chosen), 1, 2)
        return job.job_folder(Path("/o"), described, "a.blend", "Scene", "Shot")

    for name in ("a1", "a2", "copy"):
        (tmp_path / name).write_text("depth")
    os.utime(tmp_path / "a2", (1, 1))
    pattern = str(tmp_path / "a#")
    base = folder(guides=(job.Guide(pattern),))
    assert folder(guides=(job.Guide(pattern, 2.0),)) != base
    assert folder(strength_mask=pattern) != folder(strength_mask=str(tmp_path / "a1"))
    assert folder(strength_mask=str(tmp_path / "copy")) == folder(
        strength_mask=str(tmp_path / "a1")
    )
    assert folder(brushwork=job.Brushwork(detail=0.1)) != folder()
    keyframes = job.Keyframe(1, str(tmp_path / "a1")), job.Keyframe(2, str(tmp_path / "a1"))
    assert folder(keyframes=keyframes[:1]) != folder(keyframes=keyframes[1:])
    os.utime(tmp_path / "a2", (2, 2))
    assert folder(guides=(job.Guide(pattern),)) != base
