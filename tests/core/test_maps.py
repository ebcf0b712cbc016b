"""Masks and guides: what is read from them, and what is said of those that are none."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import OpenEXR
import pytest
from PIL import Image

from core import maps
from core.errors import EcsetError
from core.maps import Guide
from tests.core.pictures import textured

RAMP = np.linspace(0, 1, 24 * 32, dtype=np.float32).reshape(24, 32)


def exr(path: Path, **channels: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    parts = {name.replace("_", "."): np.ascontiguousarray(c) for name, c in channels.items()}
    with OpenEXR.File({"type": OpenEXR.scanlineimage}, parts) as file:
        file.write(str(path))
    return path


class TestMasks:
    @pytest.mark.parametrize("kind", [np.float16, np.float32])
    @pytest.mark.parametrize("name", ["Y", "V", "Depth_Z"])
    def test_exr_is_raw(self, tmp_path, kind, name):
        """0.5 is 0.5, not sRGB's 0.735; alpha does not matter."""
        path = exr(tmp_path / "a.exr", **{name: RAMP.astype(kind), "A": RAMP.astype(kind)})
        np.testing.assert_array_equal(maps.mask(path, (24, 32)), RAMP.astype(kind))

    def test_exr_beyond_its_range(self, tmp_path):
        path = exr(tmp_path / "a.exr", Y=RAMP * 4 - 2)
        np.testing.assert_array_equal(maps.mask(path, (24, 32)), np.clip(RAMP * 4 - 2, 0, 1))

    @pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "1", "P", "I;16"])
    def test_png(self, tmp_path, mode):
        grey = (RAMP * 255).round().astype(np.uint8)
        if mode == "I;16":
            image = Image.fromarray(grey.astype(np.uint16) * 257)
        elif mode == "1":
            grey = np.where(RAMP > 0.5, 255, 0).astype(np.uint8)
            image = Image.fromarray(grey).convert("1")
        else:
            image = Image.fromarray(grey).convert("RGB" if mode == "P" else mode)
            image = image.quantize(256) if mode == "P" else image
        if mode in ("LA", "RGBA"):
            image.putalpha(7)
        image.save(tmp_path / "a.png")
        np.testing.assert_allclose(
            maps.mask(tmp_path / "a.png", (24, 32)), grey / np.float32(255), atol=1e-6
        )

    def test_colour_by_its_mean(self, tmp_path):
        rgb = np.zeros((24, 32, 3), np.uint8)
        rgb[..., 0], rgb[..., 1] = 255, 51
        Image.fromarray(rgb).save(tmp_path / "a.png")
        np.testing.assert_allclose(maps.mask(tmp_path / "a.png", (24, 32)), 0.4, atol=1e-6)
        path = exr(tmp_path / "a.exr", R=RAMP, G=RAMP * 0, B=RAMP * 0)
        np.testing.assert_allclose(maps.mask(path, (24, 32)), RAMP / 3, atol=1e-6)

    def test_jpeg(self, tmp_path):
        Image.new("L", (32, 24), 128).save(tmp_path / "a.jpg")
        found = maps.mask(tmp_path / "a.jpg", (24, 32))
        np.testing.assert_allclose(found, 128 / 255, atol=0.01)

    @pytest.mark.parametrize("size", [(48, 64), (12, 16), (24, 32), (47, 63)])
    def test_another_size(self, tmp_path, size):
        """Half is white; wherever it is read at, half is white, and the edge is in the middle."""
        half = np.zeros((24, 32), np.float32)
        half[:, 16:] = 1
        found = maps.mask(exr(tmp_path / "a.exr", Y=half), size)
        assert found.shape == size
        assert not found[:, : size[1] // 2 - 1].any()
        assert (found[:, size[1] // 2 + 2 :] == 1).all()
        assert found.mean() == pytest.approx(0.5, abs=0.01)

    def test_what_is_none(self, tmp_path):
        (tmp_path / "text.exr").write_text("no picture")
        (tmp_path / "text.png").write_text("no picture")
        (tmp_path / "text.txt").write_text("no picture")
        hole = RAMP.copy()
        hole[3, 4] = np.nan
        exr(tmp_path / "hole.exr", Y=hole)
        exr(tmp_path / "alpha.exr", A=RAMP)
        exr(tmp_path / "wide.exr", Y=RAMP[:16])
        exr(tmp_path / "all.exr", **{f"L_Depth_{n}": RAMP for n in "RGBAXYZW"})
        for name, said in [
            ("none.png", "none.png is missing"),
            (".", "can't be read: Is a directory"),
            ("text.exr", "text.exr is cut off or damaged"),
            ("text.png", "text.png is cut off or damaged|text.png is no picture"),
            ("text.txt", "text.txt is no picture that can be read"),
            ("hole.exr", r"has values that are no numbers \(NaN\)"),
            ("alpha.exr", r"has 0 channels beside alpha"),
            ("all.exr", r"has 7 channels beside alpha \(L.Depth.W, .*, …\); save the one pass"),
            ("wide.exr", "wide.exr is 32×16 and the plates are 32×24; it must have their prop"),
        ]:
            with pytest.raises(EcsetError, match=said) as caught:
                maps.mask(tmp_path / name, (24, 32))
            assert "\n" not in str(caught.value)


class TestGuides:
    def test_depth_has_one_range_for_the_shot(self, tmp_path):
        """2 to 42 m over two frames; the sky, however it is written, is farthest."""
        near, far = RAMP * 20 + 2, RAMP * 20 + 22
        far[0, :3] = np.inf, 1e10, np.nan
        paths = [exr(tmp_path / f"{n}.exr", V=d) for n, d in enumerate((near, far))]
        guide = Guide(paths)
        first, second = (guide.read(path, (24, 32)) for path in paths)
        assert first.shape == (24, 32, 1)
        assert (second[0, :3] == 1).all()
        # The percentiles cut off a hundredth at each end.
        np.testing.assert_allclose(first, np.clip((near - 2.4) / 39.2, 0, 1)[..., None], atol=0.01)
        np.testing.assert_allclose(
            second[1:], np.clip((far[1:] - 2.4) / 39.2, 0, 1)[..., None], atol=0.01
        )
        assert first.mean() < 0.3 < 0.7 < second.mean()

    def test_an_outlier_does_not_flatten_the_rest(self, tmp_path):
        depth = RAMP.copy()
        depth[5, 5] = 1e6
        path = exr(tmp_path / "a.exr", V=depth)
        assert Guide([path]).read(path, (24, 32)).std() > 0.25

    def test_normals_keep_their_channels(self, tmp_path):
        path = exr(tmp_path / "a.exr", N_X=RAMP * 2 - 1, N_Y=RAMP * 0, N_Z=1 - RAMP * 2)
        found = Guide([path]).read(path, (24, 32))
        assert found.shape == (24, 32, 3)
        np.testing.assert_allclose(found[..., 1], 0.5, atol=0.01)
        np.testing.assert_allclose(found[..., 0], RAMP, atol=0.03)
        np.testing.assert_allclose(found[..., 2], 1 - RAMP, atol=0.03)

    def test_flat_and_empty(self, tmp_path):
        flat = exr(tmp_path / "flat.exr", V=RAMP * 0 + 5)
        assert set(Guide([flat]).read(flat, (24, 32)).ravel()) == {0.0}
        sky = exr(tmp_path / "sky.exr", V=RAMP + np.inf)
        assert set(Guide([sky]).read(sky, (24, 32)).ravel()) == {1.0}

    def test_pictures_are_as_they_are(self, tmp_path):
        grey = (RAMP * 100).round().astype(np.uint8)
        Image.fromarray(grey).save(tmp_path / "a.png")
        found = Guide([tmp_path / "a.png"]).read(tmp_path / "a.png", (24, 32))
        np.testing.assert_allclose(found[..., 0], grey / np.float32(255), atol=1e-6)
        deep = (textured(24, 32) * 65535).round().astype(np.uint16)
        cv2.imwrite(str(tmp_path / "b.png"), deep[..., ::-1])
        found = Guide([tmp_path / "b.png"]).read(tmp_path / "b.png", (24, 32))
        np.testing.assert_allclose(found, deep / np.float32(65535), atol=1e-6)

    def test_grey_beside_colour(self, tmp_path):
        """Grey is the same in one channel and in three."""
        grey = Image.fromarray((RAMP * 255).astype(np.uint8))
        grey.save(tmp_path / "one.png")
        grey.convert("RGB").save(tmp_path / "three.png")
        one, three = tmp_path / "one.png", tmp_path / "three.png"
        np.testing.assert_allclose(
            Guide([one]).read(three, (24, 32)), Guide([one]).read(one, (24, 32)), atol=1e-6
        )
        np.testing.assert_array_equal(
            Guide([three]).read(one, (24, 32)), Guide([three]).read(three, (24, 32))
        )

    def test_pictures_of_two_kinds(self, tmp_path):
        two = exr(tmp_path / "two.exr", U=RAMP, V=RAMP)
        three = exr(tmp_path / "three.exr", R=RAMP, G=RAMP, B=RAMP)
        with pytest.raises(EcsetError, match="has 2 channels and the ones before have 3; all"):
            Guide([three]).read(two, (24, 32))

    def test_red_comes_first(self, tmp_path):
        """In EXR channels stand by the alphabet."""
        path = exr(tmp_path / "a.exr", R=RAMP, G=RAMP * 0, B=RAMP * 0)
        found = Guide([path]).read(path, (24, 32))
        assert found[..., 0].any()
        assert not found[..., 1:].any()
