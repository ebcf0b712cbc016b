"""Set up the engine's own Python environment."""

import sys
import time
from typing import Any

import bpy

from ..panels import preferences
from ..sequencer.engine import ROOT
from ..sequencer.process import Child, clean_environment
from . import weights


class ECSET_OT_setup_engine(bpy.types.Operator):
    bl_idname = "ecset.setup_engine"
    bl_label = "Set up the engine"
    bl_description = "Download PyTorch and what else the engine needs into a folder of its own"

    _child: Child | None = None

    @classmethod
    def poll(cls, context: Any) -> bool:
        if cls._child is not None:
            cls.poll_message_set("The engine is being set up")
            return False
        if not bpy.app.online_access:
            cls.poll_message_set("Allow Online Access in the preferences first (System, Network)")
            return False
        return True

    def execute(self, context: Any) -> set[str]:
        folder = preferences.engine_environment(create=True)
        if folder is None:
            self.report({"ERROR"}, "Install Ecset as an extension first, to give it a folder.")
            return {"CANCELLED"}
        self._log = folder.with_suffix(".log")
        try:
            type(self)._child = Child(
                [sys.executable, ROOT / "vendor_setup.py", "--target", folder, "--with-parent"],
                self._log,
                cwd=ROOT,
                env=clean_environment(),
            )
        except OSError as error:
            self.report({"ERROR"}, f"The engine could not be set up: {error}.")
            return {"CANCELLED"}
        preferences.setup_message("Setting up the engine: this downloads PyTorch…")
        if bpy.app.background:
            return self._wait()
        manager = context.window_manager
        self._timer = manager.event_timer_add(0.5, window=context.window)
        manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: Any, event: Any) -> set[str]:
        if event.type != "TIMER" or not self._ended():
            return {"PASS_THROUGH"}
        context.window_manager.event_timer_remove(self._timer)
        for area in context.window.screen.areas:
            area.tag_redraw()
        return self._report()

    def cancel(self, context: Any) -> None:
        """Blender calls this when another file is loaded and when it quits."""
        context.window_manager.event_timer_remove(self._timer)
        self._child.end()
        type(self)._child = None
        preferences.setup_message("")

    def _wait(self) -> set[str]:
        while not self._ended():
            time.sleep(0.1)
        return self._report()

    def _ended(self) -> bool:
        self._status = self._child.exit_status()
        for event in self._child.events():
            preferences.setup_message(str(event.get("message", "")))
        return self._status is not None

    def _report(self) -> set[str]:
        type(self)._child = None
        if self._status == 0:
            preferences.setup_message("The engine is ready.")
            weights.renew()
            self.report({"INFO"}, "The engine is ready.")
            return {"FINISHED"}
        message = f"The engine could not be set up: see {self._log}"
        preferences.setup_message(message)
        self.report({"ERROR"}, message)
        return {"CANCELLED"}
