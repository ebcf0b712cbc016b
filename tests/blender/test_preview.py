"""A frame to look at: where it stands, how it is wiped, and that nothing is left of it."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest
from PIL import Image

from tests.blender.timeline import Timeline, noise, save_png

FLAT = (200, 40, 90, 255)  # what the stand-in for the engine paints small


@pytest.fixture
def preview(extension, timeline) -> Any:
    """The module that holds the preview; nothing is left of one afterwards."""
    from ecset.operators import preview

    yield preview
    preview.discard(at_once=True)
    assert not list(Path(bpy.app.tempdir).glob("ecset-*"))


@pytest.fixture
def shot(timeline, pictures) -> Any:
    """Frames 1 to 12, active; the playhead on frame 3; a look that needs no style."""
    strip = timeline.images(pictures)
    timeline.editor.active_strip = strip
    timeline.scene.ecset.look = "identity"
    timeline.scene.frame_set(3)
    return strip


def look() -> None:
    assert bpy.ops.ecset.preview() == {"FINISHED"}


def begun(preview: Any, timeline: Timeline, until: str) -> Any:
    """A preview on its way, as the timer drives it, that has just shown that picture."""
    task = preview.begin(timeline.scene, timeline.find("Shot"))
    end = time.monotonic() + 60
    while getattr(task, until) is None:
        assert time.monotonic() < end, "it takes too long"
        assert not task.phase.is_end, task.message
        preview._tick()
        time.sleep(0.01)
    return task


def names(timeline: Timeline) -> list[str]:
    return sorted(strip.name for strip in timeline.compat.all_strips(timeline.editor))


def everything(owner: Any) -> Any:
    """All properties of all strips, as deep as they go."""

    def told(value: Any, depth: int = 0) -> Any:
        if hasattr(value, "bl_rna") and depth < 3:
            return {
                rna.identifier: told(getattr(value, rna.identifier), depth + 1)
                for rna in value.bl_rna.properties
                if rna.identifier not in {"rna_type", "strips", "sequences"}
                and not getattr(rna, "is_deprecated", False)
            }
        if hasattr(value, "foreach_get") and not isinstance(value, str):
            return [told(item, depth + 1) for item in value]
        return repr(tuple(value)) if hasattr(value, "__len__") else repr(value)

    from ecset.sequencer import compat

    return [
        (told(strip), dict(strip.items()), everything(strip) if strip.type == "META" else None)
        for strip in compat.strips_of(owner)
    ]


def seen(timeline: Timeline, preview: Any, frame: int = 3) -> np.ndarray:
    """What the timeline shows with the preview, which a render does without."""
    handlers = bpy.app.handlers.render_init
    handlers.remove(preview._before_render)
    try:
        return timeline.shown(frame)
    finally:
        handlers.append(preview._before_render)


# Where it stands.


def test_two_strips_above_all_others(timeline, pictures, shot, preview):
    timeline.images(pictures[:1], name="Over", channel=4, start=3)
    timeline.colour((1, 0, 0), name="Elsewhere", channel=9, start=20)
    timeline.images(pictures[:1], name="Between", channel=6, start=9)
    look()
    compat = timeline.compat
    plate, painted = timeline.find("Ecset Preview Plate"), timeline.find("Ecset Preview")
    for strip, channel in ((plate, 5), (painted, 6)):
        assert (strip.channel, compat.left(strip), compat.right(strip)) == (channel, 3, 4)
        assert strip["ecset_preview"] == "Shot"
        assert not strip.select
    assert timeline.editor.active_strip == shot
    np.testing.assert_array_equal(
        np.asarray(Image.open(Path(plate.directory, plate.elements[0].filename)))[..., :3],
        np.asarray(Image.open(pictures[2])),
    )
    assert preview.standing().shot.first == 3


def test_only_the_shot_s_own_room_counts(timeline, pictures, preview):
    meta = timeline.strips.new_meta(name="Meta", channel=1, frame_start=1)
    shot = timeline.images(pictures, owner=meta)
    timeline.set_handles(timeline.find("Meta"), None, 13)
    timeline.images(pictures, name="Outside", channel=7)
    timeline.editor.active_strip = shot
    timeline.scene.ecset.look = "identity"
    timeline.scene.frame_set(3)
    look()
    painted = timeline.find("Ecset Preview")
    assert (painted.parent_meta(), painted.channel) == (meta, 3)


def place_oddly(strip: Any) -> None:
    strip.transform.offset_x, strip.transform.offset_y = 7, -3
    strip.transform.scale_x, strip.transform.rotation = 0.8, 0.3
    strip.transform.origin = (0.4, 0.6)
    strip.crop.min_x, strip.crop.max_x, strip.crop.min_y = 6, 10, 3


@pytest.mark.parametrize("picture", ["PNG8", "PNG16", "EXR"])
def test_it_covers_the_shot_exactly(timeline, shot, preview, picture):
    """The look changes nothing: painted, and wiped to the plate, it is what was seen before."""
    place_oddly(shot)
    timeline.scene.ecset.format = picture
    before = timeline.shown(3)
    assert before.max() > 50
    look()
    shot.mute = True
    for factor in (0.0, 0.4, 1.0):
        preview.standing().wipe(factor)
        # A turned strip over itself covers its own soft edges twice, and 5.2 turns floats, as which
        # finer formats are read, otherwise than bytes (1.6); a pixel beside it would be 6.
        assert np.abs(seen(timeline, preview) - before).mean() < 2.5


def test_a_moving_strip_is_where_it_was(timeline, shot, preview):
    """Animation counts as it is at the frame; the two strips have none."""
    for frame, x in ((1, 0.0), (12, 22.0)):
        shot.transform.offset_x = x
        shot.transform.keyframe_insert("offset_x", frame=frame)
    timeline.scene.frame_set(3)
    wanted = shot.transform.offset_x
    assert 0 < wanted < 22
    task = begun(preview, timeline, "small")
    timeline.scene.frame_set(10)  # the person goes on
    while not task.phase.is_end:
        preview._tick()
    painted = timeline.find("Ecset Preview")
    assert painted.transform.offset_x == wanted
    timeline.scene.frame_set(3)
    assert painted.transform.offset_x == wanted
    assert (timeline.compat.left(painted), painted.elements[0].filename) == (3, "full_0003.png")


def test_small_first_then_full(timeline, shot, preview, monkeypatch):
    monkeypatch.setenv("ECSET_FAKE_SECONDS", "0.3")
    task = begun(preview, timeline, "small")
    assert preview.is_small()
    assert task.progress_text == "Painting"
    painted = timeline.find("Ecset Preview")
    assert painted.elements[0].filename == "small_0003.png"
    small = seen(timeline, preview)
    assert tuple(small[27, 48]) == FLAT
    while preview.task() is not None:
        preview._tick()
        time.sleep(0.01)
    assert not preview.is_small()
    full = seen(timeline, preview)
    assert tuple(full[27, 48]) != FLAT
    preview.discard()
    np.testing.assert_array_equal(full, timeline.shown(3))


# The wipe.


def test_the_wipe_uncovers_the_plate_from_the_left(timeline, shot, preview, monkeypatch):
    shot.crop.min_x = 4  # 60 pixels of 64 are left
    monkeypatch.setenv("ECSET_FAKE_SECONDS", "0.3")
    task = begun(preview, timeline, "small")
    task.cancel()
    while not task.phase.is_end:
        preview._tick()
    manager = bpy.context.window_manager
    manager.ecset_wipe = 0.5
    preview._tick()
    assert timeline.find("Ecset Preview").crop.min_x == 4 + 30
    is_flat = (seen(timeline, preview)[27] == FLAT).all(axis=1)
    # the picture is in the middle of 96 pixels, and its left 4 are cut off
    assert is_flat.tolist() == [False] * (16 + 34) + [True] * 30 + [False] * 16
    manager.ecset_wipe = 1.0
    preview._tick()
    assert not (seen(timeline, preview)[27] == FLAT).all(axis=1).any()
    manager.ecset_wipe = 0.0
    preview._tick()
    assert (seen(timeline, preview)[27] == FLAT).all(axis=1).sum() == 60


def test_the_wipe_of_a_mirrored_strip(timeline, shot, preview, monkeypatch):
    shot.use_flip_x = True
    monkeypatch.setenv("ECSET_FAKE_SECONDS", "0.3")
    task = begun(preview, timeline, "small")
    task.cancel()
    preview.standing().wipe(0.25)
    is_flat = (seen(timeline, preview)[27] == FLAT).all(axis=1)
    assert is_flat.tolist() == [False] * (16 + 16) + [True] * 48 + [False] * 16


# Without a trace.


def test_discarded_it_was_never_there(timeline, pictures, shot, preview):
    place_oddly(shot)
    timeline.images(pictures[:2], name="Other", channel=2, start=4).select = False
    shot.transform.keyframe_insert("offset_x", frame=2)
    for strip in timeline.strips:
        strip.strobe = 1  # 4.2 does so itself when it first looks for a frame
    before, active = everything(timeline.editor), timeline.editor.active_strip.name
    others = set(timeline.scene.keys()), len(bpy.data.actions), len(bpy.data.images)
    look()
    preview.standing().wipe(0.3)
    assert everything(timeline.editor) != before
    assert bpy.ops.ecset.discard_preview() == {"FINISHED"}
    assert everything(timeline.editor) == before
    assert timeline.editor.active_strip.name == active
    after = set(timeline.scene.keys()), len(bpy.data.actions), len(bpy.data.images)
    assert after == others
    assert not list(Path(bpy.app.tempdir).glob("ecset-*"))
    assert preview.standing() is None


def test_the_preview_as_active_strip(timeline, shot, preview):
    """Whoever clicks on it works on the shot."""
    look()
    timeline.editor.active_strip = timeline.find("Ecset Preview")
    timeline.scene.frame_set(5)
    look()
    assert names(timeline) == ["Ecset Preview", "Ecset Preview Plate", "Shot"]
    assert preview.standing().shot.first == 5
    timeline.editor.active_strip = timeline.find("Ecset Preview Plate")
    preview.discard()
    assert timeline.editor.active_strip == shot


def test_a_saved_file_does_not_contain_it(timeline, shot, preview):
    timeline.save()
    look()
    bpy.context.window_manager.ecset_wipe = 0.5  # just now
    path = timeline.save()
    painted = timeline.find("Ecset Preview")  # it stands again
    assert painted.crop.min_x == 32
    assert bpy.context.window_manager.ecset_wipe == 0.5
    folder = Path(painted.directory)
    bpy.ops.wm.open_mainfile(filepath=str(path))
    assert names(timeline) == ["Shot"]
    assert "ecset_wipe" not in bpy.context.window_manager
    assert preview.standing() is None
    assert not folder.exists()


def test_what_an_automatic_save_had_of_it_goes(timeline, shot, preview):
    """Those, and snapshots of undo, are written without asking anybody."""
    look()
    copy = timeline.folder / "copy.blend"
    bpy.data.libraries.write(str(copy), {timeline.scene})
    with bpy.data.libraries.load(str(copy)) as (source, _):
        assert source.scenes == ["Scene"]
    kept = list(bpy.app.handlers.save_pre)
    bpy.app.handlers.save_pre.clear()
    path = timeline.save()
    bpy.app.handlers.save_pre.extend(kept)
    bpy.ops.wm.open_mainfile(filepath=str(path))
    assert names(timeline) == ["Shot"]


def test_undo_steps(timeline, shot, preview):
    """As Blender calls the handlers: the strips of a dead one go, those of the alive come back."""
    look()
    dead = timeline.images([save_png(timeline.folder / "old.png", noise(64, 40, seed=1))])
    dead.name, dead["ecset_preview"] = "Old", "Shot"
    preview._after_undo(timeline.scene)
    assert names(timeline) == ["Ecset Preview", "Ecset Preview Plate", "Shot"]
    bpy.context.window_manager.ecset_wipe = 0.5
    timeline.strips.remove(timeline.find("Ecset Preview"))
    preview._after_undo(timeline.scene)
    assert names(timeline) == ["Ecset Preview", "Ecset Preview Plate", "Shot"]
    painted = timeline.find("Ecset Preview")
    assert painted.crop.min_x == 32
    painted.crop.min_x, painted.elements[0].filename = 0, "small_0003.png"  # as it was earlier
    preview._after_undo(timeline.scene)
    assert (painted.crop.min_x, painted.elements[0].filename) == (32, "full_0003.png")
    timeline.strips.remove(shot)
    timeline.strips.remove(timeline.find("Ecset Preview"))
    preview._after_undo(timeline.scene)
    assert names(timeline) == []
    assert preview.standing() is None


def test_a_render_does_not_show_it(timeline, shot, preview, monkeypatch):
    before = timeline.shown(3)
    monkeypatch.setenv("ECSET_FAKE_SECONDS", "0.3")
    task = begun(preview, timeline, "small")
    np.testing.assert_array_equal(timeline.shown(3), before)
    assert not timeline.find("Ecset Preview").mute
    assert tuple(seen(timeline, preview)[27, 48]) == FLAT
    preview._before_render()  # and nothing after
    assert timeline.find("Ecset Preview").mute
    preview._tick()
    assert not timeline.find("Ecset Preview").mute
    timeline.find("Ecset Preview").mute = True  # by hand
    timeline.shown(3)
    assert timeline.find("Ecset Preview").mute
    task.cancel()


def test_a_copied_scene(timeline, shot, preview):
    look()
    copy = timeline.scene.copy()
    try:
        preview.discard()
        strips = timeline.compat.all_strips(copy.sequence_editor)
        assert [strip.name for strip in strips] == ["Shot"]
    finally:
        bpy.data.scenes.remove(copy)


def test_removed_by_hand(timeline, shot, preview):
    look()
    folder = Path(timeline.find("Ecset Preview").directory)
    timeline.strips.remove(timeline.find("Ecset Preview"))
    preview._tick()
    assert names(timeline) == ["Shot"]
    assert preview.standing() is None
    assert not folder.exists()


def test_stylize_does_not_reckon_with_it(timeline, shot, preview):
    timeline.save()
    look()
    assert bpy.ops.ecset.stylize() == {"FINISHED"}
    assert names(timeline) == ["Shot", "Shot Ecset"]
    assert timeline.find("Shot Ecset").channel == 2
    assert preview.standing() is None
    timeline.editor.active_strip = timeline.find("Shot Ecset")
    look()
    assert timeline.find("Ecset Preview Plate").channel == 3
    assert timeline.find("Ecset Preview")["ecset_preview"] == "Shot"


def test_it_makes_way(timeline, pictures, shot, preview):
    """Something new lies above the shot, even where the preview is."""
    from ecset.sequencer import place

    look()
    channel = place.free_channel(timeline.editor, 1, 13, 1)
    assert channel == 2
    timeline.images(pictures, name="New", channel=channel)
    preview._tick()
    assert timeline.find("Ecset Preview Plate").channel == 3
    assert timeline.find("Ecset Preview").channel == 4
    assert timeline.find("New").channel == 2


# On the way.


def test_another_frame_takes_its_place(timeline, shot, preview):
    look()
    first = Path(timeline.find("Ecset Preview").directory)
    timeline.scene.frame_set(7)
    look()
    assert names(timeline) == ["Ecset Preview", "Ecset Preview Plate", "Shot"]
    assert timeline.compat.left(timeline.find("Ecset Preview")) == 7
    assert not first.exists()


def test_cancelled(timeline, shot, preview, monkeypatch):
    monkeypatch.setenv("ECSET_FAKE_SECONDS", "5")
    task = preview.begin(timeline.scene, shot)
    folder = task.folder
    assert folder.exists()
    assert bpy.ops.ecset.cancel_preview() == {"FINISHED"}
    while preview.task() is not None:
        preview._tick()
    assert task.phase.name == "CANCELLED"
    assert (names(timeline), folder.exists(), preview.message()) == (["Shot"], False, "")
    task = preview.begin(timeline.scene, shot)
    preview._before_load()
    assert (task.phase.name, preview.task(), task.folder.exists()) == ("CANCELLED", None, False)


def test_given_up_it_ends_by_and_by(timeline, shot, preview, monkeypatch):
    """Nobody waits for a child that is slow to hear of it."""
    monkeypatch.setenv("ECSET_FAKE_SECONDS", "5")
    monkeypatch.setattr(preview, "_waits_for_children", lambda: False)
    first = preview.begin(timeline.scene, shot)
    second = preview.begin(timeline.scene, shot)
    assert not first.phase.is_end
    preview.discard()
    assert preview.task() is None
    while preview._tick() is not None:
        time.sleep(0.01)
    assert [task.phase.name for task in (first, second)] == ["CANCELLED"] * 2
    assert not first.folder.exists()
    assert not second.folder.exists()


def test_the_session_may_be_unsaved(timeline, shot, preview):
    assert not bpy.data.filepath
    assert timeline.scene.ecset.output.startswith("//")
    look()


def test_it_goes_with_the_scene_s_keyframes(timeline, shot, preview, tmp_path):
    """Frames up to the nearest paintings are rendered, no others."""
    timeline.scene.ecset.look = "patch"
    for frame in (1, 2, 6, 12):
        path = save_png(tmp_path / f"key_{frame}.png", noise(64, 40, seed=frame))
        key = timeline.images([path], name=f"Key {frame}", channel=5, start=frame)
        key["ecset_keyframe_of"] = "Shot"
    timeline.scene.frame_set(4)
    task = preview.begin(timeline.scene, shot)
    described = json.loads((task.folder / "job.json").read_text(encoding="utf-8"))
    assert described["frames"] == {"first": 2, "last": 6}
    assert [k["frame"] for k in described["look"]["keyframes"]] == [2, 6]
    assert described["coherence"]["enabled"] is False
    while preview.task() is not None:
        preview._tick()
    assert task.phase.name == "DONE", task.message
    plates = sorted(path.name for path in (task.folder / "plates").iterdir())
    assert plates == [f"plate_{frame:04d}.png" for frame in range(2, 7)]
    assert preview.standing().shot.first == 4


def test_the_task_alone(timeline, shot, preview, tmp_path):
    """As the command line has it: any frame, no strips."""
    from ecset.sequencer.job import Settings
    from ecset.sequencer.preview import PreviewTask

    python = Path(os.environ["ECSET_ENGINE_PYTHON"])
    settings = Settings(look="identity", format="PNG16")
    task = PreviewTask(timeline.scene, shot, 8, settings, python, headless=True)
    phases = []
    assert task.run_to_end(phases.append) == 0
    assert phases[0].name == "PLATES"
    assert task.small is None, "nobody looks on"
    assert task.path.name == "full_0008.png"
    assert task.path.exists()
    assert names(timeline) == ["Shot"]
    task.remove()


# Bad input.


def refusal(operator: Any) -> str:
    with pytest.raises(RuntimeError) as caught:
        operator()
    text = str(caught.value).removeprefix("Error: ").strip()
    assert "\n" not in text
    return text


def test_what_cannot_be_looked_at(timeline, shot, preview):
    timeline.scene.frame_set(40)
    assert "Move the playhead onto the strip" in refusal(bpy.ops.ecset.preview)
    timeline.scene.frame_set(3)
    timeline.editor.active_strip = None
    assert "Select the strip to look at" in refusal(bpy.ops.ecset.preview)
    timeline.editor.active_strip = shot
    assert "There is no preview" in refusal(bpy.ops.ecset.discard_preview)
    assert "No preview is being painted" in refusal(bpy.ops.ecset.cancel_preview)


def test_bad_settings_change_nothing(timeline, shot, preview):
    look()
    before = names(timeline)
    timeline.scene.ecset.look = "patch"
    assert "There is no style picture: choose one" in refusal(bpy.ops.ecset.preview)
    timeline.scene.ecset.styles.add().path = str(timeline.folder / "gone.png")
    assert "gone.png" in refusal(bpy.ops.ecset.preview)
    assert names(timeline) == before
    assert preview.standing() is not None
    assert len(list(Path(bpy.app.tempdir).glob("ecset-*"))) == 1


def test_no_room(timeline, pictures, shot, preview):
    timeline.images(pictures, name="Top", channel=127)
    assert "There is no free channel above channel 128" in refusal(bpy.ops.ecset.preview)
    assert names(timeline) == ["Shot", "Top"]


def test_the_engine_fails(timeline, shot, preview, monkeypatch):
    monkeypatch.setenv("ECSET_FAKE_FAIL", "3")
    assert refusal(bpy.ops.ecset.preview) == "Frame 3 cannot be painted."
    assert preview.message() == "Frame 3 cannot be painted."
    assert names(timeline) == ["Shot"]


def test_a_python_that_is_none(timeline, shot, preview, monkeypatch):
    monkeypatch.setenv("ECSET_ENGINE_PYTHON", "/bin/false")
    assert "/bin/false is no Python that runs" in refusal(bpy.ops.ecset.preview)


def test_a_shot_that_is_gone_meanwhile(timeline, shot, preview, monkeypatch):
    monkeypatch.setenv("ECSET_FAKE_SECONDS", "0.2")
    preview.begin(timeline.scene, shot)
    timeline.strips.remove(shot)
    while preview.task() is not None:
        preview._tick()
    assert 'The strip "Shot" is gone' in preview.message()
    assert names(timeline) == []
