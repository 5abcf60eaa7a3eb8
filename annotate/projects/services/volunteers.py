"""Open links, and the volunteers who come in by them."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from annotate.accounts import volunteers
from annotate.accounts.models import User
from annotate.core import audit, errors, tokens
from annotate.projects import selectors
from annotate.projects.models import Member, Project, VolunteerLink


def open_volunteer_link(
    project: Project, *, actor: User, note: str = "", days: int = 30, most: int = 100
) -> tuple[str, VolunteerLink]:
    """A token by which up to `most` people label in the project for `days`, and its row; the token is told only now."""
    token, kept = tokens.make()
    with transaction.atomic():
        link = VolunteerLink.objects.create(
            project=project,
            token_hash=kept,
            note=note,
            most=most,
            made_by=actor,
            expires_at=timezone.now() + timedelta(days=days),
        )
        _note("volunteer_link_made", link, actor, data={"days": days, "most": most})
    return token, link


def change_volunteer_link(
    link: VolunteerLink, *, actor: User, days: int | None = None, most: int | None = None, note: str | None = None
) -> VolunteerLink:
    """Lets a link hold for `days` from now, for more or fewer people; who came by it goes on as long as it does.

    Conflict for a link that was withdrawn, and for fewer people than have come.
    """
    said = {"days": days, "most": most, "note": note}
    with transaction.atomic():
        link = VolunteerLink.objects.select_for_update().get(pk=link.pk)
        if link.revoked_at is not None:
            raise errors.Conflict("link_withdrawn", "This link was withdrawn. Make a new one.")
        if most is not None and most < link.people:
            told = {"people": link.people}
            raise errors.Conflict("more_have_come", f"{link.people} people have come by this link already.", told)
        if days is not None:
            link.expires_at = timezone.now() + timedelta(days=days)
        link.most = link.most if most is None else most
        link.note = link.note if note is None else note
        link.save(update_fields=["expires_at", "most", "note"])
        changed = {key: value for key, value in said.items() if value is not None and key != "note"}
        _note("volunteer_link_changed", link, actor, data=changed)
    return link


def revoke_volunteer_link(link: VolunteerLink, *, actor: User) -> None:
    """Ends a link and the right of everybody who came by it, at their next request; their votes stay."""
    with transaction.atomic():
        VolunteerLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now())
        _note("volunteer_link_revoked", link, actor)


def enter(token: str, *, user: User | None, name: str = "") -> Member:
    """Makes whoever holds the token a volunteer of its project: a new person with a name of their own choosing, or the
    volunteer who is signed in. Who is one already goes on, and takes no second place.

    Refused: a token that does not hold, a link with no place left, a name that could deceive, somebody with a password
    (an open link gives less than any role), a volunteer whom an admin has removed.
    """
    link = selectors.volunteer_link_by(token)
    if user is not None and not user.volunteer:
        raise errors.Conflict("signed_in", "You are signed in with an account. Sign out first to join as a volunteer.")
    with transaction.atomic():
        found = Member.objects.filter(project_id=link.project_id, user=user).select_related("link").first()
        member = _goes_on(found, link) if found is not None else None
        if member is None:
            _take_a_place(link)
            user = user or volunteers.make_volunteer(name)
            member, _ = Member.objects.update_or_create(
                project_id=link.project_id, user=user, defaults={"role": Member.Role.VOLUNTEER, "link": link}
            )
            _note("volunteer_came", link, user, data={"user": user.pk})
    member.project = link.project
    return member


def _goes_on(member: Member, link: VolunteerLink) -> Member | None:
    """The member as it is; None where the link it came by has ended and this one takes its place."""
    if member.ended_at is not None:
        raise errors.Forbidden("volunteer_removed", "An admin of this project has ended your part in it.")
    before = member.link
    held = before is not None and before.revoked_at is None and before.expires_at > timezone.now()
    return member if held or before == link else None


def _take_a_place(link: VolunteerLink) -> None:
    """Compare-and-set, so that two at once never share the last place."""
    holds = VolunteerLink.objects.filter(
        pk=link.pk, people__lt=F("most"), revoked_at=None, expires_at__gt=timezone.now()
    )
    if not holds.update(people=F("people") + 1):
        raise errors.Conflict("volunteer_link_full", "As many people as this link is for have come already.")


def _note(verb: str, link: VolunteerLink, actor: User, *, data: dict[str, Any] | None = None) -> None:
    audit.record(
        verb, actor=actor.pk, subject="volunteer_link", subject_id=link.pk, project_id=link.project_id, data=data
    )
