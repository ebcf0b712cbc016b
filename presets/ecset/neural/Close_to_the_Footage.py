import bpy

settings = (getattr(bpy.context, "sequencer_scene", None) or bpy.context.scene).ecset

settings.content_weight = 6.0
settings.colours = "linear"
