import bpy

settings = (getattr(bpy.context, "sequencer_scene", None) or bpy.context.scene).ecset

settings.style_scale = 3.0
settings.content = 1.0
settings.detail = 0.3
settings.variety = 2.5
settings.rotate = True
settings.flip = True
