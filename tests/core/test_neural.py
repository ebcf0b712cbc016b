"""The look `neural`, with weights that have learned nothing: what it does, not how it looks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from core.device import Machine
from core.errors import InputError
from core.look import NeuralSettings
from core.looks import Hold, Plate, Source, losses, objective
from core.looks.neural import Neural
from core.looks.palette import luminance
from core.looks.tiles import split
from core.networks import weights
from core.networks.vgg import Vgg
from tests.core.pictures import tensor, textured

SIZE = (40, 56)
QUICK: dict[str, Any] = {
    "content_layers": {"conv2_2": 1.0},
    "style_layers": {"conv1_1": 1.0, "conv2_1": 1.0},
    "iterations": [30, 15],
    "settled": 0.0,
}
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "random.safetensors"
    weights.save("vgg19", weights.he_initialised("vgg19", 0), path)
    return path


@pytest.fixture(autouse=True, scope="module")
def _nothing_got(given: Path) -> Any:
    """No weights of this machine's person."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ECSET_WEIGHTS", str(given.parent / "none"))
        patch.setenv("TORCH_HOME", str(given.parent / "none"))
        yield


def _plate(seed: int = 0, size: tuple[int, int] = SIZE) -> Tensor:
    return tensor(textured(*size, seed=seed))


def _style(seed: int = 5, tint: tuple[float, float, float] = (1.0, 0.6, 0.2)) -> Tensor:
    return tensor(textured(48, 48, seed=seed)) * torch.tensor(tint).view(1, 3, 1, 1)


class _Heard(list[str]):
    def __call__(self, event: str, **fields: Any) -> None:
        assert event == "warning"
        self.append(fields["message"])


def _look(
    given: Path | None,
    *styles: Source,
    size: tuple[int, int] = SIZE,
    machine: Machine | None = None,
    heard: _Heard | None = None,
    seed: int = 0,
    **settings: Any,
) -> Neural:
    heard = _Heard() if heard is None else heard
    machine = machine or Machine(CPU)
    look = Neural(NeuralSettings(**{**QUICK, **settings}), given, seed, machine, heard)
    sample = Plate(torch.cat([_plate(seed)[..., :32, :32] for seed in (0, 1)]))
    look.prepare(styles or [Source(_style())], size, sample)
    return look


def _distance(given: Path, picture: Tensor, style: Tensor) -> float:
    """How far a picture's Gram matrix is from a style's, in one layer."""
    network = Vgg(weights.load("vgg19", given), "conv2_1")
    grams = [
        objective.grams(network, split(tuple(p.shape[-2:]), 0, 16, 10**9), p, ["conv2_1"])
        for p in (picture, style)
    ]
    return losses.style(grams[0]["conv2_1"], grams[1]["conv2_1"]).item()


@pytest.mark.parametrize("optimiser", ["adam", "lbfgs"])
@pytest.mark.parametrize("start", ["plate", "noise"])
def test_a_frame_comes_near_to_its_style(given: Path, optimiser: str, start: str) -> None:
    look = _look(given, optimiser=optimiser, start=start, style_scale=0.8)
    plate = _plate()
    painted = look.paint(Plate(plate, masks=(None,)), None)
    assert painted.shape == plate.shape
    assert painted.min() >= 0
    assert painted.max() <= 1
    assert _distance(given, painted, _style()) < 0.3 * _distance(given, plate, _style())


def test_layers_are_all_that_the_network_has(given: Path) -> None:
    """The default ones, and the deepest."""
    default = NeuralSettings()
    for layers in (default.content_layers, {"conv5_4": 0.5, "conv1_1": 2.0}):
        look = _look(
            given, content_layers=layers, style_layers=default.style_layers, iterations=[3, 2]
        )
        painted = look.paint(Plate(_plate(), masks=(None,)), None)
        assert (painted - _plate()).abs().mean() > 0.001


def test_the_same_seed_gives_the_same_picture(given: Path) -> None:
    frames = [
        _look(given, start="noise", seed=seed).paint(Plate(_plate(), masks=(None,)), None)
        for seed in (3, 3, 4)
    ]
    assert frames[0].equal(frames[1])
    assert not frames[0].equal(frames[2])


def test_content_weight_keeps_the_plate(given: Path) -> None:
    plate = Plate(_plate(), masks=(None,))
    near, far = (
        _look(given, content_weight=weight, style_weight=0.01).paint(plate, None)
        for weight in (1000.0, 0.0)
    )
    assert (near - plate.rgb).abs().mean() < 0.5 * (far - plate.rgb).abs().mean()


def test_without_a_style_the_plate_stays(given: Path) -> None:
    plate = _plate()
    painted = _look(given, style_weight=0.0, tv_weight=0.0).paint(Plate(plate, masks=(None,)), None)
    assert (painted - plate).abs().mean() < 0.01


@pytest.mark.parametrize("form", ["squared", "absolute"])
def test_total_variation_smooths(given: Path, form: str) -> None:
    plate = Plate(_plate(), masks=(None,))
    rough, smooth = (
        losses.total_variation(
            _look(given, tv=form, tv_weight=weight).paint(plate, None), "squared"
        )
        for weight in (0.0, 100.0)
    )
    assert smooth < 0.5 * rough


def test_one_style_in_halves_is_that_style(given: Path) -> None:
    plate = _plate()
    once = _look(given, iterations=[3]).paint(Plate(plate, masks=(None,)), None)
    look = _look(given, Source(_style()), Source(_style()), iterations=[3])
    twice = look.paint(Plate(plate, masks=(None, None), weights=(0.5, 2.0)), None)
    assert (once - twice).abs().mean() < 1e-3


def test_weights_move_the_paint_from_style_to_style(given: Path) -> None:
    red, blue = _style(tint=(1, 0.1, 0.1)), _style(tint=(0.1, 0.1, 1))
    look = _look(given, Source(red), Source(blue))
    redder, bluer = (
        look.paint(Plate(_plate(), masks=(None, None), weights=(share, 1 - share)), None)
        for share in (0.9, 0.1)
    )
    assert (redder[:, 0] - bluer[:, 0]).mean() > 0.02
    assert (redder[:, 2] - bluer[:, 2]).mean() < -0.02


def test_masks_say_where_each_style_goes(given: Path) -> None:
    red, blue = _style(tint=(1, 0.1, 0.1)), _style(tint=(0.1, 0.1, 1))
    left = torch.zeros(1, 1, *SIZE)
    left[..., : SIZE[1] // 2] = 1
    look = _look(given, Source(red), Source(blue))
    painted = look.paint(Plate(_plate(), masks=(left, 1 - left)), None)
    side = SIZE[1] // 2 - 8
    redness = painted[:, 0] - painted[:, 2]
    assert redness[..., :side].mean() > 0.15
    assert redness[..., -side:].mean() < -0.15


def test_where_no_style_is_wanted_the_plate_stays(given: Path) -> None:
    left = torch.zeros(1, 1, *SIZE)
    left[..., : SIZE[1] // 2] = 1
    plate = _plate()
    painted = _look(given).paint(Plate(plate, masks=(left,)), None)
    change = (painted - plate).abs().mean((0, 1, 2))
    assert change[-12:].mean() < 0.2 * change[:20].mean()


def test_a_plate_keeps_its_colours(given: Path) -> None:
    plate = _plate()
    painted = _look(given, colours="luminance").paint(Plate(plate, masks=(None,)), None)
    hue = plate - luminance(plate)
    found = painted - luminance(painted)
    alike = torch.nn.functional.cosine_similarity(hue, found, dim=1)
    weight = hue.norm(dim=1)
    assert ((alike * weight).sum() / weight.sum()) > 0.98
    assert (luminance(painted) - luminance(plate)).abs().mean() > 0.01


@pytest.mark.parametrize("colours", ["histogram", "linear"])
def test_a_style_in_the_colours_of_the_shot(given: Path, colours: str) -> None:
    plate = _plate()
    own, matched = (
        _look(given, colours=choice).paint(Plate(plate, masks=(None,)), None)
        for choice in ("style", colours)
    )
    mean = plate.mean((2, 3))
    assert (matched.mean((2, 3)) - mean).norm() < 0.5 * (own.mean((2, 3)) - mean).norm()


def _hold(picture: Tensor, weight: float, start: Tensor | None = None) -> Hold:
    return Hold(
        picture,
        torch.full((1, 1, *SIZE), weight),
        _plate(),
        picture,
        picture if start is None else start,
    )


def test_a_held_frame_stays_close(given: Path) -> None:
    look = _look(given)
    plate, earlier = Plate(_plate(), masks=(None,)), _plate(seed=9)
    free, held = (
        (look.paint(plate, _hold(earlier, weight)) - earlier).abs().mean()
        for weight in (0.0, 100.0)
    )
    assert held < 0.3 * free


def test_a_frame_begins_from_what_it_is_given(given: Path) -> None:
    look = _look(given, iterations=[0, 1], style_weight=0.01)
    start = _plate(seed=9)
    painted = look.paint(Plate(_plate(), masks=(None,)), _hold(_plate(), 0.0, start))
    assert (painted - start).abs().max() <= 0.051  # one step, and all fine details are there


def test_where_nothing_earlier_is_known_it_begins_from_the_plate(given: Path) -> None:
    look = _look(given, iterations=[0, 1], style_weight=0.01)
    plate, start = _plate(), _plate(seed=9)
    unseen = torch.zeros(1, 1, *SIZE)
    unseen[..., 40:] = 1
    hold = Hold(start, torch.zeros(1, 1, *SIZE), plate, start, start, unseen)
    painted = look.paint(Plate(plate, masks=(None,)), hold)
    assert (painted - plate)[..., 48:].abs().max() <= 0.051
    assert (painted - start)[..., :32].abs().max() <= 0.051


def test_later_frames_take_fewer_iterations(given: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    original = objective.Objective.__call__

    def counted(self: objective.Objective, picture: Tensor) -> tuple[Tensor, Tensor]:
        asked[-1] += 1
        return original(self, picture)

    monkeypatch.setattr(objective.Objective, "__call__", counted)
    look = _look(given, later=0.5)
    plate = Plate(_plate(), masks=(None,))
    for hold in (None, _hold(_plate(), 1.0)):
        asked.append(0)
        look.paint(plate, hold)
    assert asked == [45, 23]


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (8, 200), (33, 17)])
def test_tiny_pictures(given: Path, size: tuple[int, int]) -> None:
    look = _look(given, Source(_style()[..., :2, :3]), size=size, iterations=[2])
    painted = look.paint(Plate(_plate(size=size), masks=(None,)), None)
    assert painted.shape == (1, 3, *size)
    assert bool(painted.isfinite().all())


def test_little_memory_means_tiles_and_a_word_about_it(given: Path) -> None:
    size, heard = (80, 240), _Heard()
    settings: dict[str, Any] = {
        "size": size,
        "iterations": [4],
        "style_layers": {"conv1_1": 1.0, "conv3_1": 1.0},
    }
    plate = Plate(_plate(size=size), masks=(None,))
    whole = _look(given, heard=heard, machine=Machine(CPU, memory=2**32), **settings)
    assert heard == []
    tiled = _look(given, heard=heard, machine=Machine(CPU, memory=25 * 2**20), **settings)
    (message,) = heard
    assert "240×80" in message
    assert "tiles" in message
    change = (tiled.paint(plate, None) - whole.paint(plate, None)).abs()
    assert change.mean() < 1e-4  # the same sums, in another order


def test_too_little_memory_gets_a_sentence(given: Path) -> None:
    with pytest.raises(InputError, match="memory"):
        _look(given, machine=Machine(CPU, memory=2**20), size=(300, 300))


def test_values_beyond_white_count_as_white(given: Path) -> None:
    plate = _plate() * 3
    painted = _look(given).paint(Plate(plate, masks=(None,)), None)
    clipped = _look(given).paint(Plate(plate.clamp(0, 1), masks=(None,)), None)
    assert painted.equal(clipped)


def test_without_weights_there_is_a_sentence() -> None:
    with pytest.raises(InputError, match="weights get vgg19"):
        _look(None)


def test_grey_plates_and_plain_styles(given: Path) -> None:
    grey = torch.from_numpy(np.full((1, 3, *SIZE), 0.5, np.float32))
    for colours in ("style", "luminance", "histogram", "linear"):
        look = _look(given, Source(torch.zeros(1, 3, 20, 20)), colours=colours)
        assert bool(look.paint(Plate(grey, masks=(None,)), None).isfinite().all())
