"""What the engine says, whatever the pipe that it says it into is like."""

from __future__ import annotations

import errno
import io
import json

import pytest

from core.events import JsonLines


class Pipe(io.StringIO):
    """Nobody reads it, which systems say by different errors."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def flush(self) -> None:
        raise OSError(self.number, "said by the system")


def test_events_are_ascii(capsys: pytest.CaptureFixture[str]):
    JsonLines()("frame", path="C:/Bücher/漢字/🎬.png")
    line = capsys.readouterr().out
    assert line.isascii()
    assert json.loads(line)["path"] == "C:/Bücher/漢字/🎬.png"


@pytest.mark.parametrize("number", [errno.EPIPE, errno.EINVAL])
def test_a_pipe_that_nobody_reads(number: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.stdout", Pipe(number))
    with pytest.raises(BrokenPipeError):
        JsonLines()("frame")


def test_a_full_disk_is_another_matter(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.stdout", Pipe(errno.ENOSPC))
    with pytest.raises(OSError, match="said by the system") as caught:
        JsonLines()("frame")
    assert not isinstance(caught.value, BrokenPipeError)
