from django.conf import settings
from django.db import models
from django.db.models import Q

from annotate.core.progress import LongJob
from annotate.projects.models import Project


class Batch(models.Model):
    """One delivery of pictures: what was sent, how its labels are to be taken, and how far it is.

    `received` counts files (a zip's members, not the zip) and is always pending + added + duplicate + refused.
    A `staged` delivery is looked at first (`analysis`), and taken in when somebody has said how. `mapping` says what
    the source's classes mean: `{name: concept id, or null to leave it out}`; a name that is not in it means itself.
    `expected` files are what the sender has promised, `arrived` those of them that are here whole (a zip is one file);
    both are 0 where nobody has promised anything.
    """

    class State(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"
        ANALYSED = "analysed"
        DONE = "done"
        CANCELLED = "cancelled"

    class LabelsAs(models.TextChoices):
        NONE = "none"
        VOTES = "votes"
        GOLD = "gold"
        PROPOSALS = "proposals"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="batches")
    name = models.CharField(max_length=200, default="", blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    labels_as = models.CharField(max_length=10, choices=LabelsAs.choices, default=LabelsAs.NONE)
    staged = models.BooleanField(default=False)
    analysis = models.JSONField(null=True)
    mapping = models.JSONField(default=dict)
    # Whether a picture that the source says nothing about is one on which nothing is.
    unsaid_is_empty = models.BooleanField(default=False)
    take_splits = models.BooleanField(default=False)
    source_name = models.CharField(max_length=100, default="", blank=True)
    licence = models.CharField(max_length=200, default="", blank=True)
    author = models.CharField(max_length=200, default="", blank=True)
    received = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    duplicate = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    boxes = models.PositiveIntegerField(default=0)
    boxes_left_out = models.PositiveIntegerField(default=0)
    expected = models.PositiveIntegerField(default=0)
    expected_bytes = models.PositiveBigIntegerField(default=0)
    arrived = models.PositiveIntegerField(default=0)
    arrived_bytes = models.PositiveBigIntegerField(default=0)
    job = models.ForeignKey(LongJob, null=True, on_delete=models.SET_NULL, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    touched_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=Q(state__in=["open", "closed"]), name="batch_unfinished"),
        ]


class Image(models.Model):
    """One picture of a project, upright and normalised, stored by digest; the untouched original is kept beside it.

    `group` numbers pictures of one origin within the project; a group lies on one side of the holdout.
    `has_task` is a mark of labeling's, so that nobody searches all pictures for new ones.
    """

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
    group = models.BigIntegerField(null=True)
    group_name = models.CharField(max_length=200, default="", blank=True)
    split = models.CharField(max_length=8, choices=Split.choices)
    split_imported = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.READY)
    state_before = models.CharField(max_length=10, default="", blank=True)
    has_task = models.BooleanField(default=False)
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
            models.Index(fields=["project", "group"], name="image_group"),
            models.Index(fields=["project", "group_name"], condition=~Q(group_name=""), name="image_group_name"),
            models.Index(fields=["id"], condition=Q(has_task=False, state="ready"), name="image_without_task"),
            models.Index(fields=["id"], condition=Q(state="emptied", bytes__gt=0), name="image_given_up"),
            # Bytes are shared across projects, so the bin asks by digest alone.
            models.Index(fields=["digest"], name="image_digest"),
            models.Index(fields=["original_digest", "project"], name="image_original"),
        ]


class HashBand(models.Model):
    """One band of a perceptual hash: two hashes at a distance under the number of bands share at least one."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    band = models.PositiveSmallIntegerField()
    value = models.IntegerField()
    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="+", db_index=False)
    phash = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["project", "band", "value"], name="band_value")]


class HoldoutDraw(models.Model):
    """How far the draw of one project is; its row is locked while groups are drawn.

    `place` counts the groups drawn since the share was last changed (`era` counts the changes), `groups` all of them.
    """

    project = models.OneToOneField(Project, on_delete=models.CASCADE, primary_key=True, related_name="+")
    share = models.FloatField()
    era = models.PositiveIntegerField(default=0)
    place = models.PositiveBigIntegerField(default=0)
    groups = models.BigIntegerField(default=0)


class BatchFile(models.Model):
    """One delivered file and what became of it; `staged` names its bytes in the incoming folder until then.

    A zip has a row of its own, opened at `position` while its members become rows.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        ADDED = "added"
        DUPLICATE = "duplicate"
        REFUSED = "refused"
        OPENED = "opened"

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="files")
    key = models.CharField(max_length=64)
    # Of the path, the size and the time that the sender told; null where it told none, which keeps it out of the index.
    mark = models.CharField(max_length=32, null=True)
    path = models.CharField(max_length=1000)
    staged = models.CharField(max_length=200, default="", blank=True)
    digest = models.CharField(max_length=64, default="", blank=True)
    bytes = models.BigIntegerField(default=0)
    archive = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    code = models.CharField(max_length=40, default="", blank=True)
    message = models.CharField(max_length=300, default="", blank=True)
    image = models.ForeignKey(Image, null=True, on_delete=models.SET_NULL, related_name="deliveries")
    label = models.CharField(max_length=200, default="", blank=True)
    split = models.CharField(max_length=10, default="", blank=True)
    # What the source says of the things on the picture (`pages.to_text`), until the file is settled.
    page = models.TextField(default="", blank=True)
    group_name = models.CharField(max_length=200, default="", blank=True)
    attempt = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "key"], name="file_once_in_batch")]
        indexes = [
            models.Index(fields=["batch", "state", "id"], name="file_state"),
            models.Index(fields=["batch", "mark"], condition=Q(mark__isnull=False), name="file_mark"),
        ]


class PartialFile(models.Model):
    """A file of which only the first `offset` bytes are here; what `staged` names may hold more, which nobody was told.

    It becomes a `BatchFile` with its last byte.
    """

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="partials")
    mark = models.CharField(max_length=32)
    path = models.CharField(max_length=1000)
    size = models.PositiveBigIntegerField()
    offset = models.PositiveBigIntegerField(default=0)
    staged = models.CharField(max_length=32, unique=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    touched_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "mark"], name="partial_once_in_batch")]


class ImportedLabel(models.Model):
    """What a source said of a picture; labeling turns it into a vote of that source, gold or a proposal.

    Either a class by its name (`label`), or what the source's words were taken for (`answer`): an answer of the kind in
    upright pixels, where a box names its class as the source does (`class`) and, where that was mapped, by `concept`.
    Several classes of the whole picture are named so too, under `classes`.
    """

    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="imported_labels")
    source_name = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, default="choice")
    label = models.CharField(max_length=200, default="", blank=True)
    answer = models.JSONField(null=True)
    labels_as = models.CharField(max_length=10, choices=Batch.LabelsAs.choices)
    taken_at = models.DateTimeField(null=True, db_index=True)
    note = models.CharField(max_length=200, default="", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["image", "source_name"], name="label_once_per_source")]
