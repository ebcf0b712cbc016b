"""One machine's part of a job, as the wrapper of a render farm: progress in, exit status out.

python farm_chunk.py JOB 1-48 [OPTION ...]

JOB is the folder that ``blender --command ecset stylize ... --prepare --json`` told of. Any Python
runs this; Blender, with Ecset, is found by the variable BLENDER or on the PATH. Options, such as
--devices cuda:0, are handed on.
"""

import json
import os
import subprocess
import sys

job, frames, *options = sys.argv[1:]
command = [os.environ.get("BLENDER", "blender"), "--command", "ecset", "resume", job]
command += [f"--frames={frames}", *options, "--json"]  # in one word: the first may be negative

with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as blender:
    for line in blender.stdout:
        if not line.startswith("{"):
            continue  # Blender's own words
        event = json.loads(line)
        if event["event"] == "frame":
            print(f"PROGRESS {100 * event['done'] // event['total']}%", flush=True)
        elif event["event"] in {"note", "error"}:
            print(f"{event['event'].upper()}: {event['message']}", flush=True)

# 0 done, 2 refused (trying again is no use), 1 failed, 130 stopped: what was painted is kept.
sys.exit(blender.returncode)
