"""What the sidebar shows, without a window: every panel drawn, and every tooltip looked at."""

from __future__ import annotations

import shutil
from types import SimpleNamespace

import bpy
import pytest

from tests.blender import recording


@pytest.fixture
def classes(extension) -> list[type]:
    from ecset.operators import registration

    return list(registration._CLASSES)


@pytest.fixture
def panels(classes, monkeypatch) -> list[type]:
    """Those of the sidebar."""
    from ecset.operators import weights

    # no timer runs in the background, and one that was there when a file came crashes 4.2 at exit
    monkeypatch.setattr(weights, "want", lambda: None)
    return [c for c in classes if issubclass(c, bpy.types.Panel) and c.bl_region_type == "UI"]


@pytest.fixture
def draw(panels, timeline):
    """Draw all panels: what each of them drew by its name; those that do not show are left out."""

    def all_of_them(width: int = 250) -> dict[str, recording.Layout]:
        context = recording.context(timeline.scene, width)
        drawn = {
            panel.__name__[len("ECSET_PT_") :]: recording.draw(panel, context) for panel in panels
        }
        return {name: layout for name, layout in drawn.items() if layout is not None}

    return all_of_them


@pytest.fixture
def shot(timeline, pictures):
    """A strip of 12 pictures, active and selected as after a click."""
    strip = timeline.images(pictures, name="Harbour")
    timeline.editor.active_strip = strip
    return strip


def main(drawn) -> str:
    return " ".join(drawn["style"].texts)


# Tooltips.

#: Properties that Blender gives to all of a kind.
_BLENDERS = {"rna_type", "name", "bl_idname", "bl_rna", "layout_type"}


def test_everything_has_a_tooltip(classes):
    without: list[str] = []
    for cls in classes:
        name = cls.__name__
        if issubclass(cls, bpy.types.Panel):
            if cls.bl_region_type == "HEADER":  # a popover, which has a button
                _note(without, name, getattr(cls, "bl_description", ""))
            continue
        rna = cls.bl_rna
        if issubclass(cls, bpy.types.Operator):
            rna = getattr(bpy.ops.ecset, cls.bl_idname.removeprefix("ecset.")).get_rna_type()
            _note(without, name, rna.description)
        for held in rna.properties:
            if held.identifier in _BLENDERS or held.is_hidden:
                continue
            _note(without, f"{name}.{held.identifier}", held.description)
            for item in getattr(held, "enum_items_static", ()):
                _note(without, f"{name}.{held.identifier}: {item.identifier}", item.description)
    assert without == []


def _note(without: list[str], name: str, description: str) -> None:
    if not description or description.endswith("."):
        without.append(name)


# What is drawn.


@pytest.mark.parametrize("look", ["patch", "neural", "identity"])
@pytest.mark.parametrize("width", [250, 300, 500])
def test_all_panels_are_drawn_for_each_look(look, width, draw, timeline, shot):
    settings = timeline.scene.ecset
    settings.look = look
    for _ in range(3):
        settings.styles.add().path = "//a.png"
    drawn = draw(width)
    assert {"style", "output"} <= set(drawn)
    assert ("brushwork" in drawn) == ("keyframes" in drawn) == (look == "patch")
    assert ("network" in drawn) == (look == "neural")
    assert ("library" in drawn) == (look != "identity")
    assert "ecset.stylize" in drawn["style"].operators
    assert ("quality" in drawn["style"].properties) == (look == "neural")
    assert ("strength" in drawn["style"].properties) == (look != "identity")


def test_no_timeline(panels, timeline):
    context = recording.context(bpy.data.scenes.new("Empty"))
    drawn = [layout for panel in panels if (layout := recording.draw(panel, context))]
    assert "Select the strip to paint" in drawn[0].texts


def test_no_scene_to_show(panels, timeline):
    """Blender 5 has workspaces without a sequence."""
    if bpy.app.version < (5, 0, 0):
        pytest.skip("there is always one")
    context = recording.context(None)
    drawn = [layout for panel in panels if (layout := recording.draw(panel, context))]
    assert len(drawn) == 1


def test_no_strip(draw, timeline):
    assert "Select the strip to paint" in main(draw())


def test_one_strip(draw, shot):
    texts = draw()["style"].texts
    assert {"Harbour", "Images, 12 frames", "64 × 40, 1–12"} <= set(texts)


def test_kinds_of_strips(draw, timeline, movie):
    for strip, text in (
        (timeline.movie(movie), "Movie, 12 frames"),
        (timeline.colour((1, 0, 0), channel=2), "Colour, 5 frames"),
        (
            timeline.strips.new_scene(
                name="S", scene=bpy.data.scenes.new("3D"), channel=3, frame_start=1
            ),
            "Rendered scene",
        ),
        (timeline.strips.new_meta(name="M", channel=4, frame_start=1), "Meta strip"),
    ):
        for other in timeline.strips:
            other.select = other == strip
        timeline.editor.active_strip = strip
        assert text in main(draw())


def test_a_sound(draw, timeline, shot, tmp_path):
    import wave

    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 8000, "NONE", ""))
        file.writeframes(bytes(16000))
    try:
        sound = timeline.strips.new_sound(
            name="Sea", filepath=str(tmp_path / "a.wav"), channel=2, frame_start=1
        )
    except RuntimeError as error:
        pytest.skip(str(error))  # 4.2, as a module
    shot.select = False
    timeline.editor.active_strip = sound
    drawn = draw()
    assert "A sound: select a strip" in main(drawn)


def test_several_strips(draw, timeline, shot):
    for number in range(2, 8):
        timeline.colour((1, 0, 0), name=f"Colour {number}", channel=number)
    for strip in timeline.strips:
        strip.select = True
    texts = draw()["style"].texts
    assert {"7 strips", "Harbour: 12 frames", "and 3 more: 15 frames", "Stylize 7"} <= set(texts)


def test_a_keyframe(draw, timeline, shot, pictures):
    from ecset.sequencer import marks

    key = timeline.images(pictures[:1], name="Key", channel=2, start=3)
    key[marks.KEYFRAME_PROPERTY] = shot.name
    shot.select = False
    timeline.editor.active_strip = key
    drawn = draw()
    assert "Keyframe of Harbour: select" in main(drawn)
    timeline.editor.active_strip = shot
    drawn = draw()
    assert "1 keyframe in the place of styles" in main(drawn)
    assert "3: Key" in drawn["keyframes"].texts


def test_a_style_that_is_gone(draw, timeline, shot, pictures, tmp_path):
    settings = timeline.scene.ecset
    path = shutil.copy(pictures[0], tmp_path / "here.png")
    settings.styles.add().path = str(path)
    assert "ERROR" not in draw()["style"].icons
    settings.styles.add().path = str(tmp_path / "gone.png")
    settings.active_style = 1
    drawn = draw()
    assert "ERROR" in drawn["style"].icons
    assert "gone.png is not there: choose another picture" in main(drawn)


@pytest.mark.parametrize("width", [250, 400])
def test_the_rows_of_the_list(width, classes, timeline, pictures):
    settings = timeline.scene.ecset
    paths = [str(pictures[0]), "//gone.png", ""]
    (rows,) = (cls for cls in classes if issubclass(cls, bpy.types.UIList))
    context = recording.context(timeline.scene, width)
    for path in paths:
        settings.styles.add().path = path
    settings.styles[0].mask = "//mask.png"
    seen = []
    for index, style in enumerate(settings.styles):
        layout = recording.Layout()
        rows.draw_item(
            SimpleNamespace(), context, layout, settings, style, 0, settings, "active_style", index
        )
        seen.append(layout)
    assert [layout.texts[0] for layout in seen] == ["p_0000", "gone", "No picture yet"]
    assert [("ERROR" in layout.icons) for layout in seen] == [False, True, False]
    assert "MOD_MASK" in seen[0].icons
    assert all(layout.operators == ["ecset.drag_style"] for layout in seen)
    assert all(("weight" in layout.properties) == (width == 400) for layout in seen)


def test_every_way_of_coherence(draw, timeline, shot):
    settings = timeline.scene.ecset
    for method in settings.bl_rna.properties["coherence_method"].enum_items:
        settings.coherence_method = method.identifier
        assert "flow" in draw()["coherence"].properties


def test_labels_fit_into_a_narrow_sidebar(draw, timeline, shot):
    """What wraps does so in time; what has a cut name is told from it by its beginning."""
    settings = timeline.scene.ecset
    shot.name = "A strip with a name that is much too long for any sidebar"
    settings.styles.add().path = "//a_picture_with_a_long_name_that_is_gone.jpg"
    for layout in draw(250).values():
        labels = [a["text"] for name, a in layout.seen if name == "label" and a.get("text")]
        for text in labels:
            assert len(text) <= 32 or text == shot.name, text


# How the last try ended.


def test_a_refusal_is_shown_until_something_is_set(draw, timeline, shot, monkeypatch):
    from ecset.operators import running

    refusal = running.Refusal("Scene", "Harbour", "There is no style picture.")
    monkeypatch.setattr(running, "last_refusal", lambda: refusal)
    assert "There is no style picture." in main(draw())
    timeline.scene.ecset.strength = 0.5  # as animation does
    assert "There is no style picture." in main(draw())
    timeline.scene.ecset.styles.add().path = "//a.png"
    assert "There is no style picture." not in main(draw())
    shot.name = "Lake"
    again = running.Refusal("Scene", "Harbour", "There is no room on the disk.")
    monkeypatch.setattr(running, "last_refusal", lambda: again)
    assert "There is no room on the disk." not in main(draw())


def test_what_came_of_it(draw, timeline, shot, monkeypatch):
    from ecset.operators import running
    from ecset.sequencer.progress import Phase

    ended = SimpleNamespace(
        phase=Phase.FAILED,
        name="job",
        shot=SimpleNamespace(scene="Scene", strip="Harbour", length=12),
        message="The disk is full.",
        notes=["A cut was found."],
    )
    monkeypatch.setattr(running, "tasks", lambda: [ended])
    drawn = draw()
    assert {"The disk is full.", "A cut was found."} <= set(drawn["style"].texts)
    assert "The disk is full." in drawn["jobs"].texts
    shot.name = "Lake"
    assert "The disk is full." not in draw()["style"].texts
