"""A look that changes nothing gives back the picture that the timeline showed."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest

from tests.blender.timeline import Timeline, noise, save_png

VIEWS = ["Standard", "AgX", "Filmic", "Khronos PBR Neutral", "False Color", "Raw"]
SPACES = ["sRGB", "Linear Rec.709", "ACEScg", "AgX Log", "Rec.1886"]
#: What a job's format is exact for: footage of that kind, looked at with its own precision.
SEEN_AS = {"PNG8": ("PNG", 8), "PNG16": ("PNG", 16), "EXR": ("EXR", 16)}


def largest_change(timeline: Timeline, strip, frame: int, picture: str, seen_as: str) -> float:
    """How much the timeline's picture changes, in steps of a file (in linear light for EXR)."""
    name = strip.name
    before = timeline.shown(frame, *SEEN_AS[seen_as])
    timeline.stylize_in_place(strip, picture=picture, frames=(frame, frame))
    timeline.find(name).mute = True
    after = timeline.shown(frame, *SEEN_AS[seen_as])
    return float(np.abs(after - before).max())


@pytest.fixture(scope="session")
def footage(extension, tmp_path_factory) -> dict[str, Path]:
    """One picture as bytes, as 16-bit values, and as half floats brighter than white."""
    folder = tmp_path_factory.mktemp("footage")
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    timeline = Timeline(folder, 64, 40)
    paths = {"PNG8": save_png(folder / "bytes.png", noise(64, 40, seed=1))}
    for name, brightest in (("PNG16", 1.0), ("EXR", 4.0)):
        pixels = np.ones((40, 64, 4), np.float32)
        pixels[..., :3] = np.random.default_rng(2).random((40, 64, 3)) * brightest
        image = bpy.data.images.new(name, 64, 40, float_buffer=True)
        image.pixels.foreach_set(pixels.ravel())
        kind = "PNG" if name == "PNG16" else "OPEN_EXR"
        timeline.compat.set_picture_format(timeline.scene.render.image_settings, kind, 16)
        paths[name] = folder / f"{name}{'.png' if kind == 'PNG' else '.exr'}"
        image.save_render(str(paths[name]), scene=timeline.scene)
    return paths


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("picture", SEEN_AS)
def test_exact_under_every_view_and_sequencer_space(timeline, footage, picture, view):
    for space in SPACES:
        bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
        timeline = Timeline(timeline.folder, 64, 40)
        timeline.scene.view_settings.view_transform = view
        timeline.scene.sequencer_colorspace_settings.name = space
        strip = timeline.images([footage[picture]])
        assert largest_change(timeline, strip, 1, picture, picture) == 0, space


@pytest.mark.parametrize("picture", SEEN_AS)
def test_exact_under_look_exposure_gamma_and_curves(timeline, footage, picture):
    view = timeline.scene.view_settings
    view.view_transform, view.look = "AgX", "AgX - Punchy"
    view.exposure, view.gamma, view.use_curve_mapping = 0.7, 1.2, True
    view.curve_mapping.curves[3].points.new(0.3, 0.6)
    view.curve_mapping.update()
    strip = timeline.images([footage[picture]])
    assert largest_change(timeline, strip, 1, picture, picture) == 0


def test_movie_is_exact(timeline, movie):
    timeline.scene.view_settings.view_transform = "AgX"
    assert largest_change(timeline, timeline.movie(movie), 5, "PNG8", "PNG8") == 0


@pytest.mark.parametrize("picture", ["PNG8", "PNG16", "EXR"])
def test_transparency_is_kept(timeline, tmp_path, picture):
    path = save_png(tmp_path / "rgba.png", noise(64, 40, seed=3, channels=4))
    strip = timeline.images([path])
    assert largest_change(timeline, strip, 1, picture, "PNG8") <= (0 if picture == "PNG8" else 1)


def test_transparent_picture_over_another(timeline, footage, tmp_path):
    timeline.images([footage["PNG8"]], name="Below")
    path = save_png(tmp_path / "rgba.png", noise(64, 40, seed=3, channels=4))
    strip = timeline.images([path], channel=2)
    assert largest_change(timeline, strip, 1, "PNG8", "PNG8") == 0


@pytest.mark.parametrize("picture", ["PNG8", "PNG16", "EXR"])
def test_colour_strip_keeps_its_colour(timeline, picture):
    strip = timeline.colour((0.2, 0.5, 0.8))
    assert largest_change(timeline, strip, 1, picture, "PNG8") <= 1


def test_two_runs_write_the_same_plates(timeline, pictures):
    strip = timeline.images(pictures[:1])
    timeline.scene.render.use_stamp = timeline.scene.render.use_stamp_date = True
    timeline.scene.render.dither_intensity = 1
    timeline.stylize_in_place(strip, folder="first")
    timeline.stylize_in_place(timeline.find("Shot"), folder="second")
    first, second = (
        (timeline.folder / folder / "plates/plate_0001.png").read_bytes()
        for folder in ("first", "second")
    )
    assert first == second
