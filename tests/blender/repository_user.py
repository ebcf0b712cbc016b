"""A person's Blender: adds a repository, installs from it, updates, removes.

Run in a process of its own, ``repository_user.py ADDRESS SITE NEWER``: ADDRESS is that of SITE's
index.json; NEWER is what SITE holds after the release of another version.  Prints what was seen as
JSON, in the last line.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import bpy

MODULE = "bl_ext.ecset_site.ecset"


def version() -> str:
    """Of the extension that is loaded: of modules, not only of files."""
    folder = Path(sys.modules[MODULE].__file__).parent
    lines = (folder / "blender_manifest.toml").read_text(encoding="utf-8").splitlines()
    (on_disk,) = (line.split('"')[1] for line in lines if line.startswith("version = "))
    release = getattr(sys.modules[f"{MODULE}.sequencer.naming"], "RELEASE", "the first")
    return f"{on_disk}, {release}"


def main(address: str, site: Path, newer: Path) -> None:
    preferences = bpy.context.preferences
    preferences.system.use_online_access = True
    repositories = preferences.extensions.repos
    for repository in list(repositories):
        if repository.use_remote_url:  # Blender's own: tests go no further than this machine
            repositories.remove(repository)
    repository = repositories.new(name="Ecset", module="ecset_site", remote_url=address)
    repository.use_remote_url = True
    extensions = bpy.ops.extensions
    at = {"repo_index": list(repositories).index(repository)}

    seen = {}
    extensions.repo_sync(**at)
    extensions.package_install(**at, pkg_id="ecset", enable_on_install=True)
    seen["installed"] = version()
    engine = Path(bpy.utils.extension_path_user(MODULE, path="engine", create=True))
    (engine / "engine.json").write_text("{}", encoding="utf-8")
    preferences.addons[MODULE].preferences.engine_python = "/my/python"

    shutil.rmtree(site)
    shutil.copytree(newer, site)
    extensions.repo_sync(**at)
    extensions.package_upgrade_all()
    seen["updated"] = version()
    seen["engine after the update"] = (engine / "engine.json").exists()
    seen["preferences after the update"] = preferences.addons[MODULE].preferences.engine_python

    extensions.package_uninstall(**at, pkg_id="ecset")
    folder = Path(bpy.utils.user_resource("EXTENSIONS"))
    seen["left"] = [str(path) for path in folder.rglob("*") if "ecset" in path.parts]
    seen["loaded"] = [name for name in sys.modules if name.startswith(MODULE)]
    print(json.dumps(seen))


main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
