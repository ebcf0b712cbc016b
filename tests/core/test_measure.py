"""The figures of shots that are known in closed form, and contact sheets."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from core import flow, frames, job, measure, sheet
from core.__main__ import main
from core.device import to_array
from core.errors import InputError
from core.flow.warp import warp
from core.frames import Picture
from core.measure import wasserstein
from core.measure.detail import high_frequency_energy
from tests.core.pictures import panned, tensor, textured
from tests.core.test_vector import passes, write


def finished(shop, plates, results, name="job", **changes):
    """A job whose results were not painted but are given."""
    folder = shop.job(name, plates, **changes)
    for number, result in enumerate(results, start=1):
        frames.write(Picture(result), folder / f"frames/ecset_{number:04d}.png", 16, "given")
    return folder


def measured(folder, motion=None):
    return measure.measure(job.load(folder), motion)


def grey(values):
    """H×W to H×W×3."""
    return np.repeat(np.asarray(values, np.float32)[..., None], 3, axis=2)


def test_a_still_shot_does_not_flicker(shop):
    plate, result = textured(48, 64), textured(48, 64, 4)
    found = measured(finished(shop, [plate] * 3, [result] * 3))
    assert found.flicker == pytest.approx(0, abs=1e-6)
    assert found.plates_flicker == pytest.approx(0, abs=1e-6)
    assert found.energy_worst == found.energy_last == found.drift == found.motion == 0
    assert found.pairs == 2
    assert found.reliable == 1


def test_flicker_of_noise(shop):
    """Two frames with independent noise of variance σ² differ by √2 σ, root mean square."""
    random = np.random.default_rng(0)
    plate = textured(96, 128)
    results = [
        (0.5 + 0.05 * random.standard_normal(plate.shape)).astype(np.float32) for _ in range(3)
    ]
    found = measured(finished(shop, [plate] * 3, results))
    assert found.flicker == pytest.approx(2**0.5 * 0.05, rel=0.01)


def test_what_moves_with_the_plate_does_not_flicker(shop):
    plates = panned(3, 96, 128, 3)
    moving = measured(finished(shop, plates, plates, "moving"))
    standing = measured(finished(shop, plates, [plates[0]] * 3, "standing"))
    assert moving.flicker < 0.15 * standing.flicker
    assert moving.motion == pytest.approx(3, abs=0.2)


def test_flicker_along_exact_motion(shop, tmp_path):
    """Plates without any texture, which no estimate can follow: the Vector pass can."""
    results = panned(3, 96, 128, 3)
    folder = finished(shop, [np.full_like(results[0], 0.5)] * 3, results)
    for number in (1, 2, 3):
        write(tmp_path / f"motion_{number:04d}.exr", passes((3, 0, 3, 0), (96, 128)))
    assert measured(folder).flicker > 0.03
    exact = measured(folder, str(tmp_path / "motion_####.exr"))
    assert exact.flicker < 1e-5
    assert exact.motion == pytest.approx(3)
    assert exact.reliable == pytest.approx(125 / 128)


def test_exact_motion_must_fit(shop, tmp_path, capsys):
    plates = panned(2)
    folder = finished(shop, plates, plates)
    with pytest.raises(InputError, match="need # for the frame number"):
        measured(folder, "motion.exr")
    pattern = str(tmp_path / "motion_####.exr")
    with pytest.raises(InputError, match=r"There is no file .*motion_0001\.exr"):
        measured(folder, pattern)
    for number in (1, 2):
        write(tmp_path / f"motion_{number:04d}.exr", passes((0, 0, 0, 0), (8, 8)))
    with pytest.raises(InputError, match="is 8×8 and the plate of its frame 64×48"):
        measured(folder, pattern)
    for number in (1, 2):
        write(tmp_path / f"motion_{number:04d}.exr", passes((0, 0, 0, 0), (48, 64)))
    assert main(["measure", str(folder), "--vector", pattern]) == 0
    assert "zero everywhere" in capsys.readouterr().err


def test_energy_of_white_noise():
    """A filter with the taps h passes σ² Σh² of white noise of variance σ²."""
    x = np.arange(-3, 4)
    g = np.exp(-0.5 * x * x)
    g /= g.sum()
    taps = -np.outer(g, g)
    taps[3, 3] += 1
    noise = 0.1 * np.random.default_rng(1).standard_normal((256, 256))
    found = high_frequency_energy(tensor(grey(noise)))
    assert found == pytest.approx(0.01 * (taps**2).sum(), rel=0.02)


def test_energy_of_a_wave():
    """A high-pass with gain 1 − G leaves (1 − G)² a²/2 of a wave of amplitude a; a blur that takes
    the wave to 0.9 a takes 19 % of its energy."""
    x = np.arange(256)
    wave = np.cos(2 * np.pi * x / 8)
    taps = np.exp(-0.5 * np.arange(-3, 4) ** 2)
    gain = (taps * np.cos(2 * np.pi * np.arange(-3, 4) / 8)).sum() / taps.sum()
    sharp, soft = (
        high_frequency_energy(tensor(grey(np.tile(0.5 + a * wave, (64, 1))))) for a in (0.3, 0.27)
    )
    assert sharp == pytest.approx((1 - gain) ** 2 * 0.09 / 2, rel=0.02)
    assert soft / sharp - 1 == pytest.approx(-0.19, abs=1e-4)


def test_energy_over_a_shot(shop):
    """The worst frame and the last one, each with its sign."""
    plate = textured(48, 64)
    random = np.random.default_rng(2).standard_normal(plate.shape)
    results = [(0.5 + a * random).astype(np.float32) for a in (0.10, 0.12, 0.09)]
    found = measured(finished(shop, [plate] * 3, results))
    assert found.energy_worst == pytest.approx(0.44, abs=0.01)
    assert found.energy_last == pytest.approx(-0.19, abs=0.01)
    assert found.plates_energy_worst == 0


@pytest.mark.parametrize(
    ("plate_steps", "result_steps", "expected"),
    [
        ((0, 0, 0), (0, 4, 1), 4),  # wanders off and comes back
        ((0, 0, 0), (0, -4, -1), 4),
        ((0, 3, 0), (0, 4, 0), 1),  # the plates' own change is no drift
        ((0, 6, 0), (0, 4, 0), 0),
    ],
)
def test_drift(shop, plate_steps, result_steps, expected):
    plate, result = 0.2 + 0.5 * textured(48, 64), 0.2 + 0.5 * textured(48, 64, 4)
    plates = [(plate + step / 255).astype(np.float32) for step in plate_steps]
    results = [(result + step / 255).astype(np.float32) for step in result_steps]
    found = measured(finished(shop, plates, results))
    assert found.drift == pytest.approx(expected, abs=0.02)


def test_sliced_wasserstein_of_gaussian_clouds():
    """Two Gaussians of one shape, shifted by d: W₂ is |d| along each direction. Two of σ and τ
    about one centre: |σ − τ|."""
    random = torch.Generator().manual_seed(0)
    a, b = (torch.randn(40000, 3, generator=random) for _ in range(2))
    shift = torch.tensor([0.3, -0.4, 1.2])
    expected = shift.square().mean().sqrt().item()
    assert sliced(a, b + shift) == pytest.approx(expected, rel=0.02)
    assert sliced(a, 1.5 * b[:10000]) == pytest.approx(0.5, rel=0.04)
    assert sliced(a, a) == 0


def sliced(a, b):
    """Along the axes."""
    ours, theirs = (wasserstein.quantiles(side, 4096) for side in (a, b))
    return (ours - theirs).square().mean().sqrt().item()


def test_quantiles_of_sets_of_any_size():
    """One point against two: it is split between them."""
    one, two = (wasserstein.quantiles(torch.tensor(v), 2) for v in ([[0.0]], [[3.0], [-1.0]]))
    assert one.tolist() == [[0, 0]]
    assert two.tolist() == [[-1, 3]]


def distance(picture, styles, weights=(1,)):
    return wasserstein.PatchCloud(styles, weights).distance(picture)


def test_distance_of_patches():
    """Noise of one kind is near, brighter by c is about c away, and where things lie is no
    matter."""
    random = np.random.default_rng(3)
    style, other = (
        tensor((0.5 + 0.1 * random.standard_normal((96, 96, 3))).astype(np.float32))
        for _ in range(2)
    )
    near = distance(other, [style])
    assert near < 0.01
    assert distance(other, [style]) == near
    assert distance(style + 0.2, [style]) == pytest.approx(0.2, rel=0.25)
    assert distance(style.flip(-1), [style]) < 0.01
    blurred = torch.nn.functional.avg_pool2d(style, 3, 1)
    assert distance(blurred, [style]) > 3 * near
    with pytest.raises(ValueError, match="smaller than 7×7"):
        distance(style[..., :6], [style])


def test_styles_count_by_their_weight():
    """Half black and half white is nearest to both in equal parts."""
    black, white = torch.zeros(1, 3, 64, 64), torch.ones(1, 3, 64, 64)
    both = torch.cat((black, white), dim=-1)
    even = distance(both, [black, white], (1, 1))
    assert even < 0.3 * distance(both, [black, white], (9, 1))
    assert even < 0.3 * distance(both, [black])


def test_a_shot_made_of_its_style_is_near(shop):
    """The style is laid over the frame, long side on long side, before it is compared."""
    plate = textured(80, 96)
    style = frames.read(shop.style).rgb
    of_style = measured(finished(shop, [plate] * 2, [style] * 2, "near"))
    other = measured(finished(shop, [plate] * 2, [style**3] * 2, "far"))
    assert of_style.style < 0.005 < 0.05 < other.style
    no_style = finished(shop, [plate] * 2, [plate] * 2, "none", look={"name": "identity"})
    assert measured(no_style).style is None


def test_a_shot_of_the_neural_look(shop, monkeypatch):
    """It is measured like any other, at the scale of its own brushwork, and needs no weights."""
    monkeypatch.setenv("ECSET_WEIGHTS", str(shop.folder / "none"))
    plate, style = textured(80, 96), frames.read(shop.style).rgb
    half = {"style_scale": 0.5}

    def found(name, look, settings):
        styles = [{"path": str(shop.style), "weight": 2.0, "mask": "m.png"}]
        look = {"name": look, "styles": styles, "settings": settings}
        return measured(finished(shop, [plate] * 2, [style] * 2, f"{name}{settings}", look=look))

    assert found("neural", "neural", {}) == found("patch", "patch", {})
    assert found("neural", "neural", half) == found("patch", "patch", half)
    assert found("again", "neural", {}).style < 0.005 < found("again", "neural", half).style


def test_weights_of_the_flow_are_asked_for(shop, monkeypatch, capsys):
    for name in ("ECSET_WEIGHTS", "TORCH_HOME"):
        monkeypatch.setenv(name, str(shop.folder / "none"))
    folder = finished(shop, panned(2), panned(2), coherence={"flow": "raft-small"})
    assert main(["measure", str(folder)]) == 2
    assert "python -m core weights get raft-small" in capsys.readouterr().err


def test_cuts_are_left_out(shop):
    """After a cut, energy and light are compared with the first frame after it."""
    first, second = textured(96, 128, 1), textured(96, 128, 2)
    plates = [first, first, second]
    found = measured(finished(shop, plates, [first, first, 0.5 * second]))
    assert (found.pairs, found.cuts) == (1, 1)
    assert found.flicker == pytest.approx(0, abs=1e-6)
    assert found.energy_worst == found.drift == 0


def test_transparent_pixels_count_for_nothing(shop):
    """Colour without cover is not seen, so it does not flicker."""
    plate = textured(48, 64)
    folder = shop.job("job", [plate] * 2)
    alpha = np.ones((48, 64), np.float32)
    alpha[:, 32:] = 0
    for number in (1, 2):
        result = plate.copy()
        result[:, 32:] = number / 2
        path = folder / f"frames/ecset_{number:04d}.png"
        frames.write(Picture(result, alpha), path, 16, "given")
    assert measured(folder).flicker == pytest.approx(0, abs=1e-6)


def held(plates, result):
    """What warping the first frame along makes of a shot."""
    results = [tensor(result)]
    for before, now in pairwise(tensor(plate) for plate in plates):
        _, backward = flow.estimator("dis")(before, now)
        results.append(warp(results[-1], backward, "bicubic").clamp(0, 1))
    return [to_array(picture) for picture in results]


def test_warping_the_first_frame_misses_the_goals(shop):
    """A hand-held pan with a zoom. Warping holds so still that flicker has nothing to say against
    it, but the strokes go soft."""
    world = textured(240, 320, 7)
    plates = []
    for i in range(6):
        zoom, x, y = 1.5 - 0.02 * i, 60 + 2.7 * i, 40 + 1.3 * math.sin(i)
        matrix = np.array([[1 / zoom, 0, x], [0, 1 / zoom, y]], np.float32)
        flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
        plates.append(cv2.warpAffine(world, matrix, (160, 120), flags=flags).clip(0, 1))
    random = np.random.default_rng(5)
    strokes = [textured(120, 160, 20 + i) for i in range(6)]
    strokes = [(s + 0.1 * random.standard_normal(s.shape)).clip(0, 1).astype("f") for s in strokes]
    alone = finished(shop, plates, strokes, "alone", coherence={"enabled": False})
    warped = finished(shop, plates, held(plates, strokes[0]), "warped")
    found = measured(warped)
    goals = {goal.text: goal for goal in measure.judge(found, measured(alone))}
    assert goals["flicker / alone"].met
    assert not goals["high frequencies, change"].met
    assert found.energy_last < -0.25


def figures(**changes):
    found = measure.Figures(0.02, 0.02, 0.05, -0.02, 0.01, 1.0, 0.1, 1.5, 0.9, 23, 0)
    return replace(found, **changes)


@pytest.mark.parametrize(
    ("goal", "at", "beyond"),
    [
        ("flicker / alone", {"flicker": 0.0199}, {"flicker": 0.0201}),
        (
            "flicker / plates",
            {"plates_flicker": 0.0101, "flicker": 0.012},
            {"plates_flicker": 0.0099, "flicker": 0.012},
        ),
        ("high frequencies, change", {"energy_worst": -0.099}, {"energy_worst": -0.101}),
        ("high frequencies, change", {"energy_worst": 0.099}, {"energy_worst": 0.101}),
        ("drift of luminance, in 1/255", {"drift": 1.99}, {"drift": 2.01}),
        ("distance to style / alone", {"style": 0.109}, {"style": 0.111}),
    ],
)
def test_goals(goal, at, beyond):
    alone = figures(flicker=0.05)
    for changes, expected in ((at, True), (beyond, False)):
        (judged,) = (g for g in measure.judge(figures(**changes), alone) if g.text == goal)
        assert judged.met == expected
        assert str(judged).startswith("met" if expected else "missed")


def test_command_line(shop, capsys):
    folder = finished(shop, panned(3), panned(3))
    assert main(["measure", str(folder)]) == 0
    printed = capsys.readouterr().out
    for figure in ("flicker", "high frequencies", "drift of luminance", "distance to style"):
        assert figure in printed
    assert "met" not in printed
    (folder / "frames/ecset_0002.png").unlink()
    assert main(["measure", str(folder)]) == 2
    assert "Frame 2 is not painted yet" in capsys.readouterr().err


def test_command_line_judges(shop, capsys):
    """Against the same shot, painted alone: a still one that jumps about."""
    plates = [textured(48, 64)] * 3
    noisy = [textured(48, 64, seed) for seed in (1, 2, 3)]
    alone = finished(shop, plates, noisy, "alone", coherence={"enabled": False})
    steady = finished(shop, plates, [noisy[0]] * 3, "steady")
    assert main(["measure", str(steady), "--alone", str(alone), "--json"]) == 0
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert first["goals"] == []
    assert first["job"] == str(alone)
    assert second["flicker"] == pytest.approx(0, abs=1e-6)
    assert [goal["met"] for goal in second["goals"]] == [True] * 5
    assert main(["measure", str(steady), "--alone", str(alone)]) == 0
    assert capsys.readouterr().out.count("\n  met ") == 5


def test_alone_must_be_the_same_shot_without_coherence(shop, capsys):
    plates = panned(3)
    steady = finished(shop, plates, plates, "steady")
    off = {"coherence": {"enabled": False}}
    for name, others, changes, sentence in (
        ("coherent", plates, {}, "is painted with coherence"),
        ("shorter", plates[:2], off, "they must be the same shot"),
        ("other", plates[::-1], off, "have different plates"),
    ):
        alone = finished(shop, others, others, name, **changes)
        assert main(["measure", str(steady), "--alone", str(alone)]) == 2
        assert sentence in capsys.readouterr().err


def test_one_frame_cannot_flicker(shop):
    with pytest.raises(InputError, match="two frames at least"):
        measured(finished(shop, panned(1), panned(1)))


def test_sizes_must_agree(shop):
    with pytest.raises(InputError, match="painted frame 1 and its plate differ in size"):
        measured(finished(shop, panned(2), panned(2, 32, 40)))


@pytest.mark.parametrize("difference", [False, True])
def test_sheet(shop, tmp_path, difference):
    plates, results = panned(4), [1 - plate for plate in panned(4)]
    the_job = job.load(finished(shop, plates, results))
    output = tmp_path / "out/sheet.png"
    sheet.contact_sheet(the_job, output, columns=3, width=32, difference=difference)
    with Image.open(output) as image:
        assert image.width == 3 * (32 + 6) + 6
        assert image.height == (2 + difference) * (24 + 6) + 6
        above = np.asarray(image.crop((6, 6, 38, 30)), np.float32)
        below = np.asarray(image.crop((6, 36, 38, 60)), np.float32)
    np.testing.assert_allclose(above + below, 255, atol=3)


def test_check_says_nothing_of_a_good_job(shop, capsys):
    folder = shop.folder / "a"
    folder.mkdir()
    (folder / "job.json").write_text(json.dumps(shop.data(4)))
    assert main(["check", str(folder)]) == 0
    assert capsys.readouterr().out == ""
    shop.style.unlink()
    assert main(["check", str(folder)]) == 2
    (line,) = capsys.readouterr().out.splitlines()
    assert "does not exist" in json.loads(line)["message"]
