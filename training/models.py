from django.conf import settings
from django.db import models
from django.db.models import Q

from annotate.datasets.models import DatasetVersion
from annotate.labeling.models import Task
from annotate.projects.models import Project


class Weights(models.Model):
    """A safetensors file that a run may start from, checked against its architecture when it came in."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="weights")
    name = models.CharField(max_length=200)
    architecture = models.CharField(max_length=60)
    digest = models.CharField(max_length=64)
    bytes = models.BigIntegerField()
    facts = models.JSONField(default=dict)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)


class LearningCurve(models.Model):
    """One run's config trained again on nested parts of its version, so that it shows what more labels would buy.

    Each point is an ordinary run that names its curve. `run` is where it was asked for, and the whole set's first point
    where that run has ended well. `shares` are the parts, `seeds` how often each is trained.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey(DatasetVersion, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey("Run", null=True, on_delete=models.SET_NULL, related_name="+")
    shares = models.JSONField()
    seeds = models.PositiveSmallIntegerField(default=1)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["project", "-id"], name="curve_newest")]


class Run(models.Model):
    """One training. The engine's folder is the record; this row says whose turn it is.

    `attempt` is the fencing number of the latest claim and only rises; `losses` counts the workers that fell silent
    since a person last set the run going.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        STOPPING = "stopping"
        STOPPED = "stopped"
        FINISHED = "finished"
        FAILED = "failed"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="runs")
    version = models.ForeignKey(DatasetVersion, on_delete=models.PROTECT, related_name="runs")
    weights = models.ForeignKey(Weights, null=True, on_delete=models.PROTECT, related_name="+")
    curve = models.ForeignKey(LearningCurve, null=True, on_delete=models.SET_NULL, related_name="points")
    name = models.CharField(max_length=200, default="", blank=True)
    preset = models.CharField(max_length=60, default="", blank=True)
    config = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    folder = models.CharField(max_length=300, default="", blank=True)
    attempt = models.PositiveIntegerField(default=0)
    losses = models.PositiveSmallIntegerField(default=0)
    epoch = models.PositiveIntegerField(default=0)
    epochs = models.PositiveIntegerField(default=0)
    progress = models.JSONField(default=dict)
    error = models.JSONField(null=True)
    heartbeat = models.DateTimeField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["project", "-id"], name="run_newest"),
            models.Index(fields=["id"], condition=Q(state__in=["queued", "running", "stopping"]), name="run_queue"),
        ]


class Checkpoint(models.Model):
    """Weights that an ended run recommends; `digest` is that of checkpoint.json, which seals the other files."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="checkpoints")
    epoch = models.PositiveIntegerField()
    folder = models.CharField(max_length=300)
    digest = models.CharField(max_length=64)
    facts = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "digest"], name="checkpoint_once")]


class Evaluation(models.Model):
    """One checkpoint scored on the holdout of one version."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        READY = "ready"
        FAILED = "failed"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="evaluations")
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.CASCADE, related_name="evaluations")
    version = models.ForeignKey(DatasetVersion, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    folder = models.CharField(max_length=300, default="", blank=True)
    summary = models.JSONField(default=dict)
    error = models.JSONField(null=True)
    attempt = models.PositiveIntegerField(default=0)
    heartbeat = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["checkpoint", "version"], name="evaluation_once")]
        indexes = [
            models.Index(fields=["project", "-id"], name="evaluation_newest"),
            models.Index(fields=["id"], condition=Q(state__in=["queued", "running"]), name="evaluation_queue"),
        ]


class Recheck(models.Model):
    """Holdout pictures of an evaluation that are asked again because its model disagrees there, with as many at random
    on which it agrees.

    `key` is the sender's own name for it; `what` says which disagreements. `result` is written once, when all answers
    are in.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="rechecks")
    key = models.UUIDField()
    what = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["evaluation", "key"], name="recheck_once")]
        indexes = [
            models.Index(fields=["project", "id"], name="recheck_project"),
            models.Index(fields=["id"], condition=Q(finished_at=None), name="recheck_under_way"),
        ]


class RecheckedTask(models.Model):
    """One question of a recheck and the asking that it is to be answered in; `chosen` by a disagreement, else drawn."""

    recheck = models.ForeignKey(Recheck, on_delete=models.CASCADE, related_name="tasks")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="+")
    asking = models.PositiveIntegerField()
    chosen = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "asking"], name="rechecked_task_once")]


class Round(models.Model):
    """One turn of the circle: freeze, train, evaluate, choose what is asked next."""

    class State(models.TextChoices):
        FREEZING = "freezing"
        TRAINING = "training"
        EVALUATING = "evaluating"
        CHOOSING = "choosing"
        DONE = "done"
        FAILED = "failed"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="rounds")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.FREEZING)
    preset = models.CharField(max_length=60)
    strategy = models.CharField(max_length=20)
    version = models.ForeignKey(DatasetVersion, null=True, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(Run, null=True, on_delete=models.SET_NULL, related_name="+")
    evaluation = models.ForeignKey(Evaluation, null=True, on_delete=models.SET_NULL, related_name="+")
    labels_spent = models.BigIntegerField(default=0)
    votes_spent = models.BigIntegerField(default=0)
    chosen = models.JSONField(default=dict)
    error = models.JSONField(null=True)
    heartbeat = models.DateTimeField(null=True)
    attempt = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="round_once"),
            models.UniqueConstraint(
                fields=["project"], condition=~Q(state__in=["done", "failed"]), name="round_under_way_once"
            ),
        ]


class Hint(models.Model):
    """When a queue was last told that work waits, so that a busy or absent worker finds few messages, not thousands."""

    queue = models.CharField(max_length=20, unique=True)
    sent_at = models.DateTimeField()


class Tryout(models.Model):
    """A picture that somebody shows to a model. The row lives for minutes, the picture until it is answered.

    `key` names the folder of the picture; `step` says what is being done with it; `attempt` fences off a worker that
    was thought lost.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    checkpoint = models.ForeignKey(Checkpoint, null=True, on_delete=models.CASCADE, related_name="+")
    weights = models.ForeignKey(Weights, null=True, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=32, unique=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    step = models.CharField(max_length=8, default="", blank=True)
    answer = models.JSONField(null=True)
    error = models.JSONField(null=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    heartbeat = models.DateTimeField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="tryout_of_one_model",
                condition=Q(checkpoint=None, weights__isnull=False) | Q(checkpoint__isnull=False, weights=None),
            )
        ]
