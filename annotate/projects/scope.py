"""The base of every project route: who is asking, in which project, and whether the role allows it."""

from typing import Any, ClassVar

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.views import APIView

from annotate.core import errors, rest
from annotate.core.rows import Reader
from annotate.projects.models import Member, Project
from annotate.projects.roles import ALLOWED, Action

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

    Sets `self.project` and `self.member`. A stranger gets 401, a person without membership 404 as if the project
    did not exist, a member whose role lacks the action 403. A method that the view has without a rule is refused to
    everybody, one that it has not gets 405.
    """

    permission_classes = (rest.SignedIn,)
    rules: ClassVar[dict[str, Action]] = {}
    project: Project
    member: Member

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        rest.check_ids(kwargs)
        found = MEMBERSHIP.first([kwargs["pid"], request.user.pk, timezone.now()])
        if found is None and request.user.volunteer:  # the same for a project that is not theirs, or none
            raise errors.NotFound("volunteer_over", "The link by which you came has ended, or is not for this.")
        if found is None:
            raise errors.NotFound("not_found", "There is no such project for you.")
        member, project = found
        member.project = project
        method = "GET" if request.method == "HEAD" else request.method or ""
        if hasattr(self, method.lower()):
            rule = self.rules.get(method)
            if rule is None or rule not in ALLOWED[member.role]:
                raise errors.Forbidden("forbidden", "Your role in this project does not allow this.", {"needs": rule})
        self.member = member
        self.project = project
