"""How much a painted shot flickers."""

from __future__ import annotations

from dataclasses import dataclass

from . import frames
from .errors import InputError
from .job import Job


@dataclass(frozen=True)
class Flicker:
    """Over all pairs of neighbouring frames but those across a cut.

    result, plates: mean squared difference (of values from 0 to 1) of each frame to the previous
    one warped by the plates' flow, on reliable pixels only (Ruder et al. 2016, section 7).
    reliable: share of such pixels; pairs: how many were measured; cuts: how many were left out.
    """

    result: float
    plates: float
    reliable: float
    pairs: int
    cuts: int


def flicker(job: Job, device_name: str = "auto") -> Flicker:
    """Measure the painted frames of a job against its plates.

    Raises InputError when frames are missing or fewer than two.
    """
    from . import device as devices
    from . import flow, shot
    from .flow.warp import warp

    if len(job.frames.numbers()) < 2:
        raise InputError("Flicker needs two frames at least; this job has one.")
    missing = [frame for frame in job.frames.numbers() if not job.result(frame).exists()]
    if missing:
        raise InputError(f"Frame {missing[0]} is not painted yet; run the job first.")
    device = devices.choose(device_name)
    estimate = flow.estimator(job.coherence.flow)
    sums = {"result": 0.0, "plates": 0.0}
    counted, pixels, cuts, pairs = 0.0, 0, 0, 0
    before = None
    for frame in job.frames.numbers():
        plate = devices.to_tensor(frames.read(job.plate(frame)).rgb, device)
        result = devices.to_tensor(frames.read(job.result(frame)).rgb, device)
        if before is not None:
            found = shot.motion(estimate, before["plates"], plate)
            if shot.is_cut(before["plates"], plate, found):
                cuts += 1
            else:
                for name, now in (("result", result), ("plates", plate)):
                    change = (now - warp(before[name], found.backward)).square()
                    sums[name] += (change.mean(1, keepdim=True) * found.reliable).sum().item()
                counted += found.reliable.sum().item()
                pixels += found.reliable.numel()
                pairs += 1
        before = {"result": result, "plates": plate}
    if counted == 0:
        raise InputError("No pixel could be followed from one frame to the next.")
    return Flicker(
        sums["result"] / counted, sums["plates"] / counted, counted / pixels, pairs, cuts
    )
