"""The doctor: looks at this installation and says what is wrong, in a text for a bug report."""

import time
from pathlib import Path
from typing import Any

import bpy

from ..panels import preferences
from ..sequencer import doctor, private
from ..sequencer.doctor import Checkup, Finding, Step
from ..sequencer.errors import BadInput
from . import running, sidebar

_SECONDS = 0.2

_checkups: list[Checkup] = []  # one or none: the one under way, or the last


def last() -> Checkup | None:
    """The look under way, or the last one."""
    return _checkups[0] if _checkups else None


def begin(argument: str | None = None) -> Checkup:
    """Look at all there is.  `argument`: a Python to take for the engine's."""
    findings = doctor.of_this_machine(bpy.app.version_string, bpy.app.online_access)
    own = preferences.engine_environment()
    python = None
    try:
        python = preferences.engine_python(argument)
    except BadInput as error:
        findings.append(Finding("Engine", False, str(error).rstrip(".")))
    if own is not None and not (argument or preferences.engine_is_named()):
        findings.append(doctor.of_environment(own))
        findings.append(doctor.of_folder("Engine's folder", own))
    for number, folder in enumerate(dict.fromkeys(running.output_folders())):
        name = "Folder of jobs" if number == 0 else f"Folder of jobs {number + 1}"
        findings.append(doctor.of_folder(name, folder))
    here = [Path(bpy.data.filepath).parent] if bpy.data.filepath else []
    # ecset-* are the folders of what runs, and go with it; this one is read afterwards
    log = Path(bpy.app.tempdir) / "ecset_doctor.log"
    log.unlink(missing_ok=True)
    return Checkup(findings, python, log, lambda text: _as_typed_here(text, here))


def _as_typed_here(text: str, folders: list[Path]) -> str:
    ours = "blender --online-mode --command ecset weights"
    return private.without_names(text.replace("python -m core weights", ours), folders)


def forget() -> None:
    """End what is under way, because the extension goes."""
    if bpy.app.timers.is_registered(_tick):
        bpy.app.timers.unregister(_tick)
    while _checkups:
        _checkups.pop().abandon()


def _tick() -> float | None:
    checkup = last()
    if checkup is None:
        return None
    if checkup.poll():
        sidebar.redraw_engine(bpy.context)
    return _SECONDS if checkup.step is Step.LOOKING else None


class ECSET_OT_doctor(bpy.types.Operator):
    """In the background, as scripts call it, it returns when all is looked at."""

    bl_idname = "ecset.doctor"
    bl_label = "Doctor"
    bl_description = (
        "Look at Blender, the engine, its device and what may be written, paint one small frame, "
        "and say what is wrong"
    )

    @classmethod
    def poll(cls, context: Any) -> bool:
        checkup = last()
        if checkup is not None and checkup.step is Step.LOOKING:
            cls.poll_message_set("The doctor is looking")
            return False
        return True

    def execute(self, context: Any) -> set[str]:
        checkup = begin()
        _checkups[:] = [checkup]
        if not bpy.app.background:
            if not bpy.app.timers.is_registered(_tick):
                bpy.app.timers.register(_tick, first_interval=_SECONDS, persistent=True)
            sidebar.redraw_engine(context)
            return {"FINISHED"}
        wait_for(checkup)
        for finding in checkup.findings:
            kind = "INFO" if finding.ok else "WARNING"
            self.report({kind}, f"{finding.name}: {finding.text}")
        return {"FINISHED"}


def wait_for(checkup: Checkup) -> None:
    """Return when all is looked at."""
    while checkup.step is Step.LOOKING:
        checkup.poll()
        time.sleep(0.05)


class ECSET_OT_cancel_doctor(bpy.types.Operator):
    bl_idname = "ecset.cancel_doctor"
    bl_label = "Cancel"
    bl_description = "Do not wait for the engine"

    @classmethod
    def poll(cls, context: Any) -> bool:
        checkup = last()
        return checkup is not None and checkup.step is Step.LOOKING

    def execute(self, context: Any) -> set[str]:
        last().cancel()
        return {"FINISHED"}


class ECSET_OT_copy_findings(bpy.types.Operator):
    bl_idname = "ecset.copy_findings"
    bl_label = "Copy"
    bl_description = (
        "Put all of it on the clipboard, for a report of a fault; your name, your home folder and "
        "the .blend's folder are not in it"
    )

    @classmethod
    def poll(cls, context: Any) -> bool:
        if last() is None:
            cls.poll_message_set("The doctor has not looked yet")
            return False
        return True

    def execute(self, context: Any) -> set[str]:
        context.window_manager.clipboard = last().report()
        self.report({"INFO"}, "Copied what the doctor found")
        return {"FINISHED"}
