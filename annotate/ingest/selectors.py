"""Pictures and deliveries as others see them."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Max, QuerySet, Sum

from annotate.accounts.models import User
from annotate.core import bars, errors, storage
from annotate.ingest import pages
from annotate.ingest.models import Batch, BatchFile, Image, PartialFile
from annotate.projects import selectors as projects
from annotate.projects.models import Project

RENDITIONS = ("thumb", "display", "full", "original")


def picture_url(pid: int, iid: int, rendition: str) -> str:
    """The address of a picture's bytes, relative to the server."""
    return f"/api/projects/{pid}/images/{iid}/picture/{rendition}"


def image_for(project: Project, iid: int) -> Image:
    """A picture of this project; NotFound where it has no such picture or its bin was emptied."""
    image = Image.objects.filter(project=project, pk=iid).exclude(state=Image.State.EMPTIED).first()
    if image is None:
        raise errors.NotFound("not_found", "There is no such picture here.")
    return image


def picture_path(image: Image, rendition: str) -> Path:
    """Where a rendition lies. One that would not have been smaller was never made: the picture stands for it."""
    if rendition == "original":
        return storage.path(image.original_digest, image.original_suffix, kind="original")
    whole = storage.path(image.digest, image.suffix)
    if rendition == "full":
        return whole
    small = storage.path(image.digest, ".jpg", kind=rendition)
    return small if small.exists() else whole


def images_without_tasks(limit: int) -> QuerySet[Image]:
    """The oldest pictures ready for people that have no task yet, with their project.

    The mark alone would do; the tasks are asked too, for a sweep that died between making a task and marking.
    """
    waiting = Image.objects.filter(has_task=False, state=Image.State.READY, tasks__isnull=True)
    return waiting.select_related("project").order_by("id")[:limit]


def batch_for(project: Project, bid: int) -> Batch:
    """A delivery to this project, with its job; NotFound for others."""
    batch = Batch.objects.select_related("job", "project").filter(project=project, pk=bid).first()
    if batch is None:
        raise errors.NotFound("not_found", "There is no such delivery here.")
    return batch


def batches_of(project: Project) -> QuerySet[Batch]:
    return Batch.objects.select_related("job").filter(project=project).defer("analysis", "mapping")


def unfinished_of(project: Project, user: User) -> QuerySet[Batch]:
    """This person's uploads of which something promised has not come, with what there is of half-sent files."""
    rows = Batch.objects.filter(project=project, state=Batch.State.OPEN, created_by=user, expected__gt=0)
    half = {"half_bytes": Sum("partials__offset"), "half_touched": Max("partials__touched_at")}
    return rows.defer("analysis", "mapping").annotate(**half)


def unfinished_view(batch: Any) -> dict[str, Any]:
    """A row of `unfinished_of` for a reply; what is left is counted in files and in bytes that have not come."""
    half = batch.half_bytes or 0
    touched = max(batch.touched_at, batch.half_touched or batch.touched_at)
    return {
        "id": batch.pk,
        "name": batch.name,
        "staged": batch.staged,
        "created_at": batch.created_at,
        "kept_until": touched + timedelta(days=settings.UPLOAD_DAYS),
        "expected": batch.expected,
        "arrived": batch.arrived,
        "arrived_bytes": batch.arrived_bytes,
        "left": max(0, batch.expected - batch.arrived),
        "left_bytes": max(0, batch.expected_bytes - batch.arrived_bytes - half),
    }


def partial_for(batch: Batch, uid: int) -> PartialFile:
    """A half-sent file of a delivery; NotFound where it was finished, given up, or never begun."""
    row = PartialFile.objects.select_related("batch__project").filter(batch=batch, pk=uid).first()
    if row is None:
        raise errors.NotFound("upload_gone", "This file is not being sent any more; begin it anew.")
    return row


def files_of(batch: Batch, state: str = "", *, told: bool = False) -> QuerySet[BatchFile]:
    """A delivery's files, without the zips that were opened; `told`: only those of which there is something to say."""
    rows = batch.files.exclude(state=BatchFile.State.OPENED)
    if told:
        rows = rows.exclude(code="")
    return rows.filter(state=state) if state else rows


def analysis_view(batch: Batch) -> dict[str, Any]:
    """What an analysed delivery holds, each class with the class of the project that has its name; Conflict before."""
    if batch.analysis is None:
        raise errors.Conflict("not_analysed", "This delivery has not been looked at yet.", {"state": batch.state})
    known = projects.concepts_by_name(batch.project)
    found = [{**one, "concept": known.get(projects.folded(one["name"]))} for one in batch.analysis["classes"]]
    return {**batch.analysis, "classes": found, "fits": pages.fits(batch.analysis["says"], batch.project.kind)}


def batch_view(batch: Batch) -> dict[str, Any]:
    """A delivery for a reply; counted by its own counters, whatever its size."""
    settled = batch.added + batch.duplicate + batch.refused
    return {
        "id": batch.pk,
        "name": batch.name,
        "state": batch.state,
        "labels_as": batch.labels_as,
        "staged": batch.staged,
        "take_splits": batch.take_splits,
        "source_name": batch.source_name,
        "created_at": batch.created_at,
        "counts": {
            "received": batch.received,
            "done": settled,
            "added": batch.added,
            "duplicate": batch.duplicate,
            "refused": batch.refused,
            "boxes": batch.boxes,
            "boxes_left_out": batch.boxes_left_out,
        },
        "job": bars.bar(batch.job),
    }


def file_view(file: BatchFile) -> dict[str, Any]:
    return {
        "id": file.pk,
        "path": file.path,
        "state": file.state,
        "code": file.code,
        "message": file.message,
        "image_id": file.image_id,
    }
