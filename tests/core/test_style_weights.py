"""Weights of styles that are a frame's own: what they mix, what follows from them, what keeps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core import fingerprint, frames, job, lanes
from core.device import Machine
from core.frames import Picture
from core.inputs import Digests
from core.job import FrameRange
from core.look import NeuralSettings, PatchSettings
from core.looks import Plate, Source
from core.looks.neural import Neural
from core.looks.patch import Patch
from core.networks import weights as stored
from tests.core.pictures import panned, tensor, textured
from tests.core.runs import results, run

SIZE = (72, 96)
CROSSING = [1.0, 0.75, 0.5, 0.25, 0.0]
ALONE = {"enabled": False}


def tinted(colour: tuple[float, float, float], seed: int = 5) -> torch.Tensor:
    return tensor(textured(60, 80, seed))[:, :1] * torch.tensor(colour).view(1, 3, 1, 1)


RED, BLUE = tinted((1, 0.1, 0.1)), tinted((0.1, 0.1, 1), 6)


def patch(*sources: torch.Tensor, **settings: Any) -> Patch:
    look = Patch(PatchSettings(**settings), 0)
    sample = Plate(tensor(panned(1, *SIZE)[0]))
    look.prepare([Source(picture) for picture in sources], SIZE, sample)
    return look


def plate(*weights: float, **more: Any) -> Plate:
    return Plate(tensor(panned(1, *SIZE)[0]), weights=weights, **more)


@pytest.fixture(scope="module")
def network(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "vgg19.safetensors"
    stored.save("vgg19", stored.he_initialised("vgg19", 0), path)
    return path


QUICK: dict[str, Any] = {
    "iterations": [4],
    "content_layers": {"conv2_1": 1.0},
    "style_layers": {"conv1_1": 1.0, "conv2_1": 1.0},
}


def neural(network: Path, *sources: torch.Tensor) -> Neural:
    machine = Machine(torch.device("cpu"))
    look = Neural(NeuralSettings(**QUICK), network, 0, machine, lambda *_, **__: None)
    look.prepare([Source(picture) for picture in sources], SIZE, plate())
    return look


# The job.


def data(shop: Any, *weights: Any, **changes: Any) -> dict[str, Any]:
    """A job of five frames with styles of these weights."""
    styles = [{"path": str(shop.style), "weight": weight} for weight in weights]
    return shop.data(5, look={"name": "patch", "styles": styles}, **changes)


def test_the_round_trip(shop, tmp_path):
    made = job.parse(data(shop, CROSSING, 0.5), tmp_path)
    assert [made.weights_at(frame) for frame in (1, 3, 5)] == [(1, 0.5), (0.5, 0.5), (0, 0.5)]
    job.save(made, tmp_path)
    assert job.load(tmp_path) == made
    assert (
        json.loads((tmp_path / "job.json").read_text())["look"]["styles"][0]["weight"] == CROSSING
    )


def test_fewer_frames_of_a_job_have_their_own(shop, tmp_path):
    made = job.parse(data(shop, CROSSING, 0.5, strength=[0, 0.1, 0.2, 0.3, 0.4]), tmp_path)
    part = made.narrowed(FrameRange(first=2, last=4))
    for frame in (2, 3, 4):
        assert part.weights_at(frame) == made.weights_at(frame)
        assert part.strength_at(frame) == made.strength_at(frame)
    again = json.loads(part.model_dump_json())
    assert job.parse(again, tmp_path) == part, "it is a whole job"


def marks(made: job.Job) -> list[str]:
    digests = {frame: Digests("p") for frame in made.frames.numbers()}
    layout = lanes.of(made, digests, fingerprint.of_settings(made, ["s"], ["p"]))
    return [layout.steps[layout.results[frame]].fingerprint for frame in made.frames.numbers()]


def test_a_frame_is_known_by_its_own_weights(shop, tmp_path):
    def of(*weights: Any, **changes: Any) -> list[str]:
        return marks(job.parse(data(shop, *weights, **changes), tmp_path))

    def kept(one: list[str], other: list[str]) -> list[int]:
        return [n for n, (a, b) in enumerate(zip(one, other, strict=True), 1) if a == b]

    turned = [1.0, 0.75, 0.5, 0.9, 0.0]
    assert kept(of(CROSSING, 1.0), of(turned, 1.0)) == [1, 2, 3], "what goes on from it is another"
    alone = {"coherence": ALONE}
    assert kept(of(CROSSING, 1.0, **alone), of(turned, 1.0, **alone)) == [1, 2, 3, 5]
    assert kept(of(CROSSING, 1.0, **alone), of(CROSSING, 0.9, **alone)) == []
    assert kept(of(0.9, 1.0), of(1.0, 1.0)) == []


def test_plain_numbers_are_known_as_before(shop, tmp_path):
    """Where no weight moves, a frame is known by its strength alone beside what all share."""
    made = job.parse(data(shop, 0.5, 2.0), tmp_path)
    shared = fingerprint.of_settings(made, ["s"], ["p"])
    assert marks(made)[0] == fingerprint.of_frame(shared, [1.0], ["p"], "", [])


# Patches.


def test_patches_of_what_weighs_nothing_are_not_used():
    look = patch(RED, BLUE)
    red, blue = (look.paint(plate(*weights), None) for weights in ((1, 0), (0, 1)))
    assert (red[:, 2] < 0.11).all()
    assert (blue[:, 0] < 0.11).all()


def test_shares_of_the_paint_follow_the_weights():
    look = patch(RED, BLUE)
    redness = []
    for weight in CROSSING:
        painted = look.paint(plate(weight, 1 - weight), None)
        redness.append((painted[:, 0] > painted[:, 2]).float().mean().item())
    assert redness == sorted(redness, reverse=True)
    assert redness[0] == 1
    assert 0.2 < redness[2] < 0.8
    assert redness[-1] == 0


def test_the_same_weights_paint_the_same():
    """Whatever was painted before, and however large the numbers are."""
    look = patch(RED, BLUE)
    once = look.paint(plate(0.2, 0.8), None)
    look.paint(plate(0.9, 0.1), None)
    assert torch.equal(look.paint(plate(0.2, 0.8), None), once)
    assert torch.equal(look.paint(plate(2.0, 8.0), None), once)


def test_paint_makes_way_for_the_style_that_gains():
    look = patch(RED, BLUE)
    red, blue = (look.paint(plate(*weights), None) for weights in ((1, 0), (0, 1)))
    gone = look.kept(plate(0, 1), red, (1, 0))
    assert gone.shape == (1, 1, *SIZE)
    assert gone.max() < 0.05
    assert look.kept(plate(0, 1), blue, (0.1, 0.9)).min() > 0.95, "it is there already"
    little = look.kept(plate(0.95, 0.05), red, (1.0, 0.0))
    assert little.mean() > 0.8, "little changes for a little"
    back = look.kept(plate(0.6, 0.4), red, (0.5, 0.5))
    assert back.min() > 0.95, "red has gained, and red it is"


# The network.


def test_targets_of_the_network_are_mixed(network):
    """At the ends one style's own, to the bit; a mean in between."""
    look = neural(network, RED, BLUE)
    (level,) = look._levels
    first, half, last = (
        look._targets(level, [None], weights)[0] for weights in ((1, 0), (3, 3), (0, 0.5))
    )
    for layer, gram in first.items():
        assert torch.equal(gram, level.grams[0][layer])
        assert torch.equal(last[layer], level.grams[1][layer])
        torch.testing.assert_close(half[layer], (gram + last[layer]) / 2)


def test_the_network_paints_by_the_frames_own(network):
    """What weighs nothing is as if it were not there."""
    both, red, blue = (neural(network, *s) for s in ((RED, BLUE), (RED,), (BLUE,)))
    for weights, alone in (((2, 0), red), ((0, 1), blue)):
        assert torch.equal(both.paint(plate(*weights), None), alone.paint(plate(1), None))


def test_all_makes_way_where_statistics_change(network):
    look = neural(network, RED, BLUE)
    painted = plate().rgb
    assert torch.equal(look.kept(plate(0, 1), painted, (1, 0)), torch.zeros(1, 1, *SIZE))
    assert look.kept(plate(2, 2), painted, (1, 1)).min() == 1
    kept = [look.kept(plate(1 - d, d), painted, (1, 0)).mean().item() for d in (0.02, 0.05, 0.2)]
    assert kept == sorted(kept, reverse=True)
    left = torch.zeros(1, 1, *SIZE)
    left[..., :48] = 1
    kept = look.kept(plate(0.5, 0.5, masks=(left, None)), painted, (1, 0))
    assert kept[..., :48].max() < 0.05
    assert kept[..., 48:].min() < 0.05, "where the one style is not, the other one was missing"
    kept = look.kept(plate(0.5, 0.5, masks=(left, None)), painted, (0.9, 0.1))
    assert kept[..., 48:].min() == 1, "where a style is alone, its weight says nothing"


# From file to file.


def shots(shop: Any, name: str, look: str, **coherence: Any) -> Path:
    """A job of five frames, crossing from red to blue."""
    styles = []
    for tint, weight in ((RED, CROSSING), (BLUE, CROSSING[::-1])):
        path = shop.folder / f"style_{len(styles)}.png"
        frames.write(Picture(np.ascontiguousarray(tint[0].permute(1, 2, 0))), path, 8, "style")
        styles.append({"path": str(path), "weight": weight})
    settings = {**QUICK, "iterations": [20]} if look == "neural" else {}
    described = {"name": look, "styles": styles, "settings": settings}
    return shop.job(name, panned(5), look=described, coherence=coherence)


def redness(folder: Path) -> list[float]:
    """Of each frame, by how much it is redder than blue."""
    found = []
    for frame in range(1, 6):
        rgb = frames.read(folder / f"frames/ecset_{frame:04d}.png").rgb
        found.append(float((rgb[..., 0] - rgb[..., 2]).mean()))
    return found


WAYS: list[dict[str, Any]] = [
    ALONE,
    {"method": "anchored"},
    {"method": "warp"},
    {"method": "short"},
    {"method": "long"},
    {"method": "multipass", "passes": 2},
    {"segment": 3, "overlap": 1},
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: "-".join(map(str, way.values())))
def test_a_shot_goes_from_one_style_to_the_other(shop, way):
    folder = shots(shop, "a", "patch", **way)
    assert run(folder).status == 0
    found = redness(folder)
    assert found == sorted(found, reverse=True)
    assert found[0] > 0.1
    assert found[-1] < -0.1


@pytest.mark.parametrize("method", ["anchored", "long"])
def test_the_network_goes_from_one_style_to_the_other(shop, network, monkeypatch, method):
    monkeypatch.setenv("ECSET_WEIGHTS", str(network.parent))
    folder = shots(shop, "a", "neural", method=method)
    assert run(folder).status == 0
    found = redness(folder)
    assert found == sorted(found, reverse=True)
    assert found[0] > 0.03 > -0.03 > found[-1]


def test_chunks_and_hands_see_the_same_weights(shop):
    whole, chunks, hands = (
        shots(shop, name, "patch", segment=3, overlap=1) for name in ("whole", "chunks", "hands")
    )
    assert run(whole).status == 0
    for chunk in ("4-5", "1-3"):
        assert run(chunks, "--frames", chunk).status == 0
    assert results(chunks) == results(whole)
    assert run(hands, "--devices", "cpu,cpu").status == 0
    assert results(hands) == results(whole)


def test_what_comes_before_a_change_of_weights_is_kept(shop):
    folder = shots(shop, "a", "patch")
    assert run(folder).painted == [1, 2, 3, 4, 5]
    made = json.loads((folder / "job.json").read_text())
    made["look"]["styles"][0]["weight"][3] = 0.6
    (folder / "job.json").write_text(json.dumps(made))
    assert run(folder).painted == [4, 5]


def test_a_still_with_moving_weights_does_not_stand_still(shop):
    """A held frame is painted again when its weights are others, and not when they are not."""
    still = panned(1)[0]
    folder = shots(shop, "a", "patch")
    for frame in range(1, 6):
        frames.write(Picture(still), folder / f"plates/plate_{frame:04d}.png", 8, "plate")
    made = json.loads((folder / "job.json").read_text())
    made["look"]["styles"][0]["weight"] = [1, 1, 0, 0, 0]
    made["look"]["styles"][1]["weight"] = [0, 0, 1, 1, 1]
    (folder / "job.json").write_text(json.dumps(made))
    assert run(folder).status == 0
    digests = [
        frames.read(folder / f"frames/ecset_{frame:04d}.png").digest() for frame in range(1, 6)
    ]
    assert digests[0] == digests[1] != digests[2] == digests[3] == digests[4]
    assert redness(folder)[1] > 0.1 > -0.1 > redness(folder)[2]
