"""A web space with the extension in it: Blender installs, updates and removes."""

from __future__ import annotations

import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.packages import MANIFEST, NEXT, next_release, site


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def folder(tool, tmp_path, built) -> Path:
    return site(tool, tmp_path / "site", built)


@pytest.fixture
def address(folder) -> Iterator[str]:
    """The site's, on this machine."""
    handler = partial(Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/index.json"
        server.shutdown()
        thread.join()


def test_listing_and_page(folder, built):
    listing = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    (entry,) = listing["data"]
    name = f"ecset-{MANIFEST['version']}.zip"
    assert entry["archive_url"] == f"./{name}"
    assert entry["archive_size"] == built.stat().st_size
    assert entry["permissions"] == MANIFEST["permissions"]
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert f'href="./{name}?repository=.%2Findex.json' in page
    assert "http" not in page  # nothing from elsewhere
    assert sorted(path.name for path in folder.iterdir()) == [name, "index.html", "index.json"]


def test_blender_installs_updates_and_removes(tool, folder, address, built, tmp_path):
    newer = site(tool, tmp_path / "newer", next_release(tool, built, tmp_path))
    script = Path(__file__).with_name("repository_user.py")
    done = subprocess.run(
        [sys.executable, script, address, folder, newer],
        env={**os.environ, "BLENDER_USER_RESOURCES": str(tmp_path / "user")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "installed": f"{MANIFEST['version']}, the first",
        "updated": f"{NEXT}, the next",
        "engine after the update": True,
        "preferences after the update": "/my/python",
        # Blender takes the extension's user folder along, and with it the engine
        "left": [],
        "loaded": [],
    }
