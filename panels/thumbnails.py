"""Thumbnails of pictures on disk.

Blender reads them beside the interface, when they are drawn for the first time, and again when
the file is another one.  In the background nobody sees any, and none are made.
"""

import os
import time
from typing import Any

import bpy
from bpy.utils import previews

#: So many are kept; a thumbnail takes a quarter of a megabyte.
_MOST = 160

#: A file is looked at again after so many seconds: panels are drawn at every move of the mouse.
_SECONDS = 1.0

_previews: list[Any] = []  # Blender's collection, one or none
_keys: dict[str, str] = {}  # of the thumbnails in it by path, the longest unused first
_looked: dict[str, tuple[float, str]] = {}  # by path: when, and what makes it this file; "": none


def is_there(path: str) -> bool:
    """Whether there is a file at `path`, as Blender means it."""
    return bool(_state(path))


def icon(path: str) -> int:
    """The icon that is the thumbnail of the file; 0 where there is none."""
    state = _state(path)
    if not state or bpy.app.background:
        return 0
    if not _previews:
        _previews.append(previews.new())
    collection, key = _previews[0], f"{path}|{state}"
    if _keys.get(path) != key:
        _release(path)
        # by its place alone Blender would give the old picture of a file that was changed
        collection.load(key, bpy.path.abspath(path), "IMAGE", force_reload=True)
    else:
        del _keys[path]
    _keys[path] = key
    if len(_keys) > _MOST:
        _release(next(iter(_keys)))
    return int(collection[key].icon_id)


def forget() -> None:
    """Free all of them: Blender would complain of what is left."""
    _keys.clear()
    _looked.clear()
    while _previews:
        previews.remove(_previews.pop())


def _state(path: str) -> str:
    when, state = _looked.get(path, (-_SECONDS, ""))
    now = time.monotonic()
    if now - when < _SECONDS:
        return state
    try:
        found = os.stat(bpy.path.abspath(path))
        state = f"{found.st_mtime_ns}.{found.st_size}"
    except OSError:
        state = ""
    if len(_looked) > 10 * _MOST:
        _looked.clear()
    _looked[path] = now, state
    return state


def _release(path: str) -> None:
    key = _keys.pop(path, None)
    if key is not None:
        del _previews[0][key]
