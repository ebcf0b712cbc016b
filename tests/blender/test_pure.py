"""What needs no Blender: processes, names, jobs, the engine's place, its environment."""

from __future__ import annotations

import doctest
import errno
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from environment.folder import Choices, Folder, Installed, environment_python
from sequencer import folder, job, naming, process
from sequencer.errors import BadInput, EcsetError

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[2]


def child(tmp_path, code, **options) -> process.Child:
    return process.Child([sys.executable, "-c", code], tmp_path / "log", **options)


def to_end(child: process.Child, seconds: float = 20) -> tuple[int, list]:
    events, end = [], time.monotonic() + seconds
    while (status := child.exit_status()) is None:
        events += child.events()
        assert time.monotonic() < end
        time.sleep(0.01)
    return status, events + child.events()


READY = """print('{"event": "ready"}', flush=True)\n"""


def until_ready(child: process.Child) -> None:
    while not child.events():
        time.sleep(0.01)


def test_importable_without_blender():
    names = ["errors", "process", "naming", "brushwork", "pictures", "job", "probe", "private"]
    names += ["engine", "interpreters", "weights", "setup", "doctor"]
    code = "import importlib, sys; sys.modules['bpy'] = None\n" + "\n".join(
        f"importlib.import_module({f'{ROOT.name}.sequencer.{name}'!r})" for name in names
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT.parent, check=True)


def test_names():
    assert doctest.testmod(naming).failed == 0
    assert naming.frame_path("/a#b/x_##.png", 123) == "/a#b/x_123.png"
    assert naming.folder_name("..") == "strip_"
    assert naming.folder_name("NUL.mov") == "strip_NUL.mov"
    assert len(naming.folder_name("日" * 200).encode()) < 255


def test_events_and_noise_and_status(tmp_path):
    code = """
import sys
print('{"event": "frame", "done": 1}')
print('noise'); print('{broken'); print('{"no": "event"}'); print('[1]')
print('warning', file=sys.stderr)
sys.stdout.write('{"event": "finished"}')
sys.exit(7)
"""
    status, events = to_end(child(tmp_path, code))
    assert status == 7
    assert events == [{"event": "frame", "done": 1}, {"event": "finished"}]
    log = (tmp_path / "log").read_text()
    assert all(word in log for word in ("noise", "{broken", "warning"))
    assert "frame" not in log.split("\n", 5)[-1]


def test_stubborn_child_is_killed(tmp_path):
    stubborn = child(tmp_path, READY + "import time; time.sleep(60)")
    until_ready(stubborn)
    stubborn.cancel(grace=0.2)
    assert to_end(stubborn)[0] not in {0, 130}


def test_cancelled_child_takes_its_own_children_along(tmp_path):
    """It is asked by the end of its standard input, which it hears on every system."""
    code = """
import subprocess, sys
own = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=-1)
sys.stdin.read()
own.stdin.close()
print("ended", own.wait(), file=sys.stderr)
sys.exit(130)
"""
    parent = child(tmp_path, READY + code)
    until_ready(parent)
    parent.cancel(grace=60)
    assert to_end(parent)[0] == 130
    assert "ended 0" in (tmp_path / "log").read_text()


def test_log_is_free_when_a_child_was_ended(tmp_path):
    """Windows removes no file that somebody has open."""
    parent = child(tmp_path, READY + "import time; time.sleep(60)")
    until_ready(parent)
    parent.end()
    assert parent._log.closed


def test_child_can_end_its_own_children_before_force(tmp_path):
    polite = child(tmp_path, "import sys; sys.stdin.read(); print('polite', file=sys.stderr)")
    time.sleep(0.3)
    polite.end()
    assert "polite" in (tmp_path / "log").read_text()
    stubborn = child(tmp_path, "import time; time.sleep(60)")
    began = time.monotonic()
    stubborn.end()
    assert time.monotonic() - began < 10


def test_child_sees_the_end_of_its_input_only_when_we_are_gone(tmp_path):
    waiting = child(tmp_path, "import sys; sys.stdin.read()")
    time.sleep(0.2)
    assert waiting.exit_status() is None
    waiting.end()


def test_foreign_python_settings_stay_away(monkeypatch):
    monkeypatch.setenv("PYTHONHOME", "/wrong")
    monkeypatch.setenv("PYTHONPATH", "/wrong")
    environment = process.clean_environment(Path("/right"))
    assert "PYTHONHOME" not in environment
    assert environment["PYTHONPATH"] == "/right"


@pytest.fixture
def engine(extension, monkeypatch):
    from ecset.sequencer import engine

    monkeypatch.delenv(engine.VARIABLE, raising=False)
    return engine


def install(path: Path, requirements: str = "old") -> tuple[Path, Installed]:
    """An engine in a folder: its Python, and what its file says."""
    there = Folder(path)
    environment = there.begin(Choices())
    python = environment_python(environment)
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    installed = Installed(
        environment.name, "python", "2.15.0", "", "cpu", requirements, Choices(), 10, 1.0
    )
    there.finish(installed)
    return python, installed


def test_engine_python_order(engine, tmp_path, monkeypatch):
    from ecset.sequencer.errors import BadInput

    ours, _ = install(tmp_path / "env")
    named = tmp_path / "python"
    named.symlink_to(sys.executable)
    assert engine.find_python(None, None, tmp_path / "env") == ours
    monkeypatch.setenv(engine.VARIABLE, str(named))
    assert engine.find_python(None, None, tmp_path / "env") == named
    assert engine.find_python(None, sys.executable, None) == Path(sys.executable)
    with pytest.raises(BadInput, match="named by the preferences, cannot be run"):
        engine.find_python(None, "/no/python", tmp_path / "env")


def test_no_strip_begins_while_its_engine_is_replaced(engine, tmp_path):
    """By another process, as ever."""
    from ecset.sequencer.errors import BadInput

    path = tmp_path / "env"
    ours, _ = install(path)
    Folder(path).begin(Choices())
    assert engine.find_python(None, None, path) == ours
    code = (
        "import sys; from pathlib import Path; from environment.lock import locked\n"
        "with locked(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, Folder(path).lock],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as setup:
        assert setup.stdout.readline() == b"held\n"
        with pytest.raises(BadInput, match="is being set up: wait until that is done"):
            engine.find_python(None, None, path)
        setup.stdin.close()
        assert setup.wait() == 0
    assert engine.find_python(None, None, path) == ours


def test_engine_python_in_every_state(engine, tmp_path):
    from ecset.sequencer.errors import BadInput

    path = tmp_path / "env"
    with pytest.raises(BadInput, match='not set up yet: press "Set Up the Engine" in'):
        engine.find_python(None, None, path)
    with pytest.raises(BadInput, match="not set up yet"):
        engine.find_python(None, None, None)
    Folder(path).begin(Choices())
    with pytest.raises(BadInput, match=f'in {path} did not come to its end: press "Repair"'):
        engine.find_python(None, None, path)
    ours, _ = install(path)  # outdated
    assert engine.find_python(None, None, path) == ours
    Folder(path).begin(Choices())  # an update that was broken off: the older one works
    assert engine.find_python(None, None, path) == ours
    (path / "unfinished.json").unlink()
    ours.unlink()
    with pytest.raises(BadInput, match=f'Something of the engine in {path} is gone: press "Repai'):
        engine.find_python(None, None, path)


@pytest.mark.parametrize(
    ("wanted", "wrong"),
    [
        (["json", "pytest>=1.0"], ""),
        (["json", "no_such_module"], " lacks no_such_module: set up the engine again, or name an"),
        (["pytest>=1000.1"], f" has an old pytest {pytest.__version__} (1000.1 is the least): set"),
        (["nothing", "pytest>=1000"], " lacks nothing and has an old pytest"),
        (["json>=1000"], ""),  # put there by hand, with no package to ask
    ],
)
def test_probe(wanted, wrong):
    done = subprocess.run(
        [sys.executable, ROOT / "sequencer/probe.py", *wanted], capture_output=True, text=True
    )
    assert done.returncode == (2 if wrong else 0)
    assert wrong in json.loads(done.stdout).get("message", "")


def test_modules_are_those_that_the_engine_names():
    from core.packages import NEEDED

    code = "import sys; sys.path.insert(0, '..'); from {0}.sequencer import engine; "
    code += "print(*engine.MODULES)"
    done = subprocess.run(
        [sys.executable, "-c", code.format(ROOT.name)], cwd=ROOT, capture_output=True, text=True
    )
    named = [
        f"{package.module}>={package.oldest}" if package.name == package.module else package.module
        for package in NEEDED
    ]
    assert sorted(done.stdout.split()) == sorted(named)


def test_job_folder_depends_on_everything():
    settings = job.Settings(look="identity")
    base = job.describe(settings, 1, 2)
    folders = {
        job.job_folder(Path("/o"), *identity)
        for identity in (
            (base, "a.blend", "Scene", "Shot"),
            (base, "b.blend", "Scene", "Shot"),
            (base, "a.blend", "Other", "Shot"),
            (base, "a.blend", "Scene", "Shot/"),
            (job.describe(settings, 1, 3), "a.blend", "Scene", "Shot"),
        )
    }
    assert len(folders) == 5


def test_job_folder_follows_what_is_in_a_style_not_where_it_lies(tmp_path):
    def folder(name: str) -> Path:
        settings = job.Settings(styles=(job.Style(str(tmp_path / name)),))
        return job.job_folder(Path("/o"), job.describe(settings, 1, 2), "a.blend", "Scene", "Shot")

    for name in ("one", "other"):
        (tmp_path / name).write_text("paint")
    first = folder("one")
    assert folder("other") == first
    (tmp_path / "one").write_text("other paint")
    assert folder("one") != first
    with pytest.raises(BadInput, match="gone cannot be read"):
        folder("gone")


def test_job_that_cannot_be_written_leaves_nothing(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(folder.os, "replace", full)
    (tmp_path / "there").mkdir()
    with pytest.raises(EcsetError, match="is full: make room on it"):
        folder.write(tmp_path / "there/a/b/job", job.describe(job.Settings(), 1, 2))
    assert [path.name for path in tmp_path.rglob("*")] == ["there"]


@pytest.mark.parametrize("pattern", ["../up_####.png", "/etc/mask_####.png", "masks/../####", ""])
def test_a_record_leads_nowhere_else(tmp_path, pattern):
    """Plates are written where a record says, and a job's folder may come from anybody."""
    from ecset.sequencer import record
    from ecset.sequencer.errors import BadInput
    from ecset.sequencer.shot import Shot

    shot = Shot("Scene", "Shot", 1, 2, 8, 8, False, 1.0)
    record.save(
        tmp_path, record.Record(shot, "a.blend", "PNG8", masks={"Text": "masks/1_####.png"})
    )
    assert record.load(tmp_path).shot == shot
    record.save(tmp_path, record.Record(shot, "a.blend", "PNG8", masks={"Text": pattern}))
    with pytest.raises(BadInput, match="damaged"):
        record.load(tmp_path)
