"""Says, as an event, whether the Python that runs this has all modules; imports none of them."""

import importlib.util
import json
import sys


def main(modules: list[str]) -> int:
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    if sys.version_info < (3, 11):
        missing.insert(0, "Python 3.11")
    if not missing:
        print(json.dumps({"event": "finished"}))
        return 0
    message = (
        f"The engine's Python {sys.executable} lacks {', '.join(missing)}: "
        "set up the engine again, or name another Python."
    )
    print(json.dumps({"event": "error", "message": message}))
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
