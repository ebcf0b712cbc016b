"""Pictures in and out: plates, style pictures and painted frames.

A :class:`Picture` in memory is always straight-alpha, sRGB-encoded float32. On disk it is 8- or
16-bit PNG (sRGB, straight alpha) or half EXR (scene-linear Rec.709, premultiplied alpha), which is
how Blender writes and reads the two. PNG 8 and 16 and half EXR come back exactly as they were.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from . import png, whole
from .errors import EcsetError, InputError

Array = NDArray[np.float32]

# Key of the fingerprint: a tEXt chunk in PNG, an attribute in EXR.
_FINGERPRINT = "ecset:fingerprint"

_LARGEST_HALF = np.float32(np.finfo(np.float16).max)

_LARGEST_STYLE = (4096, 4096)

# The largest style pictures are scans of paintings; beyond this Pillow warns of a bomb.
Image.MAX_IMAGE_PIXELS = 400_000_000


@dataclass(frozen=True)
class Picture:
    """``rgb``: H×W×3 float32, sRGB-encoded, straight. ``alpha``: H×W float32 or None if opaque."""

    rgb: Array
    alpha: Array | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.rgb.shape[0], self.rgb.shape[1]

    def digest(self) -> str:
        """SHA-256 of the pixels; files that differ only in metadata have the same."""
        sha = hashlib.sha256(repr((self.rgb.shape, self.alpha is None)).encode())
        sha.update(self.rgb.tobytes())
        if self.alpha is not None:
            sha.update(self.alpha.tobytes())
        return sha.hexdigest()


def to_srgb(linear: Array) -> Array:
    """Scene-linear to sRGB-encoded (IEC 61966-2-1), odd around 0 and continued above 1."""
    x = np.abs(linear)
    encoded = np.where(x <= 0.0031308, 12.92 * x, 1.055 * np.power(x, 1 / 2.4) - 0.055)
    return np.copysign(encoded, linear).astype(np.float32)


def to_linear(encoded: Array) -> Array:
    """The inverse of :func:`to_srgb`."""
    x = np.abs(encoded)
    linear = np.where(x <= 0.04045, x / 12.92, np.power((x + 0.055) / 1.055, 2.4))
    return np.copysign(linear, encoded).astype(np.float32)


def read(path: Path) -> Picture:
    """Read a plate or a painted frame: PNG, EXR, JPEG, TIFF or what else OpenCV knows.

    Raises EcsetError when the file is gone or damaged.
    """
    if path.suffix.lower() == ".exr":
        return _read_exr(path)
    values = stored(path)
    channels = values.shape[2]
    alpha = np.ascontiguousarray(values[..., -1]) if channels in (2, 4) else None
    rgb = values[..., :1].repeat(3, axis=2) if channels <= 2 else values[..., :3]
    return Picture(np.ascontiguousarray(rgb), alpha)


def stored(path: Path) -> Array:
    """What stands in a file of 8 or 16 bits, H×W×C from 0 to 1: grey, grey and alpha, RGB or RGBA.

    Raises EcsetError like :func:`read`.
    """
    data = file_bytes(path)
    if data.startswith(png.SIGNATURE) and not png.is_whole(data):
        raise EcsetError(f"{path} is cut off or damaged.")
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED) if data else None
    if pixels is None or pixels.dtype not in (np.uint8, np.uint16):
        raise EcsetError(f"{path} is no picture that can be read.")
    full = 255 if pixels.dtype == np.uint8 else 65535
    values = pixels.astype(np.float32) / np.float32(full)
    if values.ndim == 2:
        return values[..., None]
    order = {3: [2, 1, 0], 4: [2, 1, 0, 3]}.get(values.shape[2])  # OpenCV's is BGR
    return values if order is None else values[..., order]


def survey(path: Path) -> tuple[str, tuple[int, int]]:
    """Digest of a picture's pixels, and its height and width; PNG is not decoded for it.

    Files that differ only in metadata have the same digest. Raises EcsetError like :func:`read`.
    """
    if path.suffix.lower() == ".png":
        try:
            return png.survey(file_bytes(path))
        except png.TornError:
            raise EcsetError(f"{path} is cut off or damaged.") from None
    picture = read(path)
    return picture.digest(), picture.size


def read_style(path: Path) -> Picture:
    """Read a style picture (:func:`_read_chosen`), no larger than 4096 pixels: more than any
    brushwork is taken from.

    Raises InputError when there is no such file, it is no picture, or one of under 32 pixels.
    """
    picture = _read_chosen(path, "style picture", _LARGEST_STYLE)
    if min(picture.size) < 32:
        size = f"{picture.size[1]}×{picture.size[0]}"
        raise InputError(f"The style picture {path} is too small ({size}); 32×32 is the least.")
    return picture


def read_painting(path: Path) -> Picture:
    """Read the painting of a keyframe (:func:`_read_chosen`), at its full size.

    Raises InputError when there is no such file or it is no picture.
    """
    return _read_chosen(path, "painting", None)


def read_content(path: Path) -> Picture:
    """Read a picture that is to be painted: PNG, TIFF and EXR as plates are, with their alpha and
    all of their bits; other kinds as what a person chose (:func:`_read_chosen`).

    Raises InputError when there is no such file or it is no picture.
    """
    if path.suffix.lower() not in {".png", ".exr", ".tif", ".tiff"}:
        return _read_chosen(path, "picture", None)
    if path.is_dir():
        raise InputError(f"The picture {path} is a folder; name a picture in it.")
    if not path.exists():
        raise InputError(f"The picture {path} does not exist.")
    try:
        return read(path)
    except EcsetError as error:
        raise InputError(str(error)) from None


def _read_chosen(path: Path, what: str, largest: tuple[int, int] | None) -> Picture:
    """A picture that a person chose: any format of Pillow's, turned as its EXIF says, its colour
    profile converted to sRGB, laid on white where it is transparent."""
    try:
        with Image.open(path) as image:
            upright = ImageOps.exif_transpose(image)
            if largest is not None:
                upright.thumbnail(largest, Image.Resampling.LANCZOS)
            profile = image.info.get("icc_profile")
            if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
                upright = upright.convert("RGBA")
                ground = Image.new("RGBA", upright.size, "white")
                upright = Image.alpha_composite(ground, upright).convert("RGB")
            elif profile:
                upright = _through_profile(upright, profile)
            rgb = np.asarray(upright.convert("RGB"), dtype=np.float32) / np.float32(255)
    except FileNotFoundError:
        raise InputError(f"The {what} {path} does not exist.") from None
    except UnidentifiedImageError:
        raise InputError(f"The {what} {path} is no picture that can be read.") from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        if path.is_dir():  # which Windows does not say of it
            raise InputError(f"The {what} {path} is a folder; name a picture in it.") from None
        raise InputError(f"The {what} {path} can't be read: {error}.") from None
    return Picture(rgb)


def write(picture: Picture, path: Path, depth: int, fingerprint: str) -> None:
    """Write a frame, whole or not at all: to a temporary name beside it, then renamed.

    ``depth`` is 8 or 16 for PNG; EXR is half. Raises EcsetError when the disk is full or the
    folder can't be written, and leaves no part of a file.
    """
    # Not the process's number: farms run the same job on several machines, in containers.
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix.lower() == ".exr":
            _write_exr(picture, temporary, fingerprint)
        else:
            with temporary.open("wb") as file:
                file.write(_png(picture, depth, fingerprint))
                file.flush()
                os.fsync(file.fileno())
        try:
            whole.put(temporary, path)
        except FileNotFoundError:
            # Another run of the job was first with this frame, and swept up what it took for
            # the rest of a killed one.
            if fingerprint_of(path) != fingerprint:
                raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise EcsetError(f"{path} can't be written: {reason}.") from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def fingerprint_of(path: Path) -> str | None:
    """The fingerprint that :func:`write` left in a whole frame.

    None when there is no file, when it is cut off or damaged, or when Ecset did not write it.
    """
    try:
        if path.suffix.lower() == ".exr":
            import OpenEXR

            if not path.exists():
                return None  # OpenEXR would say so on standard error
            # Reading the pixels is what proves that the file is whole.
            with OpenEXR.File(str(path)) as file:
                value = file.header().get(_FINGERPRINT)
            return value if isinstance(value, str) else None
        data = path.read_bytes()
        if not png.is_whole(data):
            return None
        with Image.open(io.BytesIO(data)) as image:
            value = image.info.get(_FINGERPRINT)
        return value if isinstance(value, str) else None
    except (OSError, SyntaxError, ValueError, RuntimeError):
        return None


def is_ours(path: Path) -> bool:
    """Whether Ecset wrote a file, be it whole or damaged: the fingerprint stands at its head."""
    with path.open("rb") as file:
        return _FINGERPRINT.encode() in file.read(4096)


def quantized(picture: Picture, suffix: str, depth: int) -> Picture:
    """What :func:`read` gives back after :func:`write`, without the way over the disk."""
    if suffix.lower() == ".exr":
        return _from_exr_pixels(_exr_pixels(picture))
    full = np.float32(2**depth - 1)
    rgb = np.rint(np.clip(picture.rgb, 0, 1) * full) / full
    alpha = None if picture.alpha is None else np.rint(np.clip(picture.alpha, 0, 1) * full) / full
    return Picture(rgb, alpha)


def file_bytes(path: Path) -> bytes:
    """All of a file. Raises EcsetError when it is gone or can't be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise EcsetError(f"{path} is missing.") from None
    except OSError as error:
        raise EcsetError(f"{path} can't be read: {error.strerror}.") from None


def _through_profile(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(
            image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except ImageCms.PyCMSError:
        return image  # a broken profile is no reason to refuse a picture: viewers ignore it too
    assert converted is not None
    return converted


def _png(picture: Picture, depth: int, fingerprint: str) -> bytes:
    """The file's bytes. OpenCV encodes, as Pillow has no 16-bit RGB."""
    dtype = np.uint8 if depth == 8 else np.uint16
    full = np.float32(np.iinfo(dtype).max)
    planes: list[Any] = [picture.rgb[..., 2], picture.rgb[..., 1], picture.rgb[..., 0]]
    if picture.alpha is not None:
        planes.append(picture.alpha)
    pixels = np.rint(np.clip(np.stack(planes, axis=-1), 0, 1) * full).astype(dtype)
    good, encoded = cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 3])
    if not good:
        raise OSError("OpenCV could not encode it as PNG")
    return png.with_text(encoded.tobytes(), _FINGERPRINT, fingerprint)


def _read_exr(path: Path) -> Picture:
    import OpenEXR

    file_bytes(path)  # says what is wrong with it in fewer words than OpenEXR
    try:
        with OpenEXR.File(str(path), separate_channels=True) as file:
            channels = {name: np.asarray(c.pixels) for name, c in file.channels().items()}
    except (RuntimeError, OSError, ValueError):
        raise EcsetError(f"{path} is cut off or damaged.") from None
    if not {"R", "G", "B"} <= channels.keys():
        raise EcsetError(f"{path} has no channels R, G and B.")
    pixels = {name: channels[name] for name in "RGBA" if name in channels}
    if any(np.isnan(part).any() for part in pixels.values()):
        # One would spread over the whole shot: everything is fitted to all of it.
        raise EcsetError(f"{path} has values that are no numbers (NaN).")
    return _from_exr_pixels(pixels)


def _write_exr(picture: Picture, path: Path, fingerprint: str) -> None:
    import OpenEXR

    header = {
        "compression": OpenEXR.ZIP_COMPRESSION,
        "type": OpenEXR.scanlineimage,
        _FINGERPRINT: fingerprint,
    }
    try:
        with OpenEXR.File(header, dict(_exr_pixels(picture))) as file:
            file.write(str(path))
    except RuntimeError as error:  # OpenEXR's own kind, which hides the errno
        raise OSError(str(error)) from None


def _exr_pixels(picture: Picture) -> dict[str, NDArray[np.float16]]:
    """Straight sRGB to premultiplied linear halves.

    Where alpha is 0 the colour stays as it is: light without cover is legal in EXR.
    """
    linear = to_linear(picture.rgb)
    if picture.alpha is not None:
        linear = linear * np.where(picture.alpha > 0, picture.alpha, 1)[..., None]
    halves = np.clip(linear, -_LARGEST_HALF, _LARGEST_HALF).astype(np.float16)
    pixels = {name: np.ascontiguousarray(halves[..., i]) for i, name in enumerate("RGB")}
    if picture.alpha is not None:
        pixels["A"] = picture.alpha.astype(np.float16)
    return pixels


def _from_exr_pixels(channels: dict[str, Any]) -> Picture:
    linear = np.stack([channels[name].astype(np.float32) for name in "RGB"], axis=-1)
    linear = np.clip(linear, -_LARGEST_HALF, _LARGEST_HALF)  # a sun too bright for half is infinite
    alpha = channels["A"].astype(np.float32) if "A" in channels else None
    if alpha is not None:
        linear = linear / np.where(alpha > 0, alpha, 1)[..., None]
    return Picture(to_srgb(linear), alpha)
