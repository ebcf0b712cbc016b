"""A look that changes nothing gives back the picture that the timeline showed."""

from __future__ import annotations

import numpy as np
import pytest

VIEWS = ["Standard", "AgX", "Filmic", "Filmic Log", "False Color", "Raw"]
FORMATS = {"PNG8": ("PNG", 8), "PNG16": ("PNG", 16), "EXR": ("EXR", 16)}


def spaces(timeline):
    import bpy

    names = ["sRGB", "Linear Rec.709", "Linear Rec.2020", "ACEScg", "AgX Base sRGB", "Filmic Log"]
    known = bpy.types.ColorManagedInputColorspaceSettings.bl_rna.properties["name"]
    return [n for n in names if n in {item.identifier for item in known.enum_items}]


def compare(timeline, strip, picture, frames, out=("PNG", 8)):
    before = [timeline.shown(f, *out) for f in frames]
    name = strip.name
    timeline.stylize_in_place(strip, picture=picture)
    timeline.strip(name).mute = True
    after = [timeline.shown(f, *out) for f in frames]
    return max(float(np.abs(a - b).max()) for a, b in zip(before, after))


@pytest.mark.parametrize("view", VIEWS)
def test_probe(timeline, pictures, view):
    for space in spaces(timeline):
        for picture, out in FORMATS.items():
            import bpy

            bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
            t = type(timeline)(timeline.folder)
            t.scene.view_settings.view_transform = view
            t.scene.sequencer_colorspace_settings.name = space
            s = t.images(pictures[:2])
            d8 = compare(t, s, picture, [1, 2])
            print(view, space, picture, d8)
