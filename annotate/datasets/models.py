from django.conf import settings
from django.db import models

from annotate.core.progress import LongJob
from annotate.projects.models import Project


class DatasetVersion(models.Model):
    """A frozen dataset: a folder written once under its digest."""

    class State(models.TextChoices):
        QUEUED = "queued"
        READY = "ready"
        FAILED = "failed"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    digest = models.CharField(max_length=64, default="", blank=True)
    folder = models.CharField(max_length=300, default="", blank=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    schema_number = models.IntegerField(default=0)
    counts = models.JSONField(default=dict)
    note = models.TextField(default="", blank=True)
    seed = models.BigIntegerField(default=0)
    job = models.ForeignKey(LongJob, null=True, on_delete=models.SET_NULL, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="version_number_once")]


class Export(models.Model):
    """One version written in one format, as a zip that is byte-identical for the same version and options."""

    class State(models.TextChoices):
        QUEUED = "queued"
        READY = "ready"
        FAILED = "failed"

    version = models.ForeignKey(DatasetVersion, on_delete=models.CASCADE, related_name="exports")
    format = models.CharField(max_length=40)
    options = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    file = models.CharField(max_length=300, default="", blank=True)
    bytes = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="", blank=True)
    losses = models.JSONField(default=dict)
    job = models.ForeignKey(LongJob, null=True, on_delete=models.SET_NULL, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)


class Facets(models.Model):
    """Totals of a project's pictures by what one can filter them by, kept by the sweep.

    `mark` is what the project's newest rows were when it was counted, `seconds` how long the counting took.
    """

    project = models.OneToOneField(Project, on_delete=models.CASCADE, primary_key=True, related_name="+")
    counts = models.JSONField(default=dict)
    mark = models.JSONField(default=list)
    seconds = models.FloatField(default=0)
    counted_at = models.DateTimeField()
