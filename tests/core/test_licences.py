"""docs/licences.md names every package that is pinned, with what its metadata says."""

from __future__ import annotations

import importlib.metadata
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/licences.md").read_text(encoding="utf-8")
ROWS = {
    name: (licence, where)
    for name, licence, where in re.findall(
        r"^\| ([a-z][\w-]*) \| (.+?) \| .+? \| ?(.*?) ?\|$", PAGE, re.MULTILINE
    )
    if name != "package"
}


def pinned() -> dict[str, str]:
    """Each pinned package, and the rest of its line: what it is for and which system."""
    text = "".join(
        (ROOT / "requirements" / name).read_text(encoding="utf-8")
        for name in ("engine.txt", "uv.txt")
    )
    return dict(re.findall(r"^([\w.-]+)==(.*)$", text, re.MULTILINE))


def test_names_every_pinned_package_and_no_other():
    assert set(ROWS) == set(pinned())


def test_says_which_belong_to_one_system():
    systems = {"": "", "linux": "Linux", "win32": "Windows", "darwin": "macOS"}
    for name, marker in pinned().items():
        system = re.search(r"sys_platform == '(\w+)'", marker)
        assert ROWS[name][1] == systems[system[1] if system else ""], name


@pytest.mark.parametrize("name", sorted(ROWS))
def test_says_what_the_metadata_says(name):
    try:
        metadata = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        pytest.skip(f"{name} is not installed here")
    said = metadata.get("License-Expression")
    licence = ROWS[name][0]
    if said:
        assert licence == f"`{said}`"
    else:
        assert licence.startswith("none said") or "\\*" in licence
