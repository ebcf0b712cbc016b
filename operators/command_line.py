"""``blender --command ecset ...``; scripts call `main` themselves."""

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import bpy

from ..panels.preferences import engine_python, machine, weights_files
from ..sequencer import compat, engine, weights
from ..sequencer.commission import commission
from ..sequencer.errors import EXIT_CANCELLED, EXIT_DONE, BadInput, EcsetError
from ..sequencer.process import clean_environment
from ..sequencer.task import Phase, StylizeTask
from .arguments import choices_of, machine_of, parser, styles_of, weights_of
from .order import Order


def main(argv: Sequence[str]) -> int:
    """Do what the arguments say; returns the exit status and raises nothing a person caused."""
    try:
        arguments = parser().parse_args(list(argv))
        with _interruptible():
            return _stylize(arguments) if arguments.command == "stylize" else _weights(arguments)
    except EcsetError as error:
        sys.stdout.flush()
        print(f"ecset: {error}", file=sys.stderr, flush=True)
        return error.exit_status
    except SystemExit as end:  # --help
        return int(end.code or 0)
    except KeyboardInterrupt:
        print("ecset: Cancelled.", file=sys.stderr, flush=True)
        return EXIT_CANCELLED


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C, and what asks a process to end, raise KeyboardInterrupt meanwhile.

    Blender takes Ctrl-C for the end of a render and goes on with all else, and ended without
    notice it leaves the snapshot in the temporary folder.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread hears signals
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, signal.default_int_handler) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            # None: not set by Python, and Python cannot set it again
            signal.signal(number, signal.SIG_DFL if handler is None else handler)


def _stylize(arguments: argparse.Namespace) -> int:
    styles = styles_of(arguments)
    target = _save_target(arguments.save_as)
    python = engine_python(arguments.engine_python)
    _open(arguments.file)
    scene, strip = _find(arguments.scene, arguments.strip)
    order = Order.of_scene(
        scene,
        choices_of(arguments),
        styles,
        guides=tuple(arguments.guide),
        keyframes=tuple(arguments.keyframe),
        frames=arguments.frames,
        weights={**weights_files(), **weights_of(arguments)},
    )
    made = commission(scene, strip, order.settings(), order.to_json())
    task = StylizeTask(made, python, machine_of(arguments, machine()), headless=True)
    shot = task.shot
    _tell(
        f'Painting "{shot.strip}" of {arguments.file}: frames {shot.first}-{shot.last}, '
        f"{shot.width} x {shot.height}"
    )
    if made.settings and made.settings.keyframes:
        frames = ", ".join(str(keyframe.frame) for keyframe in made.settings.keyframes)
        instead = ", not from --style" if styles else ""
        _tell(f"From keyframes at {frames}{instead}")
    _tell(f"Job folder: {task.folder}")
    status = task.run_to_end(_tell_phase)
    for note in task.notes:
        _tell(f"Note: {note}")
    if status != EXIT_DONE:
        print(f"ecset: {_as_typed_here(task.message)}", file=sys.stderr, flush=True)
        return status
    _tell(f"{shot.length} frames: {task.folder / 'frames'}")
    if target is not None:
        _save(target)
        _tell(f"Painted .blend: {target}")
    return EXIT_DONE


def _as_typed_here(message: str) -> str:
    """What the engine says of its own command line, for this one."""
    ours = "blender --online-mode --command ecset weights"
    message = message.replace("python -m core weights", ours)
    return message.replace("coherence.flow_weights in the job", "--flow-weights FILE")


def _weights(arguments: argparse.Namespace) -> int:
    """Hand on to the engine, which speaks for itself."""
    python = engine_python(arguments.engine_python)
    if "get" in arguments.words and not bpy.app.online_access:
        raise BadInput(
            "Nothing is downloaded without Allow Online Access: start Blender with --online-mode, "
            "or allow it in the preferences (System, Network)."
        )
    problem = weights.problem_of(python)
    if problem:
        raise BadInput(problem)
    command = [str(part) for part in engine.weights_command(python, *arguments.words)]
    environment = clean_environment(engine.ROOT)
    # paths are relative to where the command was typed, and the engine's modules are not there
    environment["PYTHONSAFEPATH"] = "1"
    with subprocess.Popen(command, env=environment) as child:
        try:
            return child.wait()
        except BaseException:
            child.terminate()
            raise


def _tell(text: str) -> None:
    print(text, flush=True)


def _tell_phase(phase: Phase) -> None:
    if phase is not Phase.PROBE:
        _tell(f"{phase.value} ...")


def _save_target(path: str | None) -> Path | None:
    """Where the painted .blend goes; found out before hours of painting, not after."""
    if path is None:
        return None
    target = Path(os.path.abspath(path))
    if target.suffix != ".blend" or target.is_dir():
        raise BadInput(f"{target} is no name for a file: choose one that ends with .blend.")
    if not target.parent.is_dir() or not os.access(target.parent, os.W_OK):
        raise BadInput(f"The folder {target.parent} cannot be written: choose another --save-as.")
    return target


def _open(file: str) -> None:
    path = Path(os.path.abspath(file))
    if path.is_dir():
        raise BadInput(f"{path} is a folder: name a .blend in it.")
    if not path.exists():
        raise BadInput(f"The file {path} is not there.")
    try:
        bpy.ops.wm.open_mainfile(filepath=str(path), load_ui=True)
    except RuntimeError as error:
        raise BadInput(f"{path} cannot be opened as a .blend: {_said(error)}.") from error


def _find(scene_name: str | None, strip_name: str) -> tuple[Any, Any]:
    """The scene and its strip of these names.  Raises BadInput that says which ones there are."""
    scenes = list(bpy.data.scenes)
    if scene_name is not None:
        scenes = [scene for scene in scenes if scene.name == scene_name]
        if not scenes:
            names = ", ".join(f'"{scene.name}"' for scene in bpy.data.scenes)
            raise BadInput(f'There is no scene "{scene_name}"; there are {names}.')
    edited = [s for s in scenes if s.sequence_editor and compat.all_strips(s.sequence_editor)]
    if not edited:
        raise BadInput("There is no strip in this file's sequencer: add one first.")
    found = [
        (scene, strip)
        for scene in edited
        if (strip := compat.all_strips(scene.sequence_editor).get(strip_name)) is not None
    ]
    if not found:
        names = [s.name for scene in edited for s in compat.all_strips(scene.sequence_editor)]
        raise BadInput(f'There is no strip "{strip_name}"; there are {_listed(names)}.')
    if len(found) > 1:
        names = [scene.name for scene, _ in found]
        raise BadInput(
            f'Several scenes have a strip "{strip_name}": name one with --scene, {_listed(names)}.'
        )
    return found[0]


def _listed(names: list[str], most: int = 12) -> str:
    text = ", ".join(f'"{name}"' for name in names[:most])
    return text if len(names) <= most else f"{text} and {len(names) - most} more"


def _save(target: Path) -> None:
    """Write the painted .blend; Blender itself writes beside it first, then renames."""
    try:
        bpy.ops.wm.save_as_mainfile(
            filepath=str(target), copy=True, relative_remap=True, check_existing=False
        )
    except RuntimeError as error:
        raise EcsetError(f"The painted .blend could not be written: {_said(error)}.") from error


def _said(error: RuntimeError) -> str:
    """What Blender's operator said, without the frame that it puts around."""
    return " ".join(str(error).split()).removeprefix("Error: ").rstrip(".")
