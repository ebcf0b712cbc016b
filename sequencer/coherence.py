"""How a shot is kept from flickering, as a person sets it.  Standard library only.

Names, defaults and limits are those of ``Coherence`` in ``core/coherence.py``, which this side
cannot import; ``tests/blender/test_network.py`` holds the two together.
"""

from dataclasses import dataclass, fields, replace


@dataclass(frozen=True)
class Coherence:
    """The settings that a person has controls for."""

    enabled: bool = True
    method: str = "anchored"
    flow: str = "dis"
    weight: float = 4.0
    distances: tuple[int, ...] = (1, 2, 4)
    passes: int = 4
    blend: float = 0.5
    segment: int | None = None  # None: one beginning, but at cuts
    overlap: int = 4

    def counts(self, name: str) -> bool:
        """Whether the setting `name` makes a difference beside the others."""
        if name == "enabled":
            return True
        if name == "overlap":
            return self.segment is not None and self.counts("segment")
        methods = _ONLY_WITH.get(name)
        return self.enabled and (methods is None or self.method in methods)

    def plain(self) -> "Coherence":
        """The same with the usual value for all that makes no difference.

        So what is set where nobody sees it does not make another job of the same.
        """
        usual = Coherence()
        idle = [field.name for field in fields(self) if not self.counts(field.name)]
        return replace(self, **{name: getattr(usual, name) for name in idle})

    def carrying(self) -> "Coherence":
        """The same for a shot that is painted from keyframes.

        They are carried along the motion in any case, and in no other way.
        """
        return Coherence(enabled=self.enabled, flow=self.flow, weight=self.weight)


#: The methods with which a setting makes a difference; one that is missing does with all.
_ONLY_WITH = {
    "weight": {"anchored", "short", "long", "multipass"},
    "distances": {"long"},
    "passes": {"multipass"},
    "blend": {"multipass"},
    "segment": {"anchored", "warp", "short", "long"},
}

#: The least and the greatest value of each number that is allowed; None: any.
LIMITS = {
    "weight": (0.0, 1000.0),
    "distances": (1, 64),
    "passes": (2, 32),
    "blend": (0.0, 1.0),
    "segment": (2, None),
    "overlap": (0, 64),
}

#: How many earlier frames a frame can be held to.
MOST_DISTANCES = 8

#: The values of each setting that is one of several, as the job names them.
CHOICES = {
    "method": ("anchored", "warp", "short", "long", "multipass"),
    "flow": ("dis", "dis-medium", "dis-fast", "dis-ultrafast", "raft-small", "raft-large"),
}
