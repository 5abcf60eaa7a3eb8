"""Exports: one version in one format as a zip, written by whoever sweeps next."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from annotate.accounts.models import User
from annotate.core import audit, errors, progress
from annotate.core.progress import LongJob
from annotate.datasets import format as contract
from annotate.datasets import pulse, selectors
from annotate.datasets.archive import ZipSink
from annotate.datasets.formats import FORMATS
from annotate.datasets.models import DatasetVersion, Export
from annotate.projects.models import Project

EXPORT = "export"


def start_export(
    version: DatasetVersion, *, actor: User | None, form: str, options: Mapping[str, Any] | None = None
) -> Export:
    """An export, queued with its job; the one there is where the same was asked for before, since it would be the
    same bytes.

    Conflict for a version that is not ready or a kind the format cannot hold; Invalid for an unknown format or option.
    """
    selectors.folder_of(version)
    if form not in FORMATS:
        raise errors.Invalid("unknown_format", f"There is no format {form!r}.", {"formats": sorted(FORMATS)})
    try:
        chosen = contract.chosen_options(FORMATS[form], options or {})
    except ValueError as error:
        raise errors.Invalid("bad_option", f"{error}.", {"format": form}) from None
    if not FORMATS[form].accepts(version.project.kind):
        raise errors.Conflict("kind_not_held", f"{FORMATS[form].title} cannot hold labels of this kind.")
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=version.project_id)
        for known in selectors.exports_of(version).filter(format=form).order_by("-id"):
            if known.options == chosen and selectors.state_of(known) != Export.State.FAILED:
                return known
        export = Export.objects.create(version=version, format=form, options=chosen, created_by=actor)
        export.job = progress.open_job(
            EXPORT,
            project_id=version.project_id,
            actor=actor.pk if actor else None,
            title=f"{version.number}, {FORMATS[form].title}",
            subject_id=export.pk,
        )
        export.save(update_fields=["job"])
        audit.record(
            "export",
            actor=actor.pk if actor else None,
            subject="export",
            subject_id=export.pk,
            project_id=version.project_id,
            data={"version": version.number, "format": form, "options": chosen},
        )
    return export


def export_next() -> bool:
    """Writes the oldest export that waits, or whose worker died; False where none does. Any number may call it."""
    try:
        return progress.run_job(EXPORT, _export)
    finally:
        ended = (LongJob.State.FAILED, LongJob.State.CANCELLED)
        waiting = Export.objects.filter(state=Export.State.QUEUED, job__state__in=ended)
        waiting.update(state=Export.State.FAILED)


def _export(job: LongJob) -> None:
    """Writes beside the final name and renames, so that a zip is whole or not there; a second try overwrites the
    first with the same bytes."""
    export = Export.objects.select_related("version__project").get(pk=job.subject_id)
    if export.state != Export.State.QUEUED:
        progress.end_job(job, LongJob.State.DONE)
        return
    folder = Path(settings.FOVEA_HOME) / "exports" / str(export.version.project_id)
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(f".{export.pk}-*.part"):
        left.unlink(missing_ok=True)
    part = folder / f".{export.pk}-{job.attempt}.part"
    try:
        with pulse.beating(job) as heart:
            losses, digest = _write(export, part, heart)
    except pulse.Stopped:
        part.unlink(missing_ok=True)
        progress.end_job(job, LongJob.State.CANCELLED)
        return
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    size = part.stat().st_size
    name = f"exports/{export.version.project_id}/{export.pk}.zip"
    part.rename(Path(settings.FOVEA_HOME) / name)
    with transaction.atomic():
        if progress.end_job(job, LongJob.State.DONE, data={"export": export.pk, "bytes": size}):
            rows = Export.objects.filter(pk=export.pk, state=Export.State.QUEUED)
            rows.update(state=Export.State.READY, file=name, bytes=size, digest=digest, losses=losses)


def _write(export: Export, part: Path, heart: pulse.Pulse) -> tuple[dict[str, Any], str]:
    version = selectors.opened(export.version)
    total = int(version.manifest.counts["images"])
    heart.step(0, total)
    with part.open("w+b") as file:
        with ZipSink(file) as sink:
            form = FORMATS[export.format]
            losses = contract.write_export(version, form, sink, options=export.options, step=heart.step)
        file.flush()
        os.fsync(file.fileno())
        file.seek(0)
        seal = hashlib.sha256()
        while chunk := file.read(contract.CHUNK):
            seal.update(chunk)
            heart.step(total)
    return losses, seal.hexdigest()
