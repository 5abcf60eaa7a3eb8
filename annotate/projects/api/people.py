"""Members, invitations, and what has been done in a project."""

from typing import Any

from django.contrib.auth import login
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotate.accounts import selectors as accounts
from annotate.accounts import shapes
from annotate.accounts.models import User
from annotate.core import errors, fields, rest
from annotate.projects import selectors, services
from annotate.projects.api.project import PAGING
from annotate.projects.models import Invitation, Member
from annotate.projects.roles import GIVEN, Action
from annotate.projects.scope import ProjectView

BACKEND = "annotate.accounts.sessions.Backend"


class MemberShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    user_id = serializers.IntegerField()
    username = serializers.CharField()
    name = serializers.CharField()
    role = serializers.ChoiceField(choices=Member.Role.choices)
    joined_at = serializers.DateTimeField()


class MemberPage(serializers.Serializer[Any]):
    items = MemberShape(many=True)
    next = serializers.CharField(allow_null=True)


class RoleIn(fields.Strict):
    role = fields.Choice(GIVEN)


class InvitationShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    url = serializers.CharField(required=False, help_text="Only in the reply to its making; it is not kept.")
    role = serializers.ChoiceField(choices=Member.Role.choices)
    note = serializers.CharField()
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    uses_left = serializers.IntegerField()


class InvitationPage(serializers.Serializer[Any]):
    items = InvitationShape(many=True)
    next = serializers.CharField(allow_null=True)


class InvitationIn(fields.Strict):
    role = fields.Choice(GIVEN)
    note = fields.Char(max_length=200, required=False, allow_blank=True)
    days = fields.Integer(min_value=1, max_value=365, required=False)
    uses = fields.Integer(min_value=1, max_value=1000, required=False)


class OfferShape(serializers.Serializer[Any]):
    project_name = serializers.CharField()
    role = serializers.ChoiceField(choices=Member.Role.choices)
    needs_account = serializers.BooleanField()


class JoinIn(fields.Strict):
    username = fields.Char(max_length=150, required=False)
    name = fields.Char(max_length=150, required=False, allow_blank=True)
    password = fields.Char(max_length=2**22, trim_whitespace=False, required=False)


class AuditActor(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class AuditShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    actor = AuditActor(allow_null=True)
    verb = serializers.CharField()
    subject = serializers.CharField()
    subject_id = serializers.IntegerField(allow_null=True)
    data = serializers.DictField(child=serializers.JSONField())


class AuditPage(serializers.Serializer[Any]):
    items = AuditShape(many=True)
    next = serializers.CharField(allow_null=True)


def _member(row: Member) -> dict[str, Any]:
    return {
        "id": row.pk,
        "user_id": row.user_id,
        "username": row.user.username,
        "name": row.user.name,
        "role": row.role,
        "joined_at": row.joined_at,
    }


def _invitation(row: Invitation) -> dict[str, Any]:
    return {key: getattr(row, key) for key in ("id", "role", "note", "created_at", "expires_at", "uses_left")}


class MembersView(ProjectView):
    rules = {"GET": Action.MANAGE}

    @extend_schema(operation_id="members_list", parameters=PAGING, responses=MemberPage)
    def get(self, request: Request, pid: int) -> Response:
        """Who is in a project, and as what."""
        rows = selectors.members_of(self.project)
        return Response(rest.keyset_page(rows, request.GET, keys=("id",), show=_member))


class MemberView(ProjectView):
    rules = {"PATCH": Action.MANAGE, "DELETE": Action.MANAGE}
    by_hand = True

    @extend_schema(operation_id="members_change", request=RoleIn, responses=MemberShape)
    def patch(self, request: Request, pid: int, mid: int) -> Response:
        """Gives a member another role."""
        member = selectors.member_in(self.project, mid)
        said = fields.accept(RoleIn, request.data)
        return Response(_member(services.change_role(member, actor=request.user, role=said["role"])))

    @extend_schema(operation_id="members_remove", responses={204: None})
    def delete(self, request: Request, pid: int, mid: int) -> Response:
        """Ends a membership; the votes stay."""
        services.remove_member(selectors.member_in(self.project, mid), actor=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class LeaveView(ProjectView):
    """One's own way out of a project."""

    rules = {"POST": Action.SEE}
    by_hand = True

    @extend_schema(operation_id="members_leave", request=None, responses={204: None})
    def post(self, request: Request, pid: int) -> Response:
        """Leaves a project."""
        services.remove_member(self.member, actor=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class InvitationsView(ProjectView):
    rules = {"GET": Action.MANAGE, "POST": Action.MANAGE}
    by_hand = True

    @extend_schema(operation_id="invitations_list", parameters=PAGING, responses=InvitationPage)
    def get(self, request: Request, pid: int) -> Response:
        """Invitations that are still open."""
        rows = selectors.invitations_of(self.project)
        return Response(rest.keyset_page(rows, request.GET, keys=("-id",), show=_invitation))

    @extend_schema(operation_id="invitations_create", request=InvitationIn, responses={201: InvitationShape})
    def post(self, request: Request, pid: int) -> Response:
        """Makes an invitation link; it is shown this once."""
        said = fields.accept(InvitationIn, request.data)
        token, row = services.invite(self.project, actor=request.user, **said)
        url = request.build_absolute_uri(f"/invitation/{token}")
        return Response({**_invitation(row), "url": url}, status=status.HTTP_201_CREATED)


class InvitationView(ProjectView):
    rules = {"DELETE": Action.MANAGE}
    by_hand = True

    @extend_schema(operation_id="invitations_revoke", responses={204: None})
    def delete(self, request: Request, pid: int, iid: int) -> Response:
        """Withdraws an invitation."""
        services.revoke_invitation(selectors.invitation_in(self.project, iid), actor=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class JoinView(APIView):
    """What an invitation's link leads to: joining as who is signed in, or with a new account that is then signed in.

    A volunteer, who has no password, needs an account too."""

    permission_classes = (rest.Anyone,)

    @extend_schema(operation_id="invitations_offer", responses=OfferShape)
    def get(self, request: Request, token: str) -> Response:
        """What an invitation offers: project, role, and whether an account is needed."""
        invitation = selectors.invitation_by(token)
        if not invitation.uses_left:
            raise selectors.invitation_over()
        needs = not isinstance(request.user, User) or request.user.volunteer
        offer = {"project_name": invitation.project.name, "role": invitation.role, "needs_account": needs}
        return Response(offer)

    @extend_schema(operation_id="invitations_join", request=JoinIn, responses=shapes.SessionShape)
    def post(self, request: Request, token: str) -> Response:
        """Joins a project by an invitation."""
        said = fields.accept(JoinIn, request.data)
        if isinstance(request.user, User) and not request.user.volunteer:
            if said:
                raise errors.Conflict("signed_in", "Sign out first to join with a new account.")
            services.join(token, user=request.user)
        else:
            wanted = {"username": "", "name": "", "password": "", **said}
            login(request._request, services.join_with_account(token, **wanted), backend=BACKEND)
        return Response(accounts.session_of(request._request))


class AuditView(ProjectView):
    rules = {"GET": Action.MANAGE}

    @extend_schema(operation_id="audit_list", parameters=PAGING, responses=AuditPage)
    def get(self, request: Request, pid: int) -> Response:
        """What was done in a project, by whom and when, the newest first."""
        page = rest.keyset_page(selectors.audit_of(self.project), request.GET, keys=("-id",), show=lambda row: row)
        names = accounts.names_of({row.actor for row in page["items"] if row.actor})
        page["items"] = [
            {
                "id": row.pk,
                "at": row.at,
                "actor": {"id": row.actor, "name": names.get(row.actor, "")} if row.actor else None,
                "verb": row.verb,
                "subject": row.subject,
                "subject_id": row.subject_id,
                "data": row.data,
            }
            for row in page["items"]
        ]
        return Response(page)
