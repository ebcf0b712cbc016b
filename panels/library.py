"""The style library: a folder's pictures, to choose styles from with one click."""

import os
from typing import Any

import bpy

from ..operators import library
from ..sequencer import compat
from . import thumbnails
from .below import Below
from .lines import characters, draw_lines, pixels
from .preferences import preferences

#: So many rows a page has, of pictures at least so many pixels wide.
_ROWS, _WIDTH = 4, 76


class ECSET_PT_library(Below, bpy.types.Panel):
    bl_label = "Style Library"

    @classmethod
    def poll(cls, context: Any) -> bool:
        scene = compat.sequencer_scene(context)
        return scene is not None and scene.ecset.look != "identity"

    def draw(self, context: Any) -> None:
        layout = self.layout
        chosen = preferences()
        if chosen is None:
            layout.label(text="Needs Ecset's preferences", icon="INFO")
            return
        layout.prop(chosen, "library", text="", placeholder="Folder of pictures")
        if not chosen.library:
            text = "Choose a folder of pictures to see them here"
            draw_lines(layout.column(align=True), text, "INFO", characters(context))
            return
        listing = library.pictures(chosen.library)
        if listing.problem:
            draw_lines(layout.column(align=True), listing.problem, "ERROR", characters(context))
            return
        columns = max(2, int((pixels(context) - 60) / _WIDTH))
        browse = context.window_manager.ecset_library
        names = _found(listing.names, browse.search)
        each = columns * _ROWS
        pages = -(-len(names) // each)
        page = max(0, min(browse.page, pages - 1)) if browse.searched == browse.search else 0
        if browse.search or len(listing.names) > each:
            _draw_browse(layout, browse, page, pages)
        if not names:
            layout.label(text="No picture has this in its name", icon="INFO")
            return
        styles = compat.sequencer_scene(context).ecset.styles
        used = {_place(bpy.path.abspath(style.path)) for style in styles}
        grid = layout.grid_flow(row_major=True, columns=columns, even_columns=True, align=False)
        size = (pixels(context) - 60) / columns / 20
        folder = bpy.path.abspath(chosen.library)
        for name in names[page * each :][:each]:
            _draw_cell(grid, bpy.path.native_pathsep(f"{folder}/{name}"), name, used, size)


def _place(path: str) -> str:
    """A path as paths can be compared: without "..", and as Windows takes letters and slashes."""
    return os.path.normcase(os.path.normpath(path))


def _found(names: tuple[str, ...], search: str) -> list[str]:
    return [name for name in names if search.lower() in name.lower()]


def _draw_browse(layout: Any, browse: Any, page: int, pages: int) -> None:
    """The search field, and the pages if there are several."""
    row = layout.row(align=True)
    row.prop(browse, "search", text="", icon="VIEWZOOM")
    if pages < 2:
        return
    for target, icon in ((page - 1, "TRIA_LEFT"), (page + 1, "TRIA_RIGHT")):
        if icon == "TRIA_RIGHT":
            middle = row.row(align=True)
            middle.alignment = "CENTER"
            middle.label(text=f"{page + 1}/{pages}")
        button = row.row(align=True)
        button.enabled = 0 <= target < pages
        button.operator("ecset.turn_page", text="", icon=icon).page = target


def _draw_cell(layout: Any, path: str, name: str, used: set[str], size: float) -> None:
    cell = layout.column(align=True)
    icon = thumbnails.icon(path)
    if icon:
        cell.template_icon(icon_value=icon, scale=max(size, 1.0))
    else:
        cell.label(text="", icon="IMAGE_DATA")
    title = bpy.path.display_name(name, title_case=False)
    cell.operator(
        "ecset.use_picture", text=title, depress=_place(path) in used, translate=False
    ).path = path
