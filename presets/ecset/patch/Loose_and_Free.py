import bpy

settings = (getattr(bpy.context, "sequencer_scene", None) or bpy.context.scene).ecset

settings.style_scale = 1.3
settings.content = 1.0
settings.detail = 0.1
settings.variety = 0.5
