#!/usr/bin/env bash
# get-uv.sh PYTHON DIR: put the pinned uv at DIR/bin/uv with whatever this machine has for it.
# A minimal Debian has neither pip nor venv; root gets them from apt, others are told what to ask for.
set -euo pipefail
python=$1
dir=$2
pins=$(dirname "$0")/../requirements/uv.txt

by_venv() {
    rm -rf "$dir"
    "$python" -m venv "$dir" >/dev/null 2>&1 || return 1
    "$dir/bin/python" -m pip install --quiet --require-hashes -r "$pins"
}

by_pip() {
    rm -rf "$dir"
    "$python" -m pip --version >/dev/null 2>&1 || return 1
    "$python" -m pip install --quiet --require-hashes --target "$dir" -r "$pins"
}

echo "Installing uv into $dir"
by_venv || by_pip || {
    package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "$python has neither venv nor pip: install them first, on Debian or Ubuntu with" \
            "'sudo apt-get install $package'." >&2
        exit 2
    fi
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qqy --no-install-recommends "$package" >/dev/null
    by_venv
}
"$dir/bin/uv" --version
