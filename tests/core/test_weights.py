"""Weights: found, read, refused, taken in, made and removed."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import re
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torchvision.models.optical_flow import raft_large, raft_small

from core import __main__ as cli
from core.errors import InputError
from core.networks import catalogue, weights

SMALL = "raft-small"


@pytest.fixture(scope="module")
def tensors() -> dict[str, torch.Tensor]:
    return weights.he_initialised(SMALL, 5)


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("ECSET_WEIGHTS", str(tmp_path / "store"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    return tmp_path / "store"


@pytest.fixture
def ours(tmp_path, tensors) -> Path:
    """A file of Ecset's."""
    return weights.save(SMALL, tensors, tmp_path / "ours.safetensors", "a test").path


@pytest.fixture
def publish(monkeypatch):
    """Makes a file the one that is published."""

    def do(file: Path) -> catalogue.Published:
        start = hashlib.sha256(file.read_bytes()).hexdigest()[:8]
        published = catalogue.Published(f"https://example.org/small-{start}.pth", start, 4_000_000)
        monkeypatch.setattr(catalogue, "published", lambda name: published)
        return published

    return do


@pytest.fixture
def pth(tmp_path, tensors, publish) -> Path:
    """The published file, as PyTorch saves it."""
    file = tmp_path / "small.pth"
    torch.save(tensors, file)
    publish(file)
    return file


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[key], other[key]) for key in one)


@pytest.mark.parametrize("name", catalogue.NAMES)
def test_what_torchvision_publishes(name):
    """The file's name holds the beginning of its SHA-256, as torch.hub reads it, too."""
    published = catalogue.published(name)
    assert published.url.startswith("https://download.pytorch.org/models/")
    assert re.fullmatch("[0-9a-f]{8}", published.sha256)
    assert torch.hub.HASH_REGEX.search(published.file_name)[1] == published.sha256
    assert published.file_name == published.url.rpartition("/")[2]


def test_of_vgg_the_convolutions_are_kept():
    """16 of them, 20 million numbers in 80 MB."""
    kept = catalogue.tensors("vgg19")
    assert len(kept) == 32
    assert kept["features.0.weight"] == (torch.Size([64, 3, 3, 3]), torch.float32)
    assert kept["features.34.bias"] == (torch.Size([512]), torch.float32)
    assert sum(shape.numel() for shape, _ in kept.values()) == 20_024_384


def test_saved_found_and_loaded(ours, tensors):
    found = weights.find(SMALL, ours)
    assert found.path == ours
    assert found.source == "a test"
    assert re.fullmatch("[0-9a-f]{64}", found.digest)
    assert same(weights.load(SMALL, ours), tensors)


def test_the_digest_is_over_the_contents(ours, tensors, tmp_path):
    """Whatever the file's name and the order of the tensors; one bit makes another."""
    turned = dict(reversed(tensors.items()))
    assert weights.save(SMALL, turned, tmp_path / "b.safetensors").digest == (
        weights.find(SMALL, ours).digest
    )
    changed = {key: tensor.clone() for key, tensor in tensors.items()}
    next(iter(changed.values())).view(-1)[0] += 1e-6
    assert weights.save(SMALL, changed, tmp_path / "c.safetensors").digest != (
        weights.find(SMALL, ours).digest
    )


def test_what_is_published_can_be_named(pth, ours, tensors, store):
    assert same(weights.load(SMALL, pth), tensors)
    assert weights.find(SMALL, pth).digest == weights.find(SMALL, ours).digest
    assert not store.exists(), "naming a file leaves no trace"


def test_the_store_comes_first(store, tensors):
    weights.save(SMALL, tensors, weights.stored(SMALL))
    assert weights.find(SMALL, None).path == store / "raft-small.safetensors"
    assert same(weights.load(SMALL, None), tensors)


def test_what_torch_hub_has_is_taken_in(pth, tensors, tmp_path, store):
    checkpoints = tmp_path / "torch/hub/checkpoints"
    checkpoints.mkdir(parents=True)
    file = checkpoints / catalogue.published(SMALL).file_name
    pth.rename(file)
    assert same(weights.load(SMALL, None), tensors)
    assert weights.find(SMALL, None).path == store / "raft-small.safetensors"
    assert file.exists()
    file.unlink()
    assert same(weights.load(SMALL, None), tensors)


def test_a_torn_file_of_torch_hub_is_refused(pth, tmp_path, store):
    checkpoints = tmp_path / "torch/hub/checkpoints"
    checkpoints.mkdir(parents=True)
    file = checkpoints / catalogue.published(SMALL).file_name
    file.write_bytes(pth.read_bytes()[:-1000])
    with pytest.raises(InputError, match="not the file of RAFT"):
        weights.find(SMALL, None)
    assert not weights.stored(SMALL).exists()


@pytest.mark.parametrize(
    ("name", "ways"),
    [
        ("vgg19", r"weights get vgg19` \(a download of 548 MB\), or .* --weights FILE"),
        (SMALL, r"weights get raft-small` \(a download of 4 MB\), or .* coherence\.flow_weights"),
        ("raft-large", r"weights get raft-large` \(a download of 20 MB\)"),
    ],
)
def test_none_there(name, ways):
    for look_for in (weights.find, weights.load):
        with pytest.raises(InputError, match=ways):
            look_for(name, None)


class Deed:
    """A pickle that does something when it is read."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self):
        return os.mkdir, (self.path,)


def refused(name: str, file: Path, text: str) -> None:
    with pytest.raises(InputError, match=text) as caught:
        weights.load(name, file)
    assert "\n" not in str(caught.value)
    assert str(file) in str(caught.value)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "no file of weights"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 100, "no file of weights"),
        (b"\n<!DOCTYPE html><html>Sign in</html>", "is a web page"),
        (b"PK\x03\x04" + b"x" * 100, "not the file of RAFT"),
        (b"\x80\x02" + b"x" * 100, "not the file of RAFT"),
        ((20).to_bytes(8, "little") + b"{" + b"x" * 100, "cut off or damaged"),
        (b"\xff" * 8 + b"{" + b"x" * 100, "cut off or damaged"),
    ],
)
def test_what_is_no_weights_is_refused(content, text, tmp_path):
    file = tmp_path / "w.pth"
    file.write_bytes(content)
    refused(SMALL, file, text)
    with pytest.raises(InputError, match=text):
        weights.find(SMALL, file)


def test_what_is_no_file_is_refused(tmp_path):
    refused(SMALL, tmp_path, "is a folder")
    refused(SMALL, tmp_path / "none.pth", "no file of weights at")


@pytest.mark.parametrize("length", [4, 8, 2000, 1_000_000, -1])
def test_a_cut_off_file_is_refused(ours, length):
    whole = ours.read_bytes()
    ours.write_bytes(whole[:length])
    with pytest.raises(InputError, match=r"cut off or damaged|no file of weights") as caught:
        weights.find(SMALL, ours)
    assert caught.value.exit_status == 2


def test_a_changed_file_is_refused(ours):
    data = bytearray(ours.read_bytes())
    data[-1000] ^= 1
    ours.write_bytes(data)
    refused(SMALL, ours, "was changed or damaged")


def test_another_networks_file_is_refused(ours, tmp_path, tensors, publish):
    refused("raft-large", ours, "holds the weights of raft-small, not of raft-large")
    # One that says it is what it is not.
    lying = weights.save("raft-large", tensors, tmp_path / "lying.safetensors").path
    refused("raft-large", lying, "does not hold the weights of RAFT .large.")
    torch.save(tensors, tmp_path / "other.pth")
    publish(tmp_path / "other.pth")
    refused("raft-large", tmp_path / "other.pth", "does not hold the weights of RAFT .large.")


def test_what_is_not_published_is_refused(pth, tensors):
    torch.save({**tensors, "more": torch.zeros(3)}, pth)
    refused(SMALL, pth, "not the file .* that torchvision publishes.*import raft-small FILE")


def test_safetensors_of_others_have_to_be_taken_in(tmp_path, tensors, store):
    file = tmp_path / "theirs.safetensors"
    save_file(tensors, file)
    refused(SMALL, file, "no file of Ecset's; take it in by .*import raft-small FILE --sha256")
    found = weights.take_in(SMALL, file, hashlib.sha256(file.read_bytes()).hexdigest())
    assert found.path == store / "raft-small.safetensors"
    assert same(weights.load(SMALL, None), tensors)


@pytest.mark.parametrize("zipped", [True, False])
def test_other_trainings_are_taken_in_by_their_hash(zipped, tmp_path, tensors):
    """PyTorch's files of today, and those from before 1.6, as VGG-19's is."""
    file = tmp_path / "mine.pth"
    torch.save(tensors, file, _use_new_zipfile_serialization=zipped)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    found = weights.take_in(SMALL, file, digest.upper())
    assert digest in found.source
    assert same(weights.load(SMALL, None), tensors)
    with pytest.raises(InputError, match=r"is not 0{64}, as was said"):
        weights.take_in(SMALL, file, "0" * 64)
    with pytest.raises(InputError, match="64 hexadecimal digits"):
        weights.take_in(SMALL, file, "01064c6d")


def test_nothing_in_a_file_is_executed(tmp_path):
    file = tmp_path / "evil.pth"
    file.write_bytes(pickle.dumps(Deed(str(tmp_path / "done"))))
    with pytest.raises(InputError, match="no whole file of PyTorch weights"):
        weights.take_in(SMALL, file, hashlib.sha256(file.read_bytes()).hexdigest())
    assert not (tmp_path / "done").exists()
    assert not weights.stored(SMALL).exists()


@pytest.mark.parametrize("content", [torch.zeros(3), [1, 2], {"epoch": 3}, {"state": {}}])
def test_checkpoints_of_another_form_are_refused(content, tmp_path):
    file = tmp_path / "checkpoint.pth"
    torch.save(content, file)
    with pytest.raises(InputError, match=r"holds something else|does not hold"):
        weights.take_in(SMALL, file, hashlib.sha256(file.read_bytes()).hexdigest())


def test_ecsets_own_file_is_taken_in(ours, tensors):
    """As when it is carried to a machine without a network."""
    assert weights.take_in(SMALL, ours).source == "a test"
    assert same(weights.load(SMALL, None), tensors)


def test_what_vgg_has_more_is_left_out(tmp_path, publish):
    made = weights.he_initialised("vgg19", 0)
    file = tmp_path / "vgg.pth"
    whole = {**made, "classifier.0.weight": torch.zeros(7, 7)}
    torch.save(whole, file, _use_new_zipfile_serialization=False)
    publish(file)
    assert same(weights.load("vgg19", file), made)


@pytest.mark.parametrize(("name", "net"), [(SMALL, raft_small), ("raft-large", raft_large)])
def test_random_weights_fit_the_network(name, net):
    made = weights.he_initialised(name, 0)
    net().load_state_dict(made, strict=True)


def test_random_weights_are_he_initialised():
    """Zero mean and variance 2 / fan-in, biases zero; the seed makes them."""
    made = weights.he_initialised("vgg19", 7)
    kernel = made["features.28.weight"]
    assert kernel.mean().abs() < 1e-4
    assert kernel.var() == pytest.approx(2 / (512 * 9), rel=0.01)
    assert not made["features.28.bias"].any()
    again, other = weights.he_initialised(SMALL, 1), weights.he_initialised(SMALL, 2)
    assert same(again, weights.he_initialised(SMALL, 1))
    assert not same(again, other)


def test_the_commands(tmp_path, capsys, store):
    file = tmp_path / "random.safetensors"
    assert cli.main(["weights", "random", SMALL, str(file), "--seed", "3"]) == 0
    assert "means nothing" in capsys.readouterr().out
    assert same(weights.load(SMALL, file), weights.he_initialised(SMALL, 3))

    assert cli.main(["weights", "import", SMALL, str(file)]) == 0
    assert str(store) in capsys.readouterr().out

    assert cli.main(["weights", "list"]) == 0
    vgg, small, _ = capsys.readouterr().out.splitlines()
    assert "weights get vgg19" in vgg
    assert catalogue.published("vgg19").url in vgg
    assert "random numbers, seed 3" in small

    assert cli.main(["weights", "list", "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["name"] for line in lines] == list(catalogue.NAMES)
    assert [line["there"] for line in lines] == [False, True, False]
    assert "weights get vgg19" in lines[0]["message"]
    stored = weights.stored(SMALL)
    assert lines[1] == {
        "name": SMALL,
        "there": True,
        "path": str(stored),
        "bytes": stored.stat().st_size,
        "source": "random numbers, seed 3",
    }

    assert cli.main(["weights", "remove", SMALL]) == 0
    assert not stored.exists()
    assert cli.main(["weights", "remove", SMALL]) == 2
    assert "no weights of RAFT" in capsys.readouterr().err


def test_a_torn_file_in_the_store_is_listed_as_such(tensors, capsys):
    stored = weights.save(SMALL, tensors, weights.stored(SMALL)).path
    stored.write_bytes(stored.read_bytes()[:1000])
    assert cli.main(["weights", "list"]) == 0
    assert "cut off or damaged" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [["import", SMALL, "none.pth"], ["random", SMALL, "a.pth"], ["random", SMALL, "a/b/../.."]],
)
def test_mistakes_end_in_a_sentence(words, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["weights", *words]) == 2
    said = capsys.readouterr().err
    assert said.startswith("ecset: ")
    assert said.count("\n") == 1


def test_a_place_that_cannot_be_written(tmp_path, tensors):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(InputError, match="can't be written"):
        weights.save(SMALL, tensors, tmp_path / "file" / "w.safetensors")


def test_where_weights_lie_without_being_told(monkeypatch):
    monkeypatch.delenv("ECSET_WEIGHTS")
    assert weights.folder().parts[-2:] == ("ecset", "weights")
    assert weights.folder().is_absolute()
