"""A sheet of what the presets of the look "Brushwork" make: each after three styles.

    python examples/preset_sheet.py --output docs

Runs in the engine's Python; about two minutes on two cores. Writes presets.jpg. The presets are
those that Blender's panel has (presets/ecset/patch); all plates and styles are this project's own.
"""

from __future__ import annotations

import argparse
import ast
import tempfile
from pathlib import Path
from typing import Any

from look_sheets import ROOT, Rows, laid_out, painted, style_path

SHOWN = (("street", "evening"), ("still", "seaside"), ("lake", "harvest"))
WIDTH = 400

#: What the panel calls otherwise than the job.
NAMES = {"content": "guide_weight"}


def settings_of(preset: Path) -> dict[str, Any]:
    """What a preset sets, by the names of job.json."""
    return {
        NAMES.get(statement.targets[0].attr, statement.targets[0].attr): ast.literal_eval(
            statement.value
        )
        for statement in ast.parse(preset.read_text(encoding="utf-8")).body
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Attribute)
    }


def rows(folder: Path) -> Rows:
    """A row for each preset, the one that sets nothing first."""
    presets = sorted(
        (ROOT / "presets/ecset/patch").glob("*.py"), key=lambda p: (p.stem != "Default", p)
    )
    found: Rows = []
    for preset in presets:
        settings, row = settings_of(preset), []
        for plate, style in SHOWN:
            picture = painted(
                ROOT / f"examples/plates/{plate}.png",
                [{"path": str(style_path(style))}],
                folder / f"{preset.stem}-{plate}",
                settings=settings,
            )
            row.append(("" if row else preset.stem.replace("_", " "), picture))
        found.append(row)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, required=True, help="folder for the sheet")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        sheet = laid_out(rows(Path(name)), WIDTH)
    sheet.save(options.output / "presets.jpg", quality=86, optimize=True)


if __name__ == "__main__":
    main()
