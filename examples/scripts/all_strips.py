"""Paint all pictures on a timeline, each as far as it goes, and say what came of each.

blender -b edit.blend --python-exit-code 1 --python all_strips.py -- painted.blend

``blender --command ecset stylize edit.blend --all --save-as painted.blend`` does this, too; here
it is up to you which strips, and what each is painted with.
"""

import os
import sys

import bpy

(painted,) = sys.argv[sys.argv.index("--") + 1 :]

scene = getattr(bpy.context, "sequencer_scene", None) or bpy.context.scene  # since 5.0
editor = scene.sequence_editor
strips = editor.strips if hasattr(editor, "strips") else editor.sequences  # before 4.4
kinds = {"MOVIE", "IMAGE", "SCENE"}
names = [s.name for s in strips if s.type in kinds and not s.mute and "ecset_job" not in s]

# One call for each, so that one that cannot be painted does not stop the others: an operator that
# refuses raises RuntimeError, and its text says why.
failed = []
for name in names:
    editor.active_strip = strips[name]
    try:
        bpy.ops.ecset.stylize(older="REPLACE")
    except RuntimeError as error:
        failed.append(name)
        print(f"{name}: {error}", file=sys.stderr)

bpy.ops.wm.save_as_mainfile(filepath=os.path.abspath(painted), copy=True)
sys.exit(1 if failed else 0)
