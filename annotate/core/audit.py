"""Who did what to which row, when: written by services in the transaction of the change itself."""

from typing import Any

from django.db import models


class Audit(models.Model):
    """One act; append-only. Plain ids, so that it outlives what it speaks of."""

    project_id = models.BigIntegerField(null=True)
    actor = models.BigIntegerField(null=True)
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=60)
    subject_id = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["project_id", "id"], name="audit_project"),
            models.Index(fields=["subject", "subject_id", "id"], name="audit_subject"),
        ]


def record(
    verb: str,
    *,
    actor: int | None,
    subject: str,
    subject_id: int | None = None,
    project_id: int | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Appends one act."""
    Audit.objects.create(
        verb=verb, actor=actor, subject=subject, subject_id=subject_id, project_id=project_id, data=data or {}
    )
