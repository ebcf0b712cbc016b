"""Does an environment run the engine?  Asked of its own Python."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .child import clean_environment
from .errors import SetupError

# What the engine cannot do without. A card's driver or a system library that is missing shows here.
_CODE = """
import json
import torch, torchvision, cv2, numpy, OpenEXR, PIL, safetensors, pydantic
device = "cpu"
if torch.cuda.is_available():
    device = torch.cuda.get_device_name()
elif torch.xpu.is_available():
    device = torch.xpu.get_device_name()
elif torch.backends.mps.is_available():
    device = "mps"
print(json.dumps([torch.__version__, device]))
"""


@dataclass(frozen=True)
class Trial:
    """The version of PyTorch, and what it would work on: the name of a card, "mps" or "cpu"."""

    torch: str
    device: str


def run(python: Path) -> Trial:
    """Import what the engine needs.  Raises SetupError with the last word of what fails."""
    done = subprocess.run(
        [python, "-c", _CODE],
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        stdin=subprocess.DEVNULL,
        env=clean_environment(),
    )
    try:
        return Trial(*json.loads(done.stdout.splitlines()[-1]))
    except (IndexError, ValueError):
        why = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        raise SetupError(f"The engine's packages do not run here: {why}") from None
