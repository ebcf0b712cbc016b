"""A strip and what is asked for it made into a job: everything is looked at before anything starts.

What comes of it is a folder with ``job.json`` for the engine and ``ecset.json`` for Blender; a
``StylizeTask`` works it off, now or another day.
"""

import shutil
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import bpy

from . import check, folder, job, keyframes, marks, masks, place, plates, record, timelines
from .errors import BadInput, EcsetError
from .naming import composed
from .record import Record
from .shot import Shot


@dataclass
class Commission:
    """A job that is written: `path` is its folder, `record` what Blender knows of it.

    `snapshot`: the session as it was when it was asked for, which the plates are rendered from; it
    lies in a temporary folder that goes with `forget`.  None: as the session is by then.
    `shots`: what is rendered of it, the strip itself under "" and masks under their names.
    `settings`: what job.json was written from, None for a job that was found.
    `outermost`: the outermost folder that was made for it, None when the job was there before, or
    is there to stay.
    """

    path: Path
    record: Record
    notes: list[str] = field(default_factory=list)
    snapshot: Path | None = None
    shots: dict[str, Shot] = field(default_factory=dict)
    shows_scenes: bool = False
    settings: job.Settings | None = None
    outermost: Path | None = None

    def take_snapshot(self, scene: Any) -> None:
        """Keep the session as it is.  Raises EcsetError."""
        temporary = Path(tempfile.mkdtemp(prefix="ecset-", dir=bpy.app.tempdir or None))
        try:
            self.snapshot = plates.write_snapshot(scene, temporary)
        except EcsetError:
            shutil.rmtree(temporary, ignore_errors=True)
            raise
        self.shows_scenes = plates.shows_scenes(scene)

    def forget(self) -> None:
        """Take the snapshot away."""
        if self.snapshot is not None:
            shutil.rmtree(self.snapshot.parent, ignore_errors=True)
            self.snapshot = None

    def keep(self) -> None:
        """Something is about to be made of it: from now on nothing takes it away."""
        self.outermost = None

    def undo(self) -> None:
        """Take a new job away again that was refused before anything was made of it."""
        self.forget()
        if self.outermost is not None:
            folder.remove(self.path, self.outermost)


def commission(
    scene: Any, strip: Any, settings: job.Settings, asked: dict[str, Any] | None = None
) -> Commission:
    """Look everything over and write the job.  Raises EcsetError; then nothing has changed.

    `asked` is kept with the job and on its result, to be asked again.
    """
    check.refuse_foreign(settings)
    shot = plates.describe(scene, strip, settings.frames)
    settings = check.with_the_scenes_own(scene, shot, settings)
    settings, notes = keyframes.use(scene, shot, settings)
    check.files(settings, shot)
    mask_shots = masks.shots(scene, shot, settings.mask_strips)
    if not settings.output.is_absolute():
        raise BadInput(f"The output folder {settings.output} must be an absolute path.")
    effect = plates.covers_effect(scene, strip)
    if effect:
        notes.append(
            f'"{strip.name}" goes into the effect "{effect}" and is painted without it: '
            "choose the effect to paint what the timeline shows."
        )
    _require_channel(scene, strip, shot)
    description = job.describe(settings, shot.first, shot.last)
    blend = composed(bpy.path.basename(bpy.data.filepath))
    path = job.job_folder(
        settings.output, description, blend, shot.scene, shot.strip, settings.mask_strips
    )
    known_before = marks.ID_PROPERTY in strip
    known = Record(
        shot=replace(shot, identity=marks.identify(scene, strip)),
        blend=blend,
        format=settings.format,
        masks={name: settings.mask_path(job.STRIP + name) or "" for name in mask_shots},
        result_name=settings.result_name,
        older=settings.older,
        originals=settings.originals,
        asked=asked or {},
    )
    made = Commission(path, known, notes, shots={"": shot, **mask_shots}, settings=settings)
    try:
        made.outermost = folder.write(path, description)
        record.save(path, known)
        made.take_snapshot(scene)
    except (OSError, EcsetError) as error:
        made.undo()
        if not known_before:
            del strip[marks.ID_PROPERTY]
        if isinstance(error, EcsetError):
            raise
        raise BadInput(
            f"The output folder {settings.output} cannot be written ({error.strerror}): "
            "choose another."
        ) from error
    return made


def _require_channel(scene: Any, strip: Any, shot: Shot) -> None:
    """There must be room for the result, or all would be in vain.  Raises BadInput."""
    owner = strip.parent_meta() or scene.sequence_editor
    end = shot.first + shot.length
    place.free_channel(owner, shot.first, end, marks.top_channel(scene, strip, shot.first, end))


def unfinished(outputs: list[Path]) -> list[Commission]:
    """The jobs in these folders that are of strips of this .blend and not painted to the end, or
    painted elsewhere and not on the timeline yet.

    Those that the person has cancelled are left out.
    """
    blend = composed(bpy.path.basename(bpy.data.filepath))
    found = []
    for output in dict.fromkeys(outputs):
        for path, known in record.jobs_in(output):
            ours = known.blend == blend or bool(marks.results_with(path.name))
            if not ours or known.dropped or marks.source_of(known.shot) is None:
                continue
            shot = known.shot
            if known.prepared or record.missing(path / known.frames, shot.first, shot.last):
                found.append(Commission(path, known))
    return found


def result_folders() -> list[Path]:
    """The output folders that results on the timelines of this file lie in."""
    folders = [
        Path(bpy.path.abspath(strip.directory)).parent.parent
        for _, strip in timelines.strips()
        if marks.JOB_PROPERTY in strip and strip.type == "IMAGE"
    ]
    return list(dict.fromkeys(folders))
