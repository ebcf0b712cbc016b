"""How the look ``neural`` paints, as a person sets it.  Standard library only.

Names, defaults and limits are those of ``NeuralSettings`` in ``core/look.py``, which this side
cannot import; ``tests/blender/test_network.py`` holds the two together.
"""

from dataclasses import dataclass

#: What a person calls the networks that have weights, by the engine's names.
TITLES = {"vgg19": "VGG-19", "raft-small": "RAFT (small)", "raft-large": "RAFT (large)"}


@dataclass(frozen=True)
class Network:
    """The settings that a person has controls for; what others there are stay the engine's."""

    style_scale: float = 1.0
    content_weight: float = 1.0
    style_weight: float = 1.0
    tv_weight: float = 1.0
    tv: str = "squared"
    colours: str = "style"
    start: str = "plate"
    optimiser: str = "lbfgs"
    quality: str = "normal"
    iterations: tuple[int, ...] | None = None  # for each size, coarse to fine; None: the quality's
    later: float = 0.5
    pooling: str = "max"


#: The least and the greatest value of each number that is allowed.
LIMITS = {
    "style_scale": (0.2, 4.0),
    "content_weight": (0.0, 1e6),
    "style_weight": (0.0, 1e6),
    "tv_weight": (0.0, 1e6),
    "iterations": (0, 10000),
    "later": (0.0, 1.0),
}

#: How many sizes a picture is painted in, at most.
MOST_SIZES = 8

#: The values of each setting that is one of several, as the job names them.
CHOICES = {
    "tv": ("squared", "absolute"),
    "colours": ("style", "luminance", "histogram", "linear"),
    "start": ("plate", "noise"),
    "optimiser": ("lbfgs", "adam"),
    "quality": ("draft", "normal", "fine"),
    "pooling": ("max", "average"),
}
