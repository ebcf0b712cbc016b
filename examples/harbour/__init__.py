"""The scene of the example shot: a small harbour, built from nothing but code.

One module for each kind of thing: ``land`` (headland, hills, trees), ``houses`` (lighthouse,
cottage, jetty), ``boat``, ``sky`` (sea, clouds, light); ``build`` holds what they share.
Lengths are in Blender units (about a metre); the camera looks along +Y.
"""
