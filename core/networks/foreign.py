"""Weights as others save them: PyTorch's files (.pth), and safetensors that are not Ecset's."""

from __future__ import annotations

import hashlib
import pickle
import re
import warnings
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError
from ..invocation import command
from . import catalogue, own_file

if TYPE_CHECKING:
    from torch import Tensor

_PICKLE = b"\x80"


def is_safetensors(path: Path) -> bool:
    """Whether a file begins as safetensors do: the header's length in 8 bytes, then JSON.

    Raises InputError when there is no file, or none that can be read.
    """
    return _beginning(path)[8:9] == b"{"


def sha256(path: Path) -> str:
    """SHA-256 of a file, 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check(name: str, path: Path, expected: str | None = None) -> None:
    """See that a file is the one that is expected.

    expected: its SHA-256; None for how the published one begins. Raises InputError when it is
    another file.
    """
    title = catalogue.TITLES[name]
    _beginning(path)
    if expected is None:
        if not sha256(path).startswith(catalogue.published(name).sha256):
            raise InputError(
                f"{path} is not the file of {title} that torchvision publishes: its SHA-256 is "
                "another. It may be damaged; weights from elsewhere have to be taken in by "
                f"`{command()} weights import {name} FILE --sha256 HEX`."
            )
    else:
        if re.fullmatch("[0-9a-fA-F]{64}", expected) is None:
            raise InputError(f"A SHA-256 has 64 hexadecimal digits; {expected!r} has not.")
        if sha256(path) != expected.lower():
            raise InputError(f"The SHA-256 of {path} is not {expected.lower()}, as was said.")


def read(name: str, path: Path) -> dict[str, Tensor]:
    """The tensors of a network that are kept, by torchvision's keys, from anyone's file.

    Check the file first. Raises InputError when it holds something else.
    """
    if is_safetensors(path):
        found = own_file.read(path)
    else:
        found = _unpickled(path)
    wanted = catalogue.tensors(name)
    # Of a whole network, parts may be left out; a network that lacks something is another one.
    kept = {key: tensor for key, tensor in found.items() if key in wanted}
    return checked(name, kept, path)


def checked(name: str, tensors: dict[str, Tensor], path: Path) -> dict[str, Tensor]:
    """The same tensors, when keys, shapes and types are the network's. Raises InputError else."""
    wanted = catalogue.tensors(name)
    if {key: (tensor.shape, tensor.dtype) for key, tensor in tensors.items()} != wanted:
        raise InputError(
            f"{path} does not hold the weights of {catalogue.TITLES[name]}: they are another "
            "network's, or some of them are missing."
        )
    return tensors


def _unpickled(path: Path) -> dict[str, Tensor]:
    import torch

    try:
        # Nothing but tensors is unpickled. Files from before PyTorch 1.6 are no zip and can't be
        # mapped into memory; they are read whole.
        with warnings.catch_warnings(action="ignore"):  # of odd pickles; they fail or they don't
            found = torch.load(
                path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path) or None
            )
    except (RuntimeError, OSError, EOFError, ValueError, pickle.UnpicklingError):
        raise InputError(f"{path} is no whole file of PyTorch weights; get it again.") from None
    if not isinstance(found, dict) or not all(torch.is_tensor(part) for part in found.values()):
        raise InputError(f"{path} holds something else than the weights of a network.")
    return found


def _beginning(path: Path) -> bytes:
    """The first bytes of a file that may hold weights. Raises InputError for what can't."""
    if path.is_dir():
        raise InputError(f"{path} is a folder; name the file of weights itself.")
    try:
        with path.open("rb") as file:
            beginning = file.read(512)
    except FileNotFoundError:
        raise InputError(f"There is no file of weights at {path}.") from None
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}.") from None
    if beginning.lstrip()[:1] == b"<":
        raise InputError(f"{path} is a web page, not weights; download the file itself.")
    if not (beginning[8:9] == b"{" or beginning.startswith((_PICKLE, b"PK\x03\x04"))):
        raise InputError(f"{path} is no file of weights (.safetensors or .pth).")
    return beginning
