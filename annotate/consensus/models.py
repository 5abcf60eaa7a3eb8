from django.conf import settings
from django.db import models

from annotate.labeling.models import Seat, Task
from annotate.projects.models import Project


class Consensus(models.Model):
    """The crowd's answer to one task, how sure it is, and what it stands on.

    `agreement` is the leading answer's share of the counted votes, null where fewer than two were counted.
    `distribution` and `counts` are keyed by concept id as text, and "nothing"; `counts` also by "cannot_tell" and
    "broken". Where an answer may name several classes, `named` has how often it names each, by concept id as text,
    `concept_id` is empty, and `distribution` has of each class how likely it is there, or is empty for parts.
    `last_vote` is the newest vote folded in: a refit that read older votes leaves the row alone.
    """

    class Source(models.TextChoices):
        CONSENSUS = "consensus"
        DECISION = "decision"
        GOLD = "gold"
        IMPORTED = "imported"

    task = models.OneToOneField(Task, on_delete=models.CASCADE, related_name="consensus")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    asking = models.PositiveIntegerField(default=1)
    answer = models.JSONField(null=True)
    concept_id = models.BigIntegerField(null=True)
    named = models.JSONField(default=dict)
    confidence = models.FloatField(default=0)
    agreement = models.FloatField(null=True)
    distribution = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    votes = models.PositiveIntegerField(default=0)
    method = models.CharField(max_length=40)
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.CONSENSUS)
    decided = models.BooleanField(default=False)
    last_vote = models.BigIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            models.Index(fields=["project", "confidence", "task"], name="consensus_confidence"),
            models.Index(fields=["project", "concept_id", "task"], name="consensus_concept"),
            models.Index(fields=["project", "agreement", "task"], name="consensus_agreement"),
            models.Index(
                fields=["project", "source", "task"], condition=models.Q(decided=True), name="consensus_ruled"
            ),
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


class Standing(models.Model):
    """How one person does in a project, as a sweep last found it, so that no request reads their votes.

    Over their newest answers: `median_ms` of `timed` ones, and `agreed` of the `compared` ones whose settled answer
    stands on more than their own word; `confusion` has rows [settled, said, how often] of classes by concept id as text
    and "nothing", where an answer is one class; `worst` has rows [vote, likeness], least alike first. `days` counts
    their answers by ISO day, up to vote `last_vote`. `mark` is what the project looked like then.
    """

    seat = models.OneToOneField(Seat, on_delete=models.CASCADE, primary_key=True, related_name="standing")
    mark = models.CharField(max_length=100, default="")
    last_vote = models.BigIntegerField(default=0)
    days = models.JSONField(default=dict)
    median_ms = models.PositiveIntegerField(null=True)
    timed = models.PositiveIntegerField(default=0)
    compared = models.PositiveIntegerField(default=0)
    agreed = models.PositiveIntegerField(default=0)
    confusion = models.JSONField(default=list)
    worst = models.JSONField(default=list)
    updated_at = models.DateTimeField()


class Refit(models.Model):
    """How far a project's last refit had read, and what it found; `number` goes up with each."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="+")
    last_vote = models.BigIntegerField(default=0)
    votes = models.BigIntegerField(default=0)
    number = models.BigIntegerField(default=0)
    method = models.CharField(max_length=40, default="", blank=True)
    prior = models.JSONField(default=dict)
    claimed_at = models.DateTimeField(null=True)
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
