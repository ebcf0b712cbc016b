"""Look at the present frame painted, before the strip is: shown over the timeline, and gone again.

Nothing of it is part of the file: not a step of undo, not in what is saved, not in a render.  What
is under way is driven by a timer, as it may begin and end in any window.
"""

import time
from typing import Any

import bpy
from bpy.props import FloatProperty

from ..panels.preferences import engine_python, machine, weights_files
from ..sequencer import compat, marks, preview_marks, preview_strips
from ..sequencer.errors import EcsetError
from ..sequencer.preview import Phase, PreviewTask
from ..sequencer.preview_strips import Placement, Preview
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
    _now.task, _now.placement = made, Placement.of(strip, made.shot)
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


class ECSET_OT_preview(bpy.types.Operator):
    """Paint the present frame and show it over the timeline.

    Invoked, it works beside the interface; executed, as scripts do, it returns when it is done.
    """

    bl_idname = "ecset.preview"
    bl_label = "Preview"
    bl_description = (
        "Paint the present frame to look at, small first and then in full; nothing of it is kept"
    )

    @classmethod
    def poll(cls, context: Any) -> bool:
        scene = compat.sequencer_scene(context)
        editor = scene.sequence_editor if scene else None
        strip = editor.active_strip if editor else None
        if strip is None or strip.type == "SOUND":
            cls.poll_message_set("Select the strip to look at")
            return False
        shot = marks.shot_of(scene, strip)
        if not compat.left(shot) <= scene.frame_current < compat.right(shot):
            cls.poll_message_set("Move the playhead onto the strip, to the frame to look at")
            return False
        return True

    def _begin(self, context: Any) -> PreviewTask | None:
        scene = compat.sequencer_scene(context)
        try:
            return begin(scene, marks.shot_of(scene, scene.sequence_editor.active_strip))
        except EcsetError as error:
            self.report({"ERROR"}, str(error))
            return None

    def execute(self, context: Any) -> set[str]:
        made = self._begin(context)
        if made is None:
            return {"CANCELLED"}
        try:
            while _now.task is made:
                go_on()
                time.sleep(0.02)
        except KeyboardInterrupt:
            discard()
            raise
        for note in made.notes:
            self.report({"WARNING"}, note)
        if _now.message:
            self.report({"ERROR"}, _now.message)
        if _now.standing is not None:
            drive()
        return {"FINISHED"} if made.phase is Phase.DONE and not _now.message else {"CANCELLED"}

    def invoke(self, context: Any, event: Any) -> set[str]:
        if bpy.app.background:
            return self.execute(context)
        made = self._begin(context)
        if made is None:
            return {"CANCELLED"}
        for note in made.notes:
            self.report({"WARNING"}, note)
        drive()
        sidebar.redraw(context)
        return {"FINISHED"}


class ECSET_OT_cancel_preview(bpy.types.Operator):
    bl_idname = "ecset.cancel_preview"
    bl_label = "Cancel Preview"
    bl_description = "Stop painting the preview; what is shown of it already stays"

    @classmethod
    def poll(cls, context: Any) -> bool:
        if _now.task is None:
            cls.poll_message_set("No preview is being painted")
            return False
        return True

    def execute(self, context: Any) -> set[str]:
        if _now.task is not None:
            _now.task.cancel()
        return {"FINISHED"}


class ECSET_OT_discard_preview(bpy.types.Operator):
    bl_idname = "ecset.discard_preview"
    bl_label = "Discard Preview"
    bl_description = "Take the preview away, without a trace"

    @classmethod
    def poll(cls, context: Any) -> bool:
        if _now.task is None and _now.standing is None:
            cls.poll_message_set("There is no preview")
            return False
        return True

    def execute(self, context: Any) -> set[str]:
        discard()
        sidebar.redraw(context)
        return {"FINISHED"}
