"""One frame of a shot on its way to being a picture on the timeline that a person paints over."""

import contextlib
import os
import shutil
import tempfile
from enum import Enum
from pathlib import Path
from typing import Any

import bpy

from . import compat, marks, place, plates, whole
from .errors import BadInput, EcsetError
from .job import FORMATS, PictureFormat
from .naming import folder_name, frame_path, strip_name
from .process import Child
from .shot import Shot


class Start(Enum):
    """What the person paints over."""

    AUTO = "the painted frame where the timeline shows one, else the plate"
    RESULT = "the painted frame"
    PLATE = "the plate"


class KeyframeTask:
    """Renders the frame in a Blender of its own, which `finish` then puts on the timeline."""

    def __init__(
        self, scene: Any, strip: Any, frame: int, start: Start, output: Path, picture: PictureFormat
    ) -> None:
        """Validate and start; `picture` is how the shot's frames are stored.

        Raises EcsetError; then nothing is under way.
        """
        self.shot = plates.describe(scene, strip, (frame, frame))
        _refuse_second(scene, strip, frame)
        self.folder = output / f"{folder_name(strip.name)}_keyframes"
        self._start = self._painted(scene, strip, start)
        self._free_channel(scene, strip, frame)  # or it would end in vain
        self._error: str | None = None
        # A painting program reads PNG; 16 bit where the shot has more than 8.
        self._picture = picture if picture.name == "PNG8" else FORMATS["PNG16"]
        self._temporary = Path(tempfile.mkdtemp(prefix="ecset-", dir=bpy.app.tempdir or None))
        try:
            pattern = str(self._temporary / "frame_####.png")
            self._file = Path(frame_path(pattern, frame))
            request = plates.write_request(
                self._start or self.shot,
                pattern,
                self._picture,
                plates.write_snapshot(scene, self._temporary),
            )
            self._child = Child(
                plates.extract_command(request, plates.shows_scenes(scene)),
                self._temporary / "log",
                env=plates.extract_environment(),
            )
        except EcsetError:
            self._remove_temporary()
            raise
        except OSError as error:
            self._remove_temporary()
            raise EcsetError(f"The frame could not be rendered: {error}.") from error

    def _painted(self, scene: Any, strip: Any, start: Start) -> Shot | None:
        """The shot's result as a shot of one frame, if that is what is painted over."""
        if start is Start.PLATE:
            return None
        frame = self.shot.first
        result = marks.result_at(scene, strip.name, frame)
        if result is not None:
            painted = plates.describe(scene, result, (frame, frame))
            if (painted.width, painted.height) == (self.shot.width, self.shot.height):
                return painted
        if start is Start.RESULT:
            raise BadInput(
                f'The timeline shows no painted frame of "{strip.name}" at frame {frame}: '
                "stylize it first, or start from the plate."
            )
        return None

    def _free_channel(self, scene: Any, strip: Any, frame: int) -> int:
        """Above the shot, and above what is painted over, so that the painting is seen."""
        above = strip.channel
        strips = compat.all_strips(scene.sequence_editor)
        if self._start is not None and self._start.strip in strips:
            above = max(above, strips[self._start.strip].channel)
        return place.free_channel(
            strip.parent_meta() or scene.sequence_editor, frame, frame + 1, above
        )

    def poll(self) -> bool:
        """Whether the frame is rendered, or it will never be."""
        status = self._child.exit_status()
        for event in self._child.events():
            if event["event"] == "error":
                self._error = str(event.get("message", ""))
        if status:
            self._error = self._error or f"Blender ended with status {status} at the frame."
        return status is not None

    def finish(self) -> tuple[str, Path]:
        """Put the frame on the timeline, as a keyframe; returns its strip's name and its file.

        The shot stays the active strip.  Raises EcsetError when the frame could not be rendered or
        stored, or the shot is gone.
        """
        try:
            if self._error is not None:
                raise EcsetError(self._error)
            scene, source = place.find(self.shot)
            frame = self.shot.first + place.moved(self.shot, source)
            channel = self._free_channel(scene, source, frame)
            path = self._keep(frame)
        finally:
            self._remove_temporary()
        strip = place.put_over(
            scene,
            source,
            strip_name(source.name, f" Key {frame}"),
            os.path.join(place.blend_path(path.parent), ""),
            [path.name],
            channel=channel,
            start=frame,
            file_format=self._picture.file_format,
            keep_placement=self.shot.keep_placement,
        )
        strip[marks.KEYFRAME_PROPERTY] = source.name
        for other in compat.all_strips(scene.sequence_editor):
            other.select = False
        strip.select = True
        scene.sequence_editor.active_strip = source
        return strip.name, path

    def _keep(self, frame: int) -> Path:
        """Move the picture to the shot's keyframes, under a name that no file has yet."""
        name = Path(frame_path("key_####.png", frame))
        part = self.folder / f"{name.stem}.part"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self._file, part)
            number, path = 1, self.folder / name
            while not _is_ours(path):
                number += 1
                path = self.folder / f"{name.stem}_{number}{name.suffix}"
            whole.put(part, path)
        except OSError as error:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
                self.folder.rmdir()
            raise BadInput(
                f"The folder {self.folder} cannot be written ({error.strerror}): "
                "choose another output folder."
            ) from error
        return path

    def abandon(self) -> None:
        """End now, because nobody will poll any more."""
        self._child.end()
        self._remove_temporary()

    def _remove_temporary(self) -> None:
        shutil.rmtree(self._temporary, ignore_errors=True)


def _refuse_second(scene: Any, shot: Any, frame: int) -> None:
    """Raise BadInput when the shot has a keyframe at `frame`, which would count beside another."""
    for strip in marks.keyframes_of(scene, shot.name):
        if compat.left(strip) == frame and not marks.is_muted(scene, strip):
            raise BadInput(
                f'"{strip.name}" is a keyframe at frame {frame} already: paint over it, '
                "or mute or remove it first."
            )


def _is_ours(path: Path) -> bool:
    """Whether the name was free, and is taken by an empty file now that may be replaced."""
    try:
        path.open("xb").close()
    except FileExistsError:
        return False
    return True
