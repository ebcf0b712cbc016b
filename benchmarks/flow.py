"""How far estimated motion is from the exact one, on a shot that render_motion.py made.

    python benchmarks/flow.py 'FOLDER/frame_####.png' 'FOLDER/motion_####.exr' 1-72

Prints a Markdown table: mean end-point error in pixels, over all pixels, and where there is texture
to go by and nothing is uncovered; the share of pixels that are consistent forth and back; and the
flicker of the plates along the motion, on those: what is left of them is in any figure of flicker.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from torch import Tensor  # noqa: E402

from core import device as devices  # noqa: E402
from core import frames, job  # noqa: E402
from core.errors import EcsetError, InputError  # noqa: E402
from core.flow import vector  # noqa: E402
from core.flow.consistency import reliable  # noqa: E402
from core.flow.dis import dis  # noqa: E402
from core.flow.farneback import farneback  # noqa: E402
from core.measure.detail import luma  # noqa: E402
from core.measure.flicker import Flicker  # noqa: E402

# Change of luma over two pixels from which on a pixel counts as textured.
_TEXTURE = 0.06


class _Score:
    """Sums over pairs."""

    def __init__(self) -> None:
        self._flicker = Flicker()
        self._sums = [0.0] * 5  # error, pixels, error and pixels with texture, consistent pixels
        self._seconds = 0.0
        self._pairs = 0

    def add(
        self,
        pair: tuple[Tensor, Tensor],
        estimate: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]],
        exact: tuple[Tensor, Tensor],
    ) -> None:
        began = time.monotonic()
        forward, backward = estimate(*pair)
        self._seconds += time.monotonic() - began
        trusted = reliable(forward, backward)
        self._flicker.add(*pair, backward, trusted)
        error = (backward - exact[1]).norm(dim=1, keepdim=True)
        seen = _textured(pair[1]) * reliable(*exact)
        parts = (error, error * 0 + 1, error * seen, seen, trusted)
        self._sums = [a + b.sum().item() for a, b in zip(self._sums, parts, strict=True)]
        self._pairs += 1

    def cells(self) -> list[str]:
        error, pixels, error_textured, textured, trusted = self._sums
        return [
            f"{error / pixels:.2f}",
            f"{error_textured / max(textured, 1):.2f}",
            f"{trusted / pixels:.0%}",
            f"{self._flicker.root():.4f}",
            f"{self._seconds / self._pairs:.2f}",
        ]


def _textured(frame: Tensor) -> Tensor:
    grey = luma(frame)
    dx = grey.roll(-1, -1) - grey.roll(1, -1)
    dy = grey.roll(-1, -2) - grey.roll(1, -2)
    return ((dx**2 + dy**2).sqrt() > _TEXTURE).to(frame)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("plates")
    parser.add_argument("vector", help="OpenEXR files with Blender's Vector pass")
    parser.add_argument("frames", metavar="A-B")
    parser.add_argument("--step", type=int, default=1, help="take every so-manieth pair only (1)")
    options = parser.parse_args(arguments)
    try:
        _benchmark(options)
    except EcsetError as error:
        print(f"flow: {error}", file=sys.stderr)
        return error.exit_status
    return 0


def _benchmark(options: argparse.Namespace) -> None:
    chosen = job.parse_range(options.frames).numbers()
    if len(chosen) < 2 or options.step < 1:
        raise InputError("Two frames are needed at least, and a step of 1 or more.")
    if not ("#" in options.plates and "#" in options.vector):
        raise InputError("Plates and motion are named with # for the frame's number.")
    cpu = devices.choose("cpu")
    scores = {"exact": _Score(), "dis": _Score(), "farneback": _Score()}
    for frame in chosen[1 :: options.step]:
        paths = [Path(job.numbered(options.plates, number)) for number in (frame - 1, frame)]
        first, second = (devices.to_tensor(frames.read(path).rgb, cpu) for path in paths)
        files = [Path(job.numbered(options.vector, number)) for number in (frame - 1, frame)]
        exact = vector.between(*files)
        scores["exact"].add((first, second), lambda *_, known=exact: known, exact)
        scores["dis"].add((first, second), dis, exact)
        scores["farneback"].add((first, second), farneback, exact)
    print("| flow | error, all pixels | with texture | consistent | flicker of plates | s/pair |")
    print("|---|---|---|---|---|---|")
    for name, score in scores.items():
        print(f"| {name} | {' | '.join(score.cells())} |")


if __name__ == "__main__":
    sys.exit(main())
