"""Projects and what belongs to them, found only through who is asking or through the project itself."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from annotate.accounts.models import User
from annotate.core import errors, tokens
from annotate.core.audit import Audit
from annotate.core.progress import LongJob
from annotate.projects import offers
from annotate.projects.models import GuidePicture, Invitation, LabelClass, Member, Project, VolunteerLink
from annotate.projects.roles import ALLOWED


@dataclass(frozen=True)
class PictureView:
    """A picture of the guide; `url` answers only members."""

    id: int
    url: str
    caption: str = ""


@dataclass(frozen=True)
class ClassView:
    """One class as the pages show it. `id` is the place in the schema, `concept_id` what votes name."""

    id: int
    concept_id: int
    index: int
    name: str
    definition: str
    synonyms: list[str]
    color: str
    hotkey: str
    archived: bool
    added_in: int
    examples: list[PictureView]


def memberships_of(user: User) -> QuerySet[Member]:
    """A person's memberships that hold, in projects that are not archived."""
    by_link = Q(link=None) | Q(link__revoked_at=None, link__expires_at__gt=timezone.now(), ended_at=None)
    return Member.objects.filter(by_link, user=user, project__archived_at=None).select_related("project")


def project_for(user: User, pid: int) -> Project:
    """The project of that id if the person is a member; else NotFound, as if there were none."""
    member = memberships_of(user).filter(project_id=pid).first()
    if member is None:
        raise errors.NotFound("not_found", "There is no such project for you.")
    return member.project


def project_names(user: User) -> dict[int, str]:
    """The names of a person's projects by id."""
    return dict(memberships_of(user).values_list("project_id", "project__name"))


def classes_of(project: Project) -> list[ClassView]:
    """The whole label schema in its order, archived classes too, with their examples; two queries."""
    examples: dict[int, list[PictureView]] = {}
    for picture in GuidePicture.objects.filter(project=project, label_class__isnull=False).order_by("id"):
        examples.setdefault(picture.label_class_id or 0, []).append(picture_view(picture))
    rows = LabelClass.objects.filter(project=project).select_related("concept").order_by("index")
    return [class_view(row, examples.get(row.pk, [])) for row in rows]


def class_view(row: LabelClass, examples: list[PictureView]) -> ClassView:
    return ClassView(
        id=row.pk,
        concept_id=row.concept_id,
        index=row.index,
        name=row.concept.name,
        definition=row.concept.definition,
        synonyms=row.concept.synonyms,
        color=row.color,
        hotkey=row.hotkey,
        archived=row.archived_at is not None,
        added_in=row.added_in,
        examples=examples,
    )


def live_concepts(project: Project) -> set[int]:
    """Concept ids that an answer may name now."""
    return set(LabelClass.objects.filter(project=project, archived_at=None).values_list("concept_id", flat=True))


def class_in(project: Project, class_id: int) -> LabelClass:
    """The class of that id in this project; NotFound."""
    row = LabelClass.objects.filter(project=project, pk=class_id).select_related("concept").first()
    if row is None:
        raise errors.NotFound("not_found", "There is no such class in this project.")
    return row


def picture_view(picture: GuidePicture) -> PictureView:
    url = f"/api/projects/{picture.project_id}/guide/pictures/{picture.pk}"
    return PictureView(picture.pk, url, picture.caption)


def guide_pictures_of(project: Project) -> list[PictureView]:
    """The pictures of the general guide, without the classes' examples."""
    rows = GuidePicture.objects.filter(project=project, label_class=None).order_by("id")
    return [picture_view(row) for row in rows]


def guide_picture_in(project: Project, picture_id: int) -> GuidePicture:
    row = GuidePicture.objects.filter(project=project, pk=picture_id).first()
    if row is None:
        raise errors.NotFound("not_found", "There is no such picture in this guide.")
    return row


def members_of(project: Project) -> QuerySet[Member]:
    """Who was invited; volunteers are listed with the links that they came by."""
    return Member.objects.filter(project=project, link=None).select_related("user")


def member_in(project: Project, member_id: int) -> Member:
    """A member of any role; NotFound."""
    row = Member.objects.filter(project=project, pk=member_id).select_related("user").first()
    if row is None:
        raise errors.NotFound("not_found", "There is no such member in this project.")
    return row


def invitations_of(project: Project) -> QuerySet[Invitation]:
    """Invitations that can still be used."""
    now = timezone.now()
    return Invitation.objects.filter(project=project, revoked_at=None, uses_left__gt=0, expires_at__gt=now)


def invitation_in(project: Project, invitation_id: int) -> Invitation:
    row = Invitation.objects.filter(project=project, pk=invitation_id).first()
    if row is None:
        raise errors.NotFound("not_found", "There is no such invitation in this project.")
    return row


def invitation_by(token: str) -> Invitation:
    """The invitation behind a token that still holds; the same NotFound for unknown, withdrawn and expired ones.

    Whether a use is left is settled by `join`, and then again only for who is not a member yet.
    """
    rows = Invitation.objects.select_related("project").filter(token_hash=tokens.digest(token))
    row = rows.filter(revoked_at=None, expires_at__gt=timezone.now(), project__archived_at=None).first()
    if row is None:
        raise invitation_over()
    return row


def invitation_over() -> errors.NotFound:
    return errors.NotFound(
        "invitation_over", "This invitation does not exist, has been used up, withdrawn or has expired."
    )


def volunteer_links_of(project: Project) -> QuerySet[VolunteerLink]:
    return VolunteerLink.objects.filter(project=project).select_related("made_by")


def volunteer_link_in(project: Project, link_id: int) -> VolunteerLink:
    row = volunteer_links_of(project).filter(pk=link_id).first()
    if row is None:
        raise errors.NotFound("not_found", "There is no such link in this project.")
    return row


def volunteers_by(link: VolunteerLink) -> QuerySet[Member]:
    """Who came by a link, also those who have gone."""
    return Member.objects.filter(link=link).select_related("user")


def volunteer_link_by(token: str) -> VolunteerLink:
    """The open link behind a token that still holds; the same NotFound for unknown, withdrawn and expired ones."""
    rows = VolunteerLink.objects.select_related("project").filter(token_hash=tokens.digest(token))
    row = rows.filter(revoked_at=None, expires_at__gt=timezone.now(), project__archived_at=None).first()
    if row is None:
        raise errors.NotFound("volunteer_link_over", "This link does not exist, was withdrawn or has expired.")
    return row


def jobs_of(project: Project) -> QuerySet[LongJob]:
    return LongJob.objects.filter(project_id=project.pk)


def job_in(project: Project, job_id: int) -> LongJob:
    row = jobs_of(project).filter(pk=job_id).first()
    if row is None:
        raise errors.NotFound("not_found", "There is no such job in this project.")
    return row


def audit_of(project: Project) -> QuerySet[Audit]:
    return Audit.objects.filter(project_id=project.pk)


PLAIN = (
    *("id", "name", "description", "kind", "redundancy", "holdout_share", "holdout_votes", "votes_cap"),
    *("accept_confidence", "consensus_method", "guide_text", "guide_version", "order", "show_proposals"),
    *("practice_required", "licence", "counts", "created_at", "gold_share", "gold_bar"),
)
# Of the totals a volunteer learns how far the work is, and not what others say.
FOR_VOLUNTEERS = ("images", "tasks", "tasks_open", "tasks_closed", "tasks_review")


def project_row(member: Member) -> dict[str, Any]:
    """A project as its member sees it, with what the member's role allows."""
    row = {key: getattr(member.project, key) for key in PLAIN}
    if member.role == Member.Role.VOLUNTEER:
        row["counts"] = {name: row["counts"][name] for name in FOR_VOLUNTEERS if name in row["counts"]}
    return {**row, "role": member.role, "actions": sorted(ALLOWED[member.role])}


def offers_row(project: Project) -> dict[str, list[str]]:
    """The values that open settings may take in this project, by setting."""
    return {setting: offers.offered(setting, project.kind) for setting in ("consensus_method", "order")}


def examples_of(row: LabelClass) -> list[PictureView]:
    return [picture_view(picture) for picture in row.examples.order_by("id")]


def concepts_by_name(project: Project) -> dict[str, int]:
    """Concept ids of the live classes by everything a source may call them (`folded`): name, synonym or key."""
    found: dict[str, int] = {}
    rows = LabelClass.objects.filter(project=project, archived_at=None).select_related("concept").order_by("-index")
    for row in rows:
        for synonym in row.concept.synonyms:
            found.setdefault(folded(synonym), row.concept_id)
    for row in rows:
        for name in (row.concept.key, row.concept.name):
            found[folded(name)] = row.concept_id
    return found


def folded(name: str) -> str:
    """The same for names of a class that differ only in case, blanks or underscores."""
    return " ".join(name.replace("_", " ").casefold().split())
