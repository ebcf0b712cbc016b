"""job.json: what is taken, and what its frames are known by."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core import fingerprint, job
from core.coherence import Coherence
from core.errors import InputError
from core.look import NeuralSettings


def test_round_trip(shop, tmp_path):
    made = job.parse(shop.data(seed=5, coherence={"enabled": False}), tmp_path)
    job.save(made, tmp_path)
    assert job.load(tmp_path) == made
    assert job.load(tmp_path / "job.json") == made
    assert "folder" not in json.loads((tmp_path / "job.json").read_text())


def neural(settings: dict[str, object]) -> dict[str, object]:
    return {"name": "neural", "styles": [{"path": "a"}], "settings": settings}


# For each field something else than its default.
NEURAL = {
    "style_scale": 0.5,
    "content_weight": 0.0,
    "style_weight": 2.5,
    "content_layers": {"conv3_1": 0.5, "conv5_2": 2.0},
    "style_layers": {"conv4_4": 3.0},
    "tv_weight": 0.0,
    "tv": "absolute",
    "colours": "luminance",
    "start": "noise",
    "optimiser": "adam",
    "quality": "fine",
    "iterations": [0, 100, 50],
    "later": 0.25,
    "settled": 0.0,
    "pooling": "average",
}
COHERENCE = {
    "enabled": False,
    "method": "multipass",
    "flow": "raft-large",
    "flow_weights": "raft.safetensors",
    "weight": 0.0,
    "distances": [1, 3, 9],
    "passes": 2,
    "blend": 0.75,
    "segment": 24,
    "overlap": 0,
}


def test_each_field_makes_the_round_trip(shop, tmp_path):
    assert NEURAL.keys() == NeuralSettings.model_fields.keys()
    assert COHERENCE.keys() == Coherence.model_fields.keys()
    for field, value in NEURAL.items():
        made = job.parse(shop.data(look=neural({field: value})), tmp_path)
        assert made != job.parse(shop.data(look=neural({})), tmp_path), field
        job.save(made, tmp_path)
        assert job.load(tmp_path) == made
        assert json.loads((tmp_path / "job.json").read_text())["look"]["settings"][field] == value
    for field, value in COHERENCE.items():
        made = job.parse(shop.data(coherence={field: value}), tmp_path)
        assert made != job.parse(shop.data(), tmp_path), field
        job.save(made, tmp_path)
        assert job.load(tmp_path) == made
        assert json.loads((tmp_path / "job.json").read_text())["coherence"][field] == value


def test_strength_of_each_frame(shop, tmp_path):
    for given, wanted in ((0.25, [0.25, 0.25]), ([0.5, 1], [0.5, 1.0])):
        made = job.parse(shop.data(2, strength=given), tmp_path)
        assert [made.strength_at(frame) for frame in (1, 2)] == wanted
        job.save(made, tmp_path)
        assert job.load(tmp_path) == made
    frames = {"first": -3, "last": -1}
    made = job.parse(shop.data(frames=frames, strength=[0, 0.5, 1]), tmp_path)
    assert [made.strength_at(frame) for frame in (-3, -2, -1)] == [0, 0.5, 1]


def test_pictures_of_a_frame(shop, tmp_path):
    made = job.parse(shop.data(), tmp_path)
    assert made.picture("masks/m_###.png", 7) == tmp_path / "masks/m_007.png"
    assert made.picture("/masks/m.png", 7) == Path("/masks/m.png")


@pytest.mark.parametrize("cut", [0, 1, 40, 120])
def test_cut_off_file(shop, tmp_path, cut):
    (tmp_path / "job.json").write_text(json.dumps(shop.data())[:cut])
    with pytest.raises(InputError, match=r"no whole JSON .*; make the job again\."):
        job.load(tmp_path)


def test_no_object_no_file_no_text(tmp_path):
    with pytest.raises(InputError, match="There is no job at"):
        job.load(tmp_path)
    (tmp_path / "job.json").write_text("[1]")
    with pytest.raises(InputError, match="must hold a JSON object"):
        job.load(tmp_path)
    (tmp_path / "job.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="can't be read"):
        job.load(tmp_path)


@pytest.mark.parametrize(
    ("pattern", "frame", "name"),
    [
        ("a_####.png", 7, "a_0007.png"),
        ("a_####.png", -5, "a_-005.png"),  # as Blender writes it
        ("a_####.png", 123456, "a_123456.png"),
        ("#.png", 12, "12.png"),
        ("/shot #3/##/a_##.png", 7, "/shot #3/##/a_07.png"),  # folders have names of their own
    ],
)
def test_numbered(pattern, frame, name):
    assert job.numbered(pattern, frame) == name


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [("3", 3, 3), ("1-24", 1, 24), ("-5--1", -5, -1), ("-5-2", -5, 2), (" 1 - 2 ", 1, 2)],
)
def test_ranges(text, first, last):
    assert job.parse_range(text) == job.FrameRange(first=first, last=last)


@pytest.mark.parametrize("text", ["", "a", "1-", "1:3", "1-2-3"])
def test_no_ranges(text):
    with pytest.raises(InputError, match="must be given as A-B"):
        job.parse_range(text)


def test_backward_range():
    with pytest.raises(InputError, match="run backwards; write 2-9"):
        job.parse_range("9-2")


def test_chunk_outside(shop, tmp_path):
    made = job.parse(shop.data(last=4), tmp_path)
    assert made.chunk("2-3") == job.FrameRange(first=2, last=3)
    assert made.chunk(None) == made.frames
    for text in ("0-2", "4-5", "9"):
        with pytest.raises(InputError, match="are not all in this job: it has 1-4"):
            made.chunk(text)


def test_fingerprints_follow_what_changes_pixels(shop, tmp_path):
    def of(pictures: tuple[str, ...] = ("s",), **changes: object) -> str:
        return fingerprint.of_settings(job.parse(shop.data(**changes), tmp_path), pictures, ["p"])

    same = of()
    assert of() == same
    assert of(plates="elsewhere/####.png") == same, "where plates lie changes no pixel"
    assert of(seed=1) != same
    assert of(coherence={"weight": 1.0}) != same
    assert of(output={"depth": 16}) != same
    assert of(strength=0.5) == same, "strength is each frame's own affair"
    assert of(coherence={"flow_weights": "a file"}) == same, "what is in it is among the pictures"
    assert of(strength_mask="m.png") != same
    assert of(("t",)) != same

    def look(path: str, mask: str | None = None, **more: object) -> dict[str, object]:
        return {"name": "patch", "styles": [{"path": path, "mask": mask}], **more}

    assert of(look=look("another/place.png")) == same
    masked = of(("s", "m"), look=look("s.png", "m.png"))
    assert masked not in (same, of(("s", "n"), look=look("s.png", "m.png")))
    assert of(("s", "m"), look=look("s.png", "other/name.png")) == masked
    each = of(look=look("s.png", "m_##.png"))
    assert each not in (same, masked)
    assert of(look=look("s.png", "other/name_#.png")) == each
    guide = {"path": "g_#.png", "weight": 1.0, "styles": ["x"]}
    guided = of(("s", "x"), look=look("s.png", guides=[guide]))
    assert guided != same
    assert guided != of(("s", "x"), look=look("s.png", guides=[{**guide, "weight": 2.0}]))
    assert guided == of(("s", "x"), look=look("s.png", guides=[{**guide, "path": "h_#.png"}]))
    keyed = {
        at: of(("k",), look={"name": "patch", "keyframes": [{"frame": at, "path": path}]})
        for at, path in ((1, "k"), (2, "k"))
    }
    assert keyed[1] != keyed[2]
