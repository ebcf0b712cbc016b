import bpy

settings = (getattr(bpy.context, "sequencer_scene", None) or bpy.context.scene).ecset

settings.style_scale = 0.8
settings.content = 6.0
settings.detail = 1.0
settings.palette = 0.4
settings.variety = 0.3
