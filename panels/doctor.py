"""What the doctor found, in the preferences."""

from typing import Any

from ..operators import doctor
from ..sequencer.doctor import Step
from .lines import characters, draw_lines


def draw(layout: Any, context: Any) -> None:
    """The doctor's button, and below it what was found the last time."""
    checkup = doctor.last()
    row = layout.row(align=True)
    row.operator("ecset.doctor", icon="VIEWZOOM")
    if checkup is None:
        return
    row.operator("ecset.copy_findings", icon="COPYDOWN")
    column = layout.box().column(align=True)
    width = characters(context)
    for finding in checkup.findings:
        icon = "CHECKMARK" if finding.ok else "ERROR"
        draw_lines(column, f"{finding.name}: {finding.text}", icon, width)
    if checkup.step is Step.LOOKING:
        row = column.row(align=True)
        row.label(text="The engine is looking at itself…", icon="SORTTIME")
        row.operator("ecset.cancel_doctor", text="", icon="X")
