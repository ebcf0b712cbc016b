"""The look "Neural" and the coherence: the engine's own numbers, from the panel to the job."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import bpy
import pytest

from tests.blender import schema

#: The real one, which no other test here calls.
ENGINE = os.environ.get("ECSET_ENGINE_PYTHON")

#: Blender's name of a setting, where it is not the job's.
NETWORK_NAMES = {"tv_weight": "smoothness", "tv": "smoothness_form"}
COHERENCE_NAMES = {
    "enabled": "coherence",
    "method": "coherence_method",
    "weight": "coherence_weight",
}
#: The engine's alone.
WITHOUT_CONTROL = {"content_layers", "style_layers", "settled"}
#: A file that the preferences name.
ELSEWHERE = {"flow_weights"}


def cases() -> dict[str, tuple[Any, Any, dict[str, schema.Field], dict[str, str]]]:
    """Our side, its class, the engine's fields and how controls are called."""
    from ecset.sequencer import coherence, network

    return {
        "network": (
            network,
            network.Network,
            schema.fields("look.py", "NeuralSettings"),
            NETWORK_NAMES,
        ),
        "coherence": (
            coherence,
            coherence.Coherence,
            schema.fields("coherence.py", "Coherence"),
            COHERENCE_NAMES,
        ),
    }


@pytest.mark.parametrize("case", ["network", "coherence"])
def test_numbers_are_the_engines(extension, case):
    ours, kind, engine, _ = cases()[case]
    assert set(engine) - WITHOUT_CONTROL - ELSEWHERE == set(vars(kind()))
    for name, default in vars(kind()).items():
        field = engine[name]
        given = list(default) if isinstance(default, tuple) else default
        assert given == field.default, name
        assert (field.least, field.greatest) == ours.LIMITS.get(name, (None, None)), name
        assert field.choices == ours.CHOICES.get(name, ()), name


def test_strength_and_weights_are_the_engines(extension):
    from ecset.sequencer.brushwork import STRENGTH, STRENGTH_LIMITS, WEIGHT_LIMITS

    share, weight = schema.alias("job.py", "Share"), schema.alias("look.py", "Weight")
    assert schema.fields("job.py", "Job")["strength"].default == STRENGTH
    assert (share.least, share.greatest) == STRENGTH_LIMITS
    assert (weight.least, weight.greatest) == WEIGHT_LIMITS


def test_so_many_at_most(extension):
    from ecset.operators import styles
    from ecset.sequencer import coherence, network

    assert schema.fields("look.py", "NeuralSettings")["iterations"].most == network.MOST_SIZES
    assert schema.fields("coherence.py", "Coherence")["distances"].most == coherence.MOST_DISTANCES
    for look in ("PatchLook", "NeuralLook"):
        assert schema.fields("look.py", look)["styles"].most == styles.MOST


@pytest.mark.parametrize("case", ["network", "coherence"])
def test_controls_have_them(timeline, case):
    ours, kind, _, names = cases()[case]
    for name, default in vars(kind()).items():
        rna = timeline.scene.ecset.bl_rna.properties[names.get(name, name)]
        assert not rna.is_animatable, "one for a whole strip"
        if rna.type == "STRING":
            assert rna.default == " ".join(map(str, default or ()))
            continue
        assert rna.default == pytest.approx(0 if default is None else default), name
        if rna.type == "ENUM":
            assert tuple(item.identifier for item in rna.enum_items) == ours.CHOICES[name]
        elif name in ours.LIMITS:
            low, high = ours.LIMITS[name]
            # 0 stands for none, or is what the engine does not take and a control cannot say
            assert rna.hard_min == pytest.approx(low, abs=0.011) or name == "segment"
            assert high is None or rna.hard_max == pytest.approx(high)


def test_every_control_says_what_it_does(timeline):
    from ecset.operators.choices import declared

    for name in declared():
        rna = timeline.scene.ecset.bl_rna.properties[name]
        items = list(getattr(rna, "enum_items", ()))
        texts = [rna.description, *(item.description for item in items)]
        assert rna.name, name
        assert all(text and not text.endswith(".") for text in texts), name


@pytest.fixture
def shot(timeline, pictures) -> Any:
    strip = timeline.images(pictures)
    timeline.save()
    timeline.editor.active_strip = strip
    timeline.scene.ecset.styles.add().path = str(pictures[0])
    return strip


def paint(**given) -> dict[str, Any]:
    """The job of a strip that was painted."""
    from ecset.operators import running

    assert bpy.ops.ecset.stylize(frames="1-3", **given) == {"FINISHED"}
    file = running.last_task().folder / "job.json"
    return json.loads(file.read_text(encoding="utf-8"))


def test_from_the_panel_and_arguments_to_the_job(timeline, shot, pictures, tmp_path):
    settings = timeline.scene.ecset
    settings.look, settings.quality, settings.colours = "neural", "draft", "luminance"
    settings.smoothness, settings.smoothness_form = 0.7, "absolute"
    settings.iterations = "40, 20"
    settings.coherence_method = "multipass"
    settings.passes, settings.segment = 6, 24
    job = paint(content_weight=2.5, passes=3, later=0.3)
    assert job["look"] == {
        "name": "neural",
        "styles": [{"path": str(pictures[0]), "weight": 1.0, "mask": None}],
        "weights": None,
        "settings": {
            "style_scale": 1.0,
            "content_weight": 2.5,
            "style_weight": 1.0,
            "tv_weight": 0.7,
            "tv": "absolute",
            "colours": "luminance",
            "start": "plate",
            "optimiser": "lbfgs",
            "quality": "normal",
            "iterations": [40, 20],
            "later": 0.3,
            "pooling": "max",
        },
    }
    assert job["coherence"] == {
        "enabled": True,
        "method": "multipass",
        "flow": "dis",
        "flow_weights": None,
        "weight": 4.0,
        "distances": [1, 2, 4],
        "passes": 3,
        "blend": 0.5,
        "segment": None,
        "overlap": 4,
    }


def test_what_nobody_sees_makes_no_other_job(timeline, shot):
    from ecset.operators import running

    folders = []
    for given in (
        {},
        {"passes": 9, "blend": 0.1, "distances": "none", "overlap": 9, "iterations": "none"},
        {"coherence_method": "long", "distances": "8 1 8"},
        {"coherence_method": "long", "distances": "1,8"},
        {"coherence": False, "flow": "raft-small", "segment": 1},
        {"coherence": False},
    ):
        timeline.editor.active_strip = timeline.find("Shot")
        paint(**given)
        folders.append(running.last_task().folder.name)
    assert folders[0::2] == folders[1::2]
    assert len(set(folders)) == 3


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            {"iterations": "many"},
            '"many" are no iterations: write at most 8 numbers from 0 to 10000',
        ),
        ({"iterations": "1 2 3 4 5 6 7 8 9"}, "are no iterations: write at most 8 numbers"),
        ({"coherence_method": "long", "distances": "0"}, '"0" are no distances: write at most 8'),
        ({"segment": 4}, "A segment of 4 frames is too short: make it longer than the overlap"),
        ({"segment": 1, "overlap": 0}, "A segment of 1 frames is too short"),
        ({"guides": [{"name": "//g.png", "weight": 1.0}]}, "The look Neural takes no guides"),
        (
            {"style": "a.png", "styles": [{"name": "a.png", "weight": 1.0, "mask": ""}]},
            "There are style and styles: give one of the two.",
        ),
    ],
)
def test_mistakes_are_one_sentence(timeline, shot, given, sentence):
    with pytest.raises(RuntimeError) as error:
        bpy.ops.ecset.stylize(look="neural", **given)
    assert sentence in str(error.value)


def test_painted_keyframes_are_for_the_brushwork(timeline, shot, pictures):
    from ecset.sequencer import marks

    key = timeline.images(pictures[:1], name="Key", channel=2, start=2)
    key[marks.KEYFRAME_PROPERTY] = "Shot"
    timeline.editor.active_strip = timeline.find("Shot")
    assert len(paint(look="neural")["look"]["styles"]) == 1
    timeline.editor.active_strip = timeline.find("Shot")
    assert len(paint()["look"]["keyframes"]) == 1


def test_no_style(timeline, shot):
    timeline.scene.ecset.styles.clear()
    with pytest.raises(RuntimeError, match=r"There is no style picture: choose one\.$"):
        bpy.ops.ecset.stylize(look="neural")


def test_command_line_takes_what_the_blend_says(timeline, shot, pictures, capfd):
    from ecset.operators import command_line

    settings = timeline.scene.ecset
    settings.look, settings.quality, settings.coherence = "neural", "fine", False
    settings.styles[0].weight = 0.3
    blend = timeline.save()

    def job(*options) -> dict[str, Any]:
        call = ["stylize", str(blend), "--strip", "Shot", "--frames", "1-3", *options]
        assert command_line.main(call) == 0, capfd.readouterr().err
        (folder,) = [
            line.removeprefix("Job folder: ")
            for line in capfd.readouterr().out.splitlines()
            if line.startswith("Job folder: ")
        ]
        return json.loads((Path(folder) / "job.json").read_text(encoding="utf-8"))

    plain = job()
    assert plain["look"]["settings"]["quality"] == "fine"
    assert plain["look"]["styles"] == [{"path": str(pictures[0]), "weight": 0.3, "mask": None}]
    assert not plain["coherence"]["enabled"]
    given = job("--quality", "draft", "--coherence", "--style", f"{pictures[1]}:2")
    assert given["look"]["settings"]["quality"] == "draft"
    assert given["look"]["styles"] == [{"path": str(pictures[1]), "weight": 2.0, "mask": None}]
    assert given["coherence"]["enabled"]


@pytest.mark.skipif(ENGINE is None, reason="ECSET_ENGINE_PYTHON names no engine")
def test_the_engine_takes_our_jobs(extension, tmp_path):
    """Its own reader, on what differs from its defaults."""
    from ecset.sequencer import coherence, job, network, process

    style = job.Style(__file__, 0.5, mask=str(tmp_path / "m_####.png"))
    looks = [
        {"look": "patch", "guides": (job.Guide(__file__, 2.0),)},
        {"look": "neural", "weights": "/w.pth", "strength": (0.0, 0.5, 1.0)},
        {"look": "neural", "network": network.Network(iterations=(3, 2), tv="absolute")},
        {"look": "neural", "network": network.Network(colours="linear", later=0.01)},
    ]
    ways = [
        *({"method": method, "segment": 9} for method in coherence.CHOICES["method"]),
        *({"flow": flow} for flow in coherence.CHOICES["flow"]),
        {"enabled": False},
    ]
    files = []
    for number, look in enumerate(looks):
        for way in ways:
            settings = job.Settings(
                styles=(style,),
                coherence=coherence.Coherence(**way),
                flow_weights="/f.pth",
                **look,
            )
            files.append(tmp_path / f"{number}_{len(files)}.json")
            files[-1].write_text(json.dumps(job.describe(settings, -1, 1)))
    code = "import sys, pathlib, core.job; [core.job.load(pathlib.Path(p)) for p in sys.argv[1:]]"
    done = subprocess.run(
        [ENGINE, "-c", code, *files],
        cwd=schema.ROOT,
        env=process.clean_environment(schema.ROOT),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.splitlines()[-1]
