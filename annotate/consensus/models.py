from django.conf import settings
from django.db import models

from annotate.labeling.models import Task
from annotate.projects.models import Project


class Consensus(models.Model):
    """The crowd's answer to one task, how sure it is, and what it stands on."""

    task = models.OneToOneField(Task, on_delete=models.CASCADE, related_name="consensus")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    asking = models.PositiveIntegerField(default=1)
    answer = models.JSONField(null=True)
    concept_id = models.BigIntegerField(null=True)
    confidence = models.FloatField(default=0)
    agreement = models.FloatField(default=0)
    distribution = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    votes = models.PositiveIntegerField(default=0)
    method = models.CharField(max_length=40)
    decided = models.BooleanField(default=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            models.Index(fields=["project", "confidence", "task"], name="consensus_confidence"),
            models.Index(fields=["project", "concept_id", "task"], name="consensus_concept"),
        ]


class Skill(models.Model):
    """What the method has learned of one worker: sufficient statistics, so that a refit is reproducible."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    worker = models.CharField(max_length=120)
    method = models.CharField(max_length=40)
    statistics = models.JSONField()
    votes = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "worker", "method"], name="skill_once")]


class Refit(models.Model):
    """How far a project's last refit had read."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="+")
    last_vote = models.BigIntegerField(default=0)
    votes = models.BigIntegerField(default=0)
    prior = models.JSONField(default=dict)
    finished_at = models.DateTimeField(null=True)


class Decision(models.Model):
    """A ruling on a task; append-only, and it stands over every later refit."""

    class Ruling(models.TextChoices):
        SETTLE = "settle"
        GOLD = "gold"
        SET_ASIDE = "set_aside"
        SEND_BACK = "send_back"
        RESTORE = "restore"

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="decisions")
    asking = models.PositiveIntegerField()
    ruling = models.CharField(max_length=10, choices=Ruling.choices)
    answer = models.JSONField(null=True)
    note = models.TextField(default="", blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
