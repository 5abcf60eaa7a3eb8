"""Projects: one's own list, making one, its settings."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotate.core import errors, fields, grants, rest
from annotate.projects import selectors, services
from annotate.projects.models import Member
from annotate.projects.roles import Action
from annotate.projects.scope import ProjectView

MAX_VOTES = 50
PAGING = [OpenApiParameter("cursor", str), OpenApiParameter("limit", int)]


class ProjectShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    description = serializers.CharField()
    kind = serializers.CharField()
    role = serializers.ChoiceField(choices=Member.Role.choices)
    actions = serializers.ListField(child=serializers.ChoiceField(choices=[action.value for action in Action]))
    redundancy = serializers.IntegerField()
    holdout_share = serializers.FloatField()
    holdout_votes = serializers.IntegerField(allow_null=True)
    votes_cap = serializers.IntegerField(allow_null=True)
    accept_confidence = serializers.FloatField()
    consensus_method = serializers.CharField()
    guide_text = serializers.CharField()
    guide_version = serializers.IntegerField()
    order = serializers.CharField()
    show_proposals = serializers.BooleanField()
    practice_required = serializers.BooleanField()
    gold_share = serializers.FloatField()
    gold_bar = serializers.FloatField(allow_null=True)
    licence = serializers.CharField()
    counts = serializers.DictField(child=serializers.IntegerField())
    created_at = serializers.DateTimeField()


class ProjectPage(serializers.Serializer[Any]):
    items = ProjectShape(many=True)
    next = serializers.CharField(allow_null=True)


class SettingsIn(fields.Strict):
    """What an admin may set; the bounds are those of the database."""

    name = fields.Char(max_length=200)
    description = fields.Char(max_length=10_000, required=False, allow_blank=True)
    redundancy = fields.Integer(min_value=1, max_value=MAX_VOTES, required=False)
    holdout_votes = fields.Integer(min_value=1, max_value=MAX_VOTES, required=False, allow_null=True)
    holdout_share = fields.Float(min_value=0, max_value=0.9, required=False)
    votes_cap = fields.Integer(min_value=1, max_value=MAX_VOTES, required=False, allow_null=True)
    accept_confidence = fields.Float(min_value=0.5, max_value=1, required=False)
    consensus_method = fields.Char(max_length=40, required=False)
    guide_text = fields.Char(max_length=100_000, required=False, allow_blank=True, trim_whitespace=False)
    order = fields.Char(max_length=20, required=False)
    show_proposals = fields.Boolean(required=False)
    practice_required = fields.Boolean(required=False)
    gold_share = fields.Float(min_value=0, max_value=0.3, required=False)
    gold_bar = fields.Float(min_value=0.5, max_value=1, required=False, allow_null=True)
    licence = fields.Char(max_length=200, required=False, allow_blank=True)


class ProjectIn(SettingsIn):
    kind = fields.Char(max_length=20, required=False)
    classes_text = fields.Char(max_length=2**21, required=False, allow_blank=True, trim_whitespace=False)


class ProjectChangeIn(SettingsIn):
    guide_version = fields.Integer(min_value=1, required=False)


class ProjectsView(APIView):
    permission_classes = (rest.SignedIn,)
    token_scopes = {"GET": grants.EVERY_SCOPE, "POST": frozenset({grants.Scope.WRITE})}

    @extend_schema(operation_id="projects_list", parameters=PAGING, responses=ProjectPage)
    def get(self, request: Request) -> Response:
        """One's own projects, the newest first."""
        rows = selectors.memberships_of(request.user)
        if (grant := grants.of(request)) is not None and grant.project is not None:
            rows = rows.filter(project=grant.project)
        return Response(rest.keyset_page(rows, request.GET, keys=("-id",), show=selectors.project_row))

    @extend_schema(operation_id="projects_create", request=ProjectIn, responses={201: ProjectShape})
    def post(self, request: Request) -> Response:
        """Makes a project; who makes it is its admin."""
        grant = grants.of(request)
        if grant is not None and grant.project is not None:
            raise errors.Forbidden("token_of_one_project", "This API token is for one project only.")
        if not request.user.creates_projects:
            raise errors.Forbidden("forbidden", "Only the server admin, or whom the admin lets, makes projects.")
        project = services.create_project(actor=request.user, **fields.accept(ProjectIn, request.data))
        member = selectors.memberships_of(request.user).get(project=project)
        return Response(selectors.project_row(member), status=status.HTTP_201_CREATED)


class OneProjectView(ProjectView):
    rules = {"GET": Action.SEE, "PATCH": Action.MANAGE}

    @extend_schema(operation_id="projects_get", responses=ProjectShape)
    def get(self, request: Request, pid: int) -> Response:
        """One project with its settings, counts and what one may do in it."""
        return Response(selectors.project_row(self.member))

    @extend_schema(operation_id="projects_change", request=ProjectChangeIn, responses=ProjectShape)
    def patch(self, request: Request, pid: int) -> Response:
        """Changes a project's settings."""
        said = fields.accept(ProjectChangeIn, request.data, partial=True)
        self.member.project = services.update_project(self.project, actor=request.user, **said)
        return Response(selectors.project_row(self.member))


class OffersShape(serializers.Serializer[Any]):
    consensus_method = serializers.ListField(child=serializers.CharField())
    order = serializers.ListField(child=serializers.CharField())


class OffersView(ProjectView):
    """What the settings page may offer for the settings whose values are open sets."""

    rules = {"GET": Action.MANAGE}

    @extend_schema(operation_id="projects_offers", responses=OffersShape)
    def get(self, request: Request, pid: int) -> Response:
        """What the settings with open choices may be set to."""
        return Response(selectors.offers_row(self.project))
