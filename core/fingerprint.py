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

_EACH = "one for each frame"


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
        if isinstance(part.get("weight"), list):
            part["weight"] = _EACH
    for part in look.get("guides", []):
        part["path"] = _kind(part["path"])
        part["styles"] = [path is not None for path in part["styles"]]
    return _digest(
        PAINT_REVISION,
        look,
        _kind(job.strength_mask),
        _what_holds(job),
        [job.output.format, job.output.depth],
        job.seed,
        pictures,
        seen,
    )


def _kind(path: str | None) -> str | None:
    if path is None:
        return None
    return _EACH if is_pattern(path) else "one for all"


def of_frame(
    settings: str,
    numbers: Sequence[float],
    pictures: Sequence[str],
    part: str,
    previous: Sequence[str],
) -> str:
    """What one painted frame came from. numbers: its own strength, and the weights of the styles
    if they are not those of all frames; pictures: digests of its plate, and of its masks and
    guides; part: which of several paintings of the frame it is; previous: the fingerprints of what
    it goes on from, none where a chain starts: so a frame belongs to the job only if all that
    do."""
    return _digest(settings, *numbers, pictures, part, previous)


def _what_holds(job: Job) -> dict[str, Any] | None:
    """The settings of coherence that make a difference to this job."""
    coherence = job.coherence
    if job.look.keyframes:
        # They are carried along the motion in any case.
        return coherence.model_dump(mode="json", include={"enabled", "flow", "weight"})
    if not (coherence.enabled and job.look.coherent):
        return None
    counts = {"method", "flow"}
    if coherence.method != "warp":
        counts.add("weight")
    if coherence.method == "long":
        counts.add("distances")
    if coherence.method == "multipass":
        counts |= {"passes", "blend"}
    if coherence.segment is not None:
        counts |= {"segment", "overlap"}
    return coherence.model_dump(mode="json", include=counts)


def _digest(*parts: Any) -> str:
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
