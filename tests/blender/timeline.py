"""Timelines to try things on, and what they show."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from PIL import Image


class Timeline:
    """A scene with a sequencer, saved in a folder of its own."""

    def __init__(self, folder: Path, width: int = 96, height: int = 54) -> None:
        from ecset.sequencer import compat

        self.compat = compat
        self.folder = folder
        self.scene.render.resolution_x, self.scene.render.resolution_y = width, height
        self.scene.render.resolution_percentage = 100
        self.scene.render.fps = 24
        self.scene.render.dither_intensity = 0
        self.scene.view_settings.view_transform = "Standard"
        self.scene.sequence_editor_create()
        self._renders = itertools.count()

    @property
    def scene(self) -> Any:
        return bpy.data.scenes["Scene"]

    @property
    def editor(self) -> Any:
        return self.scene.sequence_editor

    @property
    def strips(self) -> Any:
        return self.compat.strips_of(self.editor)

    def find(self, name: str) -> Any:
        return self.compat.all_strips(self.editor)[name]

    def images(self, paths: list[Path], *, name="Shot", channel=1, start=1, owner=None) -> Any:
        """An image strip of one frame for each path."""
        return self.compat.new_image_strip(
            owner or self.editor,
            name,
            f"{paths[0].parent}/",
            [path.name for path in paths],
            channel,
            start,
        )

    def movie(self, path: Path, *, name="Shot", channel=1, start=1, owner=None) -> Any:
        return self.compat.strips_of(owner or self.editor).new_movie(
            name=name,
            filepath=str(path),
            channel=channel,
            frame_start=start,
            fit_method="ORIGINAL",
        )

    def colour(self, rgb, *, name="Colour", channel=1, start=1, length=5, owner=None) -> Any:
        strip = self.compat.new_effect(owner or self.editor, name, "COLOR", channel, start, length)
        strip.color = rgb
        return strip

    # Times under the names of this Blender: 5.2 has others.

    @staticmethod
    def move(strip: Any, frames: int) -> None:
        """Along the timeline, with its content."""
        name = "content_start" if hasattr(strip, "content_start") else "frame_start"
        setattr(strip, name, getattr(strip, name) + frames)

    @staticmethod
    def set_handles(strip: Any, left: int | None, right: int) -> None:
        """The visible range, without its end; the left handle stays for None."""
        new = hasattr(strip, "left_handle")
        if left is not None:
            setattr(strip, "left_handle" if new else "frame_final_start", left)
        setattr(strip, "right_handle" if new else "frame_final_end", right)

    def save(self, name: str = "edit.blend") -> Path:
        path = self.folder / name
        bpy.ops.wm.save_as_mainfile(filepath=str(path))
        return path

    def shown(self, frame: int, file_format: str = "PNG", depth: int = 8) -> np.ndarray:
        """What the timeline shows: height x width x 4, float64, premultiplied.

        Bytes 0 to 255, 16-bit values 0 to 65535, or scene-linear values of an EXR.  Colours count
        as far as they are seen: what is fully transparent has none.
        """
        scene, render = self.scene, self.scene.render
        path = self.folder / f"render_{next(self._renders)}.{file_format.lower()}"
        self.compat.disable_caches(self.editor)
        self.compat.set_picture_format(
            render.image_settings, {"EXR": "OPEN_EXR"}.get(file_format, file_format), depth
        )
        render.use_file_extension = False
        render.filepath = str(path)
        scene.frame_set(frame)
        bpy.ops.render.render(write_still=True, scene=scene.name)
        pixels = read_pixels(path)
        path.unlink()
        if file_format != "EXR":
            pixels = np.rint(pixels * (2**depth - 1))
            pixels[..., :3] *= pixels[..., 3:] / (2**depth - 1)
        return pixels

    def stylize_in_place(self, strip: Any, *, frames=None, picture="PNG8", folder="job") -> Any:
        """What a task does with a look that changes nothing, without child processes.

        The session is saved and loaded again on the way.  Returns (shot, result strip, opaque).
        """
        import sequencer.extract as extract
        from ecset.sequencer import folder as folders
        from ecset.sequencer import job, place, plates
        from ecset.sequencer.record import Record

        shot = plates.describe(self.scene, strip, frames)
        settings = job.Settings(look="identity", format=picture)
        target = self.folder / folder
        folders.write(target, job.describe(settings, shot.first, shot.last))
        pattern = target / (job.PLATES + settings.picture_format.suffix)
        snapshot = plates.write_snapshot(self.scene, self.folder)
        request = plates.write_request(shot, str(pattern), settings.picture_format, snapshot)
        blend = self.save()
        opaque = all(extract.run(read_json(request)))
        bpy.ops.wm.open_mainfile(filepath=str(blend))
        shutil.copytree(target / "plates", target / "frames", dirs_exist_ok=True)
        for path in (target / "frames").iterdir():
            path.rename(path.with_name(path.name.replace("plate_", "ecset_")))
        record = Record(shot, blend.name, picture, older="STACK", opaque=opaque)
        placed = place.place(target, record)
        return shot, self.find(placed.strip), opaque


def read_json(path: Path) -> dict[str, Any]:
    import json

    return json.loads(path.read_text(encoding="utf-8"))


def read_pixels(path: Path) -> np.ndarray:
    """The values in a picture file, untouched by colour management: height x width x 4."""
    image = bpy.data.images.load(str(path), check_existing=False)
    try:
        image.colorspace_settings.name = "Non-Color"
        image.alpha_mode = "CHANNEL_PACKED"
        pixels = np.empty(len(image.pixels), np.float32)
        image.pixels.foreach_get(pixels)
        width, height = image.size
        return pixels.astype(np.float64).reshape(height, width, 4)[::-1]
    finally:
        bpy.data.images.remove(image)


def noise(width: int, height: int, *, seed: int, channels: int = 3) -> np.ndarray:
    """Smooth blobs with noise on them: bytes, height x width x channels."""
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 256, (4, 6, channels), np.uint8)
    blobs = np.stack(
        [
            np.asarray(Image.fromarray(coarse[..., c]).resize((width, height), Image.BICUBIC))
            for c in range(channels)
        ],
        axis=-1,
    ).astype(np.int32)
    return np.clip(blobs + random.integers(-40, 41, blobs.shape), 0, 255).astype(np.uint8)


def save_png(path: Path, pixels: np.ndarray) -> Path:
    Image.fromarray(pixels).save(path)
    return path


def make_movie(path: Path, pictures: list[Path], fps: int) -> Path:
    """A movie of the pictures, made by Blender itself."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    with Image.open(pictures[0]) as first:
        timeline = Timeline(path.parent, *first.size)
    timeline.images(pictures)
    render, picture = timeline.scene.render, timeline.scene.render.image_settings
    render.fps = fps
    if hasattr(picture, "media_type"):
        picture.media_type = "VIDEO"
    picture.file_format = "FFMPEG"
    render.ffmpeg.format, render.ffmpeg.codec = "MKV", "H264"
    render.ffmpeg.constant_rate_factor = "HIGH"
    render.use_file_extension = False
    render.filepath = str(path)
    timeline.scene.frame_start, timeline.scene.frame_end = 1, len(pictures)
    bpy.ops.render.render(animation=True, scene=timeline.scene.name)
    return path
