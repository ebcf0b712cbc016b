"""The engine as a package of its own: what is in it, the same bytes twice, and it works as `ecset`.

Nothing is fetched: hatchling is among what the tests need, PyTorch and the rest are lent from here.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from core import __version__, frames, packages
from tests.core.pictures import panned
from tests.core.test_rooms import imported

ROOT = Path(__file__).resolve().parents[2]
OWN = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def uv() -> str | None:
    """The uv that `make` has put beside this environment, or the system's."""
    beside = Path(sys.prefix).parent / "uv" / ("Scripts/uv.exe" if os.name == "nt" else "bin/uv")
    return str(beside) if beside.exists() else shutil.which("uv")


needs_hatchling = pytest.mark.skipif(
    importlib.util.find_spec("hatchling") is None,
    reason="hatchling is missing, which builds the wheel (requirements/dev.txt has it)",
)
needs_uv = pytest.mark.skipif(
    uv() is None, reason="uv is missing, which installs the wheel (`make` gets it)"
)


def built(tree: Path, into: Path) -> dict[str, Path]:
    """The sdist and the wheel of a source tree, by their endings."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-t", "wheel"]
    subprocess.run([*command, "-d", str(into)], cwd=tree, check=True, capture_output=True)
    return {file.suffix: file for file in into.iterdir()}


@pytest.fixture(scope="module")
def archives(tmp_path_factory) -> dict[str, Path]:
    return built(ROOT, tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def ecset(archives, tmp_path_factory) -> Path:
    """The command, installed into an environment of its own."""
    folder = tmp_path_factory.mktemp("studio") / "environment"
    quiet = [uv(), "--quiet", "--no-config", "--offline"]
    subprocess.run(
        [*quiet, "venv", "--no-project", "--python", sys.executable, str(folder)], check=True
    )
    bins = folder / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run(
        [*quiet, "pip", "install", "--no-deps", "--no-index", "--python", str(folder)]
        + [str(archives[".whl"])],
        check=True,
    )
    site = Path(sysconfig.get_path("purelib", "venv", vars={"base": str(folder)}))
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return bins / ("ecset.exe" if os.name == "nt" else "ecset")


def called(ecset: Path, folder: Path, *arguments: str, status: int = 0) -> str:
    """What the command prints, as a studio would call it: far from this tree."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ended = subprocess.run(
        [str(ecset), *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert "Traceback" not in ended.stderr
    assert ended.returncode == status, ended.stderr + ended.stdout
    return ended.stdout + ended.stderr


class TestMetadata:
    def test_one_version(self):
        blender = tomllib.loads((ROOT / "blender_manifest.toml").read_text(encoding="utf-8"))
        assert blender["version"] == __version__
        assert OWN["project"]["dynamic"] == ["version"]
        assert OWN["tool"]["hatch"]["version"]["path"] == "core/__init__.py"

    def test_what_is_needed_is_what_the_doctor_looks_for(self):
        needed = [f"{package.name}>={package.oldest}" for package in packages.NEEDED]
        assert OWN["project"]["dependencies"] == needed

    def test_what_is_locked_will_do(self):
        locked = dict(
            line.split()[0].split("==")
            for line in (ROOT / "requirements/engine.txt").read_text(encoding="utf-8").splitlines()
            if "==" in line
        )
        for package in packages.NEEDED:
            assert not packages.is_old(locked[package.name.lower()], package.oldest), package


def test_the_engine_does_not_know_what_it_is_called():
    for file in (ROOT / "core").rglob("*.py"):
        assert not {"core", "ecset"} & set(imported(file)), file


@needs_hatchling
class TestArchives:
    def test_the_wheel_holds_the_engine_and_nothing_else(self, archives):
        with zipfile.ZipFile(archives[".whl"]) as wheel:
            names = set(wheel.namelist())
            about = f"ecset-{__version__}.dist-info"
            (scripts,) = (wheel.read(name) for name in names if name.endswith("entry_points.txt"))
        here = {
            f"ecset/{file.relative_to(ROOT / 'core').as_posix()}"
            for file in (ROOT / "core").rglob("*")
            if file.is_file() and "__pycache__" not in file.parts
        }
        assert {name for name in names if not name.startswith(about)} == here
        assert f"{about}/licenses/LICENSE" in names
        assert scripts.decode().splitlines()[1] == "ecset = ecset.__main__:main"

    def test_the_sdist_too(self, archives):
        with tarfile.open(archives[".gz"]) as sdist:
            tops = {name.split("/")[1] for name in sdist.getnames()}
        about = {"LICENSE", "PKG-INFO", "pyproject.toml", "docs"}
        assert tops - {".gitignore"} == {"core"} | about  # hatchling takes .gitignore in any case

    def test_the_same_bytes_from_another_folder_on_another_day(self, archives, tmp_path):
        tree = tmp_path / "elsewhere"
        shutil.copytree(ROOT / "core", tree / "core", copy_function=shutil.copyfile)
        for name in ("pyproject.toml", "LICENSE", ".gitignore", "docs/command-line.md"):
            (tree / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(ROOT / name, tree / name)
        (tree / "core/__init__.py").chmod(0o600)
        again = built(tree, tmp_path / "dist")
        for ending, file in archives.items():
            assert again[ending].read_bytes() == file.read_bytes(), ending


@needs_hatchling
@needs_uv
class TestInstalled:
    def test_help_names_the_command(self, ecset, tmp_path):
        assert called(ecset, tmp_path, "--help").startswith("usage: ecset ")
        assert called(ecset, tmp_path, "--version") == f"Ecset {__version__}\n"

    def test_paints_a_picture(self, ecset, shop):
        plate, output = shop.folder / "plate.png", shop.folder / "painted.png"
        frames.write(frames.Picture(panned(1)[0]), plate, 8, "plate")
        arguments = ("--content", plate.name, "--style", str(shop.style), "--output", output.name)
        said = called(ecset, shop.folder, "style", *arguments, "--device", "cpu")
        assert said.startswith("painted.png: 64×48, painted in ")
        assert frames.read(output).size == (48, 64)

    def test_several_processes(self, ecset, shop):
        """They are started by the package's name, which is another here."""
        folder = shop.job("job", panned(4), coherence={"enabled": False})
        called(ecset, shop.folder, "run", str(folder), "--devices", "cpu,cpu")
        assert len(list((folder / "frames").glob("*.png"))) == 4

    def test_sentences_name_the_command(self, ecset, shop, monkeypatch):
        monkeypatch.setenv("ECSET_WEIGHTS", str(shop.folder / "none"))
        monkeypatch.setenv("TORCH_HOME", str(shop.folder / "none"))
        look = {"name": "neural", "styles": [{"path": str(shop.style)}]}
        folder = shop.job("job", panned(1), look=look)
        said = called(ecset, shop.folder, "run", str(folder), status=2)
        assert "`ecset weights get vgg19`" in said

    def test_the_doctor_knows_it_is_whole(self, ecset, tmp_path, monkeypatch):
        monkeypatch.setenv("ECSET_WEIGHTS", str(tmp_path / "none"))
        said = called(ecset, tmp_path, "doctor", "--device", "cpu")
        assert "`ecset weights get vgg19`" in said  # its children know how it was called
