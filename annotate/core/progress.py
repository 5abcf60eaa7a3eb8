"""Work that takes long, as one row that every page can show as a bar."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone


class LongJob(models.Model):
    """State, progress and heartbeat of one piece of background work; the row is the truth, a message only a hint."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200, default="")
    project_id = models.BigIntegerField(null=True, db_index=True)
    actor = models.BigIntegerField(null=True)
    subject_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    message = models.TextField(default="", blank=True)
    data = models.JSONField(default=dict)
    attempt = models.IntegerField(default=0)
    cancel_asked = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    heartbeat = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "state", "id"], name="job_queue")]

    @property
    def ended(self) -> bool:
        return self.state in {self.State.DONE, self.State.FAILED, self.State.CANCELLED}


MAX_ATTEMPTS = 5
Row = LongJob


def open_job(
    kind: str,
    *,
    project_id: int | None,
    actor: int | None,
    title: str = "",
    total: int = 0,
    subject_id: int | None = None,
) -> LongJob:
    """A queued job; a sweep of its kind will claim it."""
    return LongJob.objects.create(
        kind=kind, project_id=project_id, actor=actor, title=title, total=total, subject_id=subject_id
    )


def claim_job(kind: str) -> LongJob | None:
    """The oldest job of `kind` that is queued, or whose worker fell silent; None where there is nothing to do.

    A job claimed more than MAX_ATTEMPTS times is failed instead. Two callers never get the same job.
    """
    silent = timezone.now() - timedelta(seconds=settings.HEARTBEAT_SECONDS * 2)
    waiting = Q(state=Row.State.QUEUED) | Q(state=Row.State.RUNNING, heartbeat__lt=silent)
    if not LongJob.objects.filter(waiting, kind=kind).exists():
        return None
    with transaction.atomic():
        job = LongJob.objects.select_for_update(skip_locked=True).filter(waiting, kind=kind).order_by("id").first()
        if job is None:
            return None
        now = timezone.now()
        if job.cancel_asked or job.attempt >= MAX_ATTEMPTS:
            job.state = Row.State.CANCELLED if job.cancel_asked else Row.State.FAILED
            job.message = job.message or ("" if job.cancel_asked else "given up after repeated interruptions")
            job.finished_at = now
        else:
            job.state, job.attempt, job.heartbeat = Row.State.RUNNING, job.attempt + 1, now
            job.started_at = job.started_at or now
        job.save()
    return job if job.state == Row.State.RUNNING else None


def beat(job: LongJob, *, done: int | None = None, total: int | None = None, message: str | None = None) -> bool:
    """Writes progress and heartbeat; False tells the worker to stop: cancelled, or claimed by another attempt."""
    changes: dict[str, Any] = {"heartbeat": timezone.now()}
    for name, value in {"done": done, "total": total, "message": message}.items():
        if value is not None:
            changes[name] = value
            setattr(job, name, value)
    mine = LongJob.objects.filter(pk=job.pk, attempt=job.attempt, state=Row.State.RUNNING, cancel_asked=False)
    return bool(mine.update(**changes))


def end_job(job: LongJob, state: str, *, message: str = "", data: dict[str, Any] | None = None) -> bool:
    """Ends the job once; False where another attempt holds it or it has ended."""
    changes: dict[str, Any] = {"state": state, "finished_at": timezone.now(), "message": message or F("message")}
    if data is not None:
        changes["data"] = data
    mine = LongJob.objects.filter(pk=job.pk, attempt=job.attempt, state=Row.State.RUNNING)
    return bool(mine.update(**changes))


def cancel_job(job: LongJob) -> None:
    """Asks a running job to stop at its next heartbeat; a queued one ends at once."""
    now = timezone.now()
    LongJob.objects.filter(pk=job.pk, state=Row.State.QUEUED).update(
        state=Row.State.CANCELLED, cancel_asked=True, finished_at=now
    )
    LongJob.objects.filter(pk=job.pk, state=Row.State.RUNNING).update(cancel_asked=True)
    job.refresh_from_db()


def run_job(kind: str, work: Callable[[LongJob], None]) -> bool:
    """Claims one job and does `work(job)`; an exception fails the job with its sentence. False where none waited."""
    job = claim_job(kind)
    if job is None:
        return False
    try:
        work(job)
    except Exception as error:
        end_job(job, Row.State.FAILED, message=str(error) or type(error).__name__)
        raise
    return True
