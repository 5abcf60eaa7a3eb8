"""Members and the links that make them. Every change of roles locks the project's row, so that an admin remains."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from annotate.accounts import services as accounts
from annotate.accounts.models import User
from annotate.core import audit, errors, tokens
from annotate.projects import selectors
from annotate.projects.models import Invitation, Member, Project, VolunteerLink


def change_role(member: Member, *, actor: User, role: str) -> Member:
    """Gives a member another role; Conflict where the last admin would be lost, and for a volunteer."""
    if member.role == Member.Role.VOLUNTEER:
        raise errors.Conflict("is_volunteer", "A volunteer has no password: invite the person to give another role.")
    with transaction.atomic():
        _keep_an_admin(member, gone=role != Member.Role.ADMIN)
        before, member.role = member.role, role
        member.save(update_fields=["role"])
        _note("role_changed", member, actor, data={"from": before, "to": role})
    return member


def remove_member(member: Member, *, actor: User) -> None:
    """Ends a membership; the votes stay. Conflict for the last admin.

    A volunteer whom an admin removes does not come in again as the same person by the same link.
    """
    with transaction.atomic():
        _keep_an_admin(member, gone=True)
        _note("member_removed", member, actor, data={"role": member.role})
        if member.role == Member.Role.VOLUNTEER and actor.pk != member.user_id:
            Member.objects.filter(pk=member.pk, ended_at=None).update(ended_at=timezone.now())
        else:
            if member.link_id:  # who leaves gives the place back to the link
                VolunteerLink.objects.filter(pk=member.link_id, people__gt=0).update(people=F("people") - 1)
            member.delete()


def _keep_an_admin(member: Member, *, gone: bool) -> None:
    Project.objects.select_for_update().get(pk=member.project_id)
    member.refresh_from_db(fields=["role"])
    others = Member.objects.filter(project_id=member.project_id, role=Member.Role.ADMIN, user__is_active=True)
    if gone and member.role == Member.Role.ADMIN and not others.exclude(pk=member.pk).exists():
        raise errors.Conflict("last_admin", "A project keeps at least one admin.")


def _note(verb: str, member: Member, actor: User, *, data: dict[str, str]) -> None:
    audit.record(
        verb,
        actor=actor.pk,
        subject="member",
        subject_id=member.pk,
        project_id=member.project_id,
        data={"user": member.user_id, **data},
    )


def invite(
    project: Project, *, actor: User, role: str, note: str = "", days: int = 14, uses: int = 1
) -> tuple[str, Invitation]:
    """A token that makes whoever holds it a member, `uses` times within `days`; and its row."""
    token, kept = tokens.make()
    with transaction.atomic():
        row = Invitation.objects.create(
            project=project,
            role=role,
            token_hash=kept,
            note=note,
            uses_left=uses,
            made_by=actor,
            expires_at=timezone.now() + timedelta(days=days),
        )
        data = {"role": role, "days": days, "uses": uses}
        audit.record(
            "invited", actor=actor.pk, subject="invitation", subject_id=row.pk, project_id=project.pk, data=data
        )
    return token, row


def revoke_invitation(invitation: Invitation, *, actor: User) -> None:
    """Ends an invitation; who came by it stays."""
    with transaction.atomic():
        Invitation.objects.filter(pk=invitation.pk, revoked_at=None).update(revoked_at=timezone.now())
        audit.record(
            "invitation_revoked",
            actor=actor.pk,
            subject="invitation",
            subject_id=invitation.pk,
            project_id=invitation.project_id,
        )


def join(token: str, *, user: User) -> Member:
    """Makes `user` a member by an invitation, using it once; who is a member already keeps role and uses nothing.

    Refused: a volunteer, who has no password to come back by.
    """
    if user.volunteer:
        raise errors.Conflict("is_volunteer", "A volunteer has no password: join with a new account.")
    invitation = selectors.invitation_by(token)
    with transaction.atomic():
        return _join(invitation, user)


def join_with_account(token: str, *, username: str, name: str, password: str) -> User:
    """Makes an account and a member by an invitation, both or neither."""
    invitation = selectors.invitation_by(token)
    if not password:
        raise errors.Invalid("password_missing", "Choose a password.")
    user = accounts.prepare_account(username=username, name=name, password=password)
    with transaction.atomic():
        accounts.store_account(user, actor=None)
        _join(invitation, user)
    return user


def _join(invitation: Invitation, user: User) -> Member:
    """Compare-and-set on the uses left, so that two at once never share the last one."""
    member = Member.objects.filter(project_id=invitation.project_id, user=user).first()
    if member is not None:
        return member
    usable = Invitation.objects.filter(
        pk=invitation.pk, uses_left__gt=0, revoked_at=None, expires_at__gt=timezone.now()
    )
    if not usable.update(uses_left=F("uses_left") - 1):
        raise selectors.invitation_over()
    member = Member.objects.create(project_id=invitation.project_id, user=user, role=invitation.role)
    _note("joined", member, user, data={"role": member.role, "invitation": str(invitation.pk)})
    return member
