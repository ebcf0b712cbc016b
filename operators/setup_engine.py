"""Set up the engine's own Python environment: plan, agree, install, cancel, remove.

One set-up at a time.  A timer drives it, so that it goes on when a file is loaded; Blender ends it
when it quits, and what was begun is repaired another day.
"""

import time
from pathlib import Path
from typing import Any

import bpy

from ..panels import preferences
from ..sequencer.errors import BadInput, EcsetError
from ..sequencer.setup import Setup, Step
from . import interpreters, running, sidebar, weights
from .tell import tell

_SECONDS = 0.2

_setups: list[Setup] = []  # one or none: the one under way, or the last


def current() -> Setup | None:
    """The set-up under way, or the last one that has something to say."""
    return _setups[0] if _setups else None


def is_working() -> bool:
    """Whether something is being planned, installed or removed."""
    setup = current()
    return setup is not None and setup.step.is_work


def offline() -> str:
    """Why nothing may be got from the network, and what to do; "" when it may."""
    if bpy.app.online_access or preferences.engine_choices().wheels:
        return ""
    if bpy.app.online_access_override:
        return "Blender was started offline: start it without --offline-mode, or choose wheels"
    return (
        "Allow Online Access in the preferences first (System, Network), or choose a folder of "
        "wheels there (Add-ons, Ecset)"
    )


def forget() -> None:
    """End what is under way, because the extension goes."""
    if bpy.app.timers.is_registered(_tick):
        bpy.app.timers.unregister(_tick)
    while _setups:
        _setups.pop().abandon()


def _new() -> Setup:
    """Raises BadInput when there is no folder for it."""
    folder = preferences.engine_environment()
    if folder is None:
        raise BadInput("Choose a folder for the engine in the preferences of Ecset first.")
    # ecset-* are the folders of what runs, and go with it; this one is read afterwards
    log = Path(bpy.app.tempdir) / "ecset_setup.log"
    setup = Setup(folder, preferences.engine_choices(), log)
    _setups[:] = [setup]
    return setup


def _tick() -> float | None:
    setup = current()
    if setup is None:
        return None
    was = setup.step
    if setup.poll():
        sidebar.redraw_engine(bpy.context)
    if setup.step.is_work:
        return _SECONDS
    _ended(setup, was)
    return None


def _ended(setup: Setup, was: Step) -> None:
    if was in {Step.INSTALLING, Step.REMOVING}:
        interpreters.renew()
        weights.renew()
    if setup.step is Step.FAILED:
        tell("WARNING", setup.message)  # no window in the way: the panel says it, too
    elif setup.step is Step.DONE and setup.message:
        tell("INFO", setup.message)
    sidebar.redraw_engine(bpy.context)


class _Step:
    """What has begun goes on beside the interface; in the background, as scripts call it, the
    operator returns when it has ended."""

    report: Any

    def execute(self, context: Any) -> set[str]:
        try:
            setup = self._begin()
        except EcsetError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        if not bpy.app.background:
            if not bpy.app.timers.is_registered(_tick):
                bpy.app.timers.register(_tick, first_interval=_SECONDS, persistent=True)
            sidebar.redraw_engine(context)
            return {"FINISHED"}
        was = setup.step
        while setup.step.is_work:
            setup.poll()
            time.sleep(0.05)
        _ended(setup, was)
        if setup.step is Step.FAILED:
            self.report({"ERROR"}, setup.message)
            return {"CANCELLED"}
        for line in setup.plan.lines if setup.step is Step.PLANNED else [setup.message]:
            if line:
                self.report({"INFO"}, line)
        return {"FINISHED"}

    def _begin(self) -> Setup:
        raise NotImplementedError


def _poll_idle(cls: Any) -> bool:
    if is_working():
        cls.poll_message_set("The engine is being set up")
        return False
    return True


def _poll_network(cls: Any) -> bool:
    if reason := offline():
        cls.poll_message_set(reason)
    return not reason


def _poll_free(cls: Any) -> bool:
    """An engine does not change under a strip that is being painted with it."""
    if running.is_busy():
        cls.poll_message_set("A strip is being painted: pause or cancel its job first")
        return False
    return True


class ECSET_OT_setup_engine(_Step, bpy.types.Operator):
    bl_idname = "ecset.setup_engine"
    bl_label = "Set Up the Engine"
    bl_description = (
        "Find out what the engine needs on this machine, and show what would be downloaded, how "
        "much and where to; nothing is installed before you agree"
    )

    @classmethod
    def poll(cls, context: Any) -> bool:
        return _poll_idle(cls) and _poll_network(cls)

    def _begin(self) -> Setup:
        setup = _new()
        setup.make_plan()
        return setup


class ECSET_OT_install_engine(_Step, bpy.types.Operator):
    bl_idname = "ecset.install_engine"
    bl_label = "Install"
    bl_description = (
        "Install what is listed, beside Blender and not into it; work in Blender goes on meanwhile"
    )

    @classmethod
    def poll(cls, context: Any) -> bool:
        setup = current()
        if setup is None or setup.step is not Step.PLANNED:
            cls.poll_message_set('Nothing is planned: "Set Up the Engine" comes first')
            return False
        return _poll_free(cls) and _poll_network(cls)

    def _begin(self) -> Setup:
        setup = current()
        setup.install()
        return setup


class ECSET_OT_decline_engine(_Step, bpy.types.Operator):
    bl_idname = "ecset.decline_engine"
    bl_label = "Not Now"
    bl_description = "Install nothing; what was needed to find out goes again"

    @classmethod
    def poll(cls, context: Any) -> bool:
        setup = current()
        return setup is not None and setup.step is Step.PLANNED

    def _begin(self) -> Setup:
        setup = current()
        setup.decline()
        return setup


class ECSET_OT_cancel_engine(bpy.types.Operator):
    bl_idname = "ecset.cancel_engine"
    bl_label = "Cancel"
    bl_description = "Stop; an installation that is broken off is gone on with by Repair"

    @classmethod
    def poll(cls, context: Any) -> bool:
        return is_working()

    def execute(self, context: Any) -> set[str]:
        setup = current()
        if setup is not None:
            setup.cancel()
        return {"FINISHED"}


class ECSET_OT_remove_engine(_Step, bpy.types.Operator):
    bl_idname = "ecset.remove_engine"
    bl_label = "Remove the Engine"
    bl_description = "Delete the engine's folder with all that was installed into it"

    @classmethod
    def poll(cls, context: Any) -> bool:
        return _poll_idle(cls) and _poll_free(cls)

    def invoke(self, context: Any, event: Any) -> set[str]:
        return set(
            context.window_manager.invoke_confirm(
                self,
                event,
                title="Remove the Engine",
                message=f"Delete all that was installed into {preferences.engine_environment()}",
                confirm_text="Remove",
                icon="WARNING",
            )
        )

    def _begin(self) -> Setup:
        setup = _new()
        if not setup.folder.exists():
            raise BadInput(f"There is no engine in {setup.folder}.")
        setup.remove()
        return setup
