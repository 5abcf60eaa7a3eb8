import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from annotate.ingest.models import Image
from annotate.projects.models import Project


class Task(models.Model):
    """A question for people about one image."""

    class State(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"
        REVIEW = "review"
        SET_ASIDE = "set_aside"
        WITHDRAWN = "withdrawn"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="tasks")
    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="tasks")
    question = models.CharField(max_length=10, default="label")
    kind = models.CharField(max_length=20, default="choice")
    asking = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    holdout = models.BooleanField(default=False)
    votes_wanted = models.PositiveSmallIntegerField()
    votes_counted = models.PositiveSmallIntegerField(default=0)
    leases_held = models.PositiveSmallIntegerField(default=0)
    rank = models.FloatField(default=0)
    chosen_by = models.CharField(max_length=30, default="", blank=True)
    # What is known to be right. `gold_lot` is this task's place in the draw of known questions, null where it is never
    # one (nothing known, or held out); `gold_by` is who marked it and is therefore never asked.
    gold = models.JSONField(null=True)
    gold_lot = models.FloatField(null=True)
    gold_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    # Numbered by Queue.returned each time the task offers room again, so that people who had walked past it look back.
    returned = models.BigIntegerField(default=0)
    # A vote came in, or fewer votes are wanted, outside a person's request: the consensus sweep has to fold this task.
    due = models.BooleanField(default=False)
    # A ruling stands over the votes of this asking: none of them may be changed any more.
    ruled = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["image", "question", "kind"], name="task_once")]
        indexes = [
            models.Index(fields=["project", "rank", "id"], condition=Q(state="open"), name="task_queue"),
            models.Index(fields=["project", "state", "id"], name="task_state"),
            models.Index(
                fields=["project", "returned"], condition=Q(state="open", returned__gt=0), name="task_returned"
            ),
            models.Index(fields=["id"], condition=Q(due=True), name="task_due"),
            models.Index(fields=["project", "gold_lot"], condition=Q(gold_lot__isnull=False), name="task_gold"),
        ]


class Lease(models.Model):
    """One person's time-limited right to answer one task."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="leases")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "user"], name="lease_once")]
        indexes = [models.Index(fields=["project", "expires_at"], name="lease_project")]


class Queue(models.Model):
    """What a project's open tasks were last put in order by; one row per project, locked last in any transaction."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, primary_key=True, related_name="+")
    epoch = models.BigIntegerField(default=0)
    returned = models.BigIntegerField(default=0)
    redundancy = models.PositiveSmallIntegerField(null=True)
    holdout_votes = models.PositiveSmallIntegerField(null=True)
    schema_number = models.IntegerField(default=0)


class Seat(models.Model):
    """How far one person has walked along a project's queue, and what they have done there.

    `handed` counts the questions handed out, by which the draw of known ones goes on. `gold_answered`, `gold_right` and
    `gold_passed` are totals of GoldAnswer. A pause is due to the known answers after vote `gold_from`; the person has
    been shown what was right for those up to vote `shown_to`, which can therefore not be changed any more.
    """

    class Pause(models.TextChoices):
        ACCURACY = "accuracy"
        BY_HAND = "by_hand"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    epoch = models.BigIntegerField(default=-1)
    rank = models.FloatField(default=-1e300)
    task_id = models.BigIntegerField(default=0)
    returned = models.BigIntegerField(default=0)
    votes = models.PositiveIntegerField(default=0)
    day = models.DateField(null=True)
    votes_today = models.PositiveIntegerField(default=0)
    seen_at = models.DateTimeField(auto_now_add=True)
    handed = models.PositiveBigIntegerField(default=0, db_default=0)
    gold_answered = models.PositiveIntegerField(default=0, db_default=0)
    gold_right = models.PositiveIntegerField(default=0, db_default=0)
    gold_passed = models.PositiveIntegerField(default=0, db_default=0)
    gold_from = models.BigIntegerField(default=0, db_default=0)
    shown_to = models.BigIntegerField(default=0, db_default=0)
    paused_at = models.DateTimeField(null=True)
    paused_code = models.CharField(max_length=12, choices=Pause.choices, default="", db_default="", blank=True)
    paused_note = models.CharField(max_length=300, default="", db_default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "user"], name="seat_once")]


class Proposal(models.Model):
    """A machine's suggestion that may be shown for a task, with the checkpoint it came from; never on the holdout."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="proposals")
    answer = models.JSONField()
    score = models.FloatField()
    model = models.CharField(max_length=100)
    live = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task"], condition=Q(live=True), name="proposal_live_once")]


class Prediction(models.Model):
    """A model's whole distribution for an image, hidden from people: `{concept id: probability}`."""

    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="predictions")
    model = models.CharField(max_length=100)
    fold = models.SmallIntegerField(null=True)
    out_of_fold = models.BooleanField(default=False)
    distribution = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["image", "model"], name="prediction_once")]


class Vote(models.Model):
    """One answer to one task by a person or a named source; append-only but for its marks.

    `outcome` and `concept` repeat what `answer` says in columns: the concept id, 0 for "nothing fits", null for a pass.
    `gold`: given to a question whose answer was known; it says something of the person and never of the picture.
    """

    class Outcome(models.TextChoices):
        ANSWER = "answer"
        CANNOT_TELL = "cannot_tell"
        BROKEN = "broken"
        SKIP = "skip"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="votes", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=100, default="", blank=True)
    asking = models.PositiveIntegerField()
    key = models.UUIDField(default=uuid.uuid4)
    answer = models.JSONField()
    answer_hash = models.CharField(max_length=64)
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    concept = models.BigIntegerField(null=True)
    schema_number = models.IntegerField()
    counted = models.BooleanField()
    surplus = models.BooleanField(default=False)
    gold = models.BooleanField(default=False, db_default=False)
    superseded = models.BooleanField(default=False)
    supersedes = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    proposal = models.ForeignKey(Proposal, null=True, on_delete=models.PROTECT, related_name="+")
    took_ms = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], condition=Q(user__isnull=False), name="vote_key_once"),
            models.UniqueConstraint(
                fields=["task", "user", "asking"],
                condition=Q(user__isnull=False, superseded=False),
                name="vote_live_once_per_person",
            ),
            models.UniqueConstraint(
                fields=["task", "source", "asking"],
                condition=Q(user__isnull=True, superseded=False),
                name="vote_live_once_per_source",
            ),
        ]
        indexes = [
            # Also a task's votes; with the person, because a known question gathers one of everybody.
            models.Index(fields=["task", "user"], name="vote_task"),
            models.Index(fields=["user", "project", "-id"], name="vote_mine"),
            models.Index(fields=["project", "id"], name="vote_project"),
            models.Index(fields=["created_at"], condition=Q(outcome="skip", superseded=False), name="vote_skips"),
        ]


class GoldAnswer(models.Model):
    """What one person's latest answer to a known question amounts to; made anew when either of the two changes.

    `right` and `likeness` (0 to 1, what the kind calls agreement) are null for a pass.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="+")
    vote = models.OneToOneField(Vote, on_delete=models.CASCADE, related_name="judged")
    right = models.BooleanField(null=True)
    likeness = models.FloatField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "user"], name="gold_answer_once")]
        indexes = [models.Index(fields=["project", "user", "vote"], name="gold_answer_person")]
