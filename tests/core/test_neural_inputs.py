"""What belongs to a frame, from file to file, painted by the look neural with weights that have
learned nothing: masks, alpha, scene-linear plates, strength."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest

from core import frames
from core.frames import Picture
from core.look import Layer
from core.networks import vgg, weights
from tests.core.pictures import grey, panned, textured
from tests.core.runs import run

# Quick: few iterations, and no deeper into the network than its second block.
QUICK = {"iterations": [12], "content_layers": {"conv2_1": 1.0}, "style_layers": {"conv1_1": 1.0}}
# Nothing to do: a plate that is begun from is content with itself.
NOTHING = {**QUICK, "iterations": [2], "style_weight": 0, "tv_weight": 0}
ALONE = {"enabled": False}


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("weights")
    made = weights.he_initialised("vgg19", 0)
    weights.save("vgg19", made, folder / "vgg19.safetensors")
    return folder


@pytest.fixture(autouse=True)
def _weights(store, monkeypatch):
    monkeypatch.setenv("ECSET_WEIGHTS", str(store))


def look(styles: list[dict[str, Any]], **settings: Any) -> dict[str, Any]:
    return {"name": "neural", "styles": styles, "settings": {**QUICK, **settings}}


def written(job: Path, frame: int, suffix: str = "png") -> Picture:
    return frames.read(job / f"frames/ecset_{frame:04d}.{suffix}")


def flat(path: Path, colour: tuple[float, float, float]) -> dict[str, Any]:
    """A style of one colour, but for a little of everything."""
    rgb = np.float32(colour) + 0.05 * textured(48, 64, 3)
    frames.write(Picture(rgb.astype(np.float32)), path, 8, "style")
    return {"path": str(path)}


def test_layers_of_the_job_are_those_of_the_network():
    assert get_args(Layer) == vgg.NAMES


def test_each_style_goes_where_its_mask_says_in_each_frame(shop, tmp_path):
    """Red to the left in the first frame, to the right in the second; blue where red is not."""
    red = flat(tmp_path / "red.png", (0.8, 0.1, 0.1)) | {"mask": "red_#.png"}
    blue = flat(tmp_path / "blue.png", (0.1, 0.1, 0.8)) | {"mask": "blue_#.png"}
    painted = look([red, blue], content_weight=0)
    job = shop.job("a", [np.full((48, 64, 3), 0.5, np.float32)] * 2, look=painted, coherence=ALONE)
    left = np.zeros((48, 64))
    left[:, :32] = 1
    for frame, mask in ((1, left), (2, 1 - left)):
        grey(job / f"red_{frame}.png", mask)
        grey(job / f"blue_{frame}.png", 1 - mask)
    assert run(job).painted == [1, 2]
    for frame, sign in ((1, 1), (2, -1)):
        rgb = written(job, frame).rgb
        redness = rgb[..., 0] - rgb[..., 2]
        assert sign * redness[:, 4:28].mean() > 0.05
        assert sign * redness[:, 36:60].mean() < -0.05
    # A mask is its frame's business.
    grey(job / "red_2.png", 0.5)
    assert run(job).painted == [2]


def test_a_grey_mask_is_how_strongly(shop, tmp_path):
    style = flat(tmp_path / "red.png", (0.8, 0.1, 0.1))
    plate = panned(1)[0]
    changes = []
    for number, value in enumerate((None, 1, 0.5, 0.1, 0)):
        masked = style if value is None else style | {"mask": "m.png"}
        job = shop.job(str(number), [plate], look=look([masked], style_weight=0.1, tv_weight=0))
        grey(job / "m.png", value or 0)
        assert run(job).painted == [1]
        changes.append(np.abs(written(job, 1).rgb - plate).mean())
    assert changes[0] == changes[1], "white is no mask"
    assert changes[1] > 1.1 * changes[2] > 1.2 * changes[3]
    assert changes[4] < 1 / 255


def test_a_mask_for_all_frames_is_every_frames_business(shop, tmp_path):
    style = flat(tmp_path / "red.png", (0.8, 0.1, 0.1)) | {"mask": "m.png"}
    job = shop.job("a", panned(2), look=look([style]), coherence=ALONE)
    grey(job / "m.png", 1)
    assert run(job).painted == [1, 2]
    grey(job / "m.png", 0.5)
    assert run(job).painted == [1, 2]
    grey(job / "m.png", 0.5, 40, 64)
    assert "the plates are 64×48; it must have their proportions" in run(job).error


@pytest.mark.parametrize("colours", ["style", "luminance", "histogram", "linear"])
def test_alpha_is_kept_and_nothing_is_painted_where_there_is_nothing(shop, tmp_path, colours):
    style = flat(tmp_path / "red.png", (0.8, 0.1, 0.1))
    job = shop.job("a", panned(1), look=look([style], colours=colours))
    alpha = np.ones((48, 64), np.float32)
    alpha[:, :20], alpha[:, 20:30] = 0, 128 / 255
    frames.write(Picture(panned(1)[0], alpha), job / "plates/plate_0001.png", 8, "plate")
    assert run(job).painted == [1]
    plate, result = frames.read(job / "plates/plate_0001.png"), written(job, 1)
    assert result.alpha is not None
    np.testing.assert_array_equal(result.alpha, plate.alpha)
    np.testing.assert_array_equal(result.rgb[:, :20], plate.rgb[:, :20])
    assert np.abs(result.rgb - plate.rgb)[:, 30:].mean() > 0.01


ALPHA = np.linspace(0.1, 1, 64, dtype=np.float32)[None].repeat(48, 0)


@pytest.mark.parametrize(
    ("suffix", "depth", "plate", "exact"),
    [
        ("png", 8, Picture(textured(48, 64)), 0),
        ("png", 16, Picture(textured(48, 64), ALPHA), 1e-6),
        ("exr", 16, Picture(textured(48, 64), ALPHA), 2e-3),
        ("exr", 16, Picture(3 * textured(48, 64) - 1), 2e-3),
    ],
    ids=["8 bits", "16 bits", "scene-linear", "beyond black and white"],
)
def test_with_nothing_to_do_the_plate_comes_back(shop, tmp_path, suffix, depth, plate, exact):
    """As it was in the file, premultiplied and scene-linear for EXR, to half's own exactness; what
    is beyond black and white is painted black or white."""
    style = flat(tmp_path / "red.png", (0.8, 0.1, 0.1))
    job = tmp_path / "job"
    given = job / f"plates/plate_0001.{suffix}"
    frames.write(plate, given, depth, "plate")
    data = shop.data(
        1,
        plates=f"plates/plate_####.{suffix}",
        look=look([style], **NOTHING),
        output={"pattern": f"frames/ecset_####.{suffix}", "format": suffix.upper(), "depth": depth},
    )
    (job / "job.json").write_text(json.dumps(data))
    assert run(job).painted == [1]
    before, result = frames.read(given), written(job, 1, suffix)
    np.testing.assert_allclose(result.rgb, before.rgb.clip(0, 1), atol=exact)
    if plate.alpha is None:
        assert result.alpha is None
    else:
        assert result.alpha is not None
        np.testing.assert_array_equal(result.alpha, before.alpha)


def test_strength_of_each_frame(shop, tmp_path):
    style = flat(tmp_path / "red.png", (0.8, 0.1, 0.1))
    changes = {"look": look([style]), "coherence": ALONE}
    job = shop.job("a", panned(3), strength=[0, 0.5, 1], **changes)
    whole = shop.job("b", panned(3), **changes)
    assert run(job).status == run(whole).status == 0
    for frame, share in ((1, 0), (2, 0.5), (3, 1)):
        plate = frames.read(job / f"plates/plate_{frame:04d}.png").rgb
        paint, mixed = written(whole, frame).rgb, written(job, frame).rgb
        np.testing.assert_allclose(mixed, plate + share * (paint - plate), atol=1.01 / 255)
        assert np.abs(paint - plate).mean() > 0.01


def test_all_of_it_at_once_in_whatever_chunks(shop, tmp_path):
    """A shot held together, of scene-linear plates with alpha and lights beyond white, two styles,
    a mask and a strength that change: the same frames, however it is cut up."""
    red = flat(tmp_path / "red.png", (0.8, 0.1, 0.1)) | {"mask": "red_#.png"}
    blue = flat(tmp_path / "blue.png", (0.1, 0.1, 0.8))
    data = shop.data(
        4,
        plates="plates/plate_####.exr",
        look=look([red, blue], iterations=[3]),
        strength=[1, 0.5, 0.02, 1],
        coherence={"method": "long"},
        output={"pattern": "frames/ecset_####.exr", "format": "EXR", "depth": 16},
    )
    found = []
    for name, chunks in (("whole", ["1-4"]), ("chunks", ["3-4", "1-2"])):
        job = tmp_path / name
        for frame, plate in enumerate(panned(4), start=1):
            file = job / f"plates/plate_{frame:04d}.exr"
            frames.write(Picture(1.5 * plate, ALPHA), file, 16, "plate")
            mask = np.zeros((48, 64))
            mask[:, : 12 * frame] = 1
            grey(job / f"red_{frame}.png", mask)
        (job / "job.json").write_text(json.dumps(data))
        for chunk in chunks:
            assert run(job, "--frames", chunk).status == 0
        assert run(job).painted == []
        found.append([written(job, frame, "exr").digest() for frame in (1, 2, 3, 4)])
    assert found[0] == found[1]
