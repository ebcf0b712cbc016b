import bpy

settings = (getattr(bpy.context, "sequencer_scene", None) or bpy.context.scene).ecset

settings.style_scale = 0.7
settings.content = 1.2
settings.detail = 0.3
settings.rotate = True
