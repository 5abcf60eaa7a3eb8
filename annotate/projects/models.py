from django.conf import settings
from django.db import models
from django.db.models import Q

from annotate.taxonomy.models import Concept, Taxonomy


class Project(models.Model):
    """One question asked of one pile of pictures, with the rules by which its crowd works."""

    class Order(models.TextChoices):
        RANDOM = "random"
        ENTROPY = "entropy"
        MARGIN = "margin"

    name = models.CharField(max_length=200)
    description = models.TextField(default="", blank=True)
    kind = models.CharField(max_length=20, default="choice")
    taxonomy = models.ForeignKey(Taxonomy, on_delete=models.PROTECT, related_name="+")
    schema_number = models.IntegerField(default=0)
    guide_text = models.TextField(default="", blank=True)
    guide_version = models.IntegerField(default=1)
    redundancy = models.PositiveSmallIntegerField(default=1)
    holdout_votes = models.PositiveSmallIntegerField(null=True)
    holdout_share = models.FloatField(default=0.1)
    votes_cap = models.PositiveSmallIntegerField(null=True)
    accept_confidence = models.FloatField(default=0.8)
    consensus_method = models.CharField(max_length=40, default="dawid_skene")
    order = models.CharField(max_length=20, choices=Order.choices, default=Order.RANDOM)
    show_proposals = models.BooleanField(default=False)
    practice_required = models.BooleanField(default=False)
    # Which share of the questions has a known answer, and the accuracy on them that is demanded; null demands none.
    gold_share = models.FloatField(default=0.05, db_default=0.05)
    gold_bar = models.FloatField(null=True)
    licence = models.CharField(max_length=200, default="", blank=True)
    seed = models.BigIntegerField(default=0)
    counts = models.JSONField(default=dict)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(redundancy__gte=1, redundancy__lte=50), name="redundancy_1_to_50"),
            models.CheckConstraint(
                condition=Q(holdout_share__gte=0, holdout_share__lte=0.9), name="holdout_share_0_to_90"
            ),
            models.CheckConstraint(condition=Q(gold_share__gte=0, gold_share__lte=0.3), name="gold_share_0_to_30"),
            models.CheckConstraint(
                condition=Q(gold_bar__isnull=True) | Q(gold_bar__gte=0.5, gold_bar__lte=1), name="gold_bar_50_to_100"
            ),
        ]


class LabelClass(models.Model):
    """One place in a project's label schema: a concept with its frozen index, key and colour. Never deleted."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="classes")
    concept = models.ForeignKey(Concept, on_delete=models.PROTECT, related_name="+")
    index = models.IntegerField()
    color = models.CharField(max_length=7)
    hotkey = models.CharField(max_length=1, default="", blank=True)
    added_in = models.IntegerField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "index"], name="class_index_once"),
            models.UniqueConstraint(fields=["project", "concept"], name="class_concept_once"),
        ]


class GuidePicture(models.Model):
    """A picture of the guide: an example of a class, or (class empty) part of the general guide."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="guide_pictures")
    label_class = models.ForeignKey(LabelClass, null=True, on_delete=models.CASCADE, related_name="examples")
    digest = models.CharField(max_length=64)
    suffix = models.CharField(max_length=8)
    caption = models.CharField(max_length=300, default="", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)


class VolunteerLink(models.Model):
    """An open link: whoever has it becomes a volunteer, up to `most` people, as long as it holds.

    The right of everybody who came by it ends with it. Only the hash of its token is kept.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="volunteer_links")
    token_hash = models.CharField(max_length=64, unique=True)
    note = models.CharField(max_length=200, default="", blank=True)
    most = models.PositiveIntegerField()
    people = models.PositiveIntegerField(default=0)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(people__lte=models.F("most")), name="volunteers_within_most")]


class Member(models.Model):
    """A person's role in a project. A volunteer's lasts as long as the `link` holds that it came by; `ended_at` tells
    when an admin took it away."""

    class Role(models.TextChoices):
        ADMIN = "admin"
        REVIEWER = "reviewer"
        RESEARCHER = "researcher"
        ANNOTATOR = "annotator"
        VOLUNTEER = "volunteer"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role.choices)
    joined_at = models.DateTimeField(auto_now_add=True)
    link = models.ForeignKey(VolunteerLink, null=True, on_delete=models.CASCADE, related_name="members")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "user"], name="member_once"),
            models.CheckConstraint(
                condition=Q(role="volunteer", link__isnull=False)
                | (~Q(role="volunteer") & Q(link=None, ended_at=None)),
                name="volunteer_by_link",
            ),
        ]


class Invitation(models.Model):
    """A link that makes its holder a member; only the hash of its token is kept."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=12, choices=Member.Role.choices)
    token_hash = models.CharField(max_length=64, unique=True)
    note = models.CharField(max_length=200, default="", blank=True)
    uses_left = models.PositiveIntegerField(default=1)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(role="volunteer"), name="invitation_to_more")]
