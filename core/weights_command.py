"""``python -m core weights``: get, list, take in, make and remove the weights of networks."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from .errors import InputError
from .events import Listener
from .networks import catalogue, weights


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its own commands to the engine's command line."""
    parser = commands.add_parser("weights", help="the weights of networks: get, list, import …")
    kinds = parser.add_subparsers(required=True, metavar="COMMAND")

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
            print(f"{name}: {about['message']}")


def _about(name: str) -> dict[str, Any]:
    """What ``list`` says of a network: ``there``, then path, bytes, source, or else a message."""
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
    found = weights.take_in(options.name, options.file, options.sha256)
    print(f"{catalogue.TITLES[options.name]} is ready: {found.path}")


def _random(options: argparse.Namespace, listener: Listener) -> None:
    del listener
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
    path = weights.stored(options.name)
    if not path.exists():
        raise InputError(f"There are no weights of {catalogue.TITLES[options.name]} at {path}.")
    path.unlink()
    print(f"Removed {path}")
