"""Who works on which delivery, and how one ends: claims, rests, ends, and what was left lying about."""

import math
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from annotate.accounts.models import User
from annotate.core import audit, errors, progress, storage
from annotate.ingest import incoming
from annotate.ingest.models import Batch, BatchFile, PartialFile
from annotate.ingest.services import batches, feed, images, staging
from annotate.ingest.services.work import Interrupted, Worker
from annotate.ingest.source import Item, Rejected, Unfit
from annotate.ingest.sources import opened
from annotate.projects.models import Project

Job = progress.LongJob
UNFINISHED = (Batch.State.OPEN, Batch.State.CLOSED)
TIDY_SECONDS = 60 * 60


def ingest_pending(*, seconds: float = 20) -> bool:
    """Works on waiting deliveries for about `seconds`; True where something still waits."""
    until = time.monotonic() + seconds
    _follow_cancelled_jobs()
    while claimed := next_batch():
        batch, job = claimed
        try:
            if batch.staged:
                staging.analyse_batch(batch, job)
                rest(job)
                continue
            with Worker(batch, job) as worker:
                worker.run(until)
        except Interrupted:
            rest(job)
            continue
        except Exception as error:
            rest(job, message=str(error) or type(error).__name__)
            raise
        settle(batch, job)
        if time.monotonic() >= until:
            return True
    feed.forget()
    tidy_now_and_then()
    return False


def ingest_entries(
    project: Project,
    entries: Iterator[Item | Rejected],
    *,
    actor: User | None,
    name: str,
    labels_as: str = Batch.LabelsAs.NONE,
    source_name: str = "",
    take_splits: bool | None = None,
    mapping: Mapping[str, int | None] | None = None,
    unsaid_is_empty: bool = False,
    report: Callable[[Batch], None] | None = None,
    decoders: int = 0,
) -> Batch:
    """Takes in everything a source yields, in this process, and returns the finished delivery.

    Killed half-way it leaves a delivery that the sweep settles; run again it adds what is missing. Raises Refused
    where the source cannot be read, and Conflict where the delivery was cancelled meanwhile.
    """
    batch = batches.open_batch(
        project,
        actor=actor,
        name=name[:200],
        labels_as=labels_as,
        source_name=source_name,
        take_splits=take_splits,
        mapping=mapping,
        unsaid_is_empty=unsaid_is_empty,
    )
    job = claim(batch)
    if job is None:
        raise errors.Conflict("batch_busy", "Another worker took this delivery.")
    try:
        with Worker(batch, job, entries=entries, report=report, decoders=decoders) as worker:
            worker.run(math.inf)
    except Interrupted:
        rest(job)
        raise errors.Conflict("cancelled", "The delivery was cancelled.") from None
    except Unfit as unfit:
        progress.end_job(job, Job.State.FAILED, message=unfit.reason)
        batches.cancel_batch(batch, actor=actor)
        raise errors.Invalid(unfit.code, unfit.reason) from None
    batches.close_batch(batch, actor=actor)
    settle(batch, job)
    batch.refresh_from_db()
    if report:
        report(batch)
    return batch


def ingest_folder(project: Project, path: str, *, actor: User | None, **how: Any) -> Batch:
    """Takes in a folder, an ImageFolder tree, a VOC, COCO or YOLO set, or a zip of one; as `ingest_entries`."""
    try:
        entries = opened(path, feed.limits()).entries(0)
    except Unfit as unfit:
        raise errors.Invalid(unfit.code, unfit.reason) from None
    name = path.rstrip("/").rsplit("/", 1)[-1]
    return ingest_entries(project, entries, actor=actor, name=name, **how)


def claim(batch: Batch) -> Job | None:
    """The delivery's job as this worker's own; None where another worker is at it, or it has ended."""
    silent = timezone.now() - timedelta(seconds=settings.HEARTBEAT_SECONDS * 2)
    job = Job.objects.filter(pk=batch.job_id).first()
    if job is None:
        return None
    free = Q(state=Job.State.QUEUED) | Q(state=Job.State.RUNNING, heartbeat__lt=silent)
    now = timezone.now()
    won = Job.objects.filter(free, pk=job.pk, attempt=job.attempt, cancel_asked=False).update(
        state=Job.State.RUNNING, attempt=F("attempt") + 1, heartbeat=now, started_at=job.started_at or now
    )
    if not won:
        return None
    job.refresh_from_db()
    return job


def next_batch() -> tuple[Batch, Job] | None:
    """A claimed delivery with something to do: files waiting, or closed and not declared done. Longest rested first."""
    waiting = Exists(BatchFile.objects.filter(batch=OuterRef("pk"), state=BatchFile.State.PENDING))
    rows = Batch.objects.filter(state__in=UNFINISHED).filter(Q(waiting) | Q(state=Batch.State.CLOSED))
    rows = rows.exclude(staged=True, state=Batch.State.OPEN)
    rows = rows.select_related("project").order_by(F("job__heartbeat").asc(nulls_first=True), "id")
    for batch in rows[:50]:
        if job := claim(batch):
            return batch, job
    return None


def settle(batch: Batch, job: Job) -> None:
    """Ends a closed delivery whose last file is settled; any other rests until the next sweep."""
    with transaction.atomic():
        # The job's row is always locked before the delivery's.
        if not progress.beat(job, message=""):
            return
        batch = Batch.objects.select_for_update().get(pk=batch.pk)
        waiting = BatchFile.objects.filter(batch=batch, state=BatchFile.State.PENDING).exists()
        progress.beat(job, done=batch.added + batch.duplicate + batch.refused, total=batch.received)
        if batch.state == Batch.State.CLOSED and not waiting:
            told = {"added": batch.added, "duplicate": batch.duplicate, "refused": batch.refused}
            progress.end_job(job, Job.State.DONE, data=told)
            batch.state = Batch.State.DONE
            batch.save(update_fields=["state"])
            audit.record(
                "took_in_pictures",
                actor=batch.created_by_id,
                subject="batch",
                subject_id=batch.pk,
                project_id=batch.project_id,
                data=told,
            )
            return
    rest(job)


def rest(job: Job, *, message: str = "") -> None:
    """Gives a job back to the sweep; its attempt number stays, so that an older worker is still fenced off."""
    mine = Job.objects.filter(pk=job.pk, attempt=job.attempt, state=Job.State.RUNNING)
    mine.filter(cancel_asked=True).update(state=Job.State.CANCELLED, finished_at=timezone.now())
    mine.update(state=Job.State.QUEUED, message=message)


def _follow_cancelled_jobs() -> None:
    """A job may be cancelled by its own address, too; its delivery follows."""
    told = Batch.objects.filter(state__in=(*UNFINISHED, Batch.State.ANALYSED)).filter(
        Q(job__cancel_asked=True) | Q(job=None)
    )
    for batch in told.select_related("job"):
        batches.cancel_batch(batch, actor=None)
    silent = timezone.now() - timedelta(seconds=settings.HEARTBEAT_SECONDS * 2)
    Job.objects.filter(kind=batches.KIND, state=Job.State.RUNNING, cancel_asked=True, heartbeat__lt=silent).update(
        state=Job.State.CANCELLED, finished_at=timezone.now()
    )


def tidy_now_and_then() -> None:
    """`tidy`, at most once an hour on one machine."""
    mark = storage.root("drafts").parent / "tidied"
    if mark.exists() and time.time() - mark.stat().st_mtime < TIDY_SECONDS:
        return
    mark.touch()
    tidy()


def tidy() -> None:
    """Closes forgotten deliveries and removes files that no row needs any more; safe beside every other work."""
    before = timezone.now() - timedelta(days=settings.UPLOAD_DAYS)
    PartialFile.objects.filter(touched_at__lt=before).delete()
    quiet = Batch.objects.filter(state=Batch.State.OPEN, touched_at__lt=before)
    quiet = quiet.exclude(Exists(PartialFile.objects.filter(batch=OuterRef("pk"))))
    # What is looked at first waits until it is closed; of others the worker takes what has come.
    waiting = BatchFile.objects.filter(batch=OuterRef("pk"), state=BatchFile.State.PENDING)
    quiet.filter(Q(staged=True) | ~Exists(waiting)).update(state=Batch.State.CLOSED)
    images.drop_given_up()
    strays = incoming.strays()
    needed = set(BatchFile.objects.filter(staged__in=strays).values_list("staged", flat=True))
    needed |= set(PartialFile.objects.filter(staged__in=strays).values_list("staged", flat=True))
    incoming.discard(name for name in strays if name not in needed)
    for folder in storage.root("drafts").iterdir():
        if folder.stat().st_mtime < time.time() - incoming.DAY:
            shutil.rmtree(folder, ignore_errors=True)
