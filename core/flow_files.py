"""Flows between plates, kept in files: what was estimated once need not be again.

A file holds the flows of one pair of plates, forward and backward, as a NumPy array of 2×2×H×W in
half precision, and a checksum behind it. Its name is a digest of both plates and of the estimator,
so it holds whatever becomes of the job's settings, and files of other plates are no harm.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import secrets
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from . import whole
from .errors import EcsetError
from .fingerprint import PAINT_REVISION

_CHECKSUM_BYTES = 4

Pair = tuple[Tensor, Tensor]


class FlowFiles:
    """The flows of a shot's plates in a folder."""

    def __init__(
        self, folder: Path, digest: Callable[[int], str], estimator: Sequence[str]
    ) -> None:
        """digest: of the plate of a frame; estimator: its name, and what else its flows depend
        on."""
        self._folder = folder
        self._digest = digest
        self._what = [PAINT_REVISION, *estimator]

    def path(self, first: int, second: int) -> Path:
        """The file of a pair of frames."""
        text = json.dumps([self._what, self._digest(first), self._digest(second)])
        return self._folder / f"{hashlib.sha256(text.encode()).hexdigest()[:32]}.npy"

    def read(self, first: int, second: int, size: tuple[int, int]) -> Pair | None:
        """The flows first → second and second → first, 1×2×H×W each on the CPU; None where there is
        no file, or none that is whole."""
        try:
            data = self.path(first, second).read_bytes()
        except OSError:
            return None
        content, checksum = data[:-_CHECKSUM_BYTES], data[-_CHECKSUM_BYTES:]
        if _checksum(content) != checksum:
            return None
        flows: NDArray = np.load(io.BytesIO(content), allow_pickle=False)
        if flows.shape != (2, 2, *size):
            return None
        both = torch.from_numpy(flows).to(torch.float32)
        return both[:1], both[1:]

    def write(self, first: int, second: int, pair: Pair) -> None:
        """Keep the flows of a pair as they are after :func:`rounded`. Raises EcsetError."""
        path = self.path(first, second)
        held = io.BytesIO()
        np.save(held, torch.cat(pair).to("cpu", torch.float16).numpy(), allow_pickle=False)
        content = held.getvalue()
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
        try:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                temporary.write_bytes(content + _checksum(content))
                try:
                    whole.put(temporary, path)
                except FileNotFoundError:
                    # Another process was first with this pair, and swept up what it took for the
                    # rest of a killed one.
                    if not path.exists():
                        raise
            finally:
                # What killed runs left behind of this pair goes, too.
                for rest in path.parent.glob(f".{path.name}.*.tmp"):
                    with contextlib.suppress(OSError):
                        rest.unlink()
        except OSError as error:
            raise EcsetError(f"The motion {path} can't be kept: {error.strerror}.") from None


def rounded(pair: Pair) -> Pair:
    """The flows as they come back from a file, so that it makes no difference whether one was
    there: half precision tells a 32nd of a pixel apart at 64 pixels, less than flows are right."""
    return pair[0].half().float(), pair[1].half().float()


def _checksum(content: bytes) -> bytes:
    return zlib.crc32(content).to_bytes(_CHECKSUM_BYTES, "big")
