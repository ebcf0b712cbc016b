import bpy

settings = (getattr(bpy.context, "sequencer_scene", None) or bpy.context.scene).ecset

settings.style_scale = 1.4
settings.content_weight = 0.3
settings.start = "noise"
