"""Freezing: a version is asked for, and written by whoever sweeps next."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from annotate.accounts.models import User
from annotate.core import audit, errors, progress
from annotate.core.progress import LongJob
from annotate.datasets import folders, freeze, pulse, selectors, snapshot
from annotate.datasets.models import DatasetVersion
from annotate.projects.models import Project

FREEZE = "freeze"
TRIES = 3


def start_freeze(project: Project, *, actor: User | None, note: str = "") -> DatasetVersion:
    """A new numbered version, queued with its job. Conflict where nothing is labeled, or there are no classes.

    Numbers are given out one after the other and never again, also where a freeze fails. Freezing what has not changed
    gives a new number for the folder that is there.
    """
    if not project.classes.exists():
        raise errors.Conflict("no_classes", "This project has no classes yet: add some first.")
    if not selectors.has_answers(project):
        raise freeze.nothing_labeled()
    with transaction.atomic():
        locked = Project.objects.select_for_update().get(pk=project.pk)
        last = DatasetVersion.objects.filter(project=locked).order_by("-number").first()
        version = DatasetVersion.objects.create(
            project=locked,
            number=last.number + 1 if last else 1,
            schema_number=locked.schema_number,
            note=note,
            seed=locked.seed,
            created_by=actor,
        )
        version.job = progress.open_job(
            FREEZE,
            project_id=locked.pk,
            actor=actor.pk if actor else None,
            title=str(version.number),
            subject_id=version.pk,
        )
        version.save(update_fields=["job"])
        audit.record(
            "freeze",
            actor=actor.pk if actor else None,
            subject="version",
            subject_id=version.pk,
            project_id=locked.pk,
            data={"number": version.number},
        )
    return version


def freeze_next() -> bool:
    """Writes the oldest version that waits, or whose worker died; False where none does. Any number may call it."""
    try:
        return progress.run_job(FREEZE, _freeze)
    finally:
        ended = (LongJob.State.FAILED, LongJob.State.CANCELLED)
        waiting = DatasetVersion.objects.filter(state=DatasetVersion.State.QUEUED, job__state__in=ended)
        waiting.update(state=DatasetVersion.State.FAILED)


def _freeze(job: LongJob) -> None:
    """What happens, in this order, so that a death at any point leaves a version whole or not begun:

    1. a draft is written and sealed; 2. the row says where it will lie; 3. the draft is moved there; 4. the row is
    ready. After 1 the draft is thrown away and written again; after 2 likewise; after 3 only 4 is left to do.
    """
    version = DatasetVersion.objects.select_related("project").get(pk=job.subject_id)
    if version.state != DatasetVersion.State.QUEUED:
        progress.end_job(job, LongJob.State.DONE)
        return
    if not (version.folder and (Path(settings.FOVEA_HOME) / version.folder).exists()):
        try:
            _write(version, job)
        except pulse.Stopped:
            folders.remove(folders.draft(version.project_id, version.pk, job.attempt))
            progress.end_job(job, LongJob.State.CANCELLED)
            return
        except Exception:
            folders.remove(folders.draft(version.project_id, version.pk, job.attempt))
            raise
    folders.drop_drafts(version.project_id, version.pk)
    _finish(version, job)


def _write(version: DatasetVersion, job: LongJob) -> None:
    ready = DatasetVersion.objects.filter(project=version.project, state=DatasetVersion.State.READY)
    parent = ready.filter(number__lt=version.number).order_by("-number").first()
    folders.drop_drafts(version.project_id, version.pk)
    written = folders.draft(version.project_id, version.pk, job.attempt)
    with pulse.beating(job) as heart:
        counts = _write_draft(version, written, parent=parent, heart=heart)
    manifest = selectors.manifest_in(written)
    version.folder = folders.final_name(version.project_id, manifest, version.number)
    version.digest, version.counts, version.parent = manifest.digest, counts, parent
    mine = DatasetVersion.objects.filter(
        pk=version.pk, state=DatasetVersion.State.QUEUED, job__attempt=job.attempt, job__cancel_asked=False
    )
    if not mine.update(digest=version.digest, folder=version.folder, counts=counts, parent=parent):
        raise pulse.Stopped
    folders.publish(written, Path(settings.FOVEA_HOME) / version.folder)


def _write_draft(
    version: DatasetVersion, written: Path, *, parent: DatasetVersion | None, heart: pulse.Pulse
) -> dict[str, Any]:
    """Writes it from one moment; again from a later one where a picture was deleted for good meanwhile."""
    for attempt in range(1, TRIES + 1):
        try:
            with snapshot.one_moment():
                return freeze.write(version, written, parent=parent, step=heart.step)
        except folders.Gone:
            if attempt == TRIES:
                raise
    raise AssertionError("the last try either returned or raised")


def _finish(version: DatasetVersion, job: LongJob) -> None:
    with transaction.atomic():
        facts = {"version": version.pk, "number": version.number, "digest": version.digest}
        if progress.end_job(job, LongJob.State.DONE, data=facts):
            queued = DatasetVersion.objects.filter(pk=version.pk, state=DatasetVersion.State.QUEUED)
            queued.update(state=DatasetVersion.State.READY)
