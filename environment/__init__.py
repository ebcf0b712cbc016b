"""The engine's own Python environment: planned, installed, looked at, removed.

Standard library only.  Blender's side reads `folder`; ``vendor_setup.py`` does the rest, in a
process of its own or by hand.
"""
