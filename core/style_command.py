"""The command line's ``style``: paint one picture."""

from __future__ import annotations

import argparse
import contextlib
import os
import secrets
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import request, run_command, whole
from .errors import EcsetError, InputError
from .events import Listener

if TYPE_CHECKING:
    from .frames import Picture

_FORMATS = {".png": "PNG8", ".exr": "EXR"}
_SUFFIXES = {"PNG8": ".png", "PNG16": ".png", "EXR": ".exr"}
_LEAST, _MOST = 32, 16384  # pixels of a result's long side


def add_to(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command to the parser's."""
    command = commands.add_parser(
        "style",
        help="paint one picture in the style of another",
        description="Paint one picture in the style of another, or of several.",
    )
    add = command.add_argument
    add("--content", type=Path, required=True, metavar="PICTURE", help="what is to be painted")
    add("--output", type=Path, required=True, metavar="FILE", help="the .png or .exr to write")
    add(
        "--replace",
        action="store_true",
        help="also when Ecset has painted something else there; no other file is ever replaced",
    )
    add("--size", type=int, metavar="PIXELS", help="of the result's long side (the picture's own)")
    request.add_format(command, "as the file's name ends, PNG with 8 bits")
    request.add_look(command)
    machine = command.add_argument_group("the machine")
    run_command.add_machine(machine)
    add("--json", dest="speaks_json", action="store_true", help="tell of it in lines of JSON")
    command.set_defaults(command=_style)


def _style(options: argparse.Namespace, listener: Listener) -> None:
    """Events: ``started``, ``frame`` (path, seconds) and ``finished``, as of a job's one frame."""
    from . import frames, maps, run

    output: Path = options.output
    usual = _format(output, options.format)
    _require_place(output, options.content)
    picture = _sized(frames.read_content(options.content), options.size)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ecset-", ignore_cleanup_errors=True) as folder:
        plates = f"plate_####{'.exr' if options.content.suffix.lower() == '.exr' else '.png'}"
        the_job = request.job(options, Path(folder).resolve(), plates, (1, 1), usual)
        frames.write(picture, the_job.plate(1), 16, "plate")
        material, layout = run.surveyed(the_job)
        step = layout.steps[layout.results[1]]
        there = _is_painted(output, step.fingerprint, options.replace)
        if not there:
            machine = run_command.first_machine(options)
            run.paint(material, layout, the_job.frames, _Quiet(listener), machine)
            _put(step.file, output)
    seconds = round(time.monotonic() - began, 3)
    if options.speaks_json:
        told = {"path": str(output), "seconds": seconds, "done": 1, "total": 1}
        if not there:
            listener("frame", frame=1, **told)
        listener("finished", **told)
    elif there:
        print(f"{output} is painted already.")
    else:
        print(f"{output}: {maps.told(picture.size)}, painted in {seconds:.1f} s.")


class _Quiet:
    """Hands on what concerns a person; where the frame is written first does not."""

    def __init__(self, then: Listener) -> None:
        self._then = then

    def __call__(self, event: str, **fields: Any) -> None:
        if event not in {"frame", "finished"}:
            self._then(event, **fields)


def _format(output: Path, asked: str | None) -> str:
    """The format of a file of this name."""
    suffix = output.suffix.lower()
    if suffix not in _FORMATS:
        raise InputError(f"The output {output} must end in .png or .exr.")
    found = asked or _FORMATS[suffix]
    if _SUFFIXES[found] != suffix:
        raise InputError(f"With --format {found} the output must end in {_SUFFIXES[found]}.")
    return found


def _require_place(output: Path, content: Path) -> None:
    """Raise InputError when nothing can be written there, or a person's file would go."""
    from . import plan

    if output.is_dir():
        raise InputError(f"The output {output} is a folder; name a file in it.")
    if output.exists():
        if content.exists() and output.samefile(content):
            raise InputError(f"{content} can't be painted over itself; choose another output.")
        plan.refuse_stranger(output)
    folder = next(folder for folder in output.absolute().parents if folder.exists())
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise InputError(f"The output {output} can't be written: {folder} can't be changed.")


def _is_painted(output: Path, fingerprint: str, replace: bool) -> bool:
    """Whether the output is there already. Raises InputError when it is of another request."""
    from . import frames

    if not output.exists():
        return False
    if frames.fingerprint_of(output) == fingerprint:
        return True
    if not replace:
        raise InputError(
            f"{output} is there already, painted in another way; choose another output, or "
            "add --replace."
        )
    return False


def _sized(picture: Picture, side: int | None) -> Picture:
    """A picture with a long side of so many pixels."""
    from . import frames, maps

    if side is None:
        return picture
    if not _LEAST <= side <= _MOST:
        raise InputError(f"--size must be from {_LEAST} to {_MOST} pixels, not {side}.")
    scale = side / max(picture.size)
    height, width = (max(1, round(scale * length)) for length in picture.size)
    if picture.alpha is None:
        return frames.Picture(maps.resized(picture.rgb, (height, width)))
    # What is transparent has no say in the colours beside it.
    alpha = maps.resized(picture.alpha, (height, width))
    rgb = maps.resized(picture.rgb * picture.alpha[..., None], (height, width))
    return frames.Picture(rgb / alpha.clip(1e-6)[..., None], alpha)


def _put(file: Path, output: Path) -> None:
    """Copy a whole file to its place, whole or not at all."""
    temporary = output.with_name(f".{output.name}.{secrets.token_hex(4)}.tmp")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, temporary)
        whole.put(temporary, output)
    except OSError as error:
        reason = error.strerror or str(error)
        raise EcsetError(f"{output} can't be written: {reason}.") from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
