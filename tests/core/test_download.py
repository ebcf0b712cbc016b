"""Getting weights over a network that fails, from a server on this machine."""

from __future__ import annotations

import hashlib
import io
import json
import signal
import threading
from pathlib import Path

import pytest
import torch
from filelock import FileLock

from core import __main__ as cli
from core.errors import Cancelled, EcsetError, InputError
from core.networks import catalogue, download, fetch, weights
from tests.core.server import Server, serving

NAME = "raft-small"


@pytest.fixture(scope="module")
def tensors() -> dict[str, torch.Tensor]:
    return weights.he_initialised(NAME, 5)


@pytest.fixture(scope="module")
def file(tensors) -> bytes:
    """As the published one is: of the same form and the same keys."""
    stream = io.BytesIO()
    torch.save(tensors, stream)
    return stream.getvalue()


@pytest.fixture
def store(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("ECSET_WEIGHTS", str(tmp_path / "store"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setenv("no_proxy", "*")
    return tmp_path / "store"


@pytest.fixture
def server(file, store, monkeypatch):
    """Serves the file, and is where raft-small is published."""
    monkeypatch.setattr(download, "_WAITS", (0.0, 0.0))
    start = hashlib.sha256(file).hexdigest()[:8]
    with serving(file, f"raft_small-{start}.pth") as server:
        published = catalogue.Published(server.url, start, len(file))
        monkeypatch.setattr(catalogue, "published", lambda name: published)
        yield server


def part(store: Path, server: Server) -> Path:
    return store / (server.url.rpartition("/")[2] + ".part")


def silent(done: int, total: int | None) -> None:
    pass


def is_here(store: Path, tensors: dict[str, torch.Tensor]) -> bool:
    """Whole, and nothing else beside it but the lock."""
    found = weights.load(NAME, None)
    assert all(torch.equal(found[key], tensors[key]) for key in tensors)
    assert [file.name for file in store.iterdir() if file.suffix != ".lock"] == [
        f"{NAME}.safetensors"
    ]
    return True


def test_weights_come_in_ecsets_form(server, store, tensors):
    seen = []
    found = fetch.get(NAME, lambda done, total: seen.append((done, total)))
    assert is_here(store, tensors)
    assert found == weights.find(NAME, None)
    assert found.source == server.url
    assert seen[0][0] == 0
    assert seen[-1] == (len(server.content),) * 2
    assert seen == sorted(seen)


def test_what_is_here_is_not_asked_for_again(server, store):
    fetch.get(NAME, silent)
    fetch.get(NAME, silent)
    assert len(server.asked) == 1


@pytest.mark.parametrize("how", ["random", "torn"])
def test_what_is_here_but_is_not_it_gives_way(server, store, tensors, how):
    weights.save(NAME, weights.he_initialised(NAME, 1), weights.stored(NAME), "random")
    if how == "torn":
        weights.stored(NAME).write_bytes(weights.stored(NAME).read_bytes()[:5000])
    fetch.get(NAME, silent)
    assert is_here(store, tensors)


def test_a_download_goes_on_where_it_stopped(server, store, tensors):
    store.mkdir()
    part(store, server).write_bytes(server.content[:1_000_000])
    seen = []
    fetch.get(NAME, lambda done, total: seen.append((done, total)))
    assert server.asked == ["bytes=1000000-"]
    assert seen[0] == (1_000_000, len(server.content))
    assert is_here(store, tensors)


def test_a_server_without_ranges_sends_it_anew(server, store, tensors):
    store.mkdir()
    part(store, server).write_bytes(b"x" * 1000)
    server.ranges = False
    fetch.get(NAME, silent)
    assert is_here(store, tensors)


def test_a_server_need_not_tell_the_length(server, store, tensors):
    server.tells_length = False
    fetch.get(NAME, silent)
    assert is_here(store, tensors)


def test_a_part_that_is_whole_already_will_do(server, store, tensors):
    store.mkdir()
    part(store, server).write_bytes(server.content)
    fetch.get(NAME, silent)
    assert server.asked == [f"bytes={len(server.content)}-"]
    assert is_here(store, tensors)


def test_a_part_that_is_too_long_is_thrown_away(server, store, tensors):
    store.mkdir()
    part(store, server).write_bytes(server.content + b"more")
    fetch.get(NAME, silent)
    assert server.asked[1:] == [None]
    assert is_here(store, tensors)


def test_connections_that_break_are_made_anew(server, store, tensors):
    """More often than there are waits: each time something arrives, they count anew."""
    server.cuts = [900_000, 5, 1_000_000, 0, 700_000, None]
    fetch.get(NAME, silent)
    assert server.asked[:3] == [None, "bytes=900000-", "bytes=900005-"]
    assert len(server.asked) == 6
    assert is_here(store, tensors)


def test_a_connection_that_stays_broken_leaves_its_part(server, store, tensors):
    server.cuts = [900_000, 0]
    with pytest.raises(EcsetError, match=r"127\.0\.0\.1.*goes on from there") as caught:
        fetch.get(NAME, silent)
    assert caught.value.exit_status == 1
    assert part(store, server).read_bytes() == server.content[:900_000]
    assert not weights.stored(NAME).exists()
    server.cuts = [None]
    fetch.get(NAME, silent)
    assert is_here(store, tensors)


def test_cancelled_leaves_its_part(server, store, tensors):
    def cancel(done: int, total: int | None) -> None:
        if done > 500_000:
            raise Cancelled

    with pytest.raises(Cancelled):
        fetch.get(NAME, cancel)
    size = part(store, server).stat().st_size
    assert size > 500_000
    fetch.get(NAME, silent)
    assert server.asked == [None, f"bytes={size}-"]
    assert is_here(store, tensors)


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="no signals to threads here")
def test_a_signal_ends_a_wait_for_the_server(server, store):
    """As Ctrl-C does, and Blender's cancelling."""
    server.cuts, server.held = [600_000], threading.Event()
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    main = threading.main_thread().ident
    asking = threading.Timer(0.5, signal.pthread_kill, (main, signal.SIGTERM))
    asking.start()
    try:
        assert cli.main(["weights", "get", NAME, "--json"]) == Cancelled.exit_status
    finally:
        server.held.set()
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGINT, before[1])
    assert part(store, server).read_bytes() == server.content[:600_000]


@pytest.mark.parametrize("content", [b"<!DOCTYPE html><p>Sign in", b"x" * 4_000_000, b""])
def test_another_file_is_thrown_away(server, store, content):
    server.content = content
    with pytest.raises(EcsetError, match="is not the file that torchvision publishes"):
        fetch.get(NAME, silent)
    assert not part(store, server).exists()
    assert not weights.stored(NAME).exists()


def test_a_part_of_another_file_is_found_out(server, store):
    store.mkdir()
    part(store, server).write_bytes(b"x" * 1000)
    with pytest.raises(EcsetError, match="thrown away; try again"):
        fetch.get(NAME, silent)
    assert not part(store, server).exists()


def test_proxies_are_heeded(server, store, tensors, monkeypatch):
    """The server stands in for a proxy; nothing of that name is in the network."""
    there = catalogue.published(NAME)
    behind = catalogue.Published("http://weights.invalid/a.pth", there.sha256, there.size)
    monkeypatch.setattr(catalogue, "published", lambda name: behind)
    monkeypatch.delenv("no_proxy")
    monkeypatch.setenv("http_proxy", server.url.partition("/models")[0])
    fetch.get(NAME, silent)
    assert is_here(store, tensors)


def test_no_server(server, store, monkeypatch):
    with serving(b"", "x") as gone:
        url = gone.url
    published = catalogue.Published(url, "00000000", 1)
    monkeypatch.setattr(catalogue, "published", lambda name: published)
    with pytest.raises(EcsetError, match=r"127\.0\.0\.1:\d+ can't be reached"):
        fetch.get(NAME, silent)


@pytest.mark.parametrize(("status", "text"), [(404, "HTTP 404, Not Found"), (503, "HTTP 503")])
def test_a_server_that_refuses(server, store, status, text):
    server.status = status
    with pytest.raises(EcsetError, match=text):
        fetch.get(NAME, silent)
    assert len(server.asked) == 1


def test_one_download_at_a_time(server, store):
    store.mkdir()
    with (
        FileLock(part(store, server).with_suffix(".lock")),
        pytest.raises(InputError, match="being downloaded already"),
    ):
        fetch.get(NAME, silent)


def test_a_store_that_cannot_be_written(server, store):
    store.write_text("a file where the folder should be")
    with pytest.raises(InputError, match="can't be written"):
        fetch.get(NAME, silent)


def test_the_command_speaks_json(server, store, capsys):
    store.mkdir()
    part(store, server).write_bytes(server.content[:1000])
    assert cli.main(["weights", "get", NAME, "--json"]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    whole = len(server.content)
    assert events[0] == {"event": "started", "done": 1000, "total": whole}
    assert events[-2] == {"event": "progress", "done": whole, "total": whole}
    path = str(weights.stored(NAME))
    assert events[-1] == {"event": "finished", "name": NAME, "path": path}
    server.status = 404
    fetch.remove(NAME)
    assert cli.main(["weights", "get", NAME, "--json"]) == 1
    (event,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert event["event"] == "error"
    assert "HTTP 404" in event["message"]


def test_the_command_shows_a_bar(server, store, capsys):
    assert cli.main(["weights", "get", NAME]) == 0
    said = capsys.readouterr()
    assert said.out == f"RAFT (small) is ready: {weights.stored(NAME)}\n"
    assert "100%" in said.err
    server.status = 404
    fetch.remove(NAME)
    assert cli.main(["weights", "get", NAME]) == 1
    assert capsys.readouterr().err.startswith("ecset: 127.0.0.1")
