import bpy

settings = (getattr(bpy.context, "sequencer_scene", None) or bpy.context.scene).ecset

settings.style_scale = 0.35
settings.detail = 0.7
settings.variety = 2.0
settings.rotate = True
settings.flip = True
