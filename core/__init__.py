"""Ecset's engine: paints shots. It imports no Blender module, and Blender imports none of it."""

__version__ = "0.1.0"
