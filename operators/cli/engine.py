"""``weights`` and ``doctor``: what is asked of the engine, and mostly answered by it."""

import argparse
import subprocess
import time

import bpy

from ...panels import preferences
from ...sequencer import engine
from ...sequencer.doctor import Step
from ...sequencer.errors import EXIT_DONE, EXIT_FAILURE, BadInput
from ...sequencer.interpreters import problem_of
from ...sequencer.process import clean_environment
from .. import doctor
from .voice import Voice


def run_weights(arguments: argparse.Namespace, voice: Voice) -> int:
    """Hand on to the engine, which speaks for itself."""
    python = preferences.engine_python(arguments.engine_python)
    if "get" in arguments.words:
        require_online()
    problem = problem_of(python)
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


def run_doctor(arguments: argparse.Namespace, voice: Voice) -> int:
    """Look at all there is, and say it as it is found."""
    checkup = doctor.begin(arguments.engine_python)
    said = 0
    try:
        while True:
            checkup.poll()
            for finding in checkup.findings[said:]:
                text = f"{'ok  ' if finding.ok else 'FAIL'} {finding.name}: {finding.text}"
                fields = {"name": finding.name, "ok": finding.ok, "text": finding.text}
                voice.say("finding", text, **fields)
            said = len(checkup.findings)
            if checkup.step is Step.DONE:
                break
            time.sleep(0.05)
    finally:
        checkup.abandon()
    return EXIT_DONE if checkup.is_well else EXIT_FAILURE


def require_online(instead: str = "") -> None:
    """Raise BadInput when nothing may be downloaded; `instead`: what else could be done."""
    if not bpy.app.online_access:
        raise BadInput(
            "Nothing is downloaded without Allow Online Access: start Blender with --online-mode, "
            f"or allow it in the preferences (System, Network){instead}."
        )
