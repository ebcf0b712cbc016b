"""Devices, precision and memory, by their names on the command line."""

from __future__ import annotations

import pytest
import torch

from core import device as devices
from core.device import Machine, prepared, several
from core.errors import InputError


def test_a_machine_by_its_names():
    machine = prepared("cpu", "bfloat16", 300)
    assert machine == Machine(torch.device("cpu"), torch.bfloat16, 300 * 2**20)
    assert machine.budget() == 300 * 2**20
    assert prepared("cpu").precision == torch.float32
    assert torch.backends.cudnn.deterministic
    assert not torch.backends.cudnn.benchmark


def test_without_a_budget_it_is_a_share_of_what_is_free():
    import psutil

    free = psutil.virtual_memory().available
    assert 0.2 * free < prepared("cpu").budget() < 0.8 * free


@pytest.mark.parametrize("memory", [0, -5])
def test_no_memory_is_refused(memory):
    with pytest.raises(InputError, match=f"must be 1 MiB or more, not {memory}"):
        prepared("cpu", memory=memory)


def test_auto_is_a_card_or_the_cpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert devices.choose("auto") == torch.device("cpu")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert devices.choose("auto") == torch.device("cuda")


def test_several(monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 3)
    assert several("auto") == ["cuda:0", "cuda:1", "cuda:2"]
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    assert several("auto") == ["cpu"]
    assert several("cpu, cpu") == ["cpu", "cpu"]
    for text in ("", "cpu,", "cpu,auto"):
        with pytest.raises(InputError, match="Devices must be given as"):
            several(text)
