"""Blender itself: the extension built, installed and enabled by its own commands."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FAKE_ENGINE = ROOT / "tests/blender/fake_engine/core/__main__.py"

SCREEN = "1600x900"

Blender = Callable[..., subprocess.CompletedProcess]


@pytest.fixture(scope="session")
def user_folder(tmp_path_factory) -> Path:
    """A Blender user folder of its own; nothing of the person's own Blender changes."""
    return tmp_path_factory.mktemp("user")


@pytest.fixture(scope="session")
def weights_folder(tmp_path_factory) -> Path:
    """Where the stand-in for the engine has its weights; empty."""
    return tmp_path_factory.mktemp("weights")


@pytest.fixture(scope="session")
def environment(user_folder, weights_folder, tmp_path_factory) -> dict[str, str]:
    """What Blender runs with; the engine is a stand-in unless a real one is named."""
    python = os.environ.get("ECSET_ENGINE_PYTHON")
    if python is None:
        fake = tmp_path_factory.mktemp("engine") / "python"
        fake.write_text(
            # the probe runs without modules to look for
            f'#!/bin/sh\ntest "$1" = -m || exec python3 "$1"\n'
            f'shift 2\nexec python3 {FAKE_ENGINE} "$@"\n'
        )
        fake.chmod(0o755)
        python = str(fake)
    return {
        **os.environ,
        "BLENDER_USER_RESOURCES": str(user_folder),
        "ECSET_ENGINE_PYTHON": python,
        "ECSET_FAKE_WEIGHTS": str(weights_folder),
    }


@pytest.fixture(scope="session")
def blender(environment) -> Blender:
    """Run Blender with these arguments to its end."""

    def run(*arguments: str | Path, check: bool = True) -> subprocess.CompletedProcess:
        done = subprocess.run(
            ["blender", *map(str, arguments)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    return run


@pytest.fixture(scope="session")
def extension_zip(blender, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("zip")
    blender("--command", "extension", "build", "--source-dir", ROOT, "--output-dir", folder)
    (path,) = folder.glob("ecset-*.zip")
    return path


@pytest.fixture(scope="session")
def installed(blender, extension_zip) -> None:
    blender("--command", "extension", "install-file", "-r", "user_default", "-e", extension_zip)


@pytest.fixture(scope="session")
def screen() -> Iterator[str]:
    """A virtual screen."""
    number = 90 + os.getpid() % 900
    server = subprocess.Popen(
        ["Xvfb", f":{number}", "-screen", "0", f"{SCREEN}x24"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield f":{number}"
    server.terminate()
    server.wait()


@pytest.fixture(scope="session")
def in_window(installed, environment, screen) -> Callable[..., dict[str, Any]]:
    """Run a script of this folder in a Blender window; returns what it saw."""

    def run(script: str, folder: Path, **plan: Any) -> dict[str, Any]:
        path = folder / "plan.json"
        common = {
            "folder": str(folder),
            "shot": str(ROOT / "examples/shot"),
            "style": str(ROOT / "examples/styles/evening.jpg"),
            "cancel_at": 3,
            "seconds": 900 if "ECSET_ENGINE_PYTHON" in os.environ else 120,
        }
        path.write_text(json.dumps({**common, **plan}), encoding="utf-8")
        done = subprocess.run(
            ["blender", "--no-window-focus", "-p", "0", "0", *SCREEN.split("x")]
            + ["--python", ROOT / "tests/gui" / script, "--", path],
            env={**environment, "DISPLAY": screen, "ECSET_FAKE_SECONDS": "0.4"},
            capture_output=True,
            text=True,
            timeout=1500,
            check=False,
        )
        result = folder / "seen.json"
        assert result.exists(), done.stdout[-2000:] + done.stderr[-2000:]
        seen = json.loads(result.read_text(encoding="utf-8"))
        assert "error" not in seen, seen["error"]
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return seen

    return run
