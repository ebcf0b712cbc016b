"""A strength and weights of styles that move: from keyframes and drivers of the scene to each frame
of the job.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import bpy
import pytest

FRAMES = range(1, 6)


@pytest.fixture
def scene(timeline, pictures) -> Any:
    strip = timeline.images(pictures)
    timeline.save()
    timeline.editor.active_strip = strip
    timeline.scene.ecset.styles.add().path = str(pictures[0])
    return timeline.scene


def animate(scene, *points: tuple[float, float]) -> None:
    """Straight lines between (frame, strength)."""
    for frame, strength in points:
        scene.ecset.strength = strength
        scene.ecset.keyframe_insert("strength", frame=frame)
    for point in curve(scene).keyframe_points:
        point.interpolation = "LINEAR"


def curve(scene) -> Any:
    from ecset.sequencer import compat

    (found,) = (c for c in compat.fcurves_of(scene) if c.data_path == "ecset.strength")
    return found


def written(**given) -> Any:
    """The strength in the job of a strip that was painted."""
    from ecset.operators import running

    assert bpy.ops.ecset.stylize(frames="1-5", **given) == {"FINISHED"}
    job = json.loads((running.last_task().folder / "job.json").read_text(encoding="utf-8"))
    return job["strength"]


def values(scene) -> list[float]:
    from ecset.sequencer import animation

    (found,) = animation.values(scene, ["ecset.strength"], FRAMES)
    return found


def test_one_number_where_nothing_moves(scene):
    scene.ecset.strength = 0.7
    assert written() == 0.7


def test_keyframes_give_each_frame_its_own(scene):
    animate(scene, (1, 0.2), (5, 1.0))
    assert written() == [0.2, 0.4, 0.6, 0.8, 1.0]


def test_what_is_given_counts_more(scene):
    animate(scene, (1, 0.2), (5, 1.0))
    assert written(strength=0.5) == 0.5


def test_a_curve_that_stands_still_is_one_number(scene):
    animate(scene, (1, 0.3), (5, 0.3))
    assert written() == 0.3


def test_it_stays_in_its_limits(scene):
    """A curve may swing beyond; what Blender shows does not."""
    animate(scene, (1, 0.0), (5, 1.0))
    modifier = curve(scene).modifiers.new("GENERATOR")
    modifier.use_additive = True
    modifier.coefficients = (0.5, 0.0)
    assert written() == [0.5, 0.75, 1.0, 1.0, 1.0]


def test_a_muted_curve_does_not_count(scene):
    animate(scene, (1, 0.2), (5, 1.0))
    curve(scene).mute = True
    scene.ecset.strength = 0.9
    assert written() == 0.9


def test_drivers(scene):
    driver = scene.ecset.driver_add("strength").driver
    driver.expression = "frame / 10"
    assert written() == [0.1, 0.2, 0.3, 0.4, 0.5]


def test_drivers_that_look_at_what_moves(scene):
    """At another property of the same scene."""
    driver = scene.ecset.driver_add("strength").driver
    variable = driver.variables.new()
    variable.targets[0].id_type, variable.targets[0].id = "SCENE", scene
    variable.targets[0].data_path = "frame_current"
    driver.expression = "var / 10"
    assert values(scene) == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5])


def test_nla_and_stretched_time(scene):
    animate(scene, (1, 0.2), (5, 1.0))
    scene.render.frame_map_old, scene.render.frame_map_new = 100, 50
    stretched = values(scene)
    scene.frame_set(2)
    assert stretched[1] == pytest.approx(scene.ecset.strength)
    scene.render.frame_map_new = 100
    data = scene.animation_data
    strip = data.nla_tracks.new().strips.new("Strength", 1, data.action)
    assert strip.frame_start == 1
    data.action = None
    assert values(scene) == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])


@pytest.mark.parametrize("driven", [False, True])
def test_the_session_stays_as_it_is(scene, driven):
    """What a person changed and did not key is not lost, and nothing is left over."""
    animate(scene, (1, 0.2), (5, 1.0))
    strip = scene.sequence_editor.active_strip
    strip.keyframe_insert("blend_alpha", frame=1)
    scene.frame_set(3)
    strip.blend_alpha = 0.5
    if driven:
        bpy.data.objects.new("Empty", None).driver_add("hide_render").driver.expression = "frame"
        scene.ecset.driver_add("strength").driver.expression = "frame / 10"
    before = [len(getattr(bpy.data, kind)) for kind in ("scenes", "objects", "actions", "texts")]
    handled = []
    bpy.app.handlers.frame_change_post.append(lambda scene, *_: handled.append(scene.name))
    try:
        assert len(set(values(scene))) == 5
    finally:
        bpy.app.handlers.frame_change_post.pop()
    assert "Scene" not in handled
    assert scene.frame_current == 3
    assert strip.blend_alpha == 0.5
    after = [len(getattr(bpy.data, kind)) for kind in ("scenes", "objects", "actions", "texts")]
    assert after == before


def test_command_line_counts_the_blends(scene, timeline, capfd, tmp_path):
    from ecset.operators import command_line

    animate(scene, (1, 0.2), (5, 1.0))
    blend = timeline.save()

    def strength(*options) -> Any:
        output = tmp_path / f"out{len(list(tmp_path.iterdir()))}"
        call = ["stylize", str(blend), "--strip", "Shot", "--frames", "2-4", "--output"]
        assert command_line.main([*call, str(output), *options]) == 0, capfd.readouterr().err
        (job,) = Path(output).glob("*/job.json")
        return json.loads(job.read_text(encoding="utf-8"))["strength"]

    assert strength() == [0.4, 0.6, 0.8]
    assert strength("--strength", "0.25") == 0.25


# Weights of styles.


@pytest.fixture
def styled(scene, pictures) -> Any:
    """The scene with three styles; the one in the middle has no picture yet."""
    for path in ("", str(pictures[1])):
        scene.ecset.styles.add().path = path
    return scene


def weigh(scene, place: int, *points: tuple[float, float]) -> None:
    """Straight lines between (frame, weight)."""
    from ecset.sequencer import compat

    style = scene.ecset.styles[place]
    for frame, weight in points:
        style.weight = weight
        style.keyframe_insert("weight", frame=frame)
    for moved in compat.fcurves_of(scene):
        for point in moved.keyframe_points:
            point.interpolation = "LINEAR"


def written_weights(**given) -> list[Any]:
    """The weights in the job of a strip that was painted."""
    from ecset.operators import running

    assert bpy.ops.ecset.stylize(frames="1-5", **given) == {"FINISHED"}
    job = json.loads((running.last_task().folder / "job.json").read_text(encoding="utf-8"))
    return [style["weight"] for style in job["look"]["styles"]]


def test_plain_weights(styled):
    styled.ecset.styles[2].weight = 0.3
    assert written_weights() == [1.0, 0.3]


def test_weights_cross(styled):
    weigh(styled, 0, (1, 1.0), (5, 0.0))
    weigh(styled, 2, (1, 0.0), (5, 2.0))
    assert written_weights() == [[1.0, 0.75, 0.5, 0.25, 0.0], [0.0, 0.5, 1.0, 1.5, 2.0]]
    assert written_weights(look="neural")[1] == [0.0, 0.5, 1.0, 1.5, 2.0]


def test_drivers_of_weights(styled):
    styled.ecset.styles[2].driver_add("weight").driver.expression = "frame / 10"
    assert written_weights() == [1.0, [0.1, 0.2, 0.3, 0.4, 0.5]]


def test_weights_stay_in_their_limits(styled):
    driver = styled.ecset.styles[0].driver_add("weight").driver
    driver.expression = "(frame - 3) * 1000"
    assert written_weights() == [[0.0, 0.0, 0.0, 1000.0, 1000.0], 1.0]


def test_given_styles_have_given_weights(styled, pictures):
    weigh(styled, 0, (1, 1.0), (5, 0.0))
    styles = [{"name": str(pictures[0]), "weight": 0.25, "mask": ""}]
    assert written_weights(styles=styles) == [0.25]
    assert written_weights(style=str(pictures[0])) == [1.0]


def test_animation_of_the_list_reaches_the_job_where_the_style_is(styled):
    from ecset.operators import style_list

    weigh(styled, 0, (1, 1.0), (5, 0.2))
    styled.ecset.styles[2].driver_add("weight").driver.expression = "frame"
    style_list.move(styled, 0, 2)
    assert written_weights() == [[1.0, 2.0, 3.0, 4.0, 5.0], [1.0, 0.8, 0.6, 0.4, 0.2]]
    style_list.remove(styled, 1)
    assert written_weights() == [[1.0, 0.8, 0.6, 0.4, 0.2]]


def test_styles_that_all_weigh_nothing(styled):
    from ecset.operators import running

    weigh(styled, 0, (1, 1.0), (3, 0.0))
    styled.ecset.styles[2].weight = 0.0
    with pytest.raises(RuntimeError, match="All styles weigh 0 at frame 3: give one of them"):
        bpy.ops.ecset.stylize(frames="1-5")
    assert not running.tasks()
    assert bpy.ops.ecset.stylize(frames="1-2") == {"FINISHED"}


def test_the_list_filled_again_has_no_foreign_animation(styled):
    """As the panel is filled from a result: other styles do not take over what moved these."""
    from ecset.operators.order import Order
    from ecset.sequencer import compat
    from ecset.sequencer.job import Style

    weigh(styled, 0, (1, 1.0), (5, 0.0))
    asked = Order.of_scene(styled).to_json()
    Order.fill(asked, styled.ecset)
    assert [s.path for s in styled.ecset.styles] == [s["path"] for s in asked["styles"]]
    other = Order.of_scene(styled, styles=[Style("//other.png", 2.0)]).to_json()
    Order.fill(other, styled.ecset)
    assert not any(compat.animation_of(styled))
    assert [(s.path, s.weight) for s in styled.ecset.styles] == [("//other.png", 2.0)]
