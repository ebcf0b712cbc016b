"""Take a style by its grip and move it in the list with the mouse."""

from typing import Any

import bpy
from bpy.props import IntProperty

from ..sequencer import compat
from . import sidebar, style_list

#: The height of a row of a list, in pixels at a scale of 1.
_ROW = 20


class ECSET_OT_drag_style(bpy.types.Operator):
    """Modal: the row goes where the mouse goes, until a click or Enter leaves it there.

    Blender's own lists cannot be dragged, and a button hears of the mouse only when it is let go.
    """

    bl_idname = "ecset.drag_style"
    bl_label = "Move Style"
    bl_description = (
        "Move this style in the list: click, move the mouse up or down, and click to leave it "
        "there; Escape or a right click puts it back"
    )
    bl_options = {"UNDO", "INTERNAL", "BLOCKING"}

    index: IntProperty(
        name="Place", description="The style's place in the list", options={"SKIP_SAVE"}
    )

    @classmethod
    def poll(cls, context: Any) -> bool:
        scene = compat.sequencer_scene(context)
        return scene is not None and len(scene.ecset.styles) > 1

    def invoke(self, context: Any, event: Any) -> set[str]:
        scene = compat.sequencer_scene(context)
        if not 0 <= self.index < len(scene.ecset.styles):
            return {"CANCELLED"}
        self._scene, self._start, self._place = scene.name, self.index, self.index
        self._was_active = scene.ecset.active_style
        self._y = event.mouse_y
        self._row = _ROW * context.preferences.system.ui_scale
        scene.ecset.active_style = self.index
        context.window.cursor_modal_set("MOVE_Y")
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: Any, event: Any) -> set[str]:
        scene = bpy.data.scenes.get(self._scene)
        if scene is None or self._place >= len(scene.ecset.styles):
            return self._end(context, "CANCELLED")  # a script took it away
        if event.type == "MOUSEMOVE":
            rows = round((self._y - event.mouse_y) / self._row)
            self._move(scene, self._start + rows)
        elif event.value == "PRESS" and event.type in {"UP_ARROW", "DOWN_ARROW"}:
            self._move(scene, self._place + (1 if event.type == "DOWN_ARROW" else -1))
        elif event.value == "PRESS" and event.type in {"LEFTMOUSE", "RET", "NUMPAD_ENTER"}:
            moved = self._place != self._start
            return self._end(context, "FINISHED" if moved else "CANCELLED")
        elif event.value == "PRESS" and event.type in {"RIGHTMOUSE", "ESC"}:
            self._put_back(scene)
            return self._end(context, "CANCELLED")
        return {"RUNNING_MODAL"}

    def cancel(self, context: Any) -> None:
        """Blender calls this when it quits or loads another file."""
        context.window.cursor_modal_restore()

    def _move(self, scene: Any, place: int) -> None:
        place = max(0, min(place, len(scene.ecset.styles) - 1))
        if place != self._place:
            style_list.move(scene, self._place, place)
            self._place = place
            sidebar.redraw(bpy.context)

    def _put_back(self, scene: Any) -> None:
        self._move(scene, self._start)
        scene.ecset.active_style = self._was_active

    def _end(self, context: Any, how: str) -> set[str]:
        context.window.cursor_modal_restore()
        sidebar.redraw(context)
        return {how}
