r"""Paint one strip of a .blend and save the painted edit under another name.

blender -b edit.blend --python-exit-code 1 --python one_strip.py -- \
    Harbour evening.jpg painted.blend
"""

import os
import sys

import bpy

strip_name, style, painted = sys.argv[sys.argv.index("--") + 1 :]

scene = getattr(bpy.context, "sequencer_scene", None) or bpy.context.scene  # since 5.0
editor = scene.sequence_editor
strips = editor.strips_all if hasattr(editor, "strips_all") else editor.sequences_all  # before 4.4

# Stylize works on the active strip, and returns when it is painted. What is not given here is what
# was chosen in the panel. A path is relative to the .blend only when it begins with //.
editor.active_strip = strips[strip_name]
bpy.ops.ecset.stylize(style=os.path.abspath(style), strength=0.9, originals="KEEP")

# The painted strip is the active one now, and knows how it was made.
result = editor.active_strip
print(f"{result.name}: {len(result.elements)} frames, job {result['ecset_job']}")
bpy.ops.wm.save_as_mainfile(filepath=os.path.abspath(painted), copy=True)
