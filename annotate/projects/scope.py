"""The base of every project route: who is asking, in which project, and whether the role allows it."""

from typing import Any, ClassVar

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.views import APIView

from annotate.core import errors, grants, rest
from annotate.core.rows import Reader
from annotate.projects.models import Member, Project
from annotate.projects.roles import ALLOWED, Action, allowed_to, scopes_for

MEMBERSHIP = Reader(
    (Member, "m"),
    (Project, "p"),
    tail="FROM projects_member m JOIN projects_project p ON p.id = m.project_id"
    " LEFT JOIN projects_volunteerlink l ON l.id = m.link_id"
    " WHERE m.project_id = %s AND m.user_id = %s AND p.archived_at IS NULL AND m.ended_at IS NULL"
    " AND (m.link_id IS NULL OR (l.revoked_at IS NULL AND l.expires_at > %s))",
)


class ProjectView(APIView):
    """A view under `projects/<int:pid>/`; `rules` names the action that each method needs.

    Sets `self.project`, `self.member` and `self.allowed`, what this very request may do. A stranger gets 401, a person
    without membership 404 as if the project did not exist, a member whose role lacks the action 403. A method that the
    view has without a rule is refused to everybody, one that it has not gets 405. An API token may do what its scopes
    and its owner's role both allow, nothing outside its project where it has one, and nothing that is done `by_hand`.
    """

    permission_classes = (rest.Known,)
    rules: ClassVar[dict[str, Action]] = {}
    by_hand: ClassVar[bool] = False
    """Whether what it changes takes a person who is signed in, as whatever decides who may come in does."""
    project: Project
    member: Member
    allowed: frozenset[Action]

    @classmethod
    def scopes(cls, method: str) -> frozenset[grants.Scope]:
        """The scopes of which an API token needs one; none where no token will do."""
        rule, reads = cls.rules.get(method), method == "GET"
        return frozenset() if rule is None or (cls.by_hand and not reads) else scopes_for(rule, reads=reads)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        rest.check_ids(kwargs)
        grant = grants.of(request)
        found = MEMBERSHIP.first([kwargs["pid"], request.user.pk, timezone.now()])
        if found is None and request.user.volunteer:  # the same for a project that is not theirs, or none
            raise errors.NotFound("volunteer_over", "The link by which you came has ended, or is not for this.")
        if found is None or (grant is not None and grant.project not in {None, kwargs["pid"]}):
            raise errors.NotFound("not_found", "There is no such project for you.")
        member, project = found
        member.project = project
        method = "GET" if request.method == "HEAD" else request.method or ""
        if hasattr(self, method.lower()):
            rule = self.rules.get(method)
            if rule is None or rule not in ALLOWED[member.role]:
                raise errors.Forbidden("forbidden", "Your role in this project does not allow this.", {"needs": rule})
            if grant is not None:
                grants.check(grant, self.scopes(method))
        self.allowed = allowed_to(member.role, grant, reads=method == "GET")
        self.member = member
        self.project = project
