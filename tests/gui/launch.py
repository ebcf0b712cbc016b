"""Blender in a real window: the extension built, installed and enabled by Blender's own commands.

For the tests, the pictures of the manual and the measure of the interface; nothing of the person's
own Blender changes.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FAKE_ENGINE = ROOT / "tests/blender/fake_engine/core/__main__.py"

SCREEN = "1600x900"

#: A main loop that waits for the work comes round once or twice meanwhile; no clock is asked.
FEW_TURNS = 5

#: With Python's own variables: what will go away is an error, as in the tests (PYTHONWARNINGS).
BLENDER = ["blender", "--python-use-system-env"]


class Blender:
    """Blender with a user folder and an engine of its own."""

    def __init__(self, folder: Path, engine_python: str | None = None) -> None:
        """Everything is kept in `folder`; without `engine_python` the engine is a stand-in."""
        self.folder = folder
        self.before: list[str] = []  # a command that a window is started by
        self.weights = folder / "weights"  # of the stand-in
        self.weights.mkdir(parents=True)
        self.has_real_engine = engine_python is not None
        self.environment = {
            **os.environ,
            "BLENDER_USER_RESOURCES": str(folder / "user"),
            "ECSET_ENGINE_PYTHON": engine_python or str(self._stand_in()),
            "ECSET_FAKE_WEIGHTS": str(self.weights),
        }

    @classmethod
    def without_engine(cls, folder: Path) -> Blender:
        """As it is when a person has just got Ecset."""
        blender = cls(folder)
        del blender.environment["ECSET_ENGINE_PYTHON"]
        return blender

    def _stand_in(self) -> Path:
        fake = self.folder / "python"
        fake.write_text(
            # the probe runs without modules to look for
            f'#!/bin/sh\ntest "$1" = -m || exec python3 "$1"\n'
            f'shift 2\nexec python3 {FAKE_ENGINE} "$@"\n'
        )
        fake.chmod(0o755)
        return fake

    def run(self, *arguments: str | Path, check: bool = True) -> subprocess.CompletedProcess:
        """Blender with these arguments, to its end."""
        done = subprocess.run(
            [*BLENDER, *map(str, arguments)],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def build(self) -> Path:
        """The extension as a zip."""
        self.run(
            "--command", "extension", "build", "--source-dir", ROOT, "--output-dir", self.folder
        )
        (path,) = self.folder.glob("ecset-*.zip")
        return path

    def install(self, extension: Path) -> None:
        self.run("--command", "extension", "install-file", "-r", "user_default", "-e", extension)

    def in_window(
        self,
        screen: str,
        script: Path,
        plan: dict[str, Any],
        *,
        killed: bool = False,
        frame_seconds: float = 0.4,
        size: str = SCREEN,
        seconds: float = 1500,
    ) -> dict[str, Any]:
        """What `script` (`window.py`) saw in a window of `size` on `screen`.

        It finds `plan` in a file, and its ``folder`` is where it may work.  `killed`: it is to end
        Blender by force itself.  `frame_seconds` is what a frame takes the stand-in.
        """
        folder = Path(plan["folder"])
        path, result = folder / "plan.json", folder / "seen.json"
        result.unlink(missing_ok=True)
        common = {
            "shot": str(ROOT / "examples/shot"),
            "style": str(ROOT / "examples/styles/evening.jpg"),
            "seconds": 240 if self.has_real_engine else 45,
        }
        path.write_text(json.dumps({**common, **plan}), encoding="utf-8")
        done = subprocess.run(
            [*self.before, "blender", "--no-window-focus", "-p", "0", "0", *size.split("x")]
            + ["--python", script, "--", path],
            env={
                **self.environment,
                "DISPLAY": screen,
                "ECSET_FAKE_SECONDS": str(frame_seconds),
            },
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        said = done.stdout[-2000:] + done.stderr[-2000:]
        assert result.exists(), said
        seen = json.loads(result.read_text(encoding="utf-8"))
        assert "error" not in seen, seen["error"]
        assert done.returncode == (-9 if killed else 0), said
        return {**seen, "said": done.stdout + done.stderr}


class Screen:
    """A virtual screen, as long as the context lasts."""

    def __init__(self, size: str = SCREEN) -> None:
        self._size = size

    def __enter__(self) -> str:
        reading, writing = os.pipe()
        self._server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{self._size}x24"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[writing],
        )
        os.close(writing)
        with open(reading, encoding="ascii") as number:  # it comes when the screen is there
            return f":{number.readline().strip()}"

    def __exit__(self, *_: object) -> None:
        self._server.terminate()
        self._server.wait()
