"""``setup``: the engine's own environment, planned, agreed to, installed or removed."""

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from ...environment.folder import Choices, Engine, Folder, State
from ...panels import preferences
from ...sequencer import engine
from ...sequencer.errors import EXIT_CANCELLED, EXIT_DONE, EXIT_FAILURE, BadInput, EcsetError
from ...sequencer.setup import Plan, Setup, Step, readable
from .engine import require_online
from .voice import Voice

_SENTENCES = {
    State.NONE: "No engine is set up in {folder}.",
    State.UNFINISHED: "The installation in {folder} is not complete: setup goes on with it.",
    State.BROKEN: "Something of the engine in {folder} is gone: setup repairs it.",
    State.OUTDATED: "The engine in {folder} works, and setup brings it up to date.",
    State.READY: "The engine in {folder} is ready.",
}


def run(arguments: argparse.Namespace, voice: Voice) -> int:
    """Do what the arguments say."""
    choices = _choices(arguments)
    if not (arguments.status or arguments.remove or choices.wheels):
        require_online("; or install from a folder of wheels (--wheels)")
    own = preferences.engine_environment()
    folder = Path(arguments.target) if arguments.target else own
    if folder is None:
        raise BadInput("Ecset is no installed extension here: name a folder with --target.")
    if arguments.status:
        return _tell_status(folder, voice)
    setup = Setup(folder, choices, Path(os.devnull))
    if arguments.remove:
        return _remove(setup, arguments.yes, voice)
    voice.say("started", folder=str(folder))
    status = _install(setup, arguments.yes, voice)
    if status == EXIT_DONE:
        _tell_result(folder, folder == own, voice)
    return status


def _choices(arguments: argparse.Namespace) -> Choices:
    usual = preferences.engine_choices()
    wheels = usual.wheels if arguments.wheels is None else arguments.wheels
    return Choices(arguments.torch_backend or usual.build, wheels, arguments.python or "")


def _tell_status(folder: Path, voice: Voice) -> int:
    found = Folder(folder).read()
    python = str(found.python) if found.python else None
    sentence = _SENTENCES[found.state].format(folder=folder)
    voice.say("setup", sentence, folder=str(folder), state=found.state.value, python=python,
        **_installed(found))  # fmt: skip
    if found.installed is not None and found.python is not None:
        installed = found.installed
        voice.tell(f"PyTorch {installed.torch}, {installed.device}, {readable(installed.size)}")
        voice.tell(f"The engine's Python: {python}")
    return EXIT_DONE


def _installed(found: Engine) -> dict[str, object]:
    if found.installed is None:
        return {}
    installed = found.installed
    return {
        "torch": installed.torch,
        "build": installed.choices.build,
        "device": installed.device,
        "size": installed.size,
    }


def _tell_result(folder: Path, is_own: bool, voice: Voice) -> None:
    found = Folder(folder).read()
    python = str(found.python)
    voice.say("result", f"The engine's Python: {python}", python=python, **_installed(found))
    if not is_own:
        text = (
            "Choose this folder in the preferences of Ecset, or name its Python with "
            f"--engine-python or by {engine.VARIABLE}."
        )
        voice.say("note", text, message=text)


def _install(setup: Setup, agreed: bool, voice: Voice) -> int:
    setup.make_plan()
    status = _to_end(setup, voice)
    if status != EXIT_DONE:
        return status
    _tell_plan(setup.plan, voice)
    if not (agreed or _agrees("Install this?", voice)):
        setup.decline()
        _to_end(setup, voice)
        if not _is_asked(voice):
            raise BadInput("Nothing was installed: add --yes to agree to this.")
        voice.tell("Nothing was installed.")
        return EXIT_CANCELLED
    setup.install()
    return _to_end(setup, voice)


def _remove(setup: Setup, agreed: bool, voice: Voice) -> int:
    if not setup.folder.exists():
        raise BadInput(f"No engine is set up in {setup.folder}.")
    if not (agreed or _agrees(f"Remove the engine in {setup.folder}?", voice)):
        if not _is_asked(voice):
            raise BadInput("Nothing was removed: add --yes to agree to it.")
        voice.tell("Nothing was removed.")
        return EXIT_CANCELLED
    setup.remove()
    status = _to_end(setup, voice)
    if status == EXIT_DONE:
        voice.tell(f"Removed the engine in {setup.folder}.")
    return status


def _tell_plan(plan: Plan, voice: Voice) -> None:
    fields = {"lines": list(plan.lines), "download": plan.download, "disk": plan.disk}
    voice.say("plan", "\n".join(plan.lines), **fields)


def _is_asked(voice: Voice) -> bool:
    """Whether somebody is there to answer."""
    return not voice.is_json and sys.stdin is not None and sys.stdin.isatty()


def _agrees(question: str, voice: Voice) -> bool:
    """What a person says; False where nobody is."""
    if not _is_asked(voice):
        return False
    print(f"{question} [y/N] ", end="", flush=True)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _to_end(setup: Setup, voice: Voice) -> int:
    """Wait for what was begun, telling how it goes; returns the exit status."""
    tell = _teller(voice)
    while setup.step.is_work:
        try:
            if setup.poll() and setup.step.is_work:
                tell(setup)
            time.sleep(0.05)
        except KeyboardInterrupt:
            setup.cancel()
    if setup.step is Step.CANCELLED:
        voice.fail("Cancelled: the same call goes on.", EXIT_CANCELLED)
        return EXIT_CANCELLED
    if setup.step is Step.FAILED:
        raise _Failed(setup.message, setup.exit_status)
    return EXIT_DONE


class _Failed(EcsetError):
    """What the set-up has said."""

    def __init__(self, message: str, exit_status: int) -> None:
        super().__init__(message)
        self.exit_status = exit_status if exit_status == BadInput.exit_status else EXIT_FAILURE


def _teller(voice: Voice) -> Callable[[Setup], None]:
    said = {"message": "", "tenth": -1}

    def tell(setup: Setup) -> None:
        if setup.message != said["message"]:
            said["message"] = setup.message
            voice.say("note", setup.message, message=setup.message)
        if not setup.total:
            return
        tenth = int(10 * setup.factor)
        text = f"{10 * tenth} %: {setup.progress_text}" if tenth != said["tenth"] else ""
        said["tenth"] = tenth
        voice.say("progress", text, done=setup.done, total=setup.total)

    return tell
