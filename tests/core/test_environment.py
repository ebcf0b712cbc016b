"""``vendor_setup.py``: the engine's environment, out of small wheels of our own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.core import registry as reg

ROOT = Path(__file__).resolve().parents[2]
UV = os.environ.get("ECSET_UV")
UV_VERSION = "9.9.9"

pytestmark = pytest.mark.skipif(UV is None, reason="ECSET_UV names no uv (`make test-core` does)")


class World:
    """A copy of the setup that wants small packages, and a folder of wheels."""

    def __init__(self, folder: Path, uv: str) -> None:
        self.folder = folder
        self.target = folder / "the engine's folder"
        self.wheels = folder / "wheels"
        self.wheels.mkdir()
        self.env: dict[str, str] = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("UV_", "PIP_", "PYTHON")) and "PROXY" not in key.upper()
        }
        shutil.copytree(ROOT / "environment", folder / "code" / "environment")
        shutil.copy2(ROOT / "vendor_setup.py", folder / "code")
        (folder / "code" / "requirements").mkdir()
        self.uv = folder / uv_program(folder, uv)
        for name, code in reg.MODULES.items():
            reg.make_wheel(self.wheels, name, "1.0", code)
        reg.make_uv_wheel(self.wheels, self.uv, UV_VERSION)
        self.pin()

    def pin(self) -> None:
        """Ask for the newest of what is in the folder, by hash."""
        newest = {wheel.name.split("-")[0]: wheel for wheel in sorted(self.wheels.glob("*.whl"))}
        uv = newest.pop("uv", None)
        code = self.folder / "code"
        (code / "requirements/engine.txt").write_text(reg.pin([*newest.values()]))
        if uv is not None:
            (code / "requirements/uv.txt").write_text(reg.pin([uv]))
        dependencies = json.dumps([*reg.MODULES])
        (code / "pyproject.toml").write_text(
            f'[project]\nname = "ecset"\nversion = "0"\ndependencies = {dependencies}\n'
        )

    def command(self, *arguments: Any) -> list[str]:
        command, *options = map(str, arguments)
        script = str(self.folder / "code" / "vendor_setup.py")
        return [sys.executable, script, command, "--target", str(self.target), *options]

    def run(self, *arguments: Any, status: int = 0, **given: Any) -> subprocess.CompletedProcess:
        done = subprocess.run(
            self.command(*arguments),
            capture_output=True,
            text=True,
            env=self.env,
            **{"stdin": subprocess.DEVNULL, **given},
        )
        assert done.returncode == status, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done

    def events(self, *arguments: Any, status: int = 0) -> list[dict[str, Any]]:
        """What Blender would hear."""
        # standard input stays open: its end is the end of the parent
        with subprocess.Popen(
            self.command(*arguments, "--with-parent"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.env,
        ) as process:
            log = threading.Thread(target=process.stderr.read)
            log.start()
            lines = process.stdout.read().splitlines()
            assert process.wait() == status, lines[-1:]
            log.join()
        return [json.loads(line) for line in lines]

    def install(self, *options: Any) -> str:
        """From the folder of wheels; what was said."""
        return self.run("install", "--wheels", self.wheels, "--yes", *options).stdout

    def refused(self, *arguments: Any) -> str:
        """The one sentence of a bad choice."""
        (line,) = self.run(*arguments, status=2).stderr.splitlines()[-1:]
        return line.removeprefix("vendor_setup: ")

    def state(self) -> str:
        return self.run("status").stdout.splitlines()[0]

    def there(self) -> set[str]:
        return {path.name for path in self.target.iterdir()}

    def version_of(self, module: str) -> str:
        python = self.run("status").stdout.split("Its Python: ")[1].strip()
        code = f"import {module}; print({module}.__version__)"
        return subprocess.check_output([python, "-c", code], text=True, env=self.env).strip()


def uv_program(folder: Path, uv: str) -> str:
    """The real uv, which says that it is the version that is pinned here."""
    program = folder / "uv-program"
    program.write_text(
        f'#!/bin/sh\n[ "$1" = --version ] && echo "uv {UV_VERSION}" && exit\n'
        f'[ -z "$SLOW" ] || sleep "$SLOW"\nexec "{uv}" "$@"\n'
    )
    program.chmod(0o755)
    return program.name


@pytest.fixture
def world(tmp_path: Path) -> World:
    assert UV is not None
    return World(tmp_path, UV)


@pytest.fixture
def registry(world: World) -> Iterator[reg.Registry]:
    """The same wheels over loopback, as the registry that uv and pip ask."""
    served = reg.Registry(world.wheels)
    world.env |= {"UV_DEFAULT_INDEX": served.url, "PIP_INDEX_URL": served.url}
    world.env |= {"PIP_CONFIG_FILE": os.devnull}
    yield served
    served.close()


def test_from_a_folder_of_wheels_with_no_network(world):
    said = world.install()
    assert "PyTorch 1.0 and 7 other packages" in said
    assert f"Goes into {world.target}, where" in said
    assert f"Comes from {world.wheels}." in said
    assert "Every file is checked by the hash that Ecset knows." in said
    assert "The engine is ready: PyTorch 1.0 on cpu" in said
    assert world.there() == {"engine.json", "env1", "lock", "uv"}
    assert world.version_of("torch") == "1.0"
    assert world.state().startswith("PyTorch 1.0 on cpu: ")


def test_from_a_registry(world, registry):
    said = world.run("install", "--torch-backend", "registry", "--yes").stdout
    assert "Comes from 127.0.0.1" in said
    assert world.version_of("torch") == "1.0"
    assert any("uv-" in path for path in registry.asked), "pip brought uv"


def test_asks_once_and_takes_no_silence_for_yes(world):
    assert "say --yes" in world.refused("install", "--wheels", world.wheels)
    assert "There is no engine" in world.state()
    world.run("remove", "--yes")
    assert not world.target.exists()


def test_events_for_blender(world):
    wheels = ("--wheels", world.wheels)
    *_, plan, finished = world.events("plan", *wheels)
    assert finished["event"] == "finished"
    assert plan["download"] == sum(
        wheel.stat().st_size for wheel in world.wheels.glob("*.whl") if "uv" not in wheel.name
    )
    assert plan["disk"] > plan["download"]
    assert plan["lines"][0].startswith("PyTorch 1.0 and 7 other packages: ")
    refusal = world.events("install", *wheels, "--agreed", "0123456789abcdef", status=1)[-1]
    assert refusal["event"] == "error"
    assert "has changed since it was shown" in refusal["message"]
    assert "There is no engine" in world.state()
    last = world.events("install", *wheels, "--agreed", plan["digest"])[-1]
    assert last == {"event": "finished", "python": str(world.target / "env1/bin/python")}


def test_an_update_is_made_beside_the_one_that_works(world):
    world.install()
    before = (world.target / "env1/lib").resolve()
    reg.make_wheel(world.wheels, "numpy", "2.0", '__version__ = "2.0"')
    world.pin()
    assert "of an older version of Ecset" in world.state()
    said = world.install()
    assert "1 package: " in said
    assert world.there() == {"engine.json", "env2", "lock", "uv"}
    assert world.version_of("numpy") == "2.0"
    assert world.version_of("torch") == "1.0"
    assert not before.exists()


def test_a_failed_update_leaves_the_one_that_works(world):
    world.install()
    reg.make_wheel(world.wheels, "torch", "2.0", "raise ImportError('libcard.so.1 is not there')")
    world.pin()
    done = world.run("install", "--wheels", world.wheels, "--yes", status=1)
    assert "do not run here: ImportError: libcard.so.1 is not there" in done.stderr
    status = world.run("status").stdout
    assert "is not complete" in status
    engine = json.loads((world.target / "engine.json").read_text())
    python = world.target / engine["environment"] / "bin/python"
    code = "import torch; print(torch.__version__)"
    assert subprocess.check_output([python, "-c", code], text=True).strip() == "1.0"


@pytest.mark.parametrize("torn", ["cv2", "torch"])
def test_what_is_torn_is_got_anew(world, torn):
    world.install()
    (site,) = (world.target / "env1/lib").glob("python*/site-packages")
    shutil.rmtree(site / torn)
    assert "PyTorch 1.0 and 7 other packages" in world.install()
    assert world.version_of("torch") == "1.0"


def test_whose_python_is_gone_is_broken_and_repaired(world):
    world.install()
    (world.target / "env1/bin/python").unlink()
    (world.target / "env1/bin/python").symlink_to("/no/such/python")
    assert "is gone: install again" in world.state()
    world.install()
    assert world.version_of("torch") == "1.0"


@pytest.mark.parametrize("when", ["Finding out", "Making", "Getting 8"])
@pytest.mark.parametrize("how", ["kill", "parent"])
def test_killed_and_repaired(world, when, how):
    """At several points; the same call goes on with what was chosen."""
    arguments = ["install", "--wheels", world.wheels]
    if how == "parent":
        plan = world.events("plan", "--wheels", world.wheels)[-2]
        digest = plan["digest"]
        arguments += ["--agreed", digest, "--with-parent"]
        if when == "Finding out":
            arguments = ["plan", "--wheels", world.wheels, "--with-parent"]
    else:
        arguments += ["--yes"]
    with subprocess.Popen(
        world.command(*arguments),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**world.env, "SLOW": "3"},
    ) as process:
        for line in process.stdout:
            if when in line:
                break
        else:
            raise AssertionError(f"{when} was not said")
        if how == "kill":
            os.kill(process.pid, signal.SIGKILL)
        else:
            process.stdin.close()
        assert process.wait() == (-signal.SIGKILL if how == "kill" else 130)
    begun = when != "Finding out"
    assert ("is not complete" if begun else "There is no engine") in world.state()
    # the installer that was left behind, or what that began, holds the lock until it is done
    deadline = time.monotonic() + 30
    while "Another setup is at work" in run_plan(world):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    options = [] if begun else ["--wheels", world.wheels]
    world.run("install", "--yes", *options)
    assert world.version_of("torch") == "1.0"
    assert world.there() == {"engine.json", "env1", "lock", "uv"}


def run_plan(world: World) -> str:
    call = world.command("plan", "--wheels", world.wheels)
    return subprocess.run(call, capture_output=True, text=True, env=world.env).stderr


def test_removes_itself_whole_and_nothing_else(world):
    world.install()
    (world.target / "a person's file").touch()
    world.run("remove", "--yes")
    assert world.there() == {"a person's file"}
    assert "holds other files (a person's file)" in world.refused("plan")
    assert "holds other files" in world.refused("remove", "--yes")
    assert world.there() == {"a person's file"}


def test_bad_choices_are_one_sentence_and_leave_nothing(world):
    assert '"fast" is no build of PyTorch' in world.refused("plan", "--torch-backend", "fast")
    assert "There are no wheels" in world.refused("plan", "--wheels", world.folder)
    none = world.folder / "none"
    assert f"{none} is no Python" in world.refused(
        "plan", "--python", none, "--wheels", world.wheels
    )
    old = world.folder / "old"
    old.write_text("#!/bin/sh\necho 3 9\n")
    old.chmod(0o755)
    sentence = world.refused("plan", "--python", old, "--wheels", world.wheels)
    assert sentence.endswith("is Python 3.9, the engine needs 3.11 to 3.13: name another one.")
    world.run("remove", "--yes")
    assert not world.target.exists()
    world.target.touch()
    assert "is a file: choose a folder" in world.refused("plan")


def test_a_damaged_wheel_is_refused(world):
    wheel = world.wheels / "numpy-1.0-py3-none-any.whl"
    wheel.unlink()
    reg.make_wheel(world.wheels, "numpy", "1.0", "# another")
    done = world.run("install", "--wheels", world.wheels, "--yes", status=1)
    assert "numpy 1.0" in done.stderr
    assert "its hash is another" in done.stderr
    assert "There is no engine" in world.state()


def test_a_damaged_uv_is_refused(world):
    wheel = world.wheels / f"uv-{UV_VERSION}-py3-none-any.whl"
    wheel.write_bytes(wheel.read_bytes() + b"x")
    assert "is damaged or not the published file" in world.refused("plan", "--wheels", world.wheels)


def test_a_wheel_that_is_missing_is_named(world):
    (world.wheels / "safetensors-1.0-py3-none-any.whl").unlink()
    sentence = world.refused("plan", "--wheels", world.wheels)
    assert "does not hold all that is needed" in sentence
    assert "safetensors" in sentence


def test_two_at_once(world):
    with subprocess.Popen(
        world.command("plan", "--wheels", world.wheels),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**world.env, "SLOW": "3"},
    ) as first:
        assert first.stdout.readline()
        assert "Another setup is at work" in world.refused("plan", "--wheels", world.wheels)


def test_a_folder_that_cannot_be_written(world):
    world.target = Path("/proc/engine")
    done = world.run("plan", "--wheels", world.wheels, status=1)
    assert "/proc/engine cannot be used: " in done.stderr
