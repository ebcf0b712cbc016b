"""A stand-in for the set-up: same calls, same events, same files, but what it installs is a link.

``ECSET_FAKE_SETUP``: words that say what goes wrong or how long it takes: ``refuse`` (a plan),
``fail`` (an installation), ``die`` in the middle of one, ``hang`` there until it is ended, ``deaf``
to signals as well.  ``ECSET_FAKE_SECONDS`` is how long each of four steps takes.
"""

import argparse
import json
import os
import signal
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

# Blender may run this file for an extension that lies elsewhere
sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from environment.folder import (
    Choices,
    Folder,
    Installed,
    environment_python,
    requirements_digest,
)

DIGEST = "c0ffee"
WORDS = os.environ.get("ECSET_FAKE_SETUP", "").split()
SECONDS = float(os.environ.get("ECSET_FAKE_SECONDS", "0"))
TOTAL = 3_000_000_000


def say(event, **values):
    print(json.dumps({"event": event, **values}), flush=True)


def end_with_parent():
    def wait():
        while os.read(0, 4096):
            pass
        os._exit(130)

    threading.Thread(target=wait, daemon=True).start()


def stop(text, status):
    say("error", message=text)
    sys.exit(status)


def plan(folder, options):
    say("message", message="Finding out what fits this machine")
    time.sleep(SECONDS)
    if "refuse" in WORDS:
        stop("The package registry gave no plan (no network, a proxy, no such build).", 1)
    folder.plan.mkdir(parents=True, exist_ok=True)
    (folder.plan / "call.json").write_text(json.dumps(vars(options), default=str))
    source = f"the folder {options.wheels}" if options.wheels else "a package registry"
    what = "PyTorch 2.15.0 for CUDA 13.2 and 27 other packages"
    lines = [
        f"{what}: 3.0 GB to download, about 5.4 GB on disk.",
        f"Goes into {folder.path}, where 49.0 GB are free.",
        f"Comes from {source}.",
        "Every file is checked by the hash that Ecset knows.",
    ]
    say("plan", digest=DIGEST, lines=lines, download=TOTAL, disk=5_400_000_000)
    say("finished")


def install(folder, options):
    if options.agreed != DIGEST:
        stop("The plan is another by now: plan again.", 2)
    choices = Choices(options.torch_backend, options.wheels, options.python)
    environment = folder.begin(choices)
    say("message", message="Making the environment")
    for step in range(5):
        say("progress", done=step * TOTAL // 4, total=TOTAL, message="Downloading torch, nccl")
        time.sleep(SECONDS)
        if step == 2 and "fail" in WORDS:
            stop("The packages could not be got whole (no network, a full disk).", 1)
        if step == 2 and "die" in WORDS:
            os._exit(9)
        if step == 2 and {"hang", "deaf"} & set(WORDS):
            time.sleep(300)
    say("message", message="Trying the engine")
    time.sleep(SECONDS)
    python = environment_python(environment)
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    installed = Installed(
        environment.name,
        sys.executable,
        "2.15.0",
        "CUDA 13.2",
        "cpu",
        requirements_digest(),
        replace(choices),
        5_400_000_000,
        20.0,
    )
    folder.finish(installed)
    say("finished", python=str(python))


def remove(folder, options):
    folder.remove()
    folder.remove_lock()
    say("finished")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("action", choices=("plan", "install", "remove"))
    parser.add_argument("--target", type=Path, required=True)
    parser.add_argument("--torch-backend", default="auto")
    parser.add_argument("--wheels", default="")
    parser.add_argument("--python", default="")
    parser.add_argument("--agreed", default="")
    parser.add_argument("--with-parent", action="store_true", required=True)
    options = parser.parse_args()
    if "deaf" in WORDS:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    else:
        signal.signal(signal.SIGTERM, lambda *_: os._exit(130))
        end_with_parent()
    print("noise that is no event")
    {"plan": plan, "install": install, "remove": remove}[options.action](
        Folder(options.target), options
    )


if __name__ == "__main__":
    main()
