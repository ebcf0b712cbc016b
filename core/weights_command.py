"""``python -m core weights``: get, list, take in, make and remove the weights of networks."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

from .errors import InputError
from .events import Listener
from .networks import catalogue

# Seconds between two words on a download's progress.
_SELDOM = 0.1


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its own commands to the engine's command line."""
    parser = commands.add_parser("weights", help="the weights of networks: get, list, import …")
    kinds = parser.add_subparsers(required=True, metavar="COMMAND")

    command = kinds.add_parser("get", help="download weights as they are published")
    _add_name(command)
    _add_json(command, "say how it goes on in lines of JSON")
    command.add_argument(
        "--with-parent", action="store_true", help="end when standard input is closed"
    )
    command.set_defaults(command=_get)

    command = kinds.add_parser("list", help="which there are, and from where")
    _add_json(command, "a line of JSON for each network")
    command.set_defaults(command=_list)

    command = kinds.add_parser("import", help="take in a file that was fetched elsewhere")
    _add_name(command)
    command.add_argument("file", type=Path)
    command.add_argument(
        "--sha256", metavar="HEX", help="of the file, when it is not the one that is published"
    )
    command.set_defaults(command=_import, speaks_json=False)

    command = kinds.add_parser(
        "random", help="write weights that have learned nothing, for tests and timings"
    )
    _add_name(command)
    command.add_argument("file", type=Path, help="the file to write (.safetensors)")
    command.add_argument("--seed", type=int, default=0)
    command.set_defaults(command=_random, speaks_json=False)

    command = kinds.add_parser("remove", help="delete weights that were got")
    _add_name(command)
    command.set_defaults(command=_remove, speaks_json=False)


def _add_name(command: argparse.ArgumentParser) -> None:
    command.add_argument("name", choices=catalogue.NAMES)


def _add_json(command: argparse.ArgumentParser, text: str) -> None:
    command.add_argument("--json", dest="speaks_json", action="store_true", help=text)


def _get(options: argparse.Namespace, listener: Listener) -> None:
    """Events: ``started`` and ``progress`` (done and total, bytes), ``finished`` (name, path)."""
    from .networks import fetch

    if not options.speaks_json:
        listener = _Bar(catalogue.TITLES[options.name])
    told = _Told(listener, catalogue.published(options.name).size)
    found = fetch.get(options.name, told)
    listener("finished", name=options.name, path=str(found.path))


class _Told:
    """Tells a listener of a download's progress, at its start, its end and now and then."""

    def __init__(self, listener: Listener, size: int) -> None:
        self._listener, self._size = listener, size
        self._last: float | None = None

    def __call__(self, done: int, total: int | None) -> None:
        total = max(done, self._size) if total is None else total
        now = time.monotonic()
        if self._last is None:
            self._listener("started", done=done, total=total)
        elif done < total and now < self._last + _SELDOM:
            return
        else:
            self._listener("progress", done=done, total=total)
        self._last = now


class _Bar:
    """Shows a download's events to a person: a bar on standard error, and a sentence."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._bar: Any = None

    def __call__(self, event: str, **fields: Any) -> None:
        if event == "finished":
            if self._bar is not None:
                self._bar.close()
            print(f"{self._title} is ready: {fields['path']}")
            return
        if event == "started":
            from tqdm import tqdm

            self._bar = tqdm(
                initial=fields["done"],
                total=fields["total"],
                desc=self._title,
                unit="B",
                unit_scale=True,
                unit_divisor=1024,
            )
        # It goes back where a server sends everything anew.
        self._bar.update(fields["done"] - self._bar.n)


def _list(options: argparse.Namespace, listener: Listener) -> None:
    del listener
    for name in catalogue.NAMES:
        about = _about(name)
        if options.speaks_json:
            print(json.dumps({"name": name, **about}))
        elif about["there"]:
            size = about["bytes"] / 2**20
            print(f"{name}: {about['path']} ({size:.1f} MB, from {about['source']})")
        else:
            print(f"{name}: {about['message']} Its address: {catalogue.published(name).url}")


def _about(name: str) -> dict[str, Any]:
    """What ``list`` says of a network: ``there``, then path, bytes, source, or else a message."""
    from .networks import weights

    if not weights.stored(name).exists() and not weights.of_torch_hub(name).exists():
        download = catalogue.published(name).size
        return {"there": False, "download": download, "message": str(weights.missing(name))}
    try:
        found = weights.find(name, None)
    except InputError as error:
        return {"there": False, "message": str(error)}
    size = found.path.stat().st_size
    return {"there": True, "path": str(found.path), "bytes": size, "source": found.source}


def _import(options: argparse.Namespace, listener: Listener) -> None:
    del listener
    from .networks import weights

    found = weights.take_in(options.name, options.file, options.sha256)
    print(f"{catalogue.TITLES[options.name]} is ready: {found.path}")


def _random(options: argparse.Namespace, listener: Listener) -> None:
    del listener
    from .networks import weights

    if options.file.suffix != ".safetensors":
        raise InputError(f"{options.file} must end in .safetensors.")
    made = weights.he_initialised(options.name, options.seed)
    weights.save(options.name, made, options.file, f"random numbers, seed {options.seed}")
    print(
        f"{options.file}: {catalogue.TITLES[options.name]} that has learned nothing. It costs what "
        "the real one costs; what is made with it means nothing."
    )


def _remove(options: argparse.Namespace, listener: Listener) -> None:
    del listener
    from .networks import fetch, weights

    removed = fetch.remove(options.name)
    if not removed:
        title = catalogue.TITLES[options.name]
        raise InputError(f"There are no weights of {title} in {weights.folder()}.")
    print(*(f"Removed {file}" for file in removed), sep="\n")
