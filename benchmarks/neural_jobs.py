"""Jobs of the look neural that need no download: their network's weights are random."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core import job
from core.job import Job
from core.networks import weights


def random_weights(name: str, folder: Path) -> Path:
    """A file of weights that have learned nothing, which cost what others cost."""
    path = folder / f"{name}.safetensors"
    if not path.exists():
        weights.save(name, weights.he_initialised(name, seed=0), path)
    return path


def made(
    folder: Path,
    plates: Path,
    frames: str,
    style: Path,
    vgg19: Path,
    settings: dict[str, Any],
    coherence: dict[str, Any],
) -> Job:
    """A job in a folder, written. plates: pattern; frames: ``A-B``; vgg19: a file of weights.

    Raises InputError for what can't be a job.
    """
    chosen = job.parse_range(frames)
    the_job = job.parse(
        {
            "version": job.VERSION,
            "plates": str(plates.resolve()),
            "frames": {"first": chosen.first, "last": chosen.last},
            "look": {
                "name": "neural",
                "styles": [{"path": str(style.resolve())}],
                "weights": str(vgg19.resolve()),
                "settings": settings,
            },
            "coherence": coherence,
        },
        folder.resolve(),
    )
    folder.mkdir(parents=True, exist_ok=True)
    job.save(the_job, folder)
    return the_job
