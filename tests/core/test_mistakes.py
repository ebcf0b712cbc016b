"""The sentence that each mistake in a job gets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core import job
from core.errors import InputError
from tests.core.test_job import COHERENCE, NEURAL, neural


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"version": 0}, "version should be 1, not 0"),
        ({"version": 2}, "of version 2 and this Ecset knows up to 1: update Ecset"),
        ({"sed": 1}, "sed is not a field of a job; seed may be meant."),
        ({"quality": 1}, "quality is not a field of a job."),
        ({"seed": -1}, "seed should be greater than or equal to 0, not -1"),
        ({"seed": "x"}, "seed should be a valid integer, not 'x'"),
        ({"folder": "/"}, "folder is not a field of a job"),
        ({"frames": {"first": 1}}, "frames.last is missing"),
        ({"frames": {"first": 5, "last": 1}}, "last must not be before first (5)"),
        ({"plates": "plate.png"}, "plates must hold one run of #"),
        ({"plates": "a##_##.png"}, "plates must hold one run of #"),
        ({"plates": "a##/b.png"}, "plates must have its # in the file's name"),
        (
            {"look": {"name": "oil"}},
            "look.name should be 'patch', 'neural' or 'identity', not 'oil'",
        ),
        ({"look": {"styles": []}}, "look.name is missing."),
        ({"look": "patch"}, "look should be a JSON object with fields, not 'patch'"),
        ({"strength": 1.5}, "strength should be less than or equal to 1, not 1.5."),
        ({"strength": None}, "strength should be a valid number, not null."),
        ({"strength": [1, 1, 7, 1]}, "strength.2 should be less than or equal to 1, not 7."),
        ({"strength": [1, 1]}, "one number, or one for each of the 4 frames, not 2 of them."),
        (
            {"look": {"name": "patch", "styles": [{"path": "a", "weight": None}]}},
            "look.styles.0.weight should be a valid number, not null.",
        ),
        (
            {"look": {"name": "patch", "styles": [{"path": "a", "weight": [1, 1, 1001, 1]}]}},
            "look.styles.0.weight.2 should be less than or equal to 1000, not 1001.",
        ),
        (
            {"look": {"name": "patch", "styles": [{"path": "a", "weight": [1, 1]}]}},
            "look.styles.0.weight must be one number, or one for each of the 4 frames, not 2",
        ),
        (
            {"look": {"name": "patch", "styles": [{"path": "a", "weight": 0}]}},
            "look.styles must not all weigh 0 at a frame, as they do at 1: give one of them a",
        ),
        (
            {
                "look": {
                    "name": "neural",
                    "styles": [
                        {"path": "a", "weight": [1, 0, 0, 1]},
                        {"path": "b", "weight": [0, 1, 0, 0.5]},
                    ],
                }
            },
            "look.styles must not all weigh 0 at a frame, as they do at 3: ",
        ),
        ({"strength": []}, "one number, or one for each of the 4 frames, not 0 of them."),
        ({"strength_mask": ""}, "strength_mask must name a picture, or be null, not ''"),
        ({"strength_mask": "a#b#.png"}, "strength_mask must hold one run of #"),
        (
            {"look": {"name": "identity", "guides": []}},
            "look.guides is not a field of a job with the look 'identity'.",
        ),
        (
            {"look": {"name": "patch", "styles": [{"path": "a", "weight": -1}]}},
            "look.styles.0.weight should be greater than or equal to 0, not -1",
        ),
        (
            {
                "look": {
                    "name": "patch",
                    "styles": [{"path": "a"}],
                    "settings": {"style_scale": 9},
                }
            },
            "look.settings.style_scale should be less than or equal to 4, not 9",
        ),
        (
            {"coherence": {"flow": "raft"}},
            "coherence.flow should be 'dis', 'dis-medium', 'dis-fast', ",
        ),
        (
            {"coherence": {"distances": [4, 1, 1]}},
            "coherence.distances must grow, each of them once: [1, 4], not [4, 1, 1].",
        ),
        ({"coherence": {"distances": []}}, "coherence.distances must have at least 1."),
        ({"coherence": {"distances": [0, 1]}}, "coherence.distances.0 should be greater than or"),
        (
            {"coherence": {"segment": 4, "overlap": 4}},
            "coherence.overlap (4) must be less than coherence.segment (4).",
        ),
        (
            {"coherence": {"segment": 8, "method": "multipass"}},
            "coherence.segment can't be given with the method multipass",
        ),
        ({"coherence": {"segment": 1}}, "coherence.segment should be greater than or equal to 2"),
        ({"coherence": {"flow_weights": ""}}, "coherence.flow_weights must not be empty."),
        ({"coherence": {"weight": float("nan")}}, "coherence.weight should be a finite number"),
        ({"output": {"format": "EXR"}}, "depth must be 16 (half) when format is EXR"),
        (
            {"output": {"format": "EXR", "depth": 16}},
            "pattern must end in .exr when format is EXR",
        ),
        ({"output": {"depth": 10}}, "output.depth should be 8 or 16, not 10"),
    ],
)
def test_mistakes_are_named(shop, tmp_path, change, said):
    with pytest.raises(InputError) as caught:
        job.parse(shop.data(**change), tmp_path)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("look", "said"),
    [
        ({}, "look.styles must hold one picture at least, or look.keyframes one painting."),
        (
            {"styles": [{"path": "a"}], "keyframes": [{"frame": 1, "path": "b"}]},
            "look.styles and look.keyframes can't both be given; leave one of them empty.",
        ),
        (
            {"keyframes": [{"frame": 5, "path": "b"}]},
            "look.keyframes.0.frame must be one of the job's frames (1-4), not 5.",
        ),
        (
            {"keyframes": [{"frame": 2, "path": "b"}, {"frame": 2, "path": "c"}]},
            "look.keyframes has frame 2 twice",
        ),
        (
            {"styles": [{"path": "a"}] * 2, "guides": [{"path": "g", "styles": [None]}]},
            "look.guides.0.styles must be empty or have one entry for each style: 2, not 1.",
        ),
        (
            {
                "keyframes": [{"frame": 1, "path": "b"}],
                "guides": [{"path": "g"}, {"path": "g", "styles": ["s"]}],
            },
            "look.guides.1.styles must be empty with keyframes: the guide at their frames is",
        ),
        (
            {"styles": [{"path": "a", "mask": "##/m#_#.png"}]},
            "look.styles.0.mask must hold one run of #",
        ),
        ({"styles": [{"path": "a"}] * 17}, "look.styles must have at most 16, not 17."),
        ({"styles": [{"path": ""}]}, "look.styles.0.path must not be empty."),
    ],
)
def test_mistakes_of_the_look_are_named(shop, tmp_path, look, said):
    with pytest.raises(InputError) as caught:
        job.parse(shop.data(look={"name": "patch", **look}), tmp_path)
    assert f"job.json: {said}" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("coherence", [{"method": "short"}, {"segment": 8}])
def test_keyframes_hold_a_shot_in_their_own_way(shop, tmp_path, coherence):
    look = {"name": "patch", "keyframes": [{"frame": 1, "path": "a"}]}
    with pytest.raises(InputError, match=r"can't be chosen with look\.keyframes"):
        job.parse(shop.data(look=look, coherence=coherence), tmp_path)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            {"style_layers": {"conv9_1": 1}},
            "style_layers names 'conv9_1', which is no layer of the ",
        ),
        ({"style_layers": {"conv9_1": 1}}, "nearest by name: conv5_1, conv4_1, conv3_1."),
        ({"content_layers": {"relu4_2": 1}}, "of the network; nearest by name: conv4_2."),
        ({"content_layers": {"x": 1}}, "of the network; there are conv1_1, conv1_2, conv2_1, "),
        ({"style_layers": {"conv1_1": 0}}, "style_layers.conv1_1 should be greater than 0, not 0."),
        (
            {"style_layers": ["conv1_1"]},
            "style_layers should be a JSON object with a number for each layer, not ['conv1_1'].",
        ),
        (
            {"style_layers": {}},
            "style_layers must name one layer at least, or look.settings.style_weight be 0.",
        ),
        (
            {"content_layers": {}},
            "content_layers must name one layer at least, or look.settings.content_weight be 0.",
        ),
        (
            {"content_weight": 0, "style_weight": 0},
            "content_weight and look.settings.style_weight are both 0; give one of them a weight.",
        ),
        ({"iterations": []}, "iterations must have at least 1."),
        ({"iterations": [5] * 9}, "iterations must have at most 8, not 9."),
        ({"iterations": [0, 0]}, "iterations must have one above 0."),
        ({"iterations": [50.5]}, "iterations.0 should be a valid integer, not 50.5."),
        ({"later": 0}, "later should be greater than 0, not 0."),
        ({"optimiser": "sgd"}, "optimiser should be 'lbfgs' or 'adam', not 'sgd'."),
        ({"detail": 1}, "detail is not a field of a job with the look 'neural'."),
        ({"optimizer": "adam"}, "with the look 'neural'; optimiser may be meant."),
    ],
)
def test_mistakes_of_the_neural_look_are_named(shop, tmp_path, settings, said):
    with pytest.raises(InputError) as caught:
        job.parse(shop.data(look=neural(settings)), tmp_path)
    assert str(caught.value).startswith("job.json: look.settings.")
    assert str(caught.value).endswith(said) or said.endswith(" ")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("look", "said"),
    [
        ({}, "look.styles is missing."),
        ({"styles": []}, "look.styles must have at least 1."),
        ({"keyframes": []}, "look.keyframes is not a field of a job with the look 'neural'."),
        ({"weights": ""}, "look.weights must not be empty."),
        (
            {"style": []},
            "look.style is not a field of a job with the look 'neural'; styles may be meant.",
        ),
        (
            {"styles": [{"path": "a", "msk": "m"}]},
            "look.styles.0.msk is not a field of a job with the look 'neural'; mask may be meant.",
        ),
        ({"settings": None}, "look.settings should be a JSON object with fields, not null."),
    ],
)
def test_more_mistakes_of_the_neural_look(shop, tmp_path, look, said):
    styles = {} if not look else {"styles": [{"path": "a"}]}
    with pytest.raises(InputError) as caught:
        job.parse(shop.data(look={"name": "neural", **styles, **look}), tmp_path)
    assert str(caught.value) == f"job.json: {said}"


WRONG = [None, "x", -1, 0.5, True, [], {}, [-1], ["x"], {"x": 1}, 10**400, float("inf"), [9] * 99]


@pytest.mark.parametrize("field", [*NEURAL, *COHERENCE])
def test_whatever_is_wrong_is_one_sentence_that_names_the_field(shop, tmp_path, field):
    told = [said for value in WRONG if (said := refusal(shop, tmp_path, field, value))]
    place = "look.settings" if field in NEURAL else "coherence"
    for said in told:
        assert said.startswith(f"job.json: {place}.{field}")
        assert said.endswith(".")
        assert not re.search(r"\n|[Ii]nput|Value|constrained|\[key]|None|True|dict", said)
        assert len(said) < 280
    assert len(told) >= 8


def refusal(shop, folder: Path, field: str, value: object) -> str | None:
    part = {"look": neural({field: value})} if field in NEURAL else {"coherence": {field: value}}
    try:
        job.parse(shop.data(**part), folder)
    except InputError as error:
        return str(error)
    return None
