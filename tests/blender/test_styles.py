"""The scene's list of style pictures."""

from __future__ import annotations

import bpy
import pytest


@pytest.fixture
def settings(timeline, pictures):
    timeline.folder = pictures[0].parent
    timeline.save()
    return timeline.scene.ecset


def add(pictures, **given) -> set[str]:
    files = [{"name": path.name} for path in pictures]
    return bpy.ops.ecset.add_styles(directory=f"{pictures[0].parent}/", files=files, **given)


def names(settings) -> list[str]:
    return [bpy.path.basename(style.path) for style in settings.styles]


def test_add_several_at_once(settings, pictures):
    assert add(pictures[:3]) == {"FINISHED"}
    assert names(settings) == ["p_0000.png", "p_0001.png", "p_0002.png"]
    assert settings.styles[0].path == "//p_0000.png"
    assert (settings.styles[0].weight, settings.styles[0].mask) == (1.0, "")
    assert settings.active_style == 2


def test_full_paths_in_a_file_that_was_not_saved(timeline, pictures):
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    add(pictures[:1])
    assert timeline.scene.ecset.styles[0].path == str(pictures[0])


def test_no_more_than_the_engine_takes(settings, pictures):
    add(pictures)
    add(pictures)
    assert len(settings.styles) == 16
    assert not bpy.ops.ecset.add_styles.poll()


def test_none_chosen(settings):
    with pytest.raises(RuntimeError, match=r"No picture was chosen\."):
        bpy.ops.ecset.add_styles()
    assert not settings.styles


def test_move_and_remove(settings, pictures):
    assert not bpy.ops.ecset.remove_style.poll()
    add(pictures[:3])
    assert bpy.ops.ecset.move_style(direction="DOWN") == {"CANCELLED"}
    assert bpy.ops.ecset.move_style(direction="UP") == {"FINISHED"}
    assert names(settings) == ["p_0000.png", "p_0002.png", "p_0001.png"]
    assert settings.active_style == 1
    bpy.ops.ecset.remove_style()
    assert names(settings) == ["p_0000.png", "p_0001.png"]
    bpy.ops.ecset.remove_style()
    assert (names(settings), settings.active_style) == (["p_0000.png"], 0)
    bpy.ops.ecset.remove_style()
    assert (names(settings), settings.active_style) == ([], 0)
    assert not bpy.ops.ecset.move_style.poll()


def animated(settings, pictures, count=4) -> None:
    """`count` styles of weights 10, 20 ... at frame 1 and one more each at frame 3; the last is
    driven.
    """
    add(pictures[:count])
    for index, style in enumerate(settings.styles):
        if index == count - 1:
            style.driver_add("weight").driver.expression = f"{10 * (index + 1)} + (frame - 1) / 2"
            continue
        for frame in (1, 3):
            style.weight = 10 * (index + 1) + (frame - 1) / 2
            style.keyframe_insert("weight", frame=frame)


def weights(scene, frame: int) -> dict[str, float]:
    """The weights of the styles at `frame`, by the numbers in their pictures' names."""
    scene.frame_set(frame)
    bpy.context.view_layer.update()
    settings = scene.ecset
    return {n[-5]: s.weight for n, s in zip(names(settings), settings.styles, strict=True)}


@pytest.mark.parametrize("moved", [(0, 1), (0, 3), (3, 0), (1, 2), (2, 2)])
def test_animation_moves_with_its_style(settings, timeline, pictures, moved):
    from ecset.operators import style_list

    animated(settings, pictures)
    settings.active_style = 1
    style_list.move(timeline.scene, *moved)
    order = ["0", "1", "2", "3"]
    order.insert(moved[1], order.pop(moved[0]))
    assert list(weights(timeline.scene, 1)) == order
    assert weights(timeline.scene, 1) == {"0": 10, "1": 20, "2": 30, "3": 40}
    assert weights(timeline.scene, 3) == {"0": 11, "1": 21, "2": 31, "3": 41}
    assert order[settings.active_style] == "1"


@pytest.mark.parametrize(("gone", "chosen"), [(0, "1"), (1, "2"), (3, "1")])
def test_animation_goes_with_its_style(settings, timeline, pictures, gone, chosen):
    from ecset.operators import style_list
    from ecset.sequencer import compat

    animated(settings, pictures)
    settings.active_style = 1
    style_list.remove(timeline.scene, gone)
    kept = {str(i): 10.0 * (i + 1) for i in range(4) if i != gone}
    assert weights(timeline.scene, 1) == kept
    assert weights(timeline.scene, 3) == {name: weight + 1 for name, weight in kept.items()}
    assert sum(map(len, compat.animation_of(timeline.scene))) == 3
    assert names(settings)[settings.active_style][-5] == chosen


def test_other_animation_stays(settings, timeline, pictures):
    from ecset.operators import style_list
    from ecset.sequencer import compat

    animated(settings, pictures)
    settings.keyframe_insert("strength", frame=1)
    style_list.remove(timeline.scene, 0)
    style_list.move(timeline.scene, 0, 2)
    paths = [curve.data_path for curve in compat.fcurves_of(timeline.scene)]
    assert sorted(paths) == ["ecset.strength", *(f"ecset.styles[{i}].weight" for i in (0, 2))]


def test_animation_in_nla_strips_moves_once(settings, timeline, pictures):
    from ecset.operators import style_list

    animated(settings, pictures)
    data = timeline.scene.animation_data
    for _ in range(2):  # two strips of the same action
        data.nla_tracks.new().strips.new("Weights", 1, data.action)
    data.action = None
    style_list.move(timeline.scene, 0, 2)
    assert weights(timeline.scene, 3) == {"1": 21, "2": 31, "0": 11, "3": 41}


def test_no_such_place(settings, timeline, pictures):
    from ecset.operators import style_list

    add(pictures[:2])
    for wrong in ((2, 0), (0, 2), (-1, 0)):
        with pytest.raises(IndexError):
            style_list.move(timeline.scene, *wrong)
    with pytest.raises(IndexError):
        style_list.remove(timeline.scene, 2)
    assert names(settings) == ["p_0000.png", "p_0001.png"]
