"""Paint the active strip."""

from typing import Any

import bpy
from bpy.props import CollectionProperty, FloatProperty, StringProperty

from ..panels.preferences import engine_python, machine, weights_files
from ..sequencer import compat, marks
from ..sequencer.errors import BadInput, EcsetError
from ..sequencer.job import Guide, Settings, Style
from ..sequencer.task import Phase, StylizeTask
from . import running, sidebar, weights
from .choices import Choices, declared
from .settings import chosen_of, gather, styles_in


class EcsetStyleArgument(bpy.types.PropertyGroup):
    """One of several style pictures, for scripts; `name` is its path, as in Blender's own lists.

    A script gives all three: ``styles=[{"name": "//a.png", "weight": 1.0, "mask": ""}]``.
    """

    weight: FloatProperty(name="Weight", default=1.0, min=0.0)
    mask: StringProperty(
        name="Mask", description="Where the style is used: a picture, or one a frame (#)"
    )


class EcsetGuide(bpy.types.PropertyGroup):
    """What steers the paint beside the plate, for scripts; `name` is its path, which may have #."""

    weight: FloatProperty(name="Weight", default=1.0, min=0.0)


class ECSET_OT_stylize(Choices, bpy.types.Operator):
    """Paint the active strip and put the result above it.

    Invoked, it works beside the interface; executed, as scripts do, it returns when it is done.
    What is not given is taken from the scene's settings.
    """

    bl_idname = "ecset.stylize"
    bl_label = "Stylize"
    bl_description = "Paint the active strip in the chosen style, as a new strip above it"
    bl_options = {"UNDO"}  # no REGISTER: its panel would paint anew at every touch of a setting

    style: StringProperty(
        name="Style Picture",
        description="The picture whose style the strip is painted in, in place of the scene's list",
        subtype="FILE_PATH",
        options=compat.PATH_OPTIONS,
    )
    styles: CollectionProperty(
        name="Style Pictures",
        description="Several, with weights and masks, in place of one",
        type=EcsetStyleArgument,
    )
    guides: CollectionProperty(
        name="Guides",
        description="Pictures that steer the paint beside the plate, such as depth or normals",
        type=EcsetGuide,
    )
    frames: StringProperty(
        name="Frames", description='First and last frame, as in "1-24"; empty for all'
    )

    @classmethod
    def poll(cls, context: Any) -> bool:
        if running.is_busy():
            cls.poll_message_set("Another strip is being painted")
            return False
        scene = compat.sequencer_scene(context)
        if scene is None or scene.sequence_editor is None:
            cls.poll_message_set("There is no sequence here: add a strip first")
            return False
        if scene.sequence_editor.active_strip is None:
            cls.poll_message_set("Select the strip to paint")
            return False
        if scene.sequence_editor.active_strip.type == "SOUND":
            cls.poll_message_set("Select a strip that shows a picture")
            return False
        if marks.is_keyframe(scene, scene.sequence_editor.active_strip):
            cls.poll_message_set("This is a keyframe: select the strip that it is painted for")
            return False
        return True

    def _settings(self, scene: Any) -> Settings:
        given = [name for name in declared() if self.properties.is_property_set(name)]
        chosen = chosen_of(scene, {name: getattr(self, name) for name in given})
        styles = [Style(item.name, item.weight, item.mask) for item in self.styles]
        if styles and self.style:
            raise BadInput("There are style and styles: give one of the two.")
        if self.style:
            styles = [Style(self.style)]
        guides = [Guide(item.name, item.weight) for item in self.guides]
        return gather(
            chosen,
            styles or styles_in(scene),
            guides,
            frames=self.frames,
            weights=weights_files(),
        )

    def _begin(self, context: Any) -> StylizeTask | None:
        scene = compat.sequencer_scene(context)
        strip = scene.sequence_editor.active_strip
        try:
            task = StylizeTask(
                scene,
                strip,
                self._settings(scene),
                engine_python(),
                bpy.app.background,
                machine(),
            )
        except EcsetError as error:
            self.report({"ERROR"}, str(error))
            running.remember(running.Refusal(scene.name, strip.name, str(error)))
            return None
        running.remember(task)
        return task

    def _report(self, task: StylizeTask) -> set[str]:
        if task.phase is Phase.FAILED or weights.seem_missing():
            weights.renew()
        for note in task.notes:
            self.report({"WARNING"}, note)
        if task.phase is Phase.DONE:
            self.report({"INFO"}, task.message)
            return {"FINISHED"}
        self.report({"ERROR"} if task.phase is Phase.FAILED else {"INFO"}, task.message)
        return {"CANCELLED"}

    def execute(self, context: Any) -> set[str]:
        task = self._begin(context)
        if task is None:
            return {"CANCELLED"}
        task.run_to_end()
        return self._report(task)

    def invoke(self, context: Any, event: Any) -> set[str]:
        if bpy.app.background:
            return self.execute(context)
        self._task = self._begin(context)
        sidebar.redraw(context)
        if self._task is None:
            return {"CANCELLED"}
        manager = context.window_manager
        self._timer = manager.event_timer_add(0.1, window=context.window)
        manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: Any, event: Any) -> set[str]:
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        if self._task.poll():
            sidebar.redraw(context)
        if not self._task.phase.is_end:
            return {"PASS_THROUGH"}
        context.window_manager.event_timer_remove(self._timer)
        return self._report(self._task)

    def cancel(self, context: Any) -> None:
        """Blender calls this when another file is loaded and when it quits."""
        context.window_manager.event_timer_remove(self._timer)
        self._task.abandon()
