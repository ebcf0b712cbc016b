"""Makes the engine's own Python environment.  Standard library only; needs no Blender.

``python vendor_setup.py install --target DIR`` shows what it would download, from where, how much
and where to, asks once, and installs PyTorch and what else the engine needs, every file checked by
its hash.  The same call goes on with one that was broken off, and brings an older one up to date.
Exit status: 0 done, 1 failure, 2 bad input, 130 cancelled.
"""

import argparse
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from environment import child, install, plan
from environment.errors import BadChoice, SetupError
from environment.folder import AUTO, Choices, Engine, Folder, State
from environment.lock import locked

CANCELLED = 130


class Voice:
    """Speaks in events to Blender: one JSON object a line on standard output."""

    def message(self, text: str) -> None:
        self._event("message", message=text)

    def progress(self, done: int, total: int, message: str) -> None:
        self._event("progress", done=done, total=total, message=message)

    def plan(self, the_plan: plan.Plan, lines: list[str]) -> None:
        sizes = {"download": the_plan.download, "disk": the_plan.disk}
        self._event("plan", digest=the_plan.digest, lines=lines, **sizes)

    def finished(self, message: str, **fields: Any) -> None:
        del message
        self._event("finished", **fields)

    def fail(self, message: str) -> None:
        self._event("error", message=message)

    def _event(self, event: str, **fields: Any) -> None:
        print(json.dumps({"event": event, **fields}), flush=True)


class PersonsVoice(Voice):
    """Speaks to a person at a terminal."""

    def message(self, text: str) -> None:
        print(text, flush=True)

    def progress(self, done: int, total: int, message: str) -> None:
        if sys.stderr.isatty():
            percent = 100 * done // max(total, 1)
            print(f"\r{percent:3d} % {message[:70]:70}", end="\r", file=sys.stderr, flush=True)

    def plan(self, the_plan: plan.Plan, lines: list[str]) -> None:
        print(*lines, sep="\n", flush=True)

    def finished(self, message: str, **fields: Any) -> None:
        print(message, flush=True)

    def fail(self, message: str) -> None:
        print(f"vendor_setup: {message}", file=sys.stderr)


def run_status(options: argparse.Namespace, folder: Folder, voice: Voice) -> None:
    del options
    engine = folder.read()
    voice.finished(_sentence(engine, folder), state=engine.state.value)


def run_plan(options: argparse.Namespace, folder: Folder, voice: Voice) -> None:
    folder.require_own()
    with locked(folder.lock):
        the_plan = plan.make(folder, _choices(options, folder), voice.message)
        voice.plan(the_plan, plan.lines(the_plan, folder))
    voice.finished("Nothing was installed.")


def run_install(options: argparse.Namespace, folder: Folder, voice: Voice) -> None:
    folder.require_own()
    choices = _choices(options, folder)
    with locked(folder.lock):
        if options.agreed:
            the_plan = plan.agreed(folder, choices, options.agreed)
        else:
            the_plan = plan.make(folder, choices, voice.message)
            voice.plan(the_plan, plan.lines(the_plan, folder))
            if not options.yes:
                _ask("Install this?")
        installed = install.install(folder, the_plan, voice.message, voice.progress)
    python = str(folder.read().python)
    voice.finished(
        f"The engine is ready: PyTorch {installed.torch} on {installed.device}, "
        f"{plan.readable(installed.size)} in {installed.seconds:.0f} s.\nIts Python: {python}",
        python=python,
    )


def run_remove(options: argparse.Namespace, folder: Folder, voice: Voice) -> None:
    folder.require_own()
    if not folder.path.exists():
        raise BadChoice(f"There is no engine in {folder.path}.")
    if not (options.yes or options.with_parent):
        _ask(f"Remove the engine in {folder.path}?")
    with locked(folder.lock):
        folder.remove()
    folder.remove_lock()
    voice.finished(f"Removed the engine in {folder.path}.")


def _choices(options: argparse.Namespace, folder: Folder) -> Choices:
    """What is asked for; an installation that is there keeps what was chosen for it."""
    engine = folder.read()
    before = engine.unfinished or (engine.installed and engine.installed.choices) or Choices()
    wheels = before.wheels if options.wheels is None else _absolute(options.wheels)
    python = before.python if options.python is None else _absolute(options.python)
    return Choices(options.torch_backend or before.build, wheels, python)


def _absolute(path: str) -> str:
    return os.path.abspath(os.path.expanduser(path)) if path else ""


def _ask(question: str) -> None:
    if not sys.stdin.isatty():
        raise BadChoice(f"{question} There is no terminal to answer at: say --yes.")
    if input(f"{question} [y/N] ").strip().lower() not in {"y", "yes"}:
        raise SetupError("Nothing was done.", CANCELLED)


def _sentence(engine: Engine, folder: Folder) -> str:
    if engine.installed is not None and engine.state in {State.READY, State.OUTDATED}:
        installed = engine.installed
        older = ", of an older version of Ecset" if engine.state is State.OUTDATED else ""
        return (
            f"PyTorch {installed.torch} on {installed.device}{older}: "
            f"{plan.readable(installed.size)} in {folder.path}.\nIts Python: {engine.python}"
        )
    return {
        State.NONE: f"There is no engine in {folder.path}.",
        State.UNFINISHED: f"The installation in {folder.path} is not complete: install again.",
        State.BROKEN: f"Something of the engine in {folder.path} is gone: install again.",
    }[engine.state]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="Make the Python environment that Ecset's engine runs in: PyTorch and what "
        "else it needs, some gigabytes, in a folder of its own.",
        epilog="Behind a proxy, name it by HTTPS_PROXY, as in http://name:password@host:port; "
        "the system's certificates are used, or those that SSL_CERT_FILE names.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, work: Any, text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument(
            "--target", type=Path, required=True, metavar="DIR", help="the engine's folder"
        )
        command.add_argument(
            "--with-parent",
            action="store_true",
            help="speak in events, one JSON object a line, and end when standard input does",
        )
        command.set_defaults(work=work)
        return command

    add("status", run_status, "say how far the engine in a folder is")
    wanted = add("plan", run_plan, "show what would be installed, and install nothing")
    _add_choices(wanted)
    wanted = add("install", run_install, "install, go on, repair or update: asks once")
    _add_choices(wanted)
    agreed = wanted.add_mutually_exclusive_group()
    agreed.add_argument("--yes", action="store_true", help="don't ask")
    agreed.add_argument("--agreed", metavar="DIGEST", help="install the plan that has this digest")
    remove = add("remove", run_remove, "remove all that was installed into a folder")
    remove.add_argument("--yes", action="store_true", help="don't ask")
    return parser


def _add_choices(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--torch-backend",
        help=f"of PyTorch: {AUTO} (what fits this machine), registry (the package registry's own), "
        "cpu, xpu, or one like cu130 or rocm6.4",
    )
    command.add_argument(
        "--wheels", metavar="DIR", help="install from this folder of wheels, with no network"
    )
    command.add_argument(
        "--python", help="the Python 3.11 to 3.13 to make it of (the one that runs this)"
    )


def main() -> int:
    options = _parser().parse_args()
    voice = Voice() if options.with_parent else PersonsVoice()
    # Ctrl-C, and what asks a process to end, take the children along
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if options.with_parent:
        child.end_with_parent()
    folder = Folder(Path(_absolute(str(options.target))))
    try:
        options.work(options, folder, voice)
    except SetupError as error:
        voice.fail(str(error))
        return error.exit_status
    except OSError as error:
        voice.fail(f"{error.filename or folder.path} cannot be used: {error.strerror or error}.")
        return SetupError("").exit_status
    except KeyboardInterrupt:
        return CANCELLED
    return 0


if __name__ == "__main__":
    sys.exit(main())
