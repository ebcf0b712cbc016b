"""``stylize``: paint strips of a .blend."""

import argparse
from typing import Any

from ...sequencer import compat, visible
from ...sequencer.commission import commission
from ...sequencer.errors import EXIT_CANCELLED, BadInput, EcsetError
from ...sequencer.job import STRIP, Style
from ...sequencer.progress import Phase
from ...sequencer.task import StylizeTask
from ..order import parse_frames
from .arguments import choices_of, styles_of
from .files import find_strip, only_scene, open_blend, save, save_target
from .orders import machine, order_of, python_of
from .voice import Voice
from .work import work_off, worst


def run(arguments: argparse.Namespace, voice: Voice) -> int:
    """Returns the exit status; raises EcsetError when nothing can be begun at all."""
    styles = styles_of(arguments)
    frames = parse_frames(arguments.frames)
    target = save_target(arguments.save_as)
    if target is not None and arguments.prepare:
        raise BadInput("There are --prepare and --save-as: what is only prepared has no result.")
    python, on = python_of(arguments), machine(arguments)
    open_blend(arguments.file)
    tasks, statuses = [], []
    try:
        # all are looked over before the first is painted
        for scene, strip in _chosen(arguments, styles, frames):
            try:
                of_strip = _within(strip, frames) if arguments.all else arguments.frames
                order = order_of(arguments, scene, styles, of_strip)
                made = commission(scene, strip, order.settings(), order.to_json())
            except EcsetError as error:
                statuses.append(voice.refuse(error, scene=scene.name, strip=strip.name))
                continue
            tasks.append(
                StylizeTask(
                    made,
                    python,
                    on,
                    headless=True,
                    silent=voice.is_json,
                    plates_only=arguments.prepare,
                )
            )
        for task in tasks:
            statuses.append(
                work_off(
                    voice,
                    task,
                    arguments.file,
                    has_styles=bool(styles),
                    prepare=arguments.prepare,
                )
            )
            if statuses[-1] == EXIT_CANCELLED:
                return worst(statuses)
    finally:
        for task in tasks:
            task.abandon()  # those that were not begun
    if target is not None and any(task.phase is Phase.DONE for task in tasks):
        save(target)
        voice.say("saved", f"Painted .blend: {target}", file=str(target))
    return worst(statuses)


def _chosen(
    arguments: argparse.Namespace, styles: list[Style], frames: tuple[int, int] | None
) -> list[tuple[Any, Any]]:
    """The strips to paint, each with its scene.  Raises BadInput when there are none."""
    if not arguments.all:
        found: list[tuple[Any, Any]] = []
        for name in arguments.strip:
            pair = find_strip(arguments.scene, name)
            if pair not in found:
                found.append(pair)
        return found
    scene = only_scene(arguments.scene)
    given = [*(style.mask for style in styles or scene.ecset.styles)]
    given.append(choices_of(arguments).get("strength_mask", scene.ecset.strength_mask))
    masks = [mask.removeprefix(STRIP) for mask in given if mask.startswith(STRIP)]
    strips = visible.shots(scene, masks, frames)
    if not strips:
        where = f" in frames {arguments.frames}" if frames else ""
        raise BadInput(
            f'There is no strip to paint in "{scene.name}"{where}: all that is there are sounds, '
            "results, masks or muted strips."
        )
    return [(scene, strip) for strip in strips]


def _within(strip: Any, frames: tuple[int, int] | None) -> str:
    """As much of `frames` as `strip` shows, as it is typed; "" for all."""
    if frames is None:
        return ""
    first = max(frames[0], compat.left(strip))
    last = min(frames[1], compat.right(strip) - 1)
    return f"{first}-{last}"
