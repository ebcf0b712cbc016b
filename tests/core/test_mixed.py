"""Shots in which the plate shows through the paint: strength and its mask, from file to file."""

from __future__ import annotations

import json

import numpy as np

from core import frames
from tests.core.pictures import grey, panned
from tests.core.runs import results, run


def test_none_of_the_paint_is_the_plate(shop):
    job = shop.job("a", panned(2), strength=0)
    assert run(job).status == 0
    for n in (1, 2):
        plate = frames.read(job / f"plates/plate_000{n}.png")
        assert frames.read(job / f"frames/ecset_000{n}.png").digest() == plate.digest()


def test_all_of_the_paint(shop):
    """A mask that is white everywhere changes no pixel."""
    plates = panned(3)
    plain, white = shop.job("plain", plates), shop.job("white", plates, strength_mask="m.png")
    grey(white / "m.png", 1)
    assert run(plain).status == run(white).status == 0
    one, two = (
        [frames.read(job / f"frames/ecset_000{n}.png").digest() for n in (1, 2, 3)]
        for job in (plain, white)
    )
    assert one == two
    assert results(plain) != results(white), "but they are of different jobs"


def test_half_of_the_paint(shop):
    """Each pixel is where it should be between the plate and the paint; and a shot painted in
    chunks, its paint read from files, is the shot painted at once."""
    plates = panned(4)
    changes = {"strength": 0.5, "strength_mask": "m_#.png"}
    full, half, chunks = (
        shop.job("full", plates),
        shop.job("half", plates, **changes),
        shop.job("chunks", plates, **changes),
    )
    for n in range(1, 5):
        mask = np.zeros((48, 64))
        mask[:, 8 * n :] = 1
        mask[:8] = 0.6
        for job in (half, chunks):
            grey(job / f"m_{n}.png", mask)
    assert run(full).status == run(half).status == 0
    plate, paint, mixed = (
        frames.read(path / "ecset_0001.png" if path.name == "frames" else path).rgb
        for path in (full / "plates/plate_0001.png", full / "frames", half / "frames")
    )
    error = np.abs(mixed - (plate + paint) / 2)
    assert error[8:, 8:].max() < 1.01 / 255
    np.testing.assert_array_equal(mixed[8:, :8], plate[8:, :8])
    assert np.abs(mixed - (0.7 * plate + 0.3 * paint))[:8].max() < 1.01 / 255
    for chunk in ("1-1", "2-3", "4-4"):
        assert run(chunks, "--frames", chunk).status == 0
    assert results(chunks) == results(half)


def test_a_mask_of_one_frame_is_that_frames_business(shop):
    job = shop.job("a", panned(3), strength_mask="m_#.png")
    for n in (1, 2, 3):
        grey(job / f"m_{n}.png", 0.5)
    assert run(job).painted == [1, 2, 3]
    grey(job / "m_3.png", 0.6)
    assert run(job).painted == [3]
    # Elsewhere it is still the same mask.
    data = shop.data(3, strength_mask="moved/to_##.png")
    (job / "job.json").write_text(json.dumps(data))
    (job / "moved").mkdir()
    for n in (1, 2, 3):
        (job / f"m_{n}.png").rename(job / f"moved/to_0{n}.png")
    assert run(job).painted == []


def test_strength_of_one_frame_is_that_frames_business(shop):
    """A list that says the same as a number is the same job; what is changed is painted again, and
    what goes on from there."""
    plates = panned(4)
    job = shop.job("a", plates, strength=0.5)
    assert run(job).painted == [1, 2, 3, 4]

    def again(strength: list[float]) -> list[int]:
        (job / "job.json").write_text(json.dumps(shop.data(4, strength=strength)))
        return run(job).painted

    assert again([0.5, 0.5, 0.5, 0.5]) == []
    assert again([0.5, 0.5, 0.5, 0]) == [4]
    assert again([0.5, 1, 0.5, 0]) == [2, 3, 4]
    written = [frames.read(job / f"frames/ecset_000{n}.png") for n in (1, 2, 4)]
    assert written[2].digest() == frames.read(job / "plates/plate_0004.png").digest()
    whole = shop.job("whole", plates)
    assert run(whole).status == 0
    plate, paint = (
        frames.read(whole / name).rgb for name in ("plates/plate_0001.png", "frames/ecset_0001.png")
    )
    assert np.abs(written[0].rgb - (plate + paint) / 2).max() < 1.01 / 255
    # Half of the paint is rounded to 8 bits before the next frame goes on from it.
    paint = frames.read(whole / "frames/ecset_0002.png").rgb
    assert np.abs(written[1].rgb - paint).mean() < 2 / 255
