"""What a trace tells, and what options of a run leave alone."""

from __future__ import annotations

import json

from core.networks import weights
from core.trace import OFF, Trace
from tests.core.pictures import panned
from tests.core.runs import results, run


def spans(path) -> list[dict]:
    events = json.loads(path.read_text())["traceEvents"]
    threads = {e["tid"]: e["args"]["name"] for e in events if e["name"] == "thread_name"}
    found = [event for event in events if event["ph"] == "X"]
    assert all(event["dur"] >= 0 and event["ts"] > 0 for event in found)
    return [{**event, "thread": threads[event["tid"]]} for event in found]


def test_a_run_is_told_whole(shop):
    folder, path = shop.job("a", panned(4)), shop.folder / "trace.json"
    plain = shop.job("b", panned(4))
    assert run(folder, "--trace", str(path)).status == run(plain).status == 0
    assert results(folder) == results(plain)
    told = spans(path)
    of = {
        name: [span for span in told if span["name"] == name] for name in ("flow", "paint", "write")
    }
    assert [span["args"]["frame"] for span in of["paint"]] == [1, 2, 3, 4]
    assert {span["args"]["frame"] for span in of["flow"]} == {2, 3, 4}
    assert {span["args"]["frame"] for span in told if span["name"] == "read"} == {1, 2, 3, 4}
    assert [span["args"]["file"] for span in of["write"]] == [
        f"ecset_000{frame}.png" for frame in (1, 2, 3, 4)
    ]
    assert {span["thread"] for span in of["paint"]} == {"MainThread"}
    assert {span["thread"] for span in of["write"]} == {"write_0"}
    assert any(span["thread"].startswith("flow") for span in of["flow"])
    # Each thread does one thing at a time; spans lie within one another or apart.
    for thread in {span["thread"] for span in told}:
        ends = []
        for span in sorted((s for s in told if s["thread"] == thread), key=lambda s: s["ts"]):
            while ends and ends[-1] <= span["ts"]:
                ends.pop()
            assert not ends or span["ts"] + span["dur"] <= ends[-1] + 1
            ends.append(span["ts"] + span["dur"])


def test_all_processes_are_in_it(shop):
    folder, path = shop.job("a", panned(4), coherence={"enabled": False}), shop.folder / "t.json"
    assert run(folder, "--devices", "cpu,cpu", "--trace", str(path)).status == 0
    told = [span for span in spans(path) if span["name"] == "paint"]
    assert sorted(span["args"]["frame"] for span in told) == [1, 2, 3, 4]
    events = json.loads(path.read_text())["traceEvents"]
    names = [event["args"]["name"] for event in events if event["name"] == "process_name"]
    assert sorted(names) == ["ecset", "ecset cpu", "ecset cpu"]


def test_it_is_written_also_when_the_run_fails(shop):
    folder, path = shop.job("a", panned(3)), shop.folder / "trace.json"
    assert run(folder, "--frames", "1-2").status == 0
    (folder / "frames/ecset_0003.png").write_text("a stranger")
    assert run(folder, "--trace", str(path)).status == 2
    assert json.loads(path.read_text())["ecset"] == "trace"
    assert run(folder, "--frames", "1-2", "--trace", str(path)).status == 0, "it is replaced"


def test_what_is_not_a_trace_is_not_replaced(shop):
    folder, path = shop.job("a", panned(1)), shop.folder / "notes.json"
    path.write_text('{"my": "notes"}')
    end = run(folder, "--trace", str(path))
    assert end.status == 2
    assert "notes.json is no trace of Ecset's and won't be replaced" in end.error
    assert path.read_text() == '{"my": "notes"}'
    assert not (folder / "frames").exists()
    end = run(folder, "--trace", str(shop.folder / "nowhere/t.json"))
    assert end.status == 2
    assert "its folder does not exist" in end.error


def test_nothing_is_noted_when_it_is_off():
    assert OFF.span("paint", frame=1) is OFF.span("read")
    trace = Trace("here")
    with trace.span("paint", frame=1), trace.span("read"):
        pass
    assert [event["name"] for event in trace.events() if event["ph"] == "X"] == ["read", "paint"]


def test_weights_for_a_run_alone(shop, monkeypatch):
    """They take the place of the job's, from the current folder; the job stays as it is."""
    patch = shop.job("patch", panned(1))
    end = run(patch, "--weights", "here.safetensors")
    assert (end.status, end.error) == (2, "The look patch has no weights; leave out --weights.")
    look = {"name": "neural", "styles": [{"path": str(shop.style)}], "weights": "gone.safetensors"}
    look["settings"] = {"iterations": [1]}
    folder = shop.job("a", panned(1), look=look)
    before = (folder / "job.json").read_bytes()
    assert run(folder).status == 2
    monkeypatch.chdir(shop.folder)
    weights.save("vgg19", weights.he_initialised("vgg19", 0), shop.folder / "mine.safetensors")
    end = run(folder, "--weights", "mine.safetensors")
    assert end.status == 0, end.events
    assert (folder / "job.json").read_bytes() == before
    assert run(folder, "--weights", "mine.safetensors").painted == []
    weights.save("vgg19", weights.he_initialised("vgg19", 1), shop.folder / "other.safetensors")
    assert run(folder, "--weights", "other.safetensors").painted == [1], (
        "other weights, other paint"
    )


def test_memory_and_precision_are_checked(shop):
    folder = shop.job("a", panned(1))
    end = run(folder, "--memory", "0")
    assert end.status == 2
    assert "must be 1 MiB or more" in end.error
    assert run(folder, "--memory", "500", "--precision", "float32").status == 0
