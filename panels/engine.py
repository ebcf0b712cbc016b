"""How far the engine is and what to do about it: in the preferences, and in the sidebar while there
is something to do.
"""

from typing import Any

import bpy

from ..environment.folder import Engine, Folder, State
from ..operators import interpreters, setup_engine
from ..sequencer import engine, private
from ..sequencer.errors import BadInput
from ..sequencer.setup import Setup, Step, readable
from . import preferences
from .engine_choices import OWN, build_title
from .lines import characters, draw_lines


class ECSET_PT_engine(bpy.types.Panel):
    """On top of the tab, as long as there is something to do."""

    bl_label = "Engine"
    bl_space_type = "SEQUENCE_EDITOR"
    bl_region_type = "UI"
    bl_category = "Ecset"

    @classmethod
    def poll(cls, context: Any) -> bool:
        setup = setup_engine.current()
        if setup is not None and setup.step not in {Step.DONE, Step.CANCELLED, Step.FAILED}:
            return True
        if preferences.engine_is_named():
            return bool(_problem_of_named())
        return _own().state is not State.READY

    def draw(self, context: Any) -> None:
        layout = self.layout
        width = characters(context)
        setup = setup_engine.current()
        is_idle = setup is None or setup.step in {Step.DONE, Step.CANCELLED, Step.FAILED}
        if is_idle and preferences.engine_is_named():
            draw_lines(layout.column(align=True), _problem_of_named() or "", "ERROR", width)
            _draw_preferences_button(layout)
        elif is_idle and _own().state is State.OUTDATED and not _failure(setup):
            layout.operator("ecset.setup_engine", text="Update the Engine", icon="FILE_REFRESH")
        else:
            draw_own(layout, width, in_sidebar=True)


def draw_preferences(layout: Any, context: Any, chosen: Any) -> None:
    """The engine's part of the preferences `chosen`."""
    width = characters(context)
    layout.row().prop(chosen, "engine", expand=True)
    column = layout.column()
    if chosen.engine == OWN:
        setup = setup_engine.current()
        # what was planned was planned for this
        column.enabled = setup is None or not (setup.step.is_work or setup.step is Step.PLANNED)
        column.prop(chosen, "engine_folder", placeholder="Ecset's Own")
        column.prop(chosen, "torch_build")
        column.prop(chosen, "wheels", placeholder="None: Download")
        draw_own(layout.box(), width)
    else:
        column.prop(chosen, "engine_python", placeholder="None")
    if preferences.engine_is_named():
        _draw_named(layout.column(align=True), width)


def draw_own(layout: Any, width: int, in_sidebar: bool = False) -> None:
    """Ecset's own environment, and the buttons for what comes next."""
    column = layout.column(align=True)
    setup = setup_engine.current()
    if setup is not None and setup.step.is_work:
        _draw_work(column, setup, width)
        return
    if setup is not None and setup.step is Step.PLANNED:
        _draw_plan(layout, column, setup, width)
        return
    found = _own()
    if failure := _failure(setup):
        draw_lines(column, failure, "ERROR", width)
    else:
        _draw_state(column, found, width)
    _draw_buttons(layout, found, width, in_sidebar)


def _draw_work(column: Any, setup: Setup, width: int) -> None:
    draw_lines(column, setup.message, "IMPORT", width)
    row = column.row(align=True)
    row.progress(factor=setup.factor, text=setup.progress_text)
    row.operator("ecset.cancel_engine", text="", icon="X")


def _draw_plan(layout: Any, column: Any, setup: Setup, width: int) -> None:
    for line in setup.plan.lines:
        draw_lines(column, private.at_home(line), "DOT", width)
    row = layout.row(align=True)
    row.operator("ecset.install_engine", icon="IMPORT")
    row.operator("ecset.decline_engine")


def _draw_state(column: Any, found: Engine, width: int) -> None:
    older = ": until then the older engine paints" if found.python else ""
    if found.state is State.NONE:
        text = "Strips are painted with PyTorch, beside Blender: it is to be set up once"
        draw_lines(column, text, "INFO", width)
    elif found.state is State.UNFINISHED:
        text = f"The engine's installation did not come to its end{older}"
        draw_lines(column, text, "ERROR", width)
    elif found.state is State.BROKEN:
        draw_lines(column, "Something of the engine is gone", "ERROR", width)
    else:
        _draw_installed(column, found, width)


def _draw_installed(column: Any, found: Engine, width: int) -> None:
    installed = found.installed
    build = f" for {installed.build}" if installed.build else ""
    what = f"PyTorch {installed.torch.partition('+')[0]}{build}, {installed.device}"
    draw_lines(column, what, "CHECKMARK", width)
    folder = private.at_home(str(preferences.engine_environment()))
    draw_lines(column, f"{readable(installed.size)} in {folder}", "BLANK1", width)
    if found.state is State.OUTDATED:
        text = "This version of Ecset asks for other packages: the engine works until it is updated"
        draw_lines(column, text, "INFO", width)


def _draw_buttons(layout: Any, found: Engine, width: int, in_sidebar: bool) -> None:
    row = layout.row(align=True)
    if found.state is State.NONE:
        row.operator("ecset.setup_engine", text="Set Up the Engine…", icon="IMPORT")
    elif found.state in {State.UNFINISHED, State.BROKEN}:
        row.operator("ecset.setup_engine", text="Repair", icon="FILE_REFRESH")
    elif found.state is State.OUTDATED:
        row.operator("ecset.setup_engine", text="Update", icon="FILE_REFRESH")
    elif chosen := _chosen_otherwise(found):
        row.operator("ecset.setup_engine", text=f"Change to {chosen}", icon="FILE_REFRESH")
    if found.state is not State.NONE:
        row.operator("ecset.remove_engine", text="Remove…", icon="TRASH")
    if in_sidebar:
        _draw_preferences_button(row, text="")
    if found.state is not State.READY and (reason := setup_engine.offline()):
        column = layout.column(align=True)
        draw_lines(column, reason, "INTERNET_OFFLINE", width)
        column.operator("screen.userpref_show", text="Network…").section = "SYSTEM"


def _chosen_otherwise(found: Engine) -> str:
    """The build that the preferences ask for, when another one is installed; else ""."""
    wanted = preferences.engine_choices().build
    return build_title(wanted) if wanted != found.installed.choices.build else ""


def _draw_preferences_button(layout: Any, text: str = "Preferences of Ecset…") -> None:
    button = layout.operator("preferences.addon_show", text=text, icon="PREFERENCES")
    button.module = preferences.PACKAGE


def _draw_named(column: Any, width: int) -> None:
    """A Python that the preferences or the environment variable name."""
    if problem := _problem_of_named():
        draw_lines(column, problem, "ERROR", width)
    elif problem is None:
        draw_lines(column, "Looking at the Python…", "SORTTIME", width)
    else:
        python = private.at_home(str(preferences.engine_python()))
        by = f", by {engine.VARIABLE}" if preferences.engine_is_own() else ""
        draw_lines(column, f"Painting with {python}{by}", "CHECKMARK", width)


def _failure(setup: Setup | None) -> str:
    """Why the last try came to nothing, if it was in the folder that counts now."""
    failed = setup is not None and setup.step is Step.FAILED
    return setup.message if failed and setup.folder == preferences.engine_environment() else ""


def _own() -> Engine:
    folder = preferences.engine_environment()
    return Engine(State.NONE) if folder is None else Folder(folder).read()


def _problem_of_named() -> str | None:
    """One sentence; "" when there is nothing to say, None while that is being found out."""
    try:
        return interpreters.problem(preferences.engine_python())
    except BadInput as error:
        return str(error)
