"""Flicker against noise of known strength, and contact sheets."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from core import frames, job, measure, sheet
from core.__main__ import main
from core.errors import InputError
from core.frames import Picture
from tests.core.pictures import panned, textured


def finished(shop, plates, results):
    """A job whose results were not painted but are given."""
    folder = shop.job("job", plates)
    for number, result in enumerate(results, start=1):
        frames.write(Picture(result), folder / f"frames/ecset_{number:04d}.png", 16, "given")
    return folder


def test_a_still_shot_does_not_flicker(shop):
    plate, result = textured(48, 64), textured(48, 64, 4)
    found = measure.flicker(job.load(finished(shop, [plate] * 3, [result] * 3)))
    assert found.result == pytest.approx(0, abs=1e-12)
    assert found.plates == pytest.approx(0, abs=1e-12)
    assert found.pairs == 2
    assert found.reliable == 1


def test_noise_of_known_variance(shop):
    """Two frames with independent noise of variance σ² differ by 2σ² in the mean square."""
    random = np.random.default_rng(0)
    plate = textured(96, 128)
    results = [
        (0.5 + 0.05 * random.standard_normal(plate.shape)).astype(np.float32) for _ in range(3)
    ]
    found = measure.flicker(job.load(finished(shop, [plate] * 3, results)))
    assert found.result == pytest.approx(2 * 0.05**2, rel=0.02)


def test_what_moves_with_the_plate_does_not_flicker(shop):
    plates = panned(3, 96, 128, 3)
    moving = measure.flicker(job.load(finished(shop, plates, plates)))
    standing = measure.flicker(job.load(finished(shop, plates, [plates[0]] * 3)))
    assert moving.result < 0.1 * standing.result


def test_cuts_are_left_out(shop):
    plates = [textured(96, 128, 1), textured(96, 128, 1), textured(96, 128, 2)]
    found = measure.flicker(job.load(finished(shop, plates, plates)))
    assert (found.pairs, found.cuts) == (1, 1)
    assert found.result == pytest.approx(0, abs=1e-12)


def test_command_line(shop, capsys):
    folder = finished(shop, panned(3), panned(3))
    assert main(["measure", str(folder)]) == 0
    assert "flicker" in capsys.readouterr().out
    (folder / "frames/ecset_0002.png").unlink()
    assert main(["measure", str(folder)]) == 2
    assert "Frame 2 is not painted yet" in capsys.readouterr().err


def test_one_frame_cannot_flicker(shop):
    with pytest.raises(InputError, match="needs two frames"):
        measure.flicker(job.load(finished(shop, panned(1), panned(1))))


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
