"""``preview``: one frame of a strip, painted into a file."""

import argparse
import contextlib
import os
import shutil
from pathlib import Path

import bpy

from ...sequencer import whole
from ...sequencer.errors import EXIT_DONE, BadInput, EcsetError
from ...sequencer.job import FORMATS, Settings
from ...sequencer.preview import Phase, PreviewTask
from .arguments import styles_of
from .files import find_strip, open_blend, require_folder
from .orders import machine, order_of, python_of
from .voice import Voice
from .work import as_typed_here


def run(arguments: argparse.Namespace, voice: Voice) -> int:
    """Returns the exit status.  Raises EcsetError."""
    styles = styles_of(arguments)
    target = Path(arguments.picture)
    suffixes = {item.suffix for item in FORMATS.values()}
    if target.suffix not in suffixes or target.is_dir():
        raise BadInput(f"{target} is no name for a picture: choose one that ends with .png.")
    require_folder(target, "--output")
    python, on = python_of(arguments), machine(arguments)
    open_blend(arguments.file)
    scene, strip = find_strip(arguments.scene, arguments.strip)
    # its files go with it, so that its job needs no folder of the person's
    given = {"output": bpy.app.tempdir, "format": _format(arguments, scene.ecset.format, target)}
    settings = order_of(arguments, scene, styles, **given).settings()
    _spare(target, settings)
    frame = arguments.frame
    task = PreviewTask(scene, strip, frame, settings, python, on, headless=True)
    try:
        return _work_off(voice, task, target)
    finally:
        task.abandon()


def _work_off(voice: Voice, task: PreviewTask, target: Path) -> int:
    shot = task.shot
    voice.say(
        "started",
        f'Painting frame {shot.first} of "{shot.strip}", {shot.width} x {shot.height}',
        scene=shot.scene,
        strip=shot.strip,
        frame=shot.first,
        width=shot.width,
        height=shot.height,
    )

    def tell(phase: Phase) -> None:
        voice.say("phase", f"{phase.value} ...", phase=phase.name.lower())

    status = task.run_to_end(tell)
    for note in task.notes:
        voice.say("note", f"Note: {note}", message=note)
    if status != EXIT_DONE or task.path is None:
        voice.fail(as_typed_here(task.message), status)
        return status
    _put(task.path, target)
    voice.say("result", f"Frame {shot.first}: {target}", frame=shot.first, path=str(target))
    return EXIT_DONE


def _format(arguments: argparse.Namespace, chosen: str, target: Path) -> str:
    """The picture format by the file's name; of those that fit it the one that is chosen."""
    fitting = [name for name, item in FORMATS.items() if item.suffix == target.suffix]
    if arguments.format is None:
        return chosen if chosen in fitting else fitting[0]
    if arguments.format not in fitting:
        suffix = FORMATS[arguments.format].suffix
        raise BadInput(f"A picture of --format {arguments.format} ends with {suffix}: {target}.")
    return str(arguments.format)


def _spare(target: Path, settings: Settings) -> None:
    """Raise BadInput when it would take the place of what it is painted from."""
    given = [style.path for style in settings.styles]
    given += [keyframe.path for keyframe in settings.keyframes]
    for path in given:
        with contextlib.suppress(OSError):
            if os.path.samefile(target, path):
                raise BadInput(f"{target} is painted from: choose another --output.")


def _put(painted: Path, target: Path) -> None:
    """A whole file or none; what was there under that name goes.  Raises EcsetError."""
    part = target.with_name(f"{target.name}.part")
    try:
        shutil.copyfile(painted, part)
        whole.put(part, target)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise EcsetError(f"{target} cannot be written ({error.strerror}).") from error
