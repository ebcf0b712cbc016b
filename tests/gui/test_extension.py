"""From the folder to a zip, into Blender, and onto its command line."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def edit(blender, tmp_path_factory) -> Path:
    """A .blend with one strip of colour, six frames long."""
    path = tmp_path_factory.mktemp("edit") / "edit.blend"
    script = path.with_name("make.py")
    script.write_text(
        f"""
import bpy
scene = bpy.context.scene
scene.render.resolution_x, scene.render.resolution_y = 64, 36
editor = scene.sequence_editor_create()
strips = editor.strips if hasattr(editor, "strips") else editor.sequences
end = {{"length": 6}} if bpy.app.version >= (5, 0, 0) else {{"frame_end": 7}}
strips.new_effect(name="Shot", type="COLOR", channel=1, frame_start=1, **end)
bpy.ops.wm.save_as_mainfile(filepath={str(path)!r})
"""
    )
    blender("--background", "--factory-startup", "--python-exit-code", "1", "--python", script)
    return path


def test_source_and_zip_are_valid(blender, extension_zip):
    assert "Success" in blender("--command", "extension", "validate", ROOT).stdout
    assert "Success" in blender("--command", "extension", "validate", extension_zip).stdout


def test_command_line(blender, installed, edit, tmp_path):
    before = edit.read_bytes()
    call = ["--command", "ecset", "stylize", edit, "--strip", "Shot", "--look", "identity"]
    done = blender(*call, "--save-as", tmp_path / "painted.blend")
    assert "6 frames: " in done.stdout
    assert edit.read_bytes() == before
    (job,) = (edit.parent / "ecset").iterdir()
    assert len(list((job / "frames").glob("ecset_*.png"))) == 6
    script = tmp_path / "look.py"
    script.write_text(
        """
import bpy
editor = bpy.context.scene.sequence_editor
strips = editor.strips_all if hasattr(editor, "strips_all") else editor.sequences_all
print("LOOK", strips["Shot Ecset"].channel, bpy.path.abspath(strips["Shot Ecset"].directory))
"""
    )
    done = blender("--background", tmp_path / "painted.blend", "--python", script)
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("LOOK"))
    _, channel, folder = line.split(maxsplit=2)
    assert channel == "2"
    assert Path(folder).resolve() == (job / "frames").resolve()


def test_weights_on_the_command_line(blender, installed):
    assert "vgg19" in blender("--command", "ecset", "weights", "list").stdout
    done = blender("--command", "ecset", "weights", "get", "vgg19", check=False)
    assert done.returncode == 2
    assert "start Blender with --online-mode" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["stylize", "EDIT", "--strip", "Shod"], 'There is no strip "Shod"; there are "Shot".'),
        (["stylize", "/no.blend", "--strip", "Shot"], "The file /no.blend is not there."),
        (["stylise"], "see blender --command ecset --help."),
    ],
)
def test_command_line_says_what_is_wrong(blender, installed, edit, arguments, sentence):
    arguments = [edit if argument == "EDIT" else argument for argument in arguments]
    done = blender("--command", "ecset", *arguments, check=False)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
