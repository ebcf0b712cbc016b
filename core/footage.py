"""A shot on disk, as looks and :mod:`core.ways` see it: tensors, with all that a frame has."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from . import frames, inputs, maps, shot, strength
from .device import to_tensor
from .errors import EcsetError, InputError
from .filters import resize
from .frames import Array, Picture
from .inputs import Digests
from .job import Job
from .looks import Plate, Source
from .maps import Guide, Size
from .memo import Memo
from .part import is_pattern
from .shelf import Shelf
from .trace import OFF, Tracer

_SAMPLE_SIDE = 64  # pixels of a sampled frame

# A frame and those around it are asked for again and again, by several threads: as many are kept as
# fit into this memory, within these bounds.
_MEMORY = 256 * 2**20
_MOST_KEPT, _LEAST_KEPT = 8, 4


class Footage:
    """The frames of a job (:class:`core.shot.Shot`). Keeps the last ones it has read in memory."""

    def __init__(
        self,
        job: Job,
        size: Size,
        device: torch.device,
        shelf: Shelf,
        digests: Mapping[int, Digests] | None = None,
        trace: Tracer = OFF,
    ) -> None:
        """size: of the plates; digests: of all that belongs to the frames: what is read must still
        be that. Raises EcsetError when a guide can't be read."""
        self._job, self.size, self._device, self._shelf = job, size, device, shelf
        self._digests, self._trace = digests, trace
        self.first = job.frames.first
        self._guides = []
        for guide in job.look.guides:
            seen = inputs.sampled(job) if is_pattern(guide.path) else [job.frames.first]
            self._guides.append(Guide([job.picture(guide.path, frame) for frame in seen]))
        fitting = _MEMORY // (3 * 4 * size[0] * size[1])
        kept = min(max(fitting, _LEAST_KEPT), _MOST_KEPT)
        self.picture = Memo(self._read_picture, kept)
        self.amount = Memo(self._read_amount, kept)
        self.rgb = Memo(self._read_rgb, kept)
        self._plate = Memo(self._read_plate, kept)

    def plate(self, frame: int) -> Plate:
        """See :class:`core.shot.Shot`."""
        return self._plate(frame)

    def ready(self, frame: int) -> None:
        """Read what painting a frame needs, in whatever thread."""
        self.plate(frame)
        self.amount(frame)

    def painted(self, frame: int) -> shot.Painted:
        """See :class:`core.shot.Shot`."""
        result = self._shelf.read(self._job.result(frame))
        amount = self.amount(frame)
        if amount is None:
            rgb = self._seen(result)
            return shot.Painted(rgb, rgb.new_ones((1, 1, *self.size)))
        clipped = self._job.output.format == "PNG"
        paint, known = strength.unmix(self.picture(frame).rgb, result.rgb, amount, clipped)
        return shot.Painted(self._seen(Picture(paint, result.alpha)), self._tensor(known))

    def paint(self, path: Path) -> shot.Painted:
        """Paint that lies in a file of its own."""
        rgb = self._tensor(self._shelf.read(path).rgb)
        return shot.Painted(rgb, rgb.new_ones((1, 1, *self.size)))

    def finished(self, frame: int, rgb: Array) -> Picture:
        """What is to be written of a frame: its paint (H×W×3) over the plate, with its alpha."""
        plate, amount = self.picture(frame), self.amount(frame)
        if amount is not None:
            rgb = strength.mix(plate.rgb, rgb, amount)
        if plate.alpha is not None:
            # Nothing is painted where there is nothing: light without cover stays as it was.
            rgb = np.where(plate.alpha[..., None] > 0, rgb, plate.rgb)
        return Picture(rgb, plate.alpha)

    def sample(self) -> Plate:
        """Small copies of frames from all over the shot, with their guides."""
        size = (_SAMPLE_SIDE, _SAMPLE_SIDE)
        plates = [self._read_plate(frame) for frame in inputs.sampled(self._job)]
        guides = zip(*(plate.guides for plate in plates), strict=True)
        return Plate(
            torch.cat([resize(plate.rgb, size) for plate in plates]),
            tuple(torch.cat([resize(part, size) for part in guide]) for guide in guides),
            weights=() if self._job.weights_move else plates[0].weights,
        )

    def styles(self, pictures: list[Picture]) -> list[Source]:
        """The job's styles, with what stands for the guides on their side."""
        sources = []
        for index, picture in enumerate(pictures):
            guides: list[Tensor | None] = []
            for number, guide in enumerate(self._job.look.guides):
                path = guide.styles[index] if guide.styles else None
                guides.append(
                    None
                    if path is None
                    else self._guide(number, self._job.folder / path, picture.size)
                )
            sources.append(Source(self._tensor(picture.rgb), tuple(guides)))
        return sources

    def keyframes(self) -> list[tuple[int, Source]]:
        """The frames that were painted by hand, each with its plate and the guides there."""
        found = []
        for keyframe in self._job.look.keyframes:
            plate = self.plate(keyframe.frame)
            rgb = inputs.painting(self._job, keyframe, self.size)
            alpha = self.picture(keyframe.frame).alpha
            painting = self._seen(Picture(rgb, alpha))
            found.append((keyframe.frame, Source(painting, plate.guides, plate.rgb)))
        return found

    def _require_unchanged_plate(self, frame: int) -> None:
        """Raise EcsetError when the plate of a frame is not what it was at the beginning."""
        if self._digests is None:
            return
        path = self._job.plate(frame)
        digest, size = frames.survey(path)
        if size != self.size:
            raise EcsetError(inputs.plate_of_another_size(path, size, self.size))
        if digest != self._digests[frame].plate:
            raise EcsetError(f"The plate {path} changed while the shot was painted; run it again.")

    def _require_unchanged_others(self, frame: int) -> None:
        """The same for its masks and guides."""
        if self._digests is None:
            return
        try:
            others = inputs.of_frame(self._job, frame, self.size)
        except InputError as error:  # it was right when the work began
            raise EcsetError(str(error)) from None
        if others != (self._digests[frame].masks, self._digests[frame].guides):
            raise EcsetError(
                f"A mask or a guide of frame {frame} changed while the shot was painted; "
                "run it again."
            )

    def _read_picture(self, frame: int) -> Picture:
        """The plate of a frame as it is in its file."""
        with self._trace.span("read", frame=frame):
            self._require_unchanged_plate(frame)
            return frames.read(self._job.plate(frame))

    def _read_rgb(self, frame: int) -> Tensor:
        return self._seen(self.picture(frame))

    def _read_amount(self, frame: int) -> Array | None:
        """How much of the paint shows at a frame (H×W), None for all of it."""
        path, share = self._job.strength_mask, self._job.strength_at(frame)
        if path is None and share == 1:
            return None
        if path is None:
            amount = np.ones(self.size, np.float32)
        else:
            amount = maps.mask(self._job.picture(path, frame), self.size)
        return amount * np.float32(share)

    def _read_plate(self, frame: int) -> Plate:
        rgb = self.rgb(frame)
        with self._trace.span("read", frame=frame, of="masks and guides"):
            self._require_unchanged_others(frame)
            look = self._job.look
            guides = [
                self._guide(number, self._job.picture(guide.path, frame), self.size)
                for number, guide in enumerate(look.guides)
            ]
            masks = [
                None
                if style.mask is None
                else self._tensor(maps.mask(self._job.picture(style.mask, frame), self.size))
                for style in look.styles
            ]
        masks += [None] * len(look.keyframes)
        return Plate(rgb, tuple(guides), tuple(masks), self._job.weights_at(frame))

    def _guide(self, number: int, path: Path, size: Size) -> Tensor:
        """One picture of a guide, 1×C×H×W. Its weight is in the values, on both sides alike: the
        look compares by squared distance, in which the factor comes out as the weight."""
        factor = np.float32(math.sqrt(self._job.look.guides[number].weight))
        return self._tensor(factor * self._guides[number].read(path, size))

    def _seen(self, picture: Picture) -> Tensor:
        """A picture as looks and flow see it: with colours also where it is transparent."""
        rgb = self._tensor(picture.rgb)
        if picture.alpha is None:
            return rgb
        return shot.fill_transparent(rgb, self._tensor(picture.alpha))

    def _tensor(self, values: Array) -> Tensor:
        """H×W or H×W×C to 1×C×H×W."""
        return to_tensor(values if values.ndim == 3 else values[..., None], self._device)
