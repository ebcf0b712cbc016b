"""``blender --command ecset ...``; scripts call `main` themselves."""

import argparse
import contextlib
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..sequencer.errors import EXIT_CANCELLED, EXIT_DONE, EcsetError
from .cli import engine, preview, resume, setup, status, stylize
from .cli.parser import parser
from .cli.voice import Voice

_COMMANDS: dict[str, Callable[[argparse.Namespace, Voice], int]] = {
    "stylize": stylize.run,
    "preview": preview.run,
    "resume": resume.run,
    "status": status.run,
    "weights": engine.run_weights,
    "setup": setup.run,
    "doctor": engine.run_doctor,
}


def main(argv: Sequence[str]) -> int:
    """Do what the arguments say; returns the exit status and raises nothing a person caused."""
    voice = Voice("--json" in argv)  # also for what is wrong with the arguments
    command = ""
    try:
        arguments = parser().parse_args(list(argv))
        command = arguments.command
        with _interruptible():
            reached = _COMMANDS[command](arguments, voice)
    except EcsetError as error:
        reached = voice.refuse(error)
    except SystemExit as end:  # --help
        return int(end.code or EXIT_DONE)
    except KeyboardInterrupt:
        reached = EXIT_CANCELLED
        voice.fail("Cancelled.", reached)
    if command != "weights":  # there the engine speaks
        voice.say("finished", exit_status=reached)
    return reached


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C, and what asks a process to end, raise KeyboardInterrupt meanwhile.

    Blender takes Ctrl-C for the end of a render and goes on with all else, and ended without
    notice it leaves the snapshot in the temporary folder.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread hears signals
        return
    handlers: dict[int, Any] = dict.fromkeys(
        (signal.SIGINT, signal.SIGTERM), signal.default_int_handler
    )
    if hasattr(signal, "SIGPIPE"):  # it would end Blender at once when nobody listens any more
        handlers[signal.SIGPIPE] = signal.SIG_IGN
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            # None: not set by Python, and Python cannot set it again
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
