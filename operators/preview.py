"""Look at the present frame painted, before the strip is: shown over the timeline, and gone again.

Nothing of it is part of the file: not a step of undo, not in what is saved, not in a render.  What
is under way is driven by a timer, as it may begin and end in any window.
"""

from typing import Any

import bpy
from bpy.props import FloatProperty

from ..panels.preferences import engine_python, machine, weights_files
from ..sequencer import preview_marks, preview_strips
from ..sequencer.errors import EcsetError
from ..sequencer.placement import Placement
from ..sequencer.preview import Phase, PreviewTask
from ..sequencer.preview_strips import Preview
from . import sidebar, weights
from .order import Order

_SECONDS = 0.1


class _Looking:
    """The preview that is being made and the one that stands, which may be of one making."""

    def __init__(self) -> None:
        self.task: PreviewTask | None = None
        self.placement: Placement | None = None
        self.standing: Preview | None = None
        self.made: PreviewTask | None = None  # whose files the standing one shows
        self.leaving: list[PreviewTask] = []  # given up, and still to end
        self.message = ""  # why the last one came to nothing
        self.wipe = 0.0  # while the file is being saved
        self.muted: list[tuple[str, str]] = []  # scene and strip, while something is rendered


_now = _Looking()


def task() -> PreviewTask | None:
    """The preview that is being made."""
    return _now.task


def standing() -> Preview | None:
    """The preview that is shown."""
    return _now.standing


def is_small() -> bool:
    """Whether the preview that is shown is the small one."""
    return _now.made is not None and _now.made.path is None


def message() -> str:
    """Why the last preview came to nothing; "" when it did not."""
    return _now.message


def begin(scene: Any, strip: Any) -> PreviewTask:
    """Start to paint the present frame of `strip`; what stood is gone then.

    Raises EcsetError; then nothing has changed.
    """
    # its files go with it, so that even a file that was never saved has a place for them
    order = Order.of_scene(scene, {"output": bpy.app.tempdir}, weights=weights_files())
    owner = strip.parent_meta() or scene.sequence_editor
    preview_strips.channels(owner, scene.frame_current)  # or it would end in vain
    made = PreviewTask(
        scene,
        strip,
        scene.frame_current,
        order.settings(),
        engine_python(),
        machine(),
    )
    discard()
    _now.task, _now.placement = made, Placement.of(strip, made.shot.keep_placement)
    return made


def discard(at_once: bool = False) -> None:
    """Take the preview away, made or in the making, with all that is of it.

    What is in the making ends by and by, unless it must `at_once` because no timer will go on.
    """
    made, _now.task = _now.task, None
    if made is not None and made is not _now.made:
        _leave(made, at_once)
    preview, _now.standing = _now.standing, None
    if preview is not None:
        preview.take_away()
    if _now.made is not None:
        _leave(_now.made, at_once)
    _now.made, _now.message = None, ""
    while at_once and _now.leaving:
        _now.leaving.pop().abandon()
    manager = bpy.context.window_manager
    if manager is not None:
        manager.property_unset("ecset_wipe")


def _leave(made: PreviewTask, at_once: bool) -> None:
    if at_once or made.phase.is_end or _waits_for_children():
        made.abandon()
    else:
        made.cancel()
        _now.leaving.append(made)
        drive()


def _waits_for_children() -> bool:
    """In the background no timer runs."""
    return bpy.app.background


def drive() -> None:
    """Let the timer go on with it; in the background, where none runs, nothing happens."""
    if not bpy.app.timers.is_registered(_tick):
        bpy.app.timers.register(_tick, persistent=True)


def _tick() -> float | None:
    changed = go_on()
    for made in list(_now.leaving):
        made.poll()
        if made.phase.is_end:
            made.remove()
            _now.leaving.remove(made)
    if _now.muted and not bpy.app.is_job_running("RENDER"):
        _after_render()  # a render that came to nothing says no more
    if _now.standing is not None and not _now.muted:
        if _now.standing.strips() is None:  # somebody has removed it
            discard()
            changed = True
        else:
            _now.standing.stay_on_top()
            _now.standing.wipe(_wipe())
    if changed:
        sidebar.redraw(bpy.context)
    return _SECONDS if _now.task or _now.standing or _now.leaving else None


def go_on() -> bool:
    """Move on what is under way, and show what has come; whether anything changed."""
    made = _now.task
    if made is None or not made.poll():
        return False
    try:
        _show(made)
    except EcsetError as error:
        discard()
        _now.message = str(error)
        return True
    if made.phase.is_end:
        _now.task = None
        _now.message = made.message if made.phase is Phase.FAILED else ""
        if made.phase is Phase.FAILED or weights.seem_missing():
            weights.renew()
    return True


def _show(made: PreviewTask) -> None:
    painted = made.path or made.small
    if painted is None or made.plate is None:
        return
    if _now.standing is None:
        assert _now.placement is not None
        preview = Preview(made.shot, _now.placement, made.plate, painted, made.picture)
        preview.put(_wipe())
        _now.standing, _now.made = preview, made
    elif _now.standing.painted != painted:
        _now.standing.show(painted)


def _wipe() -> float:
    return float(bpy.context.window_manager.ecset_wipe)


# What happens to the file meanwhile.


@bpy.app.handlers.persistent
def _before_save(*_: Any) -> None:
    if _now.standing is not None:
        _now.standing.take_away()
        _now.wipe = _wipe()
        # it would be saved with the windows
        bpy.context.window_manager.property_unset("ecset_wipe")


@bpy.app.handlers.persistent
def _after_save(*_: Any) -> None:
    if _now.standing is not None:
        bpy.context.window_manager.ecset_wipe = _now.wipe
        _keep_standing()


@bpy.app.handlers.persistent
def _after_undo(*_: Any) -> None:
    preview_strips.remove_others(_now.standing)
    _keep_standing()


def _keep_standing() -> None:
    if _now.standing is not None and not preview_strips.restore(_now.standing, _wipe()):
        discard()  # its shot is gone


@bpy.app.handlers.persistent
def _before_load(*_: Any) -> None:
    discard(at_once=True)


@bpy.app.handlers.persistent
def _after_load(*_: Any) -> None:
    """What an automatic save had of a preview is gone again."""
    preview_strips.remove_others(None)


@bpy.app.handlers.persistent
def _before_render(*_: Any) -> None:
    for scene, strip in preview_marks.marked():
        if not strip.mute:
            strip.mute = True
            _now.muted.append((scene.name, strip.name))


@bpy.app.handlers.persistent
def _after_render(*_: Any) -> None:
    hidden, _now.muted = set(_now.muted), []
    for scene, strip in preview_marks.marked():
        if (scene.name, strip.name) in hidden:
            strip.mute = False


_HANDLERS = {
    "save_pre": _before_save,
    "save_post": _after_save,
    "save_post_fail": _after_save,
    "undo_post": _after_undo,
    "redo_post": _after_undo,
    "load_pre": _before_load,
    "load_post": _after_load,
    "render_init": _before_render,
    "render_complete": _after_render,
    "render_cancel": _after_render,
}


def register() -> None:
    bpy.types.WindowManager.ecset_wipe = FloatProperty(
        name="Wipe",
        description="How much of the plate is uncovered, from the left",
        min=0.0,
        max=1.0,
        subtype="FACTOR",
        options=set(),
    )
    for name, handler in _HANDLERS.items():
        getattr(bpy.app.handlers, name).append(handler)


def unregister() -> None:
    discard(at_once=True)
    for name, handler in _HANDLERS.items():
        getattr(bpy.app.handlers, name).remove(handler)
    if bpy.app.timers.is_registered(_tick):
        bpy.app.timers.unregister(_tick)
    del bpy.types.WindowManager.ecset_wipe
