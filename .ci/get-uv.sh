#!/usr/bin/env bash
# get-uv.sh PYTHON DIR: put the pinned uv at DIR/bin/uv with whatever this machine has for it.
# A minimal Debian has neither pip nor venv; root gets them from apt, others are told what to ask for.
set -euo pipefail
python=$1
dir=$2
root=$(cd "$(dirname "$0")/.." && pwd)

# 2: no pip, and no way to get it
get() {
    mkdir -p "$dir/bin"
    PYTHONPATH=$root "$python" - "$dir" <<'END'
import sys
from pathlib import Path
from environment import errors, uv

folder = Path(sys.argv[1]).absolute()
try:
    uv.by_pip(Path(sys.executable), folder / "pip", folder / "bin" / "uv")
except errors.SetupError as error:
    print(error, file=sys.stderr)
    sys.exit(error.exit_status)
END
}

echo "Installing uv into $dir"
get || {
    status=$?
    if [ $status != 2 ] || [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        exit $status
    fi
    package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qqy --no-install-recommends "$package" >/dev/null
    get
}
"$dir/bin/uv" --version
