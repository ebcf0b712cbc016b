"""``setup`` and ``weights``: what is got for the engine, and handed on to others to do."""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

import bpy

from ...panels import preferences
from ...sequencer import engine, weights
from ...sequencer.errors import EXIT_CANCELLED, EXIT_DONE, EXIT_FAILURE, BadInput
from ...sequencer.process import Child, clean_environment
from .voice import Voice


def run_weights(arguments: argparse.Namespace, voice: Voice) -> int:
    """Hand on to the engine, which speaks for itself."""
    python = preferences.engine_python(arguments.engine_python)
    if "get" in arguments.words:
        _require_online()
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


def run_setup(arguments: argparse.Namespace, voice: Voice) -> int:
    """Make the engine's environment; what is downloaded is told of on standard error."""
    _require_online()
    own = preferences.engine_environment(create=True)
    target = Path(arguments.target) if arguments.target else own
    if target is None:
        raise BadInput("Ecset is no installed extension here: name a folder with --target.")
    command: list[str | Path] = [sys.executable, engine.ROOT / "vendor_setup.py"]
    command += ["--target", target, "--with-parent"]
    if arguments.python:
        command += ["--python", arguments.python]
    voice.say("started", folder=str(target))
    # what it says beside events is seen on standard error
    log = Path(os.devnull)
    child = Child(command, log, cwd=engine.ROOT, env=clean_environment(), show_errors=True)
    status = _listen(voice, child)
    if status != EXIT_DONE:
        return status
    python = engine.environment_python(target)
    voice.say("result", f"The engine's Python: {python}", python=str(python))
    if target != own:
        voice.say("note", text := f"Name it with --engine-python, or by {engine.VARIABLE}.",
            message=text)  # fmt: skip
    return EXIT_DONE


def _listen(voice: Voice, child: Child) -> int:
    """Pass on what it says, to its end; returns the exit status."""
    error, cancelled = "", False
    while True:
        try:
            status = child.exit_status()
            for event in child.events():
                message = str(event.get("message", ""))
                if event["event"] == "error":
                    error = message
                else:
                    voice.say("note", message, message=message)
            if status is not None:
                break
            time.sleep(0.05)
        except KeyboardInterrupt:
            cancelled = True
            child.cancel()
    if cancelled or status == EXIT_CANCELLED:
        status, error = EXIT_CANCELLED, "Cancelled: the same call begins anew."
    elif status not in {EXIT_DONE, EXIT_FAILURE, 2}:
        error = error or f"Setting up the engine ended with exit status {status}."
        status = EXIT_FAILURE
    if status != EXIT_DONE:
        voice.fail(error or "The engine could not be set up: the lines above say why.", status)
    return status


def _require_online() -> None:
    if not bpy.app.online_access:
        raise BadInput(
            "Nothing is downloaded without Allow Online Access: start Blender with --online-mode, "
            "or allow it in the preferences (System, Network)."
        )
