"""The weights of networks: what this Blender knows of them, and getting them on request."""

import time
from pathlib import Path
from typing import Any

import bpy
from bpy.props import EnumProperty

from ..panels.preferences import engine_python, weights_files
from ..sequencer.errors import BadInput, EcsetError
from ..sequencer.network import TITLES
from ..sequencer.weights import SIZES, Answer, Download, Inventory, Step, needed
from . import sidebar

_inventory = Inventory()
_downloads: list[Download] = []  # one or none: the one under way, or the last

_POLL_SECONDS = 0.2


def needed_by(settings: Any) -> list[str]:
    """The networks that `settings` (``scene.ecset``) work with and no file is named for."""
    if settings.look == "identity":
        return []
    named = weights_files()
    networks = needed(settings.look, settings.flow if settings.coherence else None)
    return [network for network in networks if not named[network]]


def answer(network: str) -> Answer | None:
    """What the engine said it has of a network; None while that is not known."""
    return _inventory.answer(network)


def problem() -> str:
    """Why the engine says nothing, in one sentence; "" when that is not so."""
    return _inventory.problem


def last_download() -> Download | None:
    """The download under way, or the last one."""
    return _downloads[0] if _downloads else None


def is_getting() -> bool:
    """Whether a download is under way."""
    download = last_download()
    return download is not None and download.step is Step.GETTING


def want() -> None:
    """Let the engine be asked in a moment.

    The panel calls this when it does not know; itself it must not ask, for it is drawn at every
    move of the mouse.
    """
    if not (problem() or _inventory.is_asking or bpy.app.timers.is_registered(_ask)):
        bpy.app.timers.register(_ask)


def seem_missing() -> bool:
    """Whether the engine, or weights that a scene works with, were not there when it was asked."""
    answers = [answer(network) for scene in bpy.data.scenes for network in needed_by(scene.ecset)]
    return bool(problem()) or any(found is not None and not found.there for found in answers)


def renew() -> None:
    """Forget what the engine said, because it may say something else by now."""
    _inventory.forget()
    sidebar.redraw(bpy.context)


def _ask() -> None:
    try:
        _inventory.ask(engine_python())
    except BadInput as error:
        _inventory.fail(str(error))
    _watch()


def forget() -> None:
    """End what is under way, because the extension goes."""
    for function in (_ask, _tick):
        if bpy.app.timers.is_registered(function):
            bpy.app.timers.unregister(function)
    while _downloads:
        _downloads.pop().abandon()


def _watch() -> None:
    if not bpy.app.timers.is_registered(_tick):
        bpy.app.timers.register(_tick, first_interval=_POLL_SECONDS, persistent=True)


def _tick() -> float | None:
    """Hear from the engine, and show it; not an operator's work, for it goes on when files load."""
    download = last_download()
    was_getting = is_getting()
    if download is not None:
        download.poll()
    if was_getting and not is_getting():
        renew()
    sidebar.redraw(bpy.context)
    return _POLL_SECONDS if is_getting() or _inventory.is_asking else None


class ECSET_OT_get_weights(bpy.types.Operator):
    """Begin a download; executed in the background, as scripts do, it returns when it is done."""

    bl_idname = "ecset.get_weights"
    bl_label = "Get Weights"
    bl_description = (
        "Download the weights of this network, as torchvision publishes them, to where the engine "
        "looks for them; checked, and only this once"
    )

    network: EnumProperty(
        name="Network",
        description="Whose weights are to be downloaded",
        items=[(name, title, f"{SIZES[name]} to download") for name, title in TITLES.items()],
    )

    @classmethod
    def poll(cls, context: Any) -> bool:
        if is_getting():
            cls.poll_message_set("Weights are being downloaded")
            return False
        if not bpy.app.online_access:
            cls.poll_message_set(
                "Allow Online Access in the preferences first (System, Network), or name a file "
                "of weights in the preferences of Ecset"
            )
            return False
        return True

    def execute(self, context: Any) -> set[str]:
        log = Path(bpy.app.tempdir) / "ecset-weights.log"
        try:
            download = Download(self.network, engine_python(), log)
        except EcsetError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        _downloads[:] = [download]
        if not bpy.app.background:
            _watch()
            sidebar.redraw(context)
            return {"FINISHED"}
        while download.step is Step.GETTING:
            download.poll()
            time.sleep(0.05)
        if download.step is Step.DONE:
            self.report({"INFO"}, download.message)
            return {"FINISHED"}
        self.report({"ERROR"}, download.message)
        return {"CANCELLED"}


class ECSET_OT_cancel_weights(bpy.types.Operator):
    bl_idname = "ecset.cancel_weights"
    bl_label = "Cancel Download"
    bl_description = "Stop the download; what is here is kept, and the next one goes on behind it"

    @classmethod
    def poll(cls, context: Any) -> bool:
        return is_getting()

    def execute(self, context: Any) -> set[str]:
        download = last_download()
        if download is not None:
            download.cancel()
        return {"FINISHED"}
