import bpy

settings = (getattr(bpy.context, "sequencer_scene", None) or bpy.context.scene).ecset

settings.style_scale = 0.6
settings.content = 3.0
settings.detail = 1.0
