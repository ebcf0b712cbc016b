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
