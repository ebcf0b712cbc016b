import bpy

settings = (getattr(bpy.context, "sequencer_scene", None) or bpy.context.scene).ecset

settings.style_scale = 1.4
settings.content = 0.5
settings.detail = 0.25
settings.variety = 1.5
settings.flip = True
