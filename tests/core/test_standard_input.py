"""Standard input beside the work: read as it comes, and on Windows only when something has come."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.core.runs import ROOT

# What Windows says of a pipe, said by another system: it holds something, or it is at its end.
AS_ON_WINDOWS = """
import fcntl, select, struct, sys, termios

def has_come():
    waiting = struct.unpack("i", fcntl.ioctl(0, termios.FIONREAD, b"0000"))[0]
    poll = select.poll()
    poll.register(0, select.POLLIN)
    if not waiting and any(flags & select.POLLHUP for _, flags in poll.poll(0)):
        raise BrokenPipeError
    return waiting > 0

module._has_come, sys.platform = has_come, "win32"
"""

READ = """
import sys
print("ready", flush=True)
for piece in module.arriving():
    print(len(piece), flush=True)
print("ended", flush=True)
"""


@pytest.mark.parametrize("room", ["core", "sequencer"])
@pytest.mark.parametrize(
    "how",
    [
        pytest.param("", id="as it is here"),
        pytest.param(
            AS_ON_WINDOWS,
            id="looked at first",
            marks=pytest.mark.skipif(sys.platform == "win32", reason="it is so here"),
        ),
    ],
)
def test_what_comes_and_where_it_ends(room: str, how: str):
    # Loaded by its path: the room of Blender's side needs more than this Python has.
    load = f"""
import importlib.util
spec = importlib.util.spec_from_file_location("it", {str(ROOT / room / "standard_input.py")!r})
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
"""
    with subprocess.Popen(
        [sys.executable, "-c", load + how + READ], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stdout.readline().split() == [b"ready"]
        for sent in (b"abc", b"x" * 1000):
            child.stdin.write(sent)
            child.stdin.flush()
            assert int(child.stdout.readline()) == len(sent)
        child.stdin.close()
        assert child.stdout.readline().split() == [b"ended"]
    assert child.returncode == 0


def test_a_file_is_read_to_its_end(tmp_path: Path):
    """Where standard input is no pipe there is nothing to look at first."""
    (tmp_path / "file").write_bytes(b"12345")
    code = "from core.standard_input import arriving; print(sum(map(len, arriving())))"
    with (tmp_path / "file").open("rb") as file:
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, stdin=file, capture_output=True, check=True
        )
    assert int(done.stdout) == 5
