"""Pictures in and out: exact round trips, whole files, and files that are none."""

from __future__ import annotations

import errno
import io
import os

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from core import frames
from core.errors import EcsetError, InputError
from core.frames import Picture
from tests.core.pictures import textured


def every_value(levels: int) -> frames.Array:
    """A picture that holds every value of a depth."""
    values = np.arange(levels, dtype=np.float32) / np.float32(levels - 1)
    return np.stack([values, values[::-1], np.roll(values, 7)], axis=-1).reshape(-1, 256, 3)


@pytest.mark.parametrize(("depth", "levels"), [(8, 256), (16, 65536)])
@pytest.mark.parametrize("with_alpha", [False, True])
def test_png_comes_back_exactly(tmp_path, depth, levels, with_alpha):
    rgb = every_value(levels)
    alpha = np.ascontiguousarray(rgb[..., 2]) if with_alpha else None
    path = tmp_path / "a.png"
    frames.write(Picture(rgb, alpha), path, depth, "mark")
    back = frames.read(path)
    np.testing.assert_array_equal(back.rgb, rgb)
    if alpha is None:
        assert back.alpha is None
    else:
        np.testing.assert_array_equal(back.alpha, alpha)
    assert frames.fingerprint_of(path) == "mark"


def half_values() -> np.ndarray:
    """Every finite half from 0 up to 4, and some negative and very bright ones."""
    halves = np.arange(0, 0x4400, dtype=np.uint16).view(np.float16)
    return np.concatenate([halves, -halves[::64], np.float16([100, 1000, 60000])])


@pytest.mark.parametrize("with_alpha", [False, True])
def test_exr_comes_back_exactly(tmp_path, with_alpha):
    import OpenEXR

    values = half_values()
    values = values[: len(values) // 16 * 16].reshape(16, -1)
    channels = {"R": values, "G": values[::-1].copy(), "B": np.roll(values, 3)}
    if with_alpha:
        ramp = np.linspace(0, 1, values.size).reshape(values.shape)
        channels["A"] = ramp.astype(np.float16)
    first, second = tmp_path / "a.exr", tmp_path / "b.exr"
    with OpenEXR.File({"type": OpenEXR.scanlineimage}, dict(channels)) as file:
        file.write(str(first))
    frames.write(frames.read(first), second, 16, "mark")
    with OpenEXR.File(str(second), separate_channels=True) as file:
        for name, pixels in channels.items():
            np.testing.assert_array_equal(file.channels()[name].pixels, pixels)
            assert file.channels()[name].pixels.dtype == np.float16
    assert frames.fingerprint_of(second) == "mark"


def test_exr_with_values_beyond_half(tmp_path):
    """A sun that is infinite is as bright as can be; what is no number is refused."""
    import OpenEXR

    values = np.ones((16, 16), np.float32)
    values[0, :3] = np.inf, 1e30, -np.inf
    path = tmp_path / "a.exr"
    with OpenEXR.File({"type": OpenEXR.scanlineimage}, dict.fromkeys("RGB", values)) as file:
        file.write(str(path))
    found = frames.read(path).rgb
    assert np.isfinite(found).all()
    np.testing.assert_allclose(frames.to_linear(found)[0, :3, 0], [65504, 65504, -65504], rtol=1e-5)
    values[5, 5] = np.nan
    with OpenEXR.File({"type": OpenEXR.scanlineimage}, dict.fromkeys("RGB", values)) as file:
        file.write(str(path))
    for reader in (frames.read, frames.survey):
        with pytest.raises(EcsetError, match=r"a\.exr has values that are no numbers \(NaN\)"):
            reader(path)


@pytest.mark.parametrize(("name", "depth"), [("a.png", 8), ("a.png", 16), ("a.exr", 16)])
def test_quantized_is_what_is_read_back(tmp_path, name, depth):
    picture = Picture(textured(20, 30) * 1.2 - 0.1, textured(20, 30, 1)[..., 0])
    frames.write(picture, tmp_path / name, depth, "")
    back, expected = frames.read(tmp_path / name), frames.quantized(picture, name[1:], depth)
    np.testing.assert_array_equal(back.rgb, expected.rgb)
    np.testing.assert_array_equal(back.alpha, expected.alpha)


def test_srgb_closed_form():
    """IEC 61966-2-1: a linear piece, the power, both ends, and mid grey 0.5 → 0.2140411."""
    encoded = np.float32([0, 0.04045, 0.5, 1.0, -0.5, 2.0])
    linear = frames.to_linear(encoded)
    np.testing.assert_allclose(linear[:4], [0, 0.04045 / 12.92, 0.21404114, 1], rtol=1e-6)
    assert linear[4] == -linear[2]
    np.testing.assert_allclose(frames.to_srgb(linear), encoded, atol=1e-6)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_other_pngs(tmp_path, mode):
    path = tmp_path / "a.png"
    grey = (textured(16, 24)[..., 0] * 255).astype(np.uint8)
    image = Image.fromarray(grey)
    if mode == "I;16":
        image = Image.fromarray(grey.astype(np.uint16) * 257)
    elif mode != "L":
        image = image.convert("RGB" if mode == "P" else mode)
        image = image.quantize(256) if mode == "P" else image
    image.save(path)
    picture = frames.read(path)
    assert picture.size == (16, 24)
    assert (picture.alpha is not None) == (mode in ("LA", "RGBA"))
    if mode != "P":
        np.testing.assert_allclose(picture.rgb[..., 1], grey / np.float32(255), atol=1e-6)


@pytest.mark.parametrize("name", ["a.png", "a.exr"])
def test_torn_file_is_neither_read_nor_valid(tmp_path, name):
    path = tmp_path / name
    frames.write(Picture(textured(40, 60)), path, 16, "mark")
    whole = path.read_bytes()
    for length in (0, 10, 60, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        assert frames.fingerprint_of(path) is None
        with pytest.raises(EcsetError, match=r"cut off or damaged|no picture"):
            frames.read(path)
    path.write_bytes(whole)
    assert frames.is_ours(path)


def test_flipped_bit_is_found(tmp_path):
    path = tmp_path / "a.png"
    frames.write(Picture(textured(40, 60)), path, 8, "mark")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert frames.fingerprint_of(path) is None
    with pytest.raises(EcsetError, match="cut off or damaged"):
        frames.read(path)


def test_strangers_are_known(tmp_path):
    path = tmp_path / "a.png"
    Image.new("RGB", (8, 8)).save(path)
    assert frames.fingerprint_of(path) is None
    assert not frames.is_ours(path)
    assert frames.fingerprint_of(tmp_path / "none.png") is None


def test_full_disk_leaves_nothing(tmp_path, monkeypatch):
    path = tmp_path / "a.png"
    frames.write(Picture(textured(8, 8)), path, 8, "old")
    before = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(EcsetError, match="can't be written: No space left on device"):
        frames.write(Picture(textured(8, 8, 1)), path, 8, "new")
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["a.png"]


def test_two_runs_write_one_frame(tmp_path, monkeypatch):
    """The other one was first, and swept up what this one has not renamed yet."""
    path = tmp_path / "a.png"

    def other_run(mark: str):
        def swept(descriptor: int) -> None:
            monkeypatch.undo()
            frames.write(Picture(textured(8, 8)), path, 8, mark)
            for rest in tmp_path.glob(".a.png.*.tmp"):
                rest.unlink()

        return swept

    monkeypatch.setattr(os, "fsync", other_run("mark"))
    frames.write(Picture(textured(8, 8)), path, 8, "mark")
    assert frames.fingerprint_of(path) == "mark"
    monkeypatch.setattr(os, "fsync", other_run("of another job"))
    with pytest.raises(EcsetError, match="can't be written"):
        frames.write(Picture(textured(8, 8)), path, 8, "mark")
    assert os.listdir(tmp_path) == ["a.png"]


def test_style_is_upright_and_opaque(tmp_path):
    image = Image.new("RGB", (40, 60), "red")
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by a quarter
    image.save(tmp_path / "turned.jpg", exif=exif)
    assert frames.read_style(tmp_path / "turned.jpg").size == (40, 60)
    Image.new("RGBA", (40, 40), (255, 0, 0, 0)).save(tmp_path / "clear.png")
    np.testing.assert_array_equal(frames.read_style(tmp_path / "clear.png").rgb, 1)


def test_style_profile_is_applied(tmp_path):
    """A profile of another colour space changes the values; sRGB's own changes none."""
    image = Image.new("RGB", (40, 40), (200, 100, 50))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image.save(tmp_path / "srgb.png", icc_profile=srgb)
    rgb = frames.read_style(tmp_path / "srgb.png").rgb
    np.testing.assert_allclose(rgb[0, 0] * 255, [200, 100, 50], atol=1)
    lab = ImageCms.profileToProfile(
        image, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    assert lab is not None
    lab_profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    lab.save(tmp_path / "lab.tif", icc_profile=lab_profile)
    rgb = frames.read_style(tmp_path / "lab.tif").rgb
    np.testing.assert_allclose(rgb[0, 0] * 255, [200, 100, 50], atol=2)


def test_styles_that_are_none(tmp_path):
    text = tmp_path / "text.png"
    text.write_text("no picture")
    torn = tmp_path / "torn.jpg"
    data = io.BytesIO()
    Image.fromarray((textured(200, 200) * 255).astype(np.uint8)).save(data, "JPEG")
    torn.write_bytes(data.getvalue()[:2000])
    tiny = tmp_path / "tiny.png"
    Image.new("RGB", (8, 8)).save(tiny)
    for path, said in [
        (tmp_path / "none.png", "does not exist"),
        (tmp_path, "is a folder"),
        (text, "is no picture that can be read"),
        (torn, "can't be read"),
        (tiny, r"too small \(8×8\); 32×32 is the least"),
    ]:
        with pytest.raises(InputError, match=said):
            frames.read_style(path)


def test_survey_is_of_pixels(tmp_path):
    """The digest follows the pixels, not the metadata; the size needs no decoding."""
    picture = Picture(textured(12, 34))
    for name in ("a.png", "b.png", "a.exr", "b.exr"):
        frames.write(picture, tmp_path / name, 16, name)
    other = Picture(np.clip(picture.rgb + 0.01, 0, 1))
    frames.write(other, tmp_path / "c.png", 16, "a.png")
    digests = {}
    for path in sorted(tmp_path.iterdir()):
        digests[path.name], size = frames.survey(path)
        assert size == (12, 34)
    assert digests["a.png"] == digests["b.png"] != digests["c.png"]
    assert digests["a.exr"] == digests["b.exr"]
    assert cv2.imwrite(str(tmp_path / "a.jpg"), np.zeros((5, 6, 3), np.uint8))
    assert frames.survey(tmp_path / "a.jpg")[1] == (5, 6)
    with pytest.raises(EcsetError, match="is missing"):
        frames.survey(tmp_path / "none.png")


def test_large_styles_are_made_smaller(tmp_path):
    Image.new("RGB", (6000, 300), "teal").save(tmp_path / "wide.png")
    assert frames.read_style(tmp_path / "wide.png").size == (205, 4096)
