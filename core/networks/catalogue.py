"""Which networks Ecset knows, as torchvision publishes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import torch
    from torch import nn

VGG19, RAFT_SMALL, RAFT_LARGE = "vgg19", "raft-small", "raft-large"
NAMES = (VGG19, RAFT_SMALL, RAFT_LARGE)

# What a person calls them, and where a job or a command names a file of their weights.
TITLES = {VGG19: "VGG-19", RAFT_SMALL: "RAFT (small)", RAFT_LARGE: "RAFT (large)"}
NAMED_BY = {
    VGG19: "--weights FILE",
    RAFT_SMALL: "coherence.flow_weights in the job",
    RAFT_LARGE: "coherence.flow_weights in the job",
}

# Of VGG-19 the convolutions are kept; its classifier is six sevenths of the file.
_KEPT = {VGG19: "features.", RAFT_SMALL: "", RAFT_LARGE: ""}


@dataclass(frozen=True)
class Published:
    """Where the weights of a network are published.

    sha256: how the SHA-256 of the file begins (torch.hub puts it into the file's name); size: of
    the download in bytes, roughly.
    """

    url: str
    sha256: str
    size: int

    @property
    def file_name(self) -> str:
        return PurePosixPath(urlsplit(self.url).path).name


def published(name: str) -> Published:
    """What torchvision says of a network's weights. KeyError for a name that is not of NAMES."""
    weights = _enum_and_builder(name)[0]
    url: str = weights.url
    stem = PurePosixPath(urlsplit(url).path).stem
    return Published(url, stem.rpartition("-")[2], 4 * int(weights.meta["num_params"]))


def tensors(name: str) -> dict[str, tuple[torch.Size, torch.dtype]]:
    """Shape and type of each tensor of a network's weights that Ecset keeps, by its key."""
    return {
        key: (tensor.shape, tensor.dtype)
        for key, tensor in empty(name).state_dict().items()
        if key.startswith(_KEPT[name])
    }


def empty(name: str) -> nn.Module:
    """torchvision's network without any weights (on torch's device ``meta``)."""
    import torch

    with torch.device("meta"):
        return _enum_and_builder(name)[1]()


def _enum_and_builder(name: str) -> tuple[Any, Callable[[], nn.Module]]:
    from torchvision import models
    from torchvision.models import optical_flow

    return {
        VGG19: (models.VGG19_Weights.IMAGENET1K_V1, models.vgg19),
        RAFT_SMALL: (optical_flow.Raft_Small_Weights.DEFAULT, optical_flow.raft_small),
        RAFT_LARGE: (optical_flow.Raft_Large_Weights.DEFAULT, optical_flow.raft_large),
    }[name]
