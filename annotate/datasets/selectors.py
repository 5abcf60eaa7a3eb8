"""Versions and exports, by the only doors to them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from annotate.consensus.models import Decision
from annotate.core import errors
from annotate.core.progress import LongJob
from annotate.datasets import settled
from annotate.datasets.models import DatasetVersion, Export
from annotate.ingest.models import Image
from annotate.labeling.models import Task
from annotate.manifest.read import Version, open_version
from annotate.manifest.schema import Manifest
from annotate.projects.models import Project

CHUNK = 500
QUESTION = "label"


def versions_of(project: Project) -> QuerySet[DatasetVersion]:
    """All versions with what their page shows, without a query per row."""
    return DatasetVersion.objects.filter(project=project).select_related("job", "parent", "created_by")


def version_for(project: Project, vid: int) -> DatasetVersion:
    """One version of the project; NotFound for any other."""
    found = versions_of(project).filter(pk=vid).first()
    if found is None:
        raise errors.NotFound("not_found", "There is no such version in this project.")
    return found


def newest_ready(project: Project) -> DatasetVersion | None:
    """The latest version that is frozen."""
    return versions_of(project).filter(state=DatasetVersion.State.READY).order_by("-number").first()


def version_numbered(project: Project, number: int | None) -> DatasetVersion | None:
    """The version of that number, the newest ready one for None."""
    return newest_ready(project) if number is None else versions_of(project).filter(number=number).first()


def folder_of(version: DatasetVersion) -> Path:
    """Where a frozen version lies; Conflict while it is not."""
    if version.state != DatasetVersion.State.READY:
        raise errors.Conflict("version_not_ready", "This version is not frozen yet.", {"version": version.pk})
    return Path(settings.FOVEA_HOME) / version.folder


def opened(version: DatasetVersion) -> Version:
    """A frozen version for reading; ValueError where its folder is not what the row was written for."""
    found = open_version(folder_of(version))
    if found.manifest.digest != version.digest:
        raise ValueError(f"the folder of version {version.number} holds another version")
    return found


def manifest_in(folder: Path) -> Manifest:
    return open_version(folder).manifest


def state_of(row: DatasetVersion | Export) -> str:
    """queued (its job tells whether somebody is at it), ready or failed, also in the moment between its job's end and
    the row's."""
    ended = (LongJob.State.FAILED, LongJob.State.CANCELLED)
    if row.state == row.State.QUEUED and row.job is not None and row.job.state in ended:
        return str(row.State.FAILED)
    return str(row.state)


def has_answers(project: Project) -> bool:
    """Whether any picture of the project is settled, so that there is something to freeze."""
    tasks = Task.objects.filter(project=project, image__state=Image.State.READY)
    return tasks.filter(state=Task.State.CLOSED).exists() or tasks.filter(gold__isnull=False).exists()


def settled_answers(project: Project, digests: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """What stands now as the answer of pictures in use, by digest; those of which nothing is settled are left out.

    As a version frozen now would have it. Read in chunks, three queries each.
    """
    found: dict[str, Mapping[str, Any]] = {}
    for start in range(0, len(digests), CHUNK):
        part = digests[start : start + CHUNK]
        images = Image.objects.filter(project=project, digest__in=part, state=Image.State.READY)
        tasks = list(
            Task.objects.filter(image__in=images, question=QUESTION, kind=project.kind)
            .select_related("consensus", "image")
            .defer("consensus__distribution", "consensus__counts")
        )
        rulings = Decision.objects.filter(task_id__in=[task.pk for task in tasks]).order_by("id")
        last = {ruling.task_id: ruling for ruling in rulings}
        for task in tasks:
            answer, _ = settled.answer_of(task, last.get(task.pk), getattr(task, "consensus", None))
            if settled.state_of(task, answer) in ("labeled", "empty") and answer is not None:
                found[task.image.digest] = answer
    return found


def exports_of(version: DatasetVersion) -> QuerySet[Export]:
    return Export.objects.filter(version=version).select_related("job", "created_by")


def export_for(project: Project, eid: int) -> Export:
    """One export of a version of the project; NotFound for any other."""
    rows = Export.objects.filter(pk=eid, version__project=project).select_related("job", "created_by", "version")
    found = rows.first()
    if found is None:
        raise errors.NotFound("not_found", "There is no such export in this project.")
    return found


def export_path(export: Export) -> Path:
    """The finished zip; Conflict while it is not."""
    if export.state != Export.State.READY:
        raise errors.Conflict("export_not_ready", "This export is not finished yet.", {"export": export.pk})
    return Path(settings.FOVEA_HOME) / export.file
