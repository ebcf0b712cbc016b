"""The result stands where its strip stands, and looks as it looked."""

from __future__ import annotations

import math

import bpy
import numpy as np
import pytest

from tests.blender.timeline import Timeline

without_new_modifiers = pytest.mark.skipif(
    (5, 0, 0) <= bpy.app.version < (5, 1, 0), reason="modifiers.new() crashes Blender 5.0.1"
)


def shift(timeline: Timeline, strip, frame: int, **arguments):
    """(picture before, picture with the result in the strip's place, result)."""
    name = strip.name
    before = timeline.shown(frame)
    _, result, _ = timeline.stylize_in_place(strip, **arguments)
    timeline.find(name).mute = True
    return before, timeline.shown(frame), result


def transform(strip) -> None:
    strip.transform.offset_x, strip.transform.offset_y = 7, -3
    strip.transform.scale_x, strip.transform.scale_y = 1.3, 0.8
    strip.transform.rotation = math.radians(20)
    strip.transform.origin = (0.3, 0.6)
    strip.transform.filter = "BILINEAR"


@pytest.mark.parametrize("kind", ["images", "movie"])
def test_transform_crop_and_flip(timeline, request, kind):
    source = request.getfixturevalue("pictures" if kind == "images" else "movie")
    strip = getattr(timeline, kind)(source)
    transform(strip)
    strip.crop.min_x, strip.crop.max_y = 10, 5
    strip.use_flip_x = strip.use_flip_y = True
    before, after, result = shift(timeline, strip, 4)
    # the plate went through bytes: interpolation may round them the other way
    assert np.abs(before - after).max() <= 1
    elements = result.elements
    assert (elements[0].orig_width, elements[0].orig_height) == (64, 40)
    assert result.crop.min_x == 10
    assert result.use_flip_y


def test_percentage_scale(timeline, pictures):
    timeline.scene.render.resolution_percentage = 50
    strip = timeline.images(pictures)
    transform(strip)
    before, after, _ = shift(timeline, strip, 4)
    assert before.shape == (27, 48, 4)
    assert np.abs(before - after).max() <= 1


def test_animated_transform_and_opacity_go_along(timeline, pictures):
    timeline.colour((0.1, 0.3, 0.2), name="Below", length=20)
    strip = timeline.images(pictures, channel=2)
    strip.name = 'A "shot"\\'
    for frame, x, alpha in ((1, -20, 0.2), (6, 5, 1.0), (12, 30, 0.4)):
        strip.transform.offset_x, strip.blend_alpha = x, alpha
        strip.transform.keyframe_insert("offset_x", frame=frame)
        strip.keyframe_insert("blend_alpha", frame=frame)
        strip.color_multiply = alpha
        strip.keyframe_insert("color_multiply", frame=frame)
    curve = timeline.compat.fcurves_of(timeline.scene)[0]
    curve.keyframe_points[1].interpolation = "BOUNCE"
    curve.keyframe_points[0].handle_right_type = "FREE"
    curve.keyframe_points[0].handle_right = (3, 40)
    curve.modifiers.new("NOISE").strength = 6
    strip.crop.driver_add("min_x").driver.expression = "7"
    frames = (1, 3, 5, 8, 11)
    before = [timeline.shown(frame) for frame in frames]
    name = strip.name
    timeline.stylize_in_place(strip)
    assert timeline.find(name).mute, "it would show through"
    for frame, picture in zip(frames, before, strict=True):
        assert np.abs(timeline.shown(frame) - picture).max() <= 1, f"frame {frame}"


@without_new_modifiers
def test_modifiers_are_in_the_plate(timeline, pictures):
    strip = timeline.images(pictures)
    strip.modifiers.new("Bright", "BRIGHT_CONTRAST").bright = 20
    strip.color_saturation = 0.5
    strip.color_multiply = 0.8
    before, after, result = shift(timeline, strip, 2)
    assert len(result.modifiers) == 0
    np.testing.assert_array_equal(before, after)


@without_new_modifiers
def test_masks_stay_in_their_place(timeline, pictures):
    """A mask lies on the screen, not on the strip: the plate then shows the screen."""
    mask = timeline.colour((1, 1, 1), name="Mask", channel=1, length=12)
    mask.crop.max_x = 40
    mask.mute = True
    strip = timeline.images(pictures, channel=2)
    transform(strip)
    modifier = strip.modifiers.new("Bright", "BRIGHT_CONTRAST")
    modifier.bright = 50
    modifier.input_mask_type, modifier.input_mask_strip = "STRIP", mask
    before, after, result = shift(timeline, strip, 2)
    assert (result.transform.scale_x, result.transform.rotation) == (1, 0)
    assert result.elements[0].orig_width == 96
    visible = before[..., 3] == 255
    assert np.abs(before - after)[visible].max() == 0


def test_scene_strip_has_its_scenes_size(timeline, pictures):
    other = bpy.data.scenes.new("Other")
    other.render.resolution_x, other.render.resolution_y = 60, 30
    other.render.resolution_percentage = 50
    strip = timeline.strips.new_scene(name="Scene", scene=other, channel=1, frame_start=1)
    from ecset.sequencer import plates

    shot = plates.describe(timeline.scene, strip)
    assert (shot.width, shot.height) == (30, 15)


def test_first_channel_free_for_the_whole_length(timeline, pictures):
    strip = timeline.images(pictures)
    timeline.colour((1, 0, 0), channel=2, start=10, length=50)
    timeline.colour((1, 0, 0), channel=3, start=-30, length=32)
    timeline.colour((1, 0, 0), channel=4, start=13)
    timeline.editor.channels[4].mute = True
    timeline.editor.channels[5].lock = True
    _, result, _ = timeline.stylize_in_place(strip)
    assert result.channel == 6


def test_result_is_named_selected_and_knows_its_job(timeline, pictures):
    timeline.colour((1, 0, 0), channel=7)
    strip = timeline.images(pictures)
    _, result, _ = timeline.stylize_in_place(strip)
    assert result.name == "Shot Ecset"
    assert timeline.editor.active_strip == result
    selected = [s.name for s in timeline.compat.all_strips(timeline.editor) if s.select]
    assert selected == ["Shot Ecset"]
    assert result["ecset_job"] == "job"
    assert result.directory == "//job/frames/"
    assert not timeline.find("Shot").mute, "an opaque result hides it anyway"


def test_result_follows_a_strip_that_was_moved(timeline, pictures):
    from ecset.sequencer import place, plates
    from ecset.sequencer.record import Record

    strip = timeline.images(pictures)
    timeline.stylize_in_place(strip)
    strip = timeline.find("Shot")
    shot = plates.describe(timeline.scene, strip)
    compat = timeline.compat
    timeline.move(strip, 30)
    record = Record(shot, "edit.blend", "PNG8", opaque=True)
    placed = place.place(timeline.folder / "job", record)
    assert compat.left(timeline.find(placed.strip)) == 31


def test_half_transparent_strip_does_not_count_twice(timeline, pictures):
    timeline.colour((0.1, 0.3, 0.2), name="Below", length=20)
    strip = timeline.images(pictures, channel=2)
    strip.blend_type, strip.blend_alpha = "MULTIPLY", 0.5
    before = timeline.shown(2)
    timeline.stylize_in_place(strip)
    np.testing.assert_array_equal(timeline.shown(2), before)
    assert timeline.find("Shot").mute


@pytest.mark.parametrize(
    ("placement", "mutes"),
    [
        ({}, False),
        ({"offset_x": 7, "scale_x": 2, "scale_y": 0.5}, False),
        ({"rotation": 0.2, "scale_x": 4, "scale_y": 4}, False),  # its edges are out of sight
        ({"offset_x": 0.5, "filter": "BILINEAR"}, True),
        ({"rotation": 0.2}, True),
        ({"rotation": 0.2, "filter": "NEAREST"}, False),
    ],
)
def test_soft_edges_do_not_count_twice(timeline, pictures, placement, mutes):
    timeline.colour((0.1, 0.3, 0.2), name="Below", length=20)
    strip = timeline.images(pictures, channel=2)
    for name, value in placement.items():
        setattr(strip.transform, name, value)
    before = timeline.shown(2)
    timeline.stylize_in_place(strip)
    np.testing.assert_array_equal(timeline.shown(2), before)
    assert timeline.find("Shot").mute == mutes


def test_moving_edges_do_not_count_twice(timeline, pictures):
    strip = timeline.images(pictures)
    strip.transform.keyframe_insert("rotation", frame=1)
    timeline.stylize_in_place(strip)
    assert timeline.find("Shot").mute


@pytest.mark.parametrize("name", ["n" * 63, "\u65e5" * 21])
def test_long_names_keep_their_suffix(timeline, pictures, name):
    strip = timeline.images(pictures, name=name)
    _, result, _ = timeline.stylize_in_place(strip)
    assert result.name.startswith(name[:10])
    assert result.name.endswith(" Ecset")
