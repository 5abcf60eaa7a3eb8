from django.conf import settings
from django.db import models

from annotate.labeling.models import Task
from annotate.projects.models import Project


class Practice(models.Model):
    """One person's guided practice on pictures whose answers are known; no vote, and no part of any consensus.

    `tasks` are asked in their order; `marks` has for each whether the first answer was right, null before it is given,
    and "gone" where the answer was no longer known by then.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    tasks = models.JSONField()
    marks = models.JSONField()
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "project", "-id"], name="practice_mine")]


class Told(models.Model):
    """One person knows a task's answer from practice, or may: one row for each, so that a task is looked up alone."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "task"], name="told_once")]
