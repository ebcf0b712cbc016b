"""Paint strips."""

from typing import Any, ClassVar

import bpy
from bpy.props import BoolProperty, CollectionProperty, FloatProperty, StringProperty

from ..panels.preferences import engine_python, machine, weights_files
from ..sequencer import compat, marks, visible
from ..sequencer.commission import commission
from ..sequencer.errors import EXIT_CANCELLED, BadInput, EcsetError
from ..sequencer.job import Guide, Style
from ..sequencer.progress import Phase
from ..sequencer.task import StylizeTask
from . import preview, running, sidebar, weights
from .choices import Choices, declared
from .order import Order


class EcsetStyleArgument(bpy.types.PropertyGroup):
    """One of several style pictures, for scripts; `name` is its path, as in Blender's own lists.

    A script gives all three: ``styles=[{"name": "//a.png", "weight": 1.0, "mask": ""}]``.
    """

    weight: FloatProperty(
        name="Weight",
        description="How much this style counts beside the others",
        default=1.0,
        min=0.0,
    )
    mask: StringProperty(
        name="Mask", description="Where the style is used: a picture, or one a frame (#)"
    )


class EcsetGuide(bpy.types.PropertyGroup):
    """What steers the paint beside the plate, for scripts; `name` is its path, which may have #."""

    weight: FloatProperty(
        name="Weight", description="How much it counts beside the plate", default=1.0, min=0.0
    )


class ECSET_OT_stylize(Choices, bpy.types.Operator):
    """Paint strips and put the results above them.

    Invoked, it puts them into the queue, which works beside the interface; executed, as scripts do,
    it returns when it is done.  What is not given is taken from the scene's settings.
    """

    bl_idname = "ecset.stylize"
    bl_label = "Stylize"
    bl_description = "Paint the active strip in the chosen style, as a new strip above it"
    # No REGISTER: its panel would paint anew at every touch of a setting.  No UNDO: a strip that
    # comes to the timeline, now or later, is a step of its own.
    bl_options: ClassVar[set[str]] = set()

    selected: BoolProperty(
        name="Selected",
        description="Paint all selected strips, one after the other, not the active one alone",
        options={"SKIP_SAVE"},
    )
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
    def description(cls, context: Any, properties: Any) -> str:
        if properties.selected:
            return "Paint all selected strips in the chosen style, one after the other"
        return cls.bl_description

    @classmethod
    def poll(cls, context: Any) -> bool:
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

    def _order(self, scene: Any) -> Order:
        given = [name for name in declared() if self.properties.is_property_set(name)]
        styles = [Style(item.name, item.weight, item.mask) for item in self.styles]
        if styles and self.style:
            raise BadInput("There are style and styles: give one of the two.")
        if self.style:
            styles = [Style(self.style)]
        return Order.of_scene(
            scene,
            {name: getattr(self, name) for name in given},
            styles,
            guides=tuple(Guide(item.name, item.weight) for item in self.guides),
            frames=self.frames,
            weights=weights_files(),
        )

    def _begin(self, context: Any) -> list[StylizeTask]:
        """The tasks, none of them started; those strips are left out that cannot be painted."""
        preview.discard()  # it has served its purpose
        scene = compat.sequencer_scene(context)
        tasks = []
        for strip in visible.chosen(scene, self.selected):
            try:
                order = self._order(scene)
                _refuse_second(scene, strip)
                python = engine_python()
                made = commission(scene, strip, order.settings(), order.to_json())
                task = StylizeTask(made, python, machine(), headless=bpy.app.background)
            except EcsetError as error:
                self.report({"ERROR"}, str(error))
                running.refuse(running.Refusal(scene.name, strip.name, str(error)))
                continue
            running.add(task)
            tasks.append(task)
        return tasks

    def _report(self, task: StylizeTask) -> None:
        if task.phase is Phase.FAILED or weights.seem_missing():
            weights.renew()
        for note in task.notes:
            self.report({"WARNING"}, note)
        self.report({"ERROR"} if task.phase is Phase.FAILED else {"INFO"}, task.message)

    def execute(self, context: Any) -> set[str]:
        tasks = self._begin(context)
        for number, task in enumerate(tasks, 1):
            status = task.run_to_end()
            self._report(task)
            if status == EXIT_CANCELLED:  # by Ctrl-C, which means all of it
                for other in tasks[number:]:
                    running.forget(other)
                break
        if not any(task.phase is Phase.DONE for task in tasks):
            return {"CANCELLED"}
        running.push_undo("Stylize")
        return {"FINISHED"}

    def invoke(self, context: Any, event: Any) -> set[str]:
        if bpy.app.background:
            return self.execute(context)
        tasks = self._begin(context)
        sidebar.redraw(context)
        if not tasks:
            return {"CANCELLED"}
        running.drive()
        return {"FINISHED"}


def _refuse_second(scene: Any, strip: Any) -> None:
    """Raise BadInput when the strip is in the queue already, and not at its end."""
    for task in running.tasks():
        if (task.phase.is_work or task.phase is Phase.WAITING) and marks.source_of(task.shot) == (
            scene,
            strip,
        ):
            raise BadInput(f'"{strip.name}" is being painted already: cancel that job first.')
