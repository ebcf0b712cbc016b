"""What a painted frame came from, as one number: it tells whether a frame is the job's as it is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from .job import Job
from .part import is_pattern

# Part of every fingerprint: raise it whenever the same job would give other pixels.
PAINT_REVISION = 2


def of_settings(job: Job, pictures: Sequence[str], seen: Sequence[Any]) -> str:
    """What all frames of a job share: every setting and picture that can change a pixel of all.

    pictures: digests of those that count for the whole shot, and of weights
    (:class:`core.inputs.Given`); seen: of what is looked at of single frames. Paths are not part of
    it, so a job folder can be moved.
    """
    # Weights count by their contents, which are among the pictures' digests.
    look = job.look.model_dump(mode="json", exclude={"weights"})
    for part in [*look["styles"], *look.get("keyframes", [])]:
        part["path"] = None
        part["mask"] = _kind(part.get("mask"))
    for part in look.get("guides", []):
        part["path"] = _kind(part["path"])
        part["styles"] = [path is not None for path in part["styles"]]
    return _digest(
        PAINT_REVISION,
        look,
        _kind(job.strength_mask),
        job.coherence.model_dump(mode="json", exclude={"flow_weights"}),
        [job.output.format, job.output.depth],
        job.seed,
        pictures,
        seen,
    )


def _kind(path: str | None) -> str | None:
    if path is None:
        return None
    return "one for each frame" if is_pattern(path) else "one for all"


def of_frame(settings: str, strength: float, pictures: Sequence[str], previous: str | None) -> str:
    """What one painted frame came from. strength: its own; pictures: digests of its plate, and of
    its masks and guides; previous: the fingerprint of the frame that it was chained to, None where
    a chain starts: so a frame belongs to the job only if all before do."""
    return _digest(settings, strength, pictures, previous)


def _digest(*parts: Any) -> str:
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
