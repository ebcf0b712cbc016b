"""What there is to know of an installation: findings of this side, then the engine's own.

Standard library only.  All of it may be shown to others: `private` goes over every text.
"""

import platform
import shutil
import tempfile
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from ..environment.folder import ROOT, Folder, State
from . import engine
from .conversation import Conversation
from .errors import EXIT_CANCELLED, EcsetError
from .setup import readable

#: Bytes that a disk should have free: a shot's frames are some hundred megabytes.
_ENOUGH = 10**9


@dataclass(frozen=True)
class Finding:
    """One line of a report.  `ok`: nothing has to be done about it."""

    name: str
    ok: bool
    text: str


def of_this_machine(blender: str, is_online: bool) -> list[Finding]:
    """What is so whatever the engine is.  `blender`: its version."""
    online = "allowed" if is_online else "off: nothing is downloaded"
    manifest = ROOT / "blender_manifest.toml"
    return [
        Finding("Ecset", True, _version(manifest)),
        Finding("Blender", True, blender),
        Finding("System", True, f"{platform.system()} {platform.release()}, {platform.machine()}"),
        Finding("Blender's Python", True, platform.python_version()),
        Finding("Online access", True, online),
    ]


def _version(manifest: Path) -> str:
    try:
        return str(tomllib.loads(manifest.read_text(encoding="utf-8"))["version"])
    except (OSError, ValueError, KeyError):
        return "unknown"


def of_environment(folder: Path) -> Finding:
    """How far the engine that Ecset has set up is."""
    found = Folder(folder).read()
    if found.installed is None or found.state not in {State.READY, State.OUTDATED}:
        text = {
            State.NONE: "not set up yet",
            State.UNFINISHED: "its installation did not come to its end",
        }.get(found.state, "something of it is gone")
        older = ", an older one is in use" if found.python else ""
        ok = found.python is not None
        return Finding("Environment", ok, f"{text}{older}, in {folder}")
    installed = found.installed
    asked = installed.choices.build if not installed.choices.wheels else "from wheels"
    text = f"PyTorch {installed.torch} ({asked}), {readable(installed.size)} in {folder}"
    due = "; an update is due" if found.state is State.OUTDATED else ""
    return Finding("Environment", True, text + due)


def of_folder(name: str, folder: Path) -> Finding:
    """Whether files can be written to a folder, which may not be there yet."""
    there = next((p for p in (folder, *folder.parents) if p.exists()), folder)
    try:
        with tempfile.TemporaryFile(dir=there):
            free = shutil.disk_usage(there).free
    except OSError as error:
        return Finding(name, False, f"cannot be written ({error.strerror}): choose another")
    if free < _ENOUGH:
        return Finding(name, False, f"only {readable(free)} free: make room")
    return Finding(name, True, f"can be written, {readable(free)} free")


class Step(Enum):
    """How far the doctor is."""

    LOOKING = "Looking"
    DONE = "Done"


class Checkup(Conversation):
    """Findings as they come."""

    def __init__(
        self,
        findings: list[Finding],
        python: Path | None,
        log: Path,
        private: Callable[[str], str],
    ) -> None:
        """Start.  `python` is the engine's, None when there is none; `private` takes names out."""
        super().__init__()
        self._private = private
        self._log = log
        self._problem = ""
        self._heard_end = False
        self._python = python
        self._probing = True
        self.step = Step.DONE
        self.findings: list[Finding] = []
        for finding in findings:
            self._add(finding)
        if python is not None:
            self._look(engine.probe_command(python))

    def _look(self, command: list[str | Path]) -> None:
        try:
            self._start(command, self._log, engine.ROOT)
        except EcsetError as error:
            self._add(Finding("Engine", False, str(error).rstrip(".")))
            return
        self.step = Step.LOOKING

    def _add(self, finding: Finding) -> None:
        told = Finding(finding.name, finding.ok, self._private(finding.text))
        if told not in self.findings:  # both sides know the system
            self.findings.append(told)

    @property
    def is_well(self) -> bool:
        return all(finding.ok for finding in self.findings)

    def _hear(self, event: dict[str, Any]) -> None:
        if event["event"] == "finding":
            text = str(event.get("text", ""))
            self._add(Finding(str(event.get("name", "")), bool(event.get("ok")), text))
        elif event["event"] == "error":
            self._problem = str(event.get("message", ""))
        elif event["event"] == "finished":
            self._heard_end = True

    def _child_ended(self, status: int) -> None:
        self.step = Step.DONE
        if self._cancelled or status == EXIT_CANCELLED:
            self._add(Finding("Engine", False, "was not looked at to the end"))
        elif self._probing and self._heard_end:
            self._probing = self._heard_end = False
            self._look(engine.doctor_command(self._python))
        elif self._probing and self._problem:
            self._add(Finding("Engine", False, self._problem.rstrip(".")))
        elif not self._heard_end:
            # its last words, such as a library that cannot be loaded
            why = self._problem or _last_line(self._log)
            text = f"ended with exit status {status}{': ' + why if why else ''}"
            self._add(Finding("Engine", False, text))

    def _abandoned(self) -> None:
        self.step = Step.DONE

    def report(self) -> str:
        """All of it as text, for a report of a fault."""
        lines = [f"{'ok  ' if f.ok else 'FAIL'} {f.name}: {f.text}" for f in self.findings]
        return "\n".join(lines) + "\n"


def _last_line(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    said = [line.strip() for line in lines if line.strip() and not line.startswith("# ")]
    return said[-1] if said else ""
