"""Weights of networks: asked for, got, cancelled, named by a file."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import bpy
import pytest

pytestmark = pytest.mark.once

PYTHON = Path(sys.executable)


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """Where the stand-in for the engine has its weights."""
    found = tmp_path / "weights"
    found.mkdir()
    monkeypatch.setenv("ECSET_FAKE_WEIGHTS", str(found))
    return found


def asked() -> object:
    from ecset.sequencer.weights import Inventory

    inventory = Inventory()
    assert inventory.answer("vgg19") is None
    assert not inventory.problem
    inventory.ask(PYTHON)
    wait_for(lambda: not inventory.is_asking)
    return inventory


def wait_for(condition, seconds=60.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.02)


def test_what_is_there(extension, folder):
    (folder / "vgg19").write_text("weights")
    (folder / "raft-small").write_text("damaged")
    inventory = asked()
    assert inventory.answer("vgg19").there
    small, large = inventory.answer("raft-small"), inventory.answer("raft-large")
    assert not small.there
    assert small.fault.endswith("raft-small is damaged; get it again.")
    assert (large.there, large.fault) == (False, "")


def test_an_answer_from_before_does_not_count(extension, folder):
    from ecset.sequencer.weights import Inventory

    inventory = Inventory()
    inventory.ask(PYTHON)
    (asking,) = [t for t in threading.enumerate() if t.name == "ecset-weights"]
    inventory.forget()
    asking.join()
    assert inventory.answer("vgg19") is None
    inventory.ask(PYTHON)
    wait_for(lambda: not inventory.is_asking)
    assert inventory.answer("vgg19") is not None


def test_an_engine_without_what_it_needs(extension, folder, monkeypatch):
    """As one that was set up by an earlier Ecset."""
    from ecset.sequencer import engine
    from ecset.sequencer.weights import Download, Step

    monkeypatch.setattr(engine, "MODULES", ("json", "no_such_module"))
    sentence = "lacks no_such_module: set up the engine again, or name another Python."
    inventory = asked()
    assert inventory.problem.endswith(sentence)
    assert inventory.answer("vgg19") is None
    download = Download("vgg19", PYTHON, folder / "log")
    wait_for(lambda: download.poll() and download.step is Step.FAILED)
    assert download.message.endswith(sentence)


def test_an_engine_that_does_not_run(extension, folder):
    from ecset.sequencer.weights import Inventory

    inventory = Inventory()
    inventory.ask(Path("/bin/true"))
    wait_for(lambda: not inventory.is_asking)
    sentence = "/bin/true is no Python that runs: name another for the engine."
    assert inventory.problem == sentence
    inventory.ask(Path("/no/python"))
    wait_for(lambda: not inventory.is_asking)
    assert inventory.problem == sentence.replace("/bin/true", "/no/python")


def test_getting(extension, folder, monkeypatch):
    from ecset.sequencer.weights import Download, Step

    monkeypatch.setenv("ECSET_FAKE_SECONDS", "0.05")
    download = Download("raft-small", PYTHON, folder / "log")
    texts = [download.progress_text]
    while download.step is Step.GETTING:
        download.poll()
        texts.append(download.progress_text)
        time.sleep(0.01)
    assert texts[0] == "Getting RAFT (small)…"
    assert "274 of 548 MB" in texts
    assert texts[-1] == "Checking RAFT (small)…"
    assert (download.step, download.factor) == (Step.DONE, 1.0)
    assert download.message == "RAFT (small) is ready."
    assert (folder / "raft-small").exists()


def test_getting_fails_in_one_sentence(extension, folder, monkeypatch):
    from ecset.sequencer.weights import Download, Step

    monkeypatch.setenv("ECSET_FAKE_FAIL", "vgg19")
    download = Download("vgg19", PYTHON, folder / "log")
    wait_for(lambda: download.poll() and download.step is not Step.GETTING)
    assert (download.step, download.message) == (Step.FAILED, "The server can't be reached.")


def test_cancel(extension, folder, monkeypatch):
    from ecset.sequencer.weights import Download, Step

    monkeypatch.setenv("ECSET_FAKE_SECONDS", "1")
    download = Download("vgg19", PYTHON, folder / "log")
    wait_for(lambda: download.poll() and download.total)
    download.cancel()
    wait_for(lambda: download.poll() and download.step is not Step.GETTING)
    assert download.step is Step.CANCELLED
    assert not (folder / "vgg19").exists()


def test_abandoned_with_blender(extension, folder, monkeypatch):
    from ecset.sequencer.weights import Download

    monkeypatch.setenv("ECSET_FAKE_SECONDS", "5")
    download = Download("vgg19", PYTHON, folder / "log")
    wait_for(lambda: download.poll() and download.total)
    pid = download._child.pid
    download.abandon()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_needed_by_look_and_flow(timeline, monkeypatch):
    from ecset.operators import weights

    settings = timeline.scene.ecset
    assert weights.needed_by(settings) == []
    settings.flow = "raft-large"
    assert weights.needed_by(settings) == ["raft-large"]
    settings.look = "neural"
    assert weights.needed_by(settings) == ["vgg19", "raft-large"]
    settings.coherence = False
    assert weights.needed_by(settings) == ["vgg19"]
    named = {"vgg19": "/a.pth", "raft-small": "", "raft-large": ""}
    monkeypatch.setattr(weights, "weights_files", lambda: named)
    assert weights.needed_by(settings) == []
    settings.look, settings.coherence = "identity", True
    assert weights.needed_by(settings) == []


def test_no_network_unless_allowed(timeline, folder):
    assert not bpy.app.online_access
    assert not bpy.ops.ecset.get_weights.poll()
    with pytest.raises(RuntimeError, match="Allow Online Access in the preferences first"):
        bpy.ops.ecset.get_weights(network="vgg19")
    bpy.context.preferences.system.use_online_access = True
    try:
        assert bpy.ops.ecset.get_weights(network="raft-small") == {"FINISHED"}
    finally:
        bpy.context.preferences.system.use_online_access = False
    assert (folder / "raft-small").exists()
    assert not bpy.ops.ecset.cancel_weights.poll()


def test_command_line_hands_on_to_the_engine(timeline, folder, capfd):
    from ecset.operators import command_line

    (folder / "vgg19").write_text("weights")
    assert command_line.main(["weights", "list", "--json"]) == 0
    said = [json.loads(line)["there"] for line in capfd.readouterr().out.splitlines()]
    assert said == [True, False, False]
    assert command_line.main(["weights", "get", "raft-small"]) == 2
    assert "start Blender with --online-mode" in capfd.readouterr().err
    assert command_line.main(["weights", "--engine-python", "/bin/true", "list"]) == 2
    assert "ecset: /bin/true is no Python that runs" in capfd.readouterr().err


def test_what_to_type_is_said_as_it_is_typed_here(timeline, pictures, monkeypatch, capfd):
    from ecset.operators import command_line

    timeline.images(pictures)
    blend = timeline.save()
    sentence = "Get them with `{} weights get vgg19`, or name a file by {}."
    refusal = sentence.format("python -m core", "coherence.flow_weights in the job")
    monkeypatch.setenv("ECSET_FAKE_REFUSAL", refusal)
    call = ["stylize", str(blend), "--strip", "Shot", "--look", "neural", "--style"]
    assert command_line.main([*call, str(pictures[0])]) == 2
    ours = "blender --online-mode --command ecset", "--flow-weights FILE"
    assert f"ecset: {sentence.format(*ours)}\n" in capfd.readouterr().err


def test_sizes_are_the_engines(extension):
    """Said on buttons: torchvision's numbers of parameters, 4 bytes each."""
    from ecset.sequencer.network import TITLES
    from ecset.sequencer.weights import SIZES

    parameters = {"vgg19": 143667240, "raft-small": 990162, "raft-large": 5257536}
    assert SIZES.keys() == TITLES.keys() == parameters.keys()
    for network, count in parameters.items():
        megabytes = 4 * count / (1 << 20)
        assert SIZES[network] == f"{megabytes:.0f} MB"


@pytest.mark.parametrize("by", ["preferences", "arguments"])
def test_files_reach_the_job(timeline, pictures, tmp_path, monkeypatch, capfd, by):
    from ecset.operators import command_line
    from ecset.panels import preferences

    timeline.images(pictures)
    blend = timeline.save()
    monkeypatch.chdir(tmp_path)
    for name in ("a.pth", "b.pth"):
        (tmp_path / name).write_text(name)
    call = ["stylize", str(blend), "--strip", "Shot", "--frames", "1", "--look", "neural"]
    call += ["--style", str(pictures[0]), "--flow", "raft-large"]
    if by == "arguments":
        call += ["--weights", "a.pth", "--flow-weights", "b.pth"]
    else:
        named = {"vgg19": "//a.pth", "raft-small": "/no", "raft-large": str(tmp_path / "b.pth")}
        monkeypatch.setattr(preferences, "weights_files", lambda: named)
    assert command_line.main(call) == 0, capfd.readouterr().err
    (job,) = (tmp_path / "ecset").glob("*/job.json")
    described = json.loads(job.read_text(encoding="utf-8"))
    assert described["look"]["weights"] == str(tmp_path / "a.pth")
    assert described["coherence"]["flow_weights"] == str(tmp_path / "b.pth")
    assert command_line.main([*call, "--flow", "dis"]) == 0
    assert command_line.main([*call, "--weights", "/no/file.pth"]) == 2
    said = capfd.readouterr().err
    assert "ecset: The weights file /no/file.pth is not there: choose another.\n" in said


def test_other_weights_are_another_job(extension, tmp_path):
    """By what is in them, as far as their ends tell, not by where they lie."""
    from ecset.sequencer import job

    def folder(name: str) -> Path:
        settings = job.Settings(look="neural", weights=str(tmp_path / name))
        return job.job_folder(Path("/o"), job.describe(settings, 1, 2), "a.blend", "S", "Shot")

    whole = bytes(range(256)) * 2000
    for name, content in (
        ("a", whole),
        ("same", whole),
        ("other head", b"x" + whole[1:]),
        ("other tail", whole[:-1] + b"x"),
        ("longer", whole + whole),
    ):
        (tmp_path / name).write_bytes(content)
    names = ("a", "same", "other head", "other tail", "longer")
    assert folder("a") == folder("same")
    assert len({folder(name) for name in names}) == 4


def test_preferences_name_files(extension, monkeypatch):
    from ecset.panels import preferences

    named = SimpleNamespace(vgg19="/a", raft_small="", raft_large="/b")
    monkeypatch.setattr(preferences, "preferences", lambda: named)
    assert preferences.weights_files() == {"vgg19": "/a", "raft-small": "", "raft-large": "/b"}
    for name in vars(named):
        assert name in preferences.EcsetPreferences.__annotations__
