#!/usr/bin/env bash
# system-libraries.sh VENV: see that the bpy module in VENV finds the system's libraries (X11, GL, ...),
# which a machine without a desktop lacks. Root on Debian gets them from apt, others are told.
set -euo pipefail
venv=$1

# What bpy 4.2 to 5.2 link against (4.2 also the OpenMP runtime), and EGL, which Workbench and EEVEE open while they run:
# without it the whole process aborts.
packages=(libx11-6 libxext6 libxfixes3 libxi6 libxkbcommon0 libxrender1 libxxf86vm1 libsm6 libice6
    libgl1 libegl1 libgomp1)

missing() {
    find "$venv"/lib -path '*/site-packages/bpy/__init__*.so' -exec ldd {} + |
        awk '/not found/ {print $1}' | sort -u
    [ -n "$(ldconfig_lists libEGL.so.1)" ] || echo libEGL.so.1
}

ldconfig_lists() {
    PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null | grep -F "$1" || true
}

[ "$(uname -s)" = Linux ] || exit 0
names=$(missing | paste -sd ' ')
[ -n "$names" ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "Blender's module needs ${names}: install them, on Debian or Ubuntu with" \
        "'sudo apt-get install ${packages[*]}'." >&2
    exit 2
fi
echo "Blender's module needs ${names}: installing"
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -qqy --no-install-recommends "${packages[@]}" >/dev/null
names=$(missing | paste -sd ' ')
[ -z "$names" ] || { echo "apt-get did not bring ${names}: install them by hand." >&2; exit 2; }
