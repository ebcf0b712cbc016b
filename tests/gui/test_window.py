"""A real window: press the button, watch, cancel, press again, see the strip.

The pictures of the steps go to ``ECSET_SCREENSHOTS`` if it is set; with a real engine named by
``ECSET_ENGINE_PYTHON`` they are those of the documentation.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SIZE = "1600x900"


@pytest.fixture(scope="module")
def screen():
    """A virtual screen."""
    number = 90 + os.getpid() % 900
    server = subprocess.Popen(
        ["Xvfb", f":{number}", "-screen", "0", f"{SIZE}x24"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield f":{number}"
    server.terminate()
    server.wait()


@pytest.fixture(scope="module")
def seen(installed, environment, screen, tmp_path_factory) -> dict:
    """What happened in the window."""
    folder = tmp_path_factory.mktemp("window")
    real = "ECSET_ENGINE_PYTHON" in os.environ
    pictures = Path(os.environ.get("ECSET_SCREENSHOTS", folder)).resolve()
    pictures.mkdir(exist_ok=True)
    plan = folder / "plan.json"
    styles = sorted((ROOT / "examples/styles").iterdir())
    plan.write_text(
        json.dumps(
            {
                "folder": str(folder),
                "pictures": str(pictures),
                "shot": str(ROOT / "examples/shot"),
                "style": str(next(p for p in styles if p.suffix in {".png", ".jpg"})),
                "look": "patch",
                "cancel_at": 3,
                "seconds": 900 if real else 120,
            }
        )
    )
    width, height = SIZE.split("x")
    done = subprocess.run(
        ["blender", "--no-window-focus", "-p", "0", "0", width, height]
        + ["--python", ROOT / "tests/gui/drive.py", "--", plan],
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
    return {**seen, "pictures": pictures}


def test_the_button_was_really_pressed(seen):
    assert seen["clicks"] == [True, True, True]
    assert seen["busy after the click"]


def test_the_interface_stays_free(seen):
    assert seen["longest wait of the main loop"] < 2.0, "software OpenGL draws slowly, but draws"


def test_progress_is_told(seen):
    assert seen["text while painting"].startswith("Frame ")
    assert "s/frame" in seen["text while painting"]


def test_cancel_keeps_the_timeline(seen):
    assert seen["after cancel"][0] == "CANCELLED"


def test_the_second_run_ends_with_a_strip(seen):
    assert seen["after the end"][0] == "DONE", seen["after the end"]
    strips = seen["strips"]
    assert seen["active"] == seen["result"] == "Harbour Ecset"
    assert strips["Harbour Ecset"] == [2, *strips["Harbour"][1:]]


def test_one_undo_takes_the_strip_away(seen):
    assert seen["strips after one undo"] == ["Harbour"]


def test_pictures_were_taken(seen):
    names = ["1-installed", "2-panel", "3-painting", "4-cancelled", "5-painted"]
    assert all((seen["pictures"] / f"{name}.png").stat().st_size > 10000 for name in names)
