"""A stand-in for the engine: same calls, same events, but frames are copies of the plates.

``ECSET_FAKE_SECONDS`` is how long a frame takes, ``ECSET_FAKE_FAIL`` a frame or a network to fail
at, ``ECSET_FAKE_WEIGHTS`` a folder of the networks whose weights are there,
``ECSET_FAKE_REFUSAL`` what it has against every job.
"""

import json
import os
import shutil
import struct
import sys
import threading
import time
import zlib
from pathlib import Path

#: What a small preview shows all over: red, green, blue, alpha.
FLAT = (200, 40, 90, 255)


def say(event, **values):
    print(json.dumps({"event": event, **values}), flush=True)


def frame_path(pattern, frame):
    count = pattern.count("#")
    return Path(pattern.replace("#" * count, f"{frame:0{count}d}"))


def end_with_parent():
    def wait():
        while os.read(0, 4096):
            pass
        os._exit(130)

    threading.Thread(target=wait, daemon=True).start()


def is_painted(folder, job, frame):
    """Whether it was painted from the plate that is there."""
    target = folder / frame_path(job["output"]["pattern"], frame)
    plate = folder / frame_path(job["plates"], frame)
    return target.exists() and target.stat().st_mtime_ns >= plate.stat().st_mtime_ns


def run(folder, job):
    first, last = job["frames"]["first"], job["frames"]["last"]
    several = job["coherence"]["enabled"] and job["coherence"]["method"] == "multipass"
    passes = job["coherence"]["passes"] if several else 1
    total = (last - first + 1) * passes
    todo = list(range(first, last + 1)) * passes
    if not several:
        todo = [frame for frame in todo if not is_painted(folder, job, frame)]
    say("started", first=first, last=last, total=total, done=total - len(todo), device="fake")
    print("noise that is no event")
    for done, frame in enumerate(todo, total - len(todo) + 1):
        if str(frame) == os.environ.get("ECSET_FAKE_FAIL"):
            say("error", message=f"Frame {frame} cannot be painted.")
            return 1
        seconds = float(os.environ.get("ECSET_FAKE_SECONDS", "0"))
        time.sleep(seconds)
        target = folder / frame_path(job["output"]["pattern"], frame)
        target.parent.mkdir(exist_ok=True)
        part = target.with_name(target.name + ".part")
        shutil.copyfile(folder / frame_path(job["plates"], frame), part)
        os.replace(part, target)
        number = {"pass": 1 + (done - 1) * passes // total, "passes": passes} if several else {}
        say(
            "frame",
            frame=frame,
            path=str(target),
            seconds=seconds,
            done=done,
            total=total,
            **number,
        )
    say("finished", done=total, total=total, seconds=0.0)
    return 0


def preview(folder, job, frame):
    """Small, of a PNG: a flat colour; full: the plate."""
    only_full = "--size" in sys.argv or not job["plates"].endswith(".png")
    sizes = ("full",) if only_full else ("small", "full")
    total = len(sizes)
    say("started", frame=frame, total=total, done=0, device="fake")
    plate = folder / frame_path(job["plates"], frame)
    first, last = job["frames"]["first"], job["frames"]["last"]
    needed = [folder / frame_path(job["plates"], each) for each in range(first, last + 1)]
    while not all(path.exists() for path in needed):
        time.sleep(0.01)
    if str(frame) == os.environ.get("ECSET_FAKE_FAIL"):
        say("error", message=f"Frame {frame} cannot be painted.")
        return 1
    (folder / "preview").mkdir(exist_ok=True)
    for done, size in enumerate(sizes, 1):
        time.sleep(float(os.environ.get("ECSET_FAKE_SECONDS", "0")))
        target = folder / "preview" / f"{size}_{frame:04d}{plate.suffix}"
        data = plate.read_bytes()
        target.write_bytes(flat(data) if size == "small" else data)
        about = {"frame": frame, "size": size, "path": str(target), "seconds": 0.0}
        say("preview", **about, done=done, total=total)
    say("finished", done=total, total=total, seconds=0.0)
    return 0


def flat(png):
    """A picture of one colour as large as another one."""
    width, height = struct.unpack(">II", png[16:24])

    def chunk(kind, body):
        checked = kind + body
        return struct.pack(">I", len(body)) + checked + struct.pack(">I", zlib.crc32(checked))

    rows = (b"\0" + bytes(FLAT) * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return png[:8] + b"".join(chunk(*each) for each in chunks)


def weights(command, arguments):
    folder = Path(os.environ.get("ECSET_FAKE_WEIGHTS", "/no such folder"))
    if command == "list":
        for name in ("vgg19", "raft-small", "raft-large"):
            file = folder / name
            if not file.exists():
                about = {"there": False, "download": 8, "message": "There are none."}
            elif file.read_text() == "damaged":
                about = {"there": False, "message": f"{file} is damaged; get it again."}
            else:
                about = {"there": True, "path": str(file), "bytes": 8, "source": "here"}
            print(json.dumps({"name": name, **about}))
        return 0
    name, total = arguments[0], 548 << 20
    say("started", done=0, total=total)
    for step in range(1, 9):
        time.sleep(float(os.environ.get("ECSET_FAKE_SECONDS", "0")))
        if step == 5 and os.environ.get("ECSET_FAKE_FAIL") == name:
            say("error", message="The server can't be reached.")
            return 1
        say("progress", done=step * total // 8, total=total)
    (folder / name).write_text("weights")
    say("finished", name=name, path=str(folder / name))
    return 0


def doctor():
    for name, text in (("PyTorch", "2.15.0 for CUDA 13.2"), ("Device", "cpu")):
        time.sleep(float(os.environ.get("ECSET_FAKE_SECONDS", "0")))
        say("finding", name=name, ok=True, text=text)
    say("finding", name="Weights", ok=False, text="VGG-19 is damaged: get it again")
    say("finished")
    return 1


def main():
    if "--with-parent" in sys.argv:
        end_with_parent()
    if sys.argv[1] == "weights":
        return weights(sys.argv[2], sys.argv[3:])
    if sys.argv[1] == "doctor":
        return doctor()
    command, folder = sys.argv[1], Path(sys.argv[2])
    if command == "check" and "ECSET_FAKE_REFUSAL" in os.environ:
        say("error", message=os.environ["ECSET_FAKE_REFUSAL"])
        return 2
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    if command == "preview":
        return preview(folder, job, int(sys.argv[sys.argv.index("--frame") + 1]))
    return run(folder, job) if command == "run" else 0


if __name__ == "__main__":
    sys.exit(main())
