from django.conf import settings
from django.db import models

from annotate.core.progress import LongJob
from annotate.projects.models import Project


class Batch(models.Model):
    """One delivery of pictures: what was sent, how its labels are to be taken, and how far it is."""

    class State(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"
        DONE = "done"
        CANCELLED = "cancelled"

    class LabelsAs(models.TextChoices):
        NONE = "none"
        VOTES = "votes"
        GOLD = "gold"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="batches")
    name = models.CharField(max_length=200, default="", blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    labels_as = models.CharField(max_length=6, choices=LabelsAs.choices, default=LabelsAs.NONE)
    source_name = models.CharField(max_length=100, default="", blank=True)
    licence = models.CharField(max_length=200, default="", blank=True)
    author = models.CharField(max_length=200, default="", blank=True)
    job = models.ForeignKey(LongJob, null=True, on_delete=models.SET_NULL, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)


class Image(models.Model):
    """One picture of a project, upright and normalised, stored by digest; the untouched original is kept beside it."""

    class State(models.TextChoices):
        READY = "ready"
        EXAMPLE = "example"
        SET_ASIDE = "set_aside"
        EXCLUDED = "excluded"
        DELETED = "deleted"
        EMPTIED = "emptied"

    class Split(models.TextChoices):
        TRAIN = "train"
        HOLDOUT = "holdout"
        NONE = "none"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="images")
    batch = models.ForeignKey(Batch, null=True, on_delete=models.SET_NULL, related_name="images")
    digest = models.CharField(max_length=64)
    suffix = models.CharField(max_length=8)
    original_digest = models.CharField(max_length=64)
    original_suffix = models.CharField(max_length=8)
    name = models.CharField(max_length=500)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    original_width = models.PositiveIntegerField()
    original_height = models.PositiveIntegerField()
    orientation = models.PositiveSmallIntegerField(default=1)
    bytes = models.BigIntegerField()
    phash = models.BigIntegerField()
    group = models.BigIntegerField(null=True, db_index=True)
    split = models.CharField(max_length=8, choices=Split.choices)
    split_imported = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.READY)
    state_before = models.CharField(max_length=10, default="", blank=True)
    problem = models.CharField(max_length=30, default="", blank=True)
    source = models.CharField(max_length=100, default="", blank=True)
    licence = models.CharField(max_length=200, default="", blank=True)
    author = models.CharField(max_length=200, default="", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "digest"], name="image_once_in_project")]
        indexes = [
            models.Index(fields=["project", "state", "id"], name="image_state"),
            models.Index(fields=["project", "split", "id"], name="image_split"),
            models.Index(fields=["project", "original_digest"], name="image_original"),
        ]


class HashBand(models.Model):
    """One band of a perceptual hash: two hashes at a distance under the number of bands share at least one."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="bands")
    band = models.PositiveSmallIntegerField()
    value = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["project", "band", "value"], name="band_value")]


class BatchFile(models.Model):
    """One delivered file and what became of it."""

    class State(models.TextChoices):
        PENDING = "pending"
        ADDED = "added"
        DUPLICATE = "duplicate"
        REFUSED = "refused"

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="files")
    path = models.CharField(max_length=1000)
    staged = models.CharField(max_length=200, default="", blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    code = models.CharField(max_length=40, default="", blank=True)
    message = models.CharField(max_length=300, default="", blank=True)
    image = models.ForeignKey(Image, null=True, on_delete=models.SET_NULL, related_name="deliveries")
    label = models.CharField(max_length=200, default="", blank=True)
    split = models.CharField(max_length=10, default="", blank=True)
    attempt = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["batch", "state", "id"], name="file_state")]


class ImportedLabel(models.Model):
    """What a source said of a picture; labeling turns it into a vote of that source, or gold."""

    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="imported_labels")
    source_name = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, default="choice")
    label = models.CharField(max_length=200)
    labels_as = models.CharField(max_length=6, choices=Batch.LabelsAs.choices)
    taken_at = models.DateTimeField(null=True, db_index=True)
    note = models.CharField(max_length=200, default="", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
