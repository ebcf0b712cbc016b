"""Says, as an event, whether the Python that runs this has all modules; imports none of them.

``python probe.py MODULE[>=VERSION] ...``, where a module with a version is named as its package is.
"""

import importlib.metadata
import importlib.util
import json
import re
import sys


def main(wanted: list[str]) -> int:
    missing, old = [], []
    if sys.version_info < (3, 11):
        missing.append("Python 3.11")
    for name, _, least in (item.partition(">=") for item in wanted):
        if importlib.util.find_spec(name) is None:
            missing.append(name)
        elif least and (version := _version(name)) and _numbers(version) < _numbers(least):
            old.append(f"{name} {version} ({least} is the least)")
    if not (missing or old):
        print(json.dumps({"event": "finished"}))
        return 0
    wrong = [f"lacks {', '.join(missing)}"] if missing else []
    wrong += [f"has an old {', '.join(old)}"] if old else []
    message = (
        f"The engine's Python {sys.executable} {' and '.join(wrong)}: "
        "set up the engine again, or name another Python."
    )
    print(json.dumps({"event": "error", "message": message}))
    return 2


def _version(name: str) -> str:
    """What its package says; "" of one that was put there by hand, and is not doubted."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _numbers(version: str) -> list[int]:
    """ "2.15.0+cu130" as 2, 15, 0."""
    found = re.match(r"\d+(\.\d+)*", version)
    return [int(number) for number in found[0].split(".")] if found else []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
