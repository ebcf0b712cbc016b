"""Files that are whole or not there, also where others have them open for a moment."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(params=["core", "sequencer"])
def whole(request: pytest.FixtureRequest) -> ModuleType:
    """By its path, as the room of Blender's side needs more than this Python has."""
    spec = importlib.util.spec_from_file_location("whole", ROOT / request.param / "whole.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    part, target = tmp_path / "part", tmp_path / "target"
    part.write_text("new", encoding="utf-8")
    target.write_text("old", encoding="utf-8")
    return part, target


def busy(times: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Replacing a file is refused so many times, as on Windows while somebody has it open."""
    replace, tries = Path.replace, [0]

    def refuse(self: Path, target: Path) -> Path:
        tries[0] += 1
        if tries[0] <= times:
            raise PermissionError(13, "Access is denied")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    return tries


def test_a_file_takes_the_place_of_another(whole: ModuleType, files: tuple[Path, Path]):
    part, target = files
    whole.put(part, target)
    assert target.read_text(encoding="utf-8") == "new"
    assert not part.exists()


def test_who_looks_at_a_file_for_a_moment_is_waited_for(
    whole: ModuleType, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(whole, "_BUSY_FILES", True)
    tries = busy(3, monkeypatch)
    whole.put(*files)
    assert tries == [4]
    assert files[1].read_text(encoding="utf-8") == "new"


def test_who_keeps_it_is_not_waited_for_without_end(
    whole: ModuleType, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(whole, "_BUSY_FILES", True)
    clock = iter(range(1000))
    monkeypatch.setattr(whole.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(whole.time, "sleep", lambda _: None)
    busy(1000, monkeypatch)
    with pytest.raises(PermissionError):
        whole.put(*files)
    assert files[1].read_text(encoding="utf-8") == "old"


def test_elsewhere_a_refusal_is_meant(
    whole: ModuleType, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(whole, "_BUSY_FILES", False)
    tries = busy(1, monkeypatch)
    with pytest.raises(PermissionError):
        whole.put(*files)
    assert tries == [1]
