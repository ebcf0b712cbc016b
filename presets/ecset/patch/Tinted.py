import bpy

settings = (getattr(bpy.context, "sequencer_scene", None) or bpy.context.scene).ecset

settings.content = 2.0
settings.palette = 0.5
