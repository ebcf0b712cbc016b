"""same_bytes.py ZIP: write a zip anew so that the same files always make the same bytes.

Blender's `build` keeps the order of the folder, the times and the rights of this very checkout.
Stored, not deflated: versions of zlib differ in what they make of the same bytes.
"""

import sys
import zipfile
from pathlib import Path

#: The earliest that a zip can say.
WHEN = (1980, 1, 1, 0, 0, 0)
UNIX, PLAIN_FILE = 3, 0o100644


def main(path: Path) -> None:
    part = path.with_name(f".{path.name}.part")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as new:
        for name in sorted(old.namelist()):
            entry = zipfile.ZipInfo(name, WHEN)
            entry.create_system = UNIX
            entry.external_attr = PLAIN_FILE << 16
            new.writestr(entry, old.read(name))
    part.replace(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
