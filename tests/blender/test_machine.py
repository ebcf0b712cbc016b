"""What a strip is painted on: from preferences and options to the engine's call."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.blender import schema

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("machine", "options"),
    [
        ({}, []),
        ({"devices": " cpu "}, ["--device", "cpu"]),
        ({"devices": "cuda:0, cuda:1"}, ["--devices", "cuda:0,cuda:1"]),
        ({"devices": "all"}, ["--devices", "auto"]),
        (
            {"precision": "float16", "memory": 4096},
            ["--precision", "float16", "--memory", "4096"],
        ),
    ],
)
def test_options_of_the_engine(extension, machine, options):
    from ecset.sequencer.engine import Machine

    assert Machine(**machine).options() == options


def test_precisions_are_the_engines(extension):
    from ecset.panels.preferences import EcsetPreferences
    from ecset.sequencer.engine import PRECISIONS

    tree = ast.parse((schema.ROOT / "core/device.py").read_text(encoding="utf-8"))
    (found,) = (
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "PRECISIONS"
    )
    assert tuple(map(ast.literal_eval, found.keys)) == PRECISIONS
    items = EcsetPreferences.__annotations__["precision"].keywords["items"]
    assert tuple(item[0] for item in items) == PRECISIONS


def test_from_the_command_line_and_the_preferences(timeline, pictures, tmp_path, monkeypatch):
    from ecset.operators import command_line
    from ecset.panels import preferences

    timeline.images(pictures)
    blend = timeline.save()
    usual = SimpleNamespace(devices="cuda:1", precision="auto", memory=100)
    monkeypatch.setattr(preferences, "preferences", lambda: usual)
    monkeypatch.setattr(preferences, "engine_python", lambda _: Path(sys.executable))
    monkeypatch.setattr(preferences, "weights_files", dict)
    call = ["stylize", str(blend), "--strip", "Shot", "--look", "identity", "--frames", "1"]
    assert command_line.main([*call, "--devices", "cpu", "--precision", "float32"]) == 0
    assert command_line.main([*call, "--memory", "0"]) == 2
    (log,) = tmp_path.glob("ecset/*/ecset.log")
    (run,) = re.findall(r"'run', .*", log.read_text(encoding="utf-8"))
    given = "'--device', 'cpu', '--precision', 'float32', '--memory', '100'"
    assert given in run
