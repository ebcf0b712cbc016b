"""Presets of looks: those that come with Ecset, and those that a person saves."""

from __future__ import annotations

from pathlib import Path

import bpy
import pytest

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = sorted((ROOT / "presets/ecset").glob("*/*.py"))


@pytest.fixture
def settings(timeline):
    return timeline.scene.ecset


@pytest.fixture
def presets(extension):
    from ecset.operators import presets

    return presets


@pytest.fixture
def saved(presets, monkeypatch, tmp_path) -> Path:
    """Where a person's presets of the brushwork go."""
    folder = tmp_path / "presets/ecset/patch"
    folder.mkdir(parents=True)

    def user_resource(kind: str, path: str = "", create: bool = False) -> str:
        return str(tmp_path / path)

    monkeypatch.setattr(bpy.utils, "user_resource", user_resource)
    bpy.utils.register_preset_path(str(tmp_path))
    presets.forget()
    yield folder
    bpy.utils.unregister_preset_path(str(tmp_path))
    presets.forget()


def test_there_are_some_for_each_look(presets):
    found = {look: [p.stem for p in SHIPPED if p.parent.name == look] for look in presets.HELD}
    assert len(found["patch"]) >= 6
    assert len(found["neural"]) >= 3
    assert all("Default" in names for names in found.values())


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_each_gives_the_same_whatever_was_set(path, settings, presets):
    values = presets.values_in(path)
    held = presets.HELD[path.parent.name]
    assert set(values) <= set(held)
    assert bpy.ops.ecset.load_preset(filepath=str(path)) == {"FINISHED"}
    first = {name: getattr(settings, name) for name in held}
    assert settings.look == path.parent.name
    for name, value in values.items():
        assert first[name] == pytest.approx(value), "a value out of its limits?"
    settings.style_scale, settings.palette, settings.content_weight = 3.0, 0.1, 9.0
    settings.rotate, settings.colours, settings.look = True, "linear", "identity"
    bpy.ops.ecset.load_preset(filepath=str(path))
    assert {name: getattr(settings, name) for name in held} == first
    assert presets.current(settings) == path.stem.replace("_", " ")


@pytest.mark.parametrize("look", ["patch", "neural"])
def test_no_two_are_alike(look, presets):
    paths = [path for path in SHIPPED if path.parent.name == look]
    values = [tuple(sorted(presets.values_in(path).items())) for path in paths]
    assert len(set(values)) == len(paths)


def test_by_its_name(settings):
    bpy.ops.ecset.load_preset(preset="Footage Colours")
    assert (settings.look, settings.palette) == ("patch", 0.0)
    settings.look = "neural"
    bpy.ops.ecset.load_preset(preset="Footage Colours")
    assert (settings.look, settings.colours) == ("neural", "luminance")
    bpy.ops.ecset.load_preset(preset="Broad Strokes")
    assert settings.look == "patch"
    with pytest.raises(RuntimeError, match='There is no preset "Mosaic"; there are Broad Strokes'):
        bpy.ops.ecset.load_preset(preset="Mosaic")


def test_what_is_not_of_the_look_stays(settings):
    settings.strength, settings.seed, settings.output = 0.4, 7, "/elsewhere/"
    settings.coherence_method, settings.smoothness = "long", 3.0
    settings.styles.add().path = "//a.png"
    bpy.ops.ecset.load_preset(filepath=str(ROOT / "presets/ecset/patch/Default.py"))
    assert (settings.strength, settings.seed) == (pytest.approx(0.4), 7)
    assert (settings.output, settings.coherence_method) == ("/elsewhere/", "long")
    assert settings.smoothness == 3.0
    assert len(settings.styles) == 1


def test_a_setting_that_is_none_of_a_preset(settings, presets):
    assert presets.current(settings) == "Default"
    settings.content = 1.234
    assert presets.current(settings) is None


def test_save_and_take_away(settings, presets, saved):
    settings.palette, settings.rotate = 0.3, True
    bpy.ops.ecset.save_brushwork_preset(name="My Own")
    assert [path.name for path in saved.iterdir()] == ["My_Own.py"]
    assert presets.current(settings) == "My Own"
    settings.palette, settings.rotate = 1.0, False
    bpy.ops.ecset.load_preset(filepath=str(saved / "My_Own.py"))
    assert (settings.palette, settings.rotate) == (pytest.approx(0.3), True)
    bpy.utils.execfile(str(saved / "My_Own.py"))  # it is one of Blender's, too
    bpy.ops.ecset.save_brushwork_preset(name="My Own", remove_name=True)
    assert not list(saved.glob("*.py"))
    assert presets.current(settings) is None


def test_those_that_come_with_ecset_stay(settings):
    assert bpy.ops.ecset.save_brushwork_preset(name="Tinted", remove_name=True) == {"CANCELLED"}
    assert (ROOT / "presets/ecset/patch/Tinted.py").exists()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("settings.palette = (", "cannot be read"),
        ("settings.palette = open('/etc/passwd')", 'has no plain value for "palette"'),
        ("settings.palette = 0.5\nsettings.content = 'much'", "a value that is not allowed"),
    ],
)
def test_a_bad_preset_changes_nothing(text, sentence, settings, saved):
    path = saved / "Bad.py"
    path.write_text(text)
    settings.look, settings.content = "neural", 2.5
    with pytest.raises(RuntimeError, match=sentence):
        bpy.ops.ecset.load_preset(filepath=str(path))
    assert (settings.look, settings.content, settings.palette) == ("neural", 2.5, 1.0)


def test_a_preset_that_is_gone(settings, saved):
    with pytest.raises(RuntimeError, match="cannot be read"):
        bpy.ops.ecset.load_preset(filepath=str(saved / "Gone.py"))
