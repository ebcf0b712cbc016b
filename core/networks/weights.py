"""The weights of networks: where they lie on this machine, found, checked and read."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError
from ..invocation import command
from . import catalogue, foreign, own_file

if TYPE_CHECKING:
    from torch import Tensor

FOLDER_VARIABLE = "ECSET_WEIGHTS"


@dataclass(frozen=True)
class Found:
    """Weights that are there: their file, the SHA-256 over the tensors, where they came from."""

    path: Path
    digest: str
    source: str


def folder() -> Path:
    """Where the weights of this person lie: $ECSET_WEIGHTS, or a folder of the system's choice."""
    if named := os.environ.get(FOLDER_VARIABLE):
        return Path(named)
    from platformdirs import user_data_path

    return user_data_path("ecset", appauthor=False) / "weights"


def stored(name: str) -> Path:
    """The file of a network's weights in :func:`folder`, whether it is there or not."""
    return folder() / f"{name}.safetensors"


def find(name: str, given: Path | None) -> Found:
    """The weights of a network (``vgg19``, ``raft-small``, ``raft-large``).

    given: a file that a person named, Ecset's own or the published .pth; None for the store's, or
    for the one that torch.hub has downloaded, which is taken into the store. Of Ecset's files only
    the header is read. Raises InputError when there are none, or when the file is wrong.
    """
    path = given or _in_store(name)
    if foreign.is_safetensors(path):
        header = _own_header(name, path)
        return Found(path, header.digest, header.source)
    tensors, source = _from_published(name, path)
    return Found(path, own_file.digest(tensors), source)


def load(name: str, given: Path | None) -> dict[str, Tensor]:
    """The tensors of a network by torchvision's own keys, on the CPU, float32, as published.

    Of ``vgg19`` the convolutions only. given: as for :func:`find`, as the errors are.
    """
    path = given or _in_store(name)
    if not foreign.is_safetensors(path):
        return _from_published(name, path)[0]
    header = _own_header(name, path)
    tensors = foreign.checked(name, own_file.read(path), path)
    if own_file.digest(tensors) != header.digest:
        raise InputError(
            f"{path} was changed or damaged after it was written; remove it and get "
            f"the weights again: `{command()} weights get {name}`."
        )
    return tensors


def save(name: str, tensors: dict[str, Tensor], path: Path, source: str = "made here") -> Found:
    """Write weights in Ecset's own form. source: where they are from, for people to read."""
    header = own_file.write(name, tensors, source, path)
    return Found(path, header.digest, header.source)


def he_initialised(name: str, seed: int) -> dict[str, Tensor]:
    """Weights of a network that has learned nothing; for tests and timings.

    Convolutions by He et al. 2015, eq. 10: normal with the variance 2 / fan-in, biases 0;
    normalisation that changes nothing.
    """
    import torch

    random = torch.Generator().manual_seed(seed)
    made = {}
    for key, (shape, dtype) in catalogue.tensors(name).items():
        if len(shape) == 4:
            fan_in = math.prod(shape[1:])
            made[key] = torch.randn(shape, generator=random) * (2 / fan_in) ** 0.5
        else:
            one = key.endswith((".weight", ".running_var"))
            made[key] = torch.full(shape, float(one), dtype=dtype)
    return made


def take_in(name: str, path: Path, sha256: str | None = None) -> Found:
    """Put a file that was fetched elsewhere into the store, checked and converted.

    sha256: of the file; None for the published one. Ecset's own files know their digest and need
    none. Raises InputError when the file is another.
    """
    if sha256 is None and foreign.is_safetensors(path):
        return save(name, load(name, path), stored(name), _own_header(name, path).source)
    foreign.check(name, path, sha256)
    source = (
        catalogue.published(name).url
        if sha256 is None
        else f"{path.name}, SHA-256 {sha256.lower()}"
    )
    return save(name, foreign.read(name, path), stored(name), source)


def of_torch_hub(name: str) -> Path:
    """Where torch.hub and torchvision would have put the published file."""
    from torch import hub

    return Path(hub.get_dir()) / "checkpoints" / catalogue.published(name).file_name


def missing(name: str) -> InputError:
    """What to say when the weights of a network are nowhere."""
    size = catalogue.published(name).size / 2**20
    return InputError(
        f"The weights of {catalogue.TITLES[name]} are not on this machine. Get them with "
        f"`{command()} weights get {name}` (a download of {size:.0f} MB), or name a file of "
        f"them by {catalogue.NAMED_BY[name]}."
    )


def _in_store(name: str) -> Path:
    path = stored(name)
    if not path.exists():
        downloaded = of_torch_hub(name)
        if not downloaded.exists():
            raise missing(name)
        take_in(name, downloaded)
    return path


def _own_header(name: str, path: Path) -> own_file.Header:
    header = own_file.header(path)
    if header is None:
        raise InputError(
            f"{path} is no file of Ecset's; take it in by "
            f"`{command()} weights import {name} FILE --sha256 HEX`."
        )
    if header.name != name:
        raise InputError(f"{path} holds the weights of {header.name}, not of {name}.")
    return header


def _from_published(name: str, path: Path) -> tuple[dict[str, Tensor], str]:
    foreign.check(name, path)
    return foreign.read(name, path), catalogue.published(name).url
