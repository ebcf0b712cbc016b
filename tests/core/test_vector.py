"""Blender's Vector pass, from small OpenEXR files laid out as Blender writes them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import OpenEXR
import pytest
import torch

from core.errors import InputError
from core.flow import vector
from core.flow.consistency import reliable
from core.flow.warp import warp
from tests.core.pictures import panned, tensor

SIZE = (6, 8)


def passes(vectors: tuple[float, ...], size=SIZE, layer="ViewLayer", dtype=np.float32):
    """The channels of a frame whose Vector pass is the same everywhere, beside its picture."""
    picture = {f"{layer}.Combined.{c}": np.zeros(size, np.float16) for c in "RGBA"}
    motion = {
        f"{layer}.Vector.{c}": np.full(size, value, dtype)
        for c, value in zip("XYZW", vectors, strict=True)
    }
    return picture | motion


def write(path: Path, channels: dict[str, np.ndarray]) -> Path:
    """One part, as up to Blender 4.5."""
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    with OpenEXR.File(header, channels) as file:
        file.write(str(path))
    return path


def write_parts(path: Path, channels: dict[str, np.ndarray]) -> Path:
    """A part for each pass, as from Blender 5.0 on."""
    names = dict.fromkeys(name.rpartition(".")[0] for name in channels)
    parts = [
        OpenEXR.Part(
            {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage},
            {n: pixels for n, pixels in channels.items() if n.rpartition(".")[0] == name},
            name,
        )
        for name in names
    ]
    with OpenEXR.File(parts) as file:
        file.write(str(path))
    return path


@pytest.mark.parametrize("layout", [write, write_parts])
@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_sign_and_axes(tmp_path, layout, dtype):
    """X, Y lead to the frame before; Z, W come from the next one; y points up."""
    path = layout(tmp_path / "a.exr", passes((1, 2, 3, 4), dtype=dtype))
    back, onward = vector.to_previous(path), vector.to_next(path)
    assert back.shape == onward.shape == (1, 2, *SIZE)
    assert back.dtype == onward.dtype == torch.float32
    assert back[0, :, 0, 0].tolist() == [1, -2]
    assert onward[0, :, 0, 0].tolist() == [-3, 4]


def test_the_top_row_comes_first(tmp_path):
    channels = passes((0, 0, 0, 0))
    channels["ViewLayer.Vector.X"][0] = 5
    back = vector.to_previous(write(tmp_path / "a.exr", channels))
    assert back[0, 0, :, 0].tolist() == [5, 0, 0, 0, 0, 0]


def test_two_frames_of_a_pan(tmp_path):
    """What stands in the picture's middle moves 3 px to the left a frame."""
    first, second = (tensor(p) for p in panned(2, 48, 64, 3))
    files = [
        # previous − current = +3; current − next = +3
        write(tmp_path / f"{name}.exr", passes((3, 0, 3, 0), (48, 64)))
        for name in ("a", "b")
    ]
    forward, backward = vector.between(*files)
    trusted = reliable(forward, backward)
    assert trusted.mean() == pytest.approx(61 / 64)
    change = (warp(first, backward) - second).abs() * trusted
    assert change.max() < 1e-5
    change = (warp(second, forward) - first).abs()[..., 3:]
    assert change.max() < 1e-5


def test_a_layer_may_be_called_anything(tmp_path):
    path = write(tmp_path / "a.exr", passes((1, 2, 3, 4), layer="shot 1.Vector"))
    assert vector.to_previous(path)[0, :, 0, 0].tolist() == [1, -2]


def test_what_cannot_be_read(tmp_path):
    with pytest.raises(InputError, match=r"There is no file .*a\.exr"):
        vector.to_next(tmp_path / "a.exr")
    (tmp_path / "b.exr").write_bytes(b"no picture")
    with pytest.raises(InputError, match=r"b\.exr is no OpenEXR file"):
        vector.to_next(tmp_path / "b.exr")
    bare = {n: p for n, p in passes((0, 0, 0, 0)).items() if "Vector" not in n}
    with pytest.raises(InputError, match=r"c\.exr has no Vector pass; turn it on"):
        vector.to_next(write(tmp_path / "c.exr", bare))
    half = {n: p for n, p in passes((0, 0, 0, 0)).items() if n[-1] not in "ZW"}
    with pytest.raises(InputError, match="no Vector pass"):
        vector.to_next(write(tmp_path / "d.exr", half))
    two = passes((0, 0, 0, 0), layer="far") | passes((0, 0, 0, 0), layer="near")
    with pytest.raises(InputError, match="view layers far, near"):
        vector.to_next(write(tmp_path / "e.exr", two))


def test_sizes_must_agree(tmp_path):
    a = write(tmp_path / "a.exr", passes((0, 0, 0, 0)))
    b = write(tmp_path / "b.exr", passes((0, 0, 0, 0), (4, 4)))
    with pytest.raises(InputError, match="differ in size"):
        vector.between(a, b)
