"""A shot on disk as looks see it: sources, guides, masks, and the paint that a frame holds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from core import frames, inputs, job
from core.errors import EcsetError
from core.footage import Footage
from core.frames import Picture
from core.shelf import Shelf
from tests.core.pictures import grey, panned, tensor, textured

CPU = torch.device("cpu")
SIZE = (48, 64)


def opened(folder: Path) -> tuple[job.Job, Footage]:
    made = job.load(folder)
    return made, Footage(made, SIZE, CPU, Shelf())


def test_what_belongs_to_a_frame(shop):
    """Masks and guides of each frame or of all, and guides on the styles' side; a guide's weight
    comes out of squared distances on either side."""
    folder = shop.folder / "a"
    for frame in (1, 2):
        grey(folder / f"m/m_{frame:02d}.png", 50 * frame / 255)
        grey(folder / f"g/g_{frame}.png", 100 * frame / 255, 24, 32)
    grey(folder / "all.png", 255 / 255)
    grey(folder / "side.png", 51 / 255, 40, 48)
    style = str(shop.style)
    look = {
        "name": "patch",
        "styles": [
            {"path": style, "mask": "m/m_##.png", "weight": 3.0},
            {"path": style},
            {"path": style, "mask": "all.png"},
        ],
        "guides": [
            {"path": "g/g_#.png", "weight": 4.0, "styles": [None, "side.png", None]},
            {"path": "all.png"},
        ],
    }
    _, footage = opened(shop.job("a", panned(2), look=look))
    plate = footage.plate(2)
    torch.testing.assert_close(plate.rgb, tensor(frames.read(folder / "plates/plate_0002.png").rgb))
    first, second, third = plate.masks
    assert second is None
    torch.testing.assert_close(first, torch.full((1, 1, *SIZE), 100 / 255))
    torch.testing.assert_close(third, torch.ones(1, 1, *SIZE))
    torch.testing.assert_close(plate.guides[0], torch.full((1, 1, *SIZE), 2 * 200 / 255))
    torch.testing.assert_close(plate.guides[1], torch.ones(1, 1, *SIZE))
    assert footage.plate(1).masks[0].max() < 0.2
    assert plate.weights == footage.sample().weights == (3.0, 1.0, 1.0)

    picture = frames.read_style(shop.style)
    sources = footage.styles([picture] * 3)
    assert sources[0].guides == sources[2].guides == (None, None)
    torch.testing.assert_close(sources[1].guides[0], torch.full((1, 1, 80, 96), 2 * 51 / 255))


def test_weights_of_each_frame(shop):
    """A frame has its own; the shot as a whole has none."""
    styles = [{"path": str(shop.style), "weight": w} for w in ([0.0, 0.25, 1.0], 0.5)]
    look = {"name": "patch", "styles": styles}
    _, footage = opened(shop.job("a", panned(3), look=look))
    assert [footage.plate(n).weights for n in (1, 2, 3)] == [(0, 0.5), (0.25, 0.5), (1, 0.5)]
    assert footage.sample().weights == ()


def test_keyframes(shop):
    """The painting at the plates' size, its plate, and the guides at its frame."""
    folder = shop.folder / "a"
    for frame in (1, 2, 3):
        grey(folder / f"g_{frame}.png", 80 * frame / 255)
    painting = (textured(96, 128, 5) * 255).round().astype(np.uint8)
    Image.fromarray(painting).save(folder / "key.png")
    look = {
        "name": "patch",
        "keyframes": [{"frame": 3, "path": "key.png"}],
        "guides": [{"path": "g_#.png"}],
    }
    _, footage = opened(shop.job("a", panned(3), look=look))
    ((frame, source),) = footage.keyframes()
    assert frame == 3
    assert source.picture.shape == (1, 3, *SIZE)
    small = tensor(painting.reshape(48, 2, 64, 2, 3).mean((1, 3), dtype=np.float32) / 255)
    torch.testing.assert_close(source.picture, small, atol=1e-5, rtol=0)
    assert source.plate.equal(footage.plate(3).rgb)
    torch.testing.assert_close(source.guides[0], torch.full((1, 1, *SIZE), 240 / 255))
    assert footage.plate(1).masks == (None,)


@pytest.mark.parametrize("share", [1.0, 0.5])
def test_the_paint_of_a_frame(shop, share):
    """Without the plate, also where half of it shows; nothing known where all of it does."""
    plates = panned(1)
    grey(shop.folder / "a/black.png", 0 / 255)
    mask = np.zeros(SIZE, np.uint8)
    mask[:, 32:] = 255
    (shop.folder / "a").mkdir(exist_ok=True)
    Image.fromarray(mask).save(shop.folder / "a/m.png")
    made, footage = opened(shop.job("a", plates, strength=share, strength_mask="m.png"))
    plate, paint = frames.read(made.plate(1)).rgb, textured(48, 64, 9)
    part = share * (mask / np.float32(255))[..., None]
    written = frames.quantized(Picture(plate + part * (paint - plate)), ".png", 8)
    frames.write(written, made.result(1), 8, "mark")
    for shelf in (Shelf(), Shelf()):
        footage = Footage(made, SIZE, CPU, shelf)
        found = footage.painted(1)
        assert found.known[..., 32:].all()
        assert not found.known[..., :32].any()
        error = (found.rgb - tensor(paint))[..., 32:].abs().max()
        assert error <= 0.5 / 255 / share + 1e-6
        assert found.rgb[..., :32].equal(tensor(written.rgb)[..., :32])


def test_all_paint_is_what_stands_in_the_file(shop):
    made, footage = opened(shop.job("a", panned(1)))
    frames.write(Picture(textured(48, 64, 9)), made.result(1), 8, "mark")
    found = footage.painted(1)
    assert found.rgb.equal(tensor(frames.read(made.result(1)).rgb))
    assert found.known.all()


def test_files_that_change_on_the_way(shop):
    folder = shop.folder / "a"
    for frame in (1, 2):
        grey(folder / f"m_{frame}.png", 90 / 255)
    made, _ = opened(shop.job("a", panned(2), strength_mask="m_#.png"))
    digests, size = inputs.survey(made)
    assert size == SIZE

    def read(frame: int) -> None:
        Footage(made, SIZE, CPU, Shelf(), digests).plate(frame)

    read(2)
    grey(folder / "m_2.png", 91 / 255)
    with pytest.raises(EcsetError, match=r"A mask or a guide of frame 2 changed while"):
        read(2)
    (folder / "m_2.png").unlink()
    with pytest.raises(EcsetError, match=r"The strength mask of frame 2 can't be used") as caught:
        read(2)
    assert caught.value.exit_status == 1
    read(1)
    plate = Picture(textured(*SIZE, 4))
    frames.write(plate, made.plate(1), 8, "plate")
    with pytest.raises(EcsetError, match=r"plate_0001\.png changed while the shot was painted"):
        read(1)


def test_memory_does_not_grow_with_the_shot(shop):
    made, footage = opened(shop.job("a", panned(12)))
    for frame in made.frames.numbers():
        footage.plate(frame)
    assert len(footage.picture) == len(footage.rgb) == 8
