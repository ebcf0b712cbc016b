"""``prepare``, ``resume`` and ``status`` on the command line: jobs in parts, another day."""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
from pathlib import Path

import bpy
import pytest

pytestmark = pytest.mark.once


@pytest.fixture
def ecset(extension):
    """``blender --command ecset ...``; returns the exit status."""
    from ecset.operators import command_line

    return lambda *arguments: command_line.main([str(part) for part in arguments])


@pytest.fixture
def edit(timeline, pictures) -> Path:
    timeline.images(pictures)
    timeline.scene.ecset.look = "identity"
    return timeline.save()


@pytest.fixture
def job(edit, ecset, tmp_path) -> Path:
    """A job with plates and no frames."""
    assert ecset("stylize", edit, "--strip", "Shot", "--prepare") == 0
    (folder,) = (tmp_path / "ecset").iterdir()
    return folder


def painted(folder: Path) -> list[int]:
    return sorted(int(path.stem.removeprefix("ecset_")) for path in folder.glob("frames/*.png"))


def remembered(folder: Path) -> dict:
    return json.loads((folder / "ecset.json").read_text(encoding="utf-8"))


def remember(folder: Path, **changes) -> None:
    text = json.dumps({**remembered(folder), **changes})
    (folder / "ecset.json").write_text(text, encoding="utf-8")


def rewrite(folder: Path, **changes) -> None:
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    (folder / "job.json").write_text(json.dumps({**job, **changes}), encoding="utf-8")


def state(ecset, capfd, path: Path) -> dict:
    """What ``status`` says of the only job."""
    capfd.readouterr()
    assert ecset("status", path, "--json") == 0
    lines = [line for line in capfd.readouterr().out.splitlines() if line.startswith("{")]
    said, finished = map(json.loads, lines)
    assert finished == {"event": "finished", "exit_status": 0}
    return said


def test_prepare(edit, ecset, capfd, tmp_path):
    assert ecset("stylize", edit, "--strip", "Shot", "--prepare") == 0
    (job,) = (tmp_path / "ecset").iterdir()
    out = capfd.readouterr().out
    assert f"Job folder: {job}\n" in out
    assert f"12 plates: {job / 'plates'}\n" in out
    assert len(list(job.glob("plates/*.png"))) == 12
    assert not (job / "frames").exists()
    assert remembered(job)["prepared"]
    assert ecset("stylize", edit, "--strip", "Shot", "--prepare", "--save-as", "x.blend") == 2
    assert "There are --prepare and --save-as" in capfd.readouterr().err


def test_a_farm(edit, job, ecset, capfd, tmp_path):
    """Painted in parts where there is no .blend, then put on the timeline."""
    elsewhere = tmp_path / "elsewhere" / job.name
    shutil.move(job, elsewhere)
    assert ecset("resume", elsewhere, "--frames", "5-12") == 0
    # the stand-in knows no parts
    assert painted(elsewhere) == list(range(1, 13))
    log = (elsewhere / "ecset.log").read_text(encoding="utf-8")
    assert "'--frames=5-12'" in log
    said = capfd.readouterr().out
    assert f"12 frames: {elsewhere / 'frames'}" in said
    shutil.move(elsewhere, job)
    plate = job / "plates/plate_0001.png"
    before = plate.stat().st_mtime_ns
    target = tmp_path / "painted.blend"
    assert ecset("resume", edit, "--save-as", target) == 0
    assert plate.stat().st_mtime_ns == before, "plates that are there are not rendered again"
    bpy.ops.wm.open_mainfile(filepath=str(target))
    editor = bpy.data.scenes["Scene"].sequence_editor
    assert editor.active_strip.name == "Shot Ecset"
    assert not remembered(job)["prepared"]
    capfd.readouterr()
    assert ecset("resume", edit) == 0
    assert f"There is nothing to go on with in {edit}.\n" in capfd.readouterr().out


def test_killed_in_the_middle_and_resumed(edit, ecset, monkeypatch, capfd, tmp_path):
    monkeypatch.setenv("ECSET_FAKE_SECONDS", "0.3")

    def when_some_are_there():
        while not len(list(tmp_path.glob("ecset/*/frames/*.png"))) >= 2:
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=when_some_are_there, daemon=True).start()
    assert ecset("stylize", edit, "--strip", "Shot") == 130
    (folder,) = (tmp_path / "ecset").iterdir()
    done = len(painted(folder))
    assert 2 <= done < 12
    monkeypatch.setenv("ECSET_FAKE_SECONDS", "0")
    said = state(ecset, capfd, edit)
    assert (said["state"], said["done"], said["total"]) == ("unfinished", done, 12)
    target = tmp_path / "painted.blend"
    assert ecset("resume", edit, "--save-as", target) == 0
    assert painted(folder) == list(range(1, 13))
    assert state(ecset, capfd, edit)["state"] == "done"
    bpy.ops.wm.open_mainfile(filepath=str(target))
    assert bpy.context.scene.sequence_editor.active_strip.name == "Shot Ecset"


def test_killed_while_a_folder_is_painted(job, ecset, monkeypatch, capfd):
    monkeypatch.setenv("ECSET_FAKE_SECONDS", "30")
    threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGTERM)).start()
    assert ecset("resume", job) == 130
    assert "ecset: Cancelled: the frames that are done are kept." in capfd.readouterr().err
    monkeypatch.setenv("ECSET_FAKE_SECONDS", "0")
    monkeypatch.setenv("ECSET_FAKE_FAIL", "7")
    assert ecset("resume", job) == 1
    assert "ecset: Frame 7 cannot be painted." in capfd.readouterr().err
    monkeypatch.setenv("ECSET_FAKE_REFUSAL", f"{job / 'job.json'}: seed must be a number.")
    assert ecset("resume", job) == 2
    assert "ecset: seed must be a number." in capfd.readouterr().err


def test_cancelled_is_resumed_when_it_is_named(edit, job, ecset, capfd, tmp_path):
    remember(job, dropped=True)
    assert state(ecset, capfd, job)["state"] == "cancelled"
    assert ecset("resume", edit) == 0
    assert painted(job) == []
    assert ecset("resume", job) == 0
    assert len(painted(job)) == 12
    assert not remembered(job)["dropped"]


def test_machine_and_two_jobs_at_once(edit, job, ecset, tmp_path):
    other = job.with_name("other")
    shutil.copytree(job, other)
    assert ecset("resume", other, job, "--devices", "cpu", "--memory", "100") == 0
    for folder in (job, other):
        assert len(painted(folder)) == 12
        log = (folder / "ecset.log").read_text(encoding="utf-8")
        assert "'--device', 'cpu', '--memory', '100'" in log


def test_a_job_of_no_blend(job, ecset, capfd):
    """As a script may write it for the engine alone."""
    (job / "ecset.json").unlink()
    said = state(ecset, capfd, job.parent)
    assert (said["strip"], said["state"], said["total"]) == (None, "unfinished", 12)
    assert ecset("resume", job) == 0
    assert len(painted(job)) == 12
    assert ecset("status", job) == 0
    assert "12/12   done   identity  -\n" in capfd.readouterr().out


RUBBISH = {
    "a plate is missing": (lambda job: (job / "plates/plate_0007.png").unlink(), "1 are missing"),
    "plates are being made": (lambda job: remember(job, opaque=None), "12 are missing"),
    "no job": (lambda job: (job / "job.json").unlink(), "is no job's folder"),
    "no JSON": (lambda job: (job / "job.json").write_text("{"), "job.json is damaged"),
    "a list": (lambda job: (job / "job.json").write_text("[]"), "job.json is damaged"),
    "binary": (lambda job: (job / "job.json").write_bytes(b"\xff\0"), "job.json is damaged"),
    "backwards": (lambda job: rewrite(job, frames={"first": 2, "last": 1}), "job.json is damaged"),
    "empty": (lambda job: (job / "job.json").write_text("{}"), "job.json is damaged"),
    "no record": (lambda job: (job / "ecset.json").write_text("{}"), "ecset.json is damaged"),
}


@pytest.mark.parametrize("case", RUBBISH)
def test_rubbish_is_one_sentence(job, ecset, capfd, case):
    harm, sentence = RUBBISH[case]
    harm(job)
    capfd.readouterr()
    assert ecset("resume", job) == 2
    (line,) = [line for line in capfd.readouterr().err.splitlines() if line.startswith("ecset:")]
    assert sentence in line
    assert not (job / "frames").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["resume", "/no/where"], "/no/where is no job's folder"),
        (["resume", "/no/where.blend"], "The file /no/where.blend is not there."),
        (["resume", "JOBS"], "is a folder of jobs: name one in it, such as Shot-"),
        (["resume", "EDIT", "--frames", "1-2"], "--frames is for the folder of a job"),
        (["resume", "JOB", "--frames", "x"], '"x" is no frame range'),
        (["resume", "JOB", "--save-as", "x.blend"], "--save-as is for one .blend"),
        (["resume", "EDIT", "EDIT", "--save-as", "x.blend"], "--save-as is for one .blend"),
        (["resume", "JOB", "--engine-python", "/no"], "named by --engine-python, cannot be run"),
        (["resume", "JOB", "--engine-python", "/bin/true"], "/bin/true is no Python that runs"),
        (["resume", "JOB", "--style", "x.png"], "Unrecognized arguments: --style x.png"),
        (["resume"], "see blender --command ecset resume --help."),
        (["status", "/no/where"], "is neither a .blend nor a folder that is there."),
        (["status"], "arguments are required: PATH"),
    ],
)
def test_calls_that_are_wrong(edit, job, ecset, capfd, arguments, sentence):
    places = {"EDIT": edit, "JOB": job, "JOBS": job.parent}
    capfd.readouterr()
    assert ecset(*(places.get(argument, argument) for argument in arguments)) == 2
    (line,) = [line for line in capfd.readouterr().err.splitlines() if line.startswith("ecset:")]
    assert sentence in line
    assert not (job / "frames").exists()


def test_one_path_that_is_wrong_does_not_stop_the_others(job, ecset, capfd):
    assert ecset("resume", "/no/where", job) == 2
    assert len(painted(job)) == 12
    assert ecset("status", job, "/no/where") == 2
    assert "12/12" in capfd.readouterr().out


# Status.


def test_status(timeline, pictures, ecset, capfd, tmp_path):
    timeline.images(pictures[:3], name="One")
    timeline.images(pictures[:3], name="Another one", start=11)
    timeline.images(pictures[:3], name="Third", start=21)
    timeline.scene.ecset.look = "identity"
    edit = timeline.save()
    assert ecset("stylize", edit, "--strip", "One") == 0
    assert ecset("stylize", edit, "--strip", "Another one", "--prepare") == 0
    assert ecset("stylize", edit, "--strip", "Third", "--prepare") == 0
    (third,) = (tmp_path / "ecset").glob("Third-*")
    shutil.rmtree(third / "plates")
    (tmp_path / "ecset" / "something else").mkdir()
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    capfd.readouterr()
    assert ecset("status", edit) == 0
    lines = capfd.readouterr().out.splitlines()
    lines = lines[next(i for i, line in enumerate(lines) if line.startswith("JOB")) :]
    title, *rows = ([cell.strip() for cell in line.split("  ") if cell] for line in lines)
    assert title == ["JOB", "STRIP", "FRAMES", "STATE", "LOOK", "STYLES"]
    assert [row[1:] for row in rows] == [
        ["Another one", "0/3", "unfinished", "identity", "-"],
        ["One", "3/3", "done", "identity", "-"],
        ["Third", "0/3", "no plates", "identity", "-"],
    ]
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
    assert ecset("resume", third) == 2
    assert ecset("resume", edit) == 0, "there the plates are made anew"
    capfd.readouterr()
    assert ecset("status", tmp_path / "ecset", "--json") == 0
    said = [json.loads(line) for line in capfd.readouterr().out.splitlines() if line[:1] == "{"]
    assert [(job["strip"], job["state"]) for job in said[:-1]] == [
        ("Another one", "done"),
        ("One", "done"),
        ("Third", "done"),
    ]


def test_status_of_a_painted_copy(edit, ecset, capfd, tmp_path):
    target = tmp_path / "painted.blend"
    assert ecset("stylize", edit, "--strip", "Shot", "--save-as", target) == 0
    said = state(ecset, capfd, target)
    assert (said["strip"], said["blend"], said["state"]) == ("Shot", "edit.blend", "done")


def test_status_of_nothing(timeline, pictures, ecset, capfd, tmp_path):
    timeline.images(pictures)
    edit = timeline.save()
    assert ecset("status", edit) == 0
    assert "There are no jobs.\n" in capfd.readouterr().out
    assert ecset("status", tmp_path) == 0


def test_status_says_what_it_is_painted_from(timeline, pictures, ecset, capfd):
    timeline.images(pictures)
    edit = timeline.save()
    call = ["stylize", edit, "--strip", "Shot", "--look", "patch", "--prepare", "--frames", "1"]
    assert ecset(*call, "--style", f"{pictures[0]}:2", "--style", pictures[1]) == 0
    said = state(ecset, capfd, edit)
    assert said["styles"] == [str(pictures[0]), str(pictures[1])]
    assert (said["look"], said["scene"], said["blend"]) == ("patch", "Scene", "edit.blend")
    assert ecset("status", edit) == 0
    assert f"{pictures[0].name}, {pictures[1].name}\n" in capfd.readouterr().out
