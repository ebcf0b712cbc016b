"""Ecset: paints the strips of Blender's Video Sequence Editor.

Blender's modules are imported on register, so that the folder stays importable without Blender.
"""


def register() -> None:
    from .operators import registration

    registration.register()


def unregister() -> None:
    from .operators import registration

    registration.unregister()
