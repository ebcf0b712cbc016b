import bpy

settings = (getattr(bpy.context, "sequencer_scene", None) or bpy.context.scene).ecset

settings.style_scale = 1.6
settings.detail = 0.0
