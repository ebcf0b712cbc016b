"""The doctor: what it finds, also where packages are missing or broken, and what it keeps quiet."""

from __future__ import annotations

import getpass
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core import doctor, doctor_machine, packages, privacy

ROOT = Path(__file__).resolve().parents[2]


def called(*options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "core", "doctor", *options],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def found(name: str, device: str = "cpu") -> list[doctor.Finding]:
    return list(doctor.examine(name, device))


@pytest.fixture(scope="module")
def ended(tmp_path_factory) -> subprocess.CompletedProcess[str]:
    """The doctor's call of an engine that is whole, without weights."""
    return called("--device", "cpu", "--json", ECSET_WEIGHTS=str(tmp_path_factory.mktemp("w")))


class TestAWholeEngine:
    def test_is_well(self, ended):
        events = [json.loads(line) for line in ended.stdout.splitlines()]
        assert events[-1] == {"event": "finished"}
        findings = events[:-1]
        assert {event["event"] for event in findings} == {"finding"}
        assert [event for event in findings if not event["ok"]] == []
        assert ended.returncode == 0
        names = [event["name"] for event in findings]
        assert names[:4] == ["Engine", "Python", "System", "Packages"]
        assert {"PyTorch", "Device cpu", "OpenCV", "OpenEXR", "One frame"} <= set(names)

    def test_says_so_of_weights_that_are_not_there(self, ended):
        (line,) = (line for line in ended.stdout.splitlines() if "Weights vgg19" in line)
        event = json.loads(line)
        assert event["ok"]
        assert "python -m core weights get vgg19" in event["text"]

    def test_names_no_private_folder(self, ended):
        assert str(Path.home()) + "/" not in ended.stdout
        assert f"/{getpass.getuser()}/" not in ended.stdout


class TestABrokenEngine:
    """A folder of modules that break goes before the real ones."""

    def test_without_most_packages_it_still_speaks(self, tmp_path):
        for module in ("torch", "numpy", "pydantic", "cv2"):
            (tmp_path / f"{module}.py").write_text(
                f"raise ModuleNotFoundError('No module named {module}', name='{module}')"
            )
        ended = called(PYTHONPATH=str(tmp_path))
        assert ended.returncode == 1
        assert "Traceback" not in ended.stderr + ended.stdout
        lines = {line[4:22].strip(): line for line in ended.stdout.splitlines()}
        assert lines["Python"].startswith("ok")
        for name in ("PyTorch", "OpenCV", "OpenEXR", "One frame"):
            assert lines[name].startswith("—"), name
            assert "No module named torch" in lines[name] or "without the package" in lines[name]
        assert lines["Weights folder"].startswith("ok")

    def test_with_nothing_but_python_it_still_speaks(self):
        """-S leaves out all that was installed."""
        code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import core.__main__; "
        code += "from core.doctor import *; "
        code += "print(*(f for name in CHECKS for f in examine(name, 'auto')), sep='\\n')"
        ended = subprocess.run(
            [sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stderr
        assert "missing: filelock, numpy, opencv-python-headless, OpenEXR," in ended.stdout

    def test_a_check_that_takes_python_down_is_a_finding(self, tmp_path):
        (tmp_path / "OpenEXR.py").write_text("import os; os.abort()")
        ended = called("--device", "cpu", "--json", PYTHONPATH=str(tmp_path))
        events = [json.loads(line) for line in ended.stdout.splitlines()]
        findings = {event["name"]: event for event in events if event["event"] == "finding"}
        assert not findings["OpenEXR"]["ok"]
        assert "broke Python itself" in findings["OpenEXR"]["text"]
        assert findings["Temporary folder"]["ok"]  # it goes on behind it
        assert ended.returncode == 1

    def test_another_command_names_what_is_missing(self, tmp_path):
        (tmp_path / "pydantic.py").write_text(
            "raise ModuleNotFoundError('No module named pydantic', name='pydantic')"
        )
        ended = subprocess.run(
            [sys.executable, "-m", "core", "check", str(tmp_path)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 1
        assert "lacks the package pydantic" in ended.stdout
        assert "Traceback" not in ended.stderr


class TestChecks:
    def test_a_device_that_is_not_there(self):
        (finding,) = found("Devices", "cuda:77")
        assert not finding.ok
        assert "cuda:77" in finding.text

    def test_a_device_that_computes_wrong(self, monkeypatch):
        for error in (0.5, float("nan")):
            monkeypatch.setattr(doctor_machine, "_error", lambda device, error=error: error)
            (finding,) = found("Devices")
            assert not finding.ok
            assert "computes wrong" in finding.text

    def test_a_card(self, monkeypatch):
        import torch

        monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
        monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "GTX 1080")
        monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (3 * 2**30, 8 * 2**30))
        monkeypatch.setattr(doctor_machine, "_error", lambda device: 5e-4)
        _, card, used = found("Devices", "auto")
        told = "GTX 1080, 3.0 of 8.0 GiB of memory free, computes right"
        assert card == doctor.Finding("Device cuda:0", True, told)
        assert used.name == "Used"

    def test_packages_that_are_missing_or_old(self, monkeypatch):
        versions = {"numpy": None, "pillow": "9.5.0"}
        true = packages.version
        monkeypatch.setattr(
            packages,
            "version",
            lambda package: versions[package.name] if package.name in versions else true(package),
        )
        (finding,) = found("Packages")
        assert not finding.ok
        assert "missing: numpy; pillow 9.5.0 is too old, 10.1 is the least" in finding.text

    def test_a_python_that_is_too_new(self, monkeypatch):
        monkeypatch.setattr(sys, "version_info", (3, 14, 0, "final", 0))
        (finding,) = found("Python")
        assert not finding.ok

    def test_damaged_weights(self, tmp_path, monkeypatch):
        monkeypatch.setenv("ECSET_WEIGHTS", str(tmp_path))
        (tmp_path / "vgg19.safetensors").write_bytes(b"nothing of the kind")
        by_name = {finding.name: finding for finding in found("Weights")}
        assert not by_name["Weights vgg19"].ok
        assert by_name["Weights raft-small"].ok

    def test_a_folder_that_cant_be_written(self, tmp_path, monkeypatch):
        (tmp_path / "file").write_text("")
        monkeypatch.setenv("ECSET_WEIGHTS", str(tmp_path / "file" / "weights"))
        by_name = {finding.name: finding for finding in found("Folders")}
        assert not by_name["Weights folder"].ok
        assert by_name["Temporary folder"].ok

    @pytest.mark.parametrize(
        ("version", "text"),
        [
            ({"cuda": "13.2"}, "CUDA 13.2"),
            ({"hip": "6.4", "cuda": None}, "ROCm 6.4"),
            ({"xpu": "2025"}, "XPU 2025"),
        ],
    )
    def test_what_pytorch_was_built_for(self, version, text):
        assert doctor_machine.build(type("version", (), version)) == text


class TestPackages:
    @pytest.mark.parametrize(
        ("version", "oldest", "old"),
        [
            ("2.15.0+cu132", "2.6", False),
            ("2.5.1", "2.6", True),
            ("10.1", "10.1", False),
            ("3.2.4", "3.3", True),
            ("3", "3.0", False),
        ],
    )
    def test_by_number_not_by_letter(self, version, oldest, old):
        assert packages.is_old(version, oldest) is old

    def test_one_that_came_under_another_name(self):
        """OpenCV comes in four packages with one module."""
        numpy = packages.Package("some-other-numpy", "numpy", "1.0")
        assert packages.version(numpy) == packages.version(packages.Package("numpy", "numpy", "1"))

    def test_none(self):
        assert packages.version(packages.Package("nothing", "no_such_module", "1")) is None


class TestPrivacy:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("in /home/jo/films/a.png.", "in ~/films/a.png."),
            ("/home/jo: full", "~: full"),
            ("/home/joanna/x", "/home/joanna/x"),
            ("/mnt/home/jo/x", "/mnt/home/USER/x"),
            ("/tmp/of-jo/x and jo", "/tmp/of-USER/x and jo"),
            ("'/home/jo'", "'~'"),
        ],
    )
    def test_paths(self, text, shown):
        assert privacy.shown(text, "/home/jo", "jo") == shown

    def test_paths_of_windows(self):
        home, user = r"C:\Users\Jo Smith", "Jo Smith"
        assert privacy.shown(r"C:\Users\Jo Smith\a.png", home, user) == r"~\a.png"
        assert privacy.shown("C:/Users/Jo Smith/a.png", home, user) == "~/a.png"
        assert privacy.shown(r"D:\Jo Smith\a.png", home, user) == r"D:\USER\a.png"

    def test_a_home_that_is_the_root(self):
        assert privacy.shown("/usr/bin/python", "/", "") == "/usr/bin/python"
