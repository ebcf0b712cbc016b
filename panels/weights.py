"""What there is to know of the weights that the chosen look works with, in the main panel."""

from typing import Any

import bpy

from ..operators import weights
from ..sequencer.network import TITLES
from ..sequencer.weights import SIZES, Step
from .lines import draw_lines


def draw(layout: Any, settings: Any, width: int) -> None:
    """Nothing when all is there; else what is missing and how to get it.

    `width`: characters in a line.
    """
    download = weights.last_download()
    for network in weights.needed_by(settings):
        answer = weights.answer(network)
        if answer is not None and answer.there:
            continue
        column = layout.column(align=True)
        title = TITLES[network]
        if download is not None and download.network == network:
            if download.step is Step.GETTING:
                row = column.row(align=True)
                row.progress(factor=download.factor, text=download.progress_text)
                row.operator("ecset.cancel_weights", text="", icon="X")
                continue
            if download.step is Step.FAILED:
                draw_lines(column, download.message, "ERROR", width)
        if answer is None:
            weights.want()
            problem = weights.problem()
            draw_lines(column, problem or f"Weights of {title}: …", _icon(problem), width)
            continue
        draw_lines(column, answer.fault or f"{title} has no weights yet", "ERROR", width)
        text = f"Get {title} Weights ({SIZES[network]})"
        column.operator("ecset.get_weights", text=text, icon="IMPORT").network = network
        if not bpy.app.online_access:
            column.label(text="Needs Allow Online Access", icon="INTERNET_OFFLINE")


def _icon(problem: str) -> str:
    return "ERROR" if problem else "SORTTIME"
