"""Says, as an event, which modules the engine's Python lacks; run by that, imports none."""

import importlib.util
import json
import sys


def main(modules: list[str]) -> int:
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    if sys.version_info < (3, 11):
        missing.insert(0, "Python 3.11")
    if not missing:
        return 0
    message = (
        f"The engine's Python {sys.executable} lacks {', '.join(missing)}: "
        "set up the engine again, or name another Python."
    )
    print(json.dumps({"event": "error", "message": message}))
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
