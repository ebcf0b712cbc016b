"""The panel of the queue, for jobs in every state."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import bpy
import pytest

from tests.blender import recording


@pytest.fixture
def running(extension):
    from ecset.operators import running

    return running


@pytest.fixture
def draw(extension, timeline, running, monkeypatch):
    """Draw the panel with a queue of such jobs, each a phase and what else is not as usual."""
    import ecset.panels.jobs as panel
    from ecset.sequencer.progress import Phase

    def job(number: int, phase: str, **given) -> SimpleNamespace:
        usual = {
            "phase": Phase[phase],
            "name": f"job {number}",
            "folder": Path(f"/jobs/job {number}"),
            "shot": SimpleNamespace(strip=f"Shot {number}", scene="Scene", length=24),
            "message": "",
            "notes": [],
            "done": 6,
            "total": 24,
            "factor": 0.25,
            "passes": None,
            "seconds_per_frame": None,
            "seconds_left": None,
            "progress_text": Phase[phase].value,
        }
        return SimpleNamespace(**{**usual, **given})

    def drawn(*jobs, width: int = 250) -> recording.Layout | None:
        queue = [job(number, phase, **given) for number, (phase, given) in enumerate(jobs, 1)]
        monkeypatch.setattr(running, "tasks", lambda: queue)
        return recording.draw(panel.ECSET_PT_jobs, recording.context(timeline.scene, width))

    return drawn


def buttons(layout: recording.Layout) -> list[str]:
    return [name.removeprefix("ecset.").removesuffix("_job") for name in layout.operators]


def test_no_jobs_no_panel(draw):
    assert draw() is None


def test_one_at_work(draw):
    layout = draw(("PAINT", {"seconds_per_frame": 1.25, "seconds_left": 75.0}))
    assert layout.texts == ["Shot 1", "Frame 6/24", "1.2 s a frame, 1:15 left"]
    assert ("progress", {"factor": 0.25, "text": "Frame 6/24"}) in layout.seen
    assert buttons(layout) == ["reveal", "show_log", "pause", "cancel"]
    jobs = {a["job"] for name, a in layout.seen if name == "operator"}
    assert jobs == {"job 1"}


def test_nothing_is_said_of_time_before_it_is_known(draw):
    assert draw(("PAINT", {"done": 0, "factor": 0.0})).texts == ["Shot 1", "Frame 0/24"]


@pytest.mark.parametrize(
    ("phase", "text", "offered"),
    [
        ("WAITING", "Waiting", ["pause", "cancel"]),
        ("PROBE", "Looking for the engine", ["pause", "cancel"]),
        ("PLATES", "Rendering the strip", ["pause", "cancel"]),
        ("PAUSED", "Paused", ["resume", "cancel"]),
        ("DONE", "Done: 24 frames", ["forget"]),
        ("FAILED", "It broke.", ["resume", "forget"]),
        ("CANCELLED", "Cancelled.", ["resume", "forget"]),
    ],
)
def test_every_state(phase, text, offered, draw):
    message = {"FAILED": "It broke.", "CANCELLED": "Cancelled."}.get(phase, "")
    layout = draw((phase, {"message": message}))
    assert layout.texts == ["Shot 1", text]
    assert buttons(layout) == ["reveal", "show_log", *offered]


def test_eight(draw):
    states = ["DONE", "FAILED", "PAINT", *["WAITING"] * 5]
    layout = draw(*((state, {"message": "The disk is full."}) for state in states))
    assert layout.texts[0] == "2 of 8"
    assert [text for text in layout.texts if text.startswith("Shot")] == [
        f"Shot {number}" for number in range(1, 9)
    ]
    assert "ecset.forget_ended_jobs" in layout.operators


def test_a_time_as_people_write_it(extension):
    from ecset.panels.jobs import clock

    assert [clock(s) for s in (4.6, 75.2, 3675)] == ["0:05", "1:15", "1:01:15"]


def test_ended_ones_are_forgotten(timeline, running, monkeypatch):
    from ecset.sequencer.progress import Phase

    queue = [SimpleNamespace(phase=phase) for phase in (Phase.DONE, Phase.PAINT, Phase.FAILED)]
    monkeypatch.setattr(running, "tasks", lambda: list(queue))
    monkeypatch.setattr(running, "forget", queue.remove)
    assert bpy.ops.ecset.forget_ended_jobs() == {"FINISHED"}
    assert [task.phase for task in queue] == [Phase.PAINT]
    assert not bpy.ops.ecset.forget_ended_jobs.poll()
