"""A long job as every page shows it: how far, how fast, how long still."""

from typing import Any

from rest_framework import serializers

from annotate.core.progress import LongJob


class JobBar(serializers.Serializer[Any]):
    """The shape of `bar`; for schemas."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=LongJob.State.choices)
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    message = serializers.CharField()
    rate = serializers.FloatField(allow_null=True, help_text="Steps a second, over this job's whole time so far.")
    seconds_left = serializers.FloatField(allow_null=True)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    data = serializers.DictField(child=serializers.JSONField())


def pace(job: LongJob) -> tuple[float | None, float | None]:
    """Steps a second and seconds left; None where nothing can be said yet."""
    until = job.finished_at or job.heartbeat
    if not job.started_at or not until or job.done <= 0:
        return None, None
    seconds = (until - job.started_at).total_seconds()
    if seconds <= 0:
        return None, None
    rate = job.done / seconds
    left = (job.total - job.done) / rate if job.state == LongJob.State.RUNNING and job.total >= job.done else None
    return rate, left


def bar(job: LongJob | None) -> dict[str, Any] | None:
    """A job for a reply; None stays None."""
    if job is None:
        return None
    rate, left = pace(job)
    return {
        "id": job.pk,
        "kind": job.kind,
        "title": job.title,
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "message": job.message,
        "rate": rate,
        "seconds_left": left,
        "created_at": job.created_at,
        "finished_at": job.finished_at,
        "data": job.data,
    }
