"""Make paintings on the timeline keyframes of a strip, and no keyframes again."""

from typing import Any

import bpy
from bpy.props import StringProperty

from ..sequencer import compat, keyframes, marks
from ..sequencer.errors import EcsetError


class ECSET_OT_mark_keyframe(bpy.types.Operator):
    bl_idname = "ecset.mark_keyframe"
    bl_label = "Use as Keyframe"
    bl_description = (
        "The selected image strips are paintings of frames of the active strip: "
        "each of the frame that it begins at"
    )
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: Any) -> bool:
        if not _selected(context):
            cls.poll_message_set("Select the paintings, and last the strip that they are of")
            return False
        return True

    def execute(self, context: Any) -> set[str]:
        scene = compat.sequencer_scene(context)
        shot, paintings = _shot(scene), _selected(context)
        try:
            for painting in paintings:
                keyframes.refuse_as_keyframe(scene, painting, shot)
        except EcsetError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        for painting in paintings:
            painting[marks.KEYFRAME_PROPERTY] = shot.name
        frames = ", ".join(str(compat.left(painting)) for painting in paintings)
        self.report({"INFO"}, f'Keyframes of "{shot.name}" at {frames}.')
        return {"FINISHED"}


class ECSET_OT_unmark_keyframe(bpy.types.Operator):
    bl_idname = "ecset.unmark_keyframe"
    bl_label = "Remove Keyframe"
    bl_description = "It is no keyframe any more; the strip and its picture stay"
    bl_options = {"REGISTER", "UNDO"}

    strip: StringProperty(name="Strip", description="Its name; empty for the selected strips")

    @classmethod
    def poll(cls, context: Any) -> bool:
        scene = compat.sequencer_scene(context)
        if scene is None or scene.sequence_editor is None:
            cls.poll_message_set("There is no sequence here")
            return False
        return True

    def execute(self, context: Any) -> set[str]:
        strips = compat.all_strips(compat.sequencer_scene(context).sequence_editor)
        chosen = [s for s in strips if (s.name == self.strip if self.strip else s.select)]
        marked = [strip for strip in chosen if marks.KEYFRAME_PROPERTY in strip]
        if not marked:
            what = f'"{self.strip}"' if self.strip else "None of the selected strips"
            self.report({"ERROR"}, f"{what} is {'no' if self.strip else 'a'} keyframe.")
            return {"CANCELLED"}
        for strip in marked:
            del strip[marks.KEYFRAME_PROPERTY]
        return {"FINISHED"}


def _shot(scene: Any) -> Any | None:
    """The active strip, or what it is a result or a keyframe of."""
    active = scene.sequence_editor.active_strip if scene and scene.sequence_editor else None
    if active is None or active.type == "SOUND":
        return None
    return marks.shot_of(scene, active)


def _selected(context: Any) -> list[Any]:
    """The selected strips beside the active one, but for sounds, which come along with movies."""
    scene = compat.sequencer_scene(context)
    shot = _shot(scene)
    if shot is None:
        return []
    return [
        strip
        for strip in compat.strips_of(shot.parent_meta() or scene.sequence_editor)
        if strip.select
        and strip not in (shot, scene.sequence_editor.active_strip)
        and strip.type != "SOUND"
    ]
