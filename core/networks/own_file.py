"""Weights in Ecset's own form: safetensors that say what they are.

The header holds the network's name, where the weights came from, and the SHA-256 over all tensors,
so that the header alone tells what a job is painted with, and reading the whole shows whether that
is true.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from safetensors import SafetensorError, safe_open

from .. import whole
from ..errors import InputError

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Header:
    """What a file says of itself.

    name: of the network; digest: SHA-256 over the tensors (:func:`digest`), 64 hexadecimal digits;
    source: where the weights came from, for people.
    """

    name: str
    digest: str
    source: str


def digest(tensors: dict[str, Tensor]) -> str:
    """SHA-256 over all tensors by their keys: the key, type and shape of each, and its numbers."""
    whole = hashlib.sha256()
    for key in sorted(tensors):
        tensor = tensors[key].detach().cpu().contiguous()
        whole.update(f"{key} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        # 0-dimensional tensors have no memory of their own to show.
        whole.update(tensor.reshape(-1).numpy().data)
    return whole.hexdigest()


def write(name: str, tensors: dict[str, Tensor], source: str, path: Path) -> Header:
    """Write weights, whole or not at all. Raises InputError when the place can't be written."""
    from safetensors.torch import save

    header = Header(name, digest(tensors), source)
    tight = {key: tensor.detach().cpu().contiguous() for key, tensor in tensors.items()}
    data = save(tight, {"name": name, "digest": header.digest, "source": source})
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.write_bytes(data)
            whole.put(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"Weights can't be written to {path}: {error.strerror}.") from None
    return header


def header(path: Path) -> Header | None:
    """What a file says of itself; None when it is none of Ecset's.

    Reads no more than the header, which also tells whether the file is as long as it should be.
    Raises InputError when it is not.
    """
    with _opened(path) as file:
        about = file.metadata() or {}
    if not {"name", "digest", "source"} <= about.keys():
        return None
    return Header(about["name"], about["digest"], about["source"])


def read(path: Path) -> dict[str, Tensor]:
    """All tensors of a safetensors file, on the CPU. Raises InputError when it is damaged."""
    with _opened(path, "pt") as file:
        return {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118


def _opened(path: Path, framework: str = "numpy") -> safe_open:
    try:
        return safe_open(path, framework)
    except (SafetensorError, OSError):
        raise InputError(f"{path} is cut off or damaged; get these weights again.") from None
