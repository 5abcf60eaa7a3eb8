"""Routes to the crowd's rows that are not the desk's."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.core import fields, rest
from annotate.labeling import selectors, services
from annotate.labeling.models import Seat
from annotate.projects import selectors as projects
from annotate.projects import services as project_services
from annotate.projects.models import Member, VolunteerLink
from annotate.projects.roles import Action
from annotate.projects.scope import ProjectView

PAGING = [OpenApiParameter("cursor", str), OpenApiParameter("limit", int)]
MOST_VOLUNTEERS = 5_000


class UnknownLabel(serializers.Serializer[Any]):
    source = serializers.CharField()
    label = serializers.CharField()
    count = serializers.IntegerField()


class UnknownLabels(serializers.Serializer[Any]):
    items = UnknownLabel(many=True)
    next = serializers.CharField(allow_null=True)


class UnknownLabelsView(ProjectView):
    """Class names that came with pictures and that the project does not have; taken up when such a class is added."""

    rules = {"GET": Action.BROWSE}

    @extend_schema(operation_id="labels_unknown", responses=UnknownLabels)
    def get(self, request: Request, pid: int) -> Response:
        """Class names that came with pictures and that the project does not have."""
        return Response({"items": selectors.unknown_labels(self.project), "next": None})


class ExampleFromProjectIn(fields.Strict):
    image_id = fields.Id()


class ExampleOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    url = serializers.CharField()
    caption = serializers.CharField()


class ExampleFromProjectView(ProjectView):
    """A picture of the project becomes an example of a class and leaves the queue."""

    rules = {"POST": Action.MANAGE}

    @extend_schema(operation_id="examples_use", request=ExampleFromProjectIn, responses={201: ExampleOut})
    def post(self, request: Request, pid: int, cid: int) -> Response:
        """Makes a picture of the project an example of a class."""
        label_class = projects.class_in(self.project, cid)
        said = fields.accept(ExampleFromProjectIn, request.data)
        picture = services.use_as_example(self.project, said["image_id"], label_class=label_class, actor=request.user)
        return Response(asdict(projects.picture_view(picture)), status=status.HTTP_201_CREATED)


class LinkMaker(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class VolunteerLinkShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    url = serializers.CharField(required=False, help_text="Only in the reply to its making; it is not kept.")
    note = serializers.CharField()
    most = serializers.IntegerField()
    people = serializers.IntegerField()
    votes = serializers.IntegerField()
    made_by = LinkMaker(allow_null=True)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField(allow_null=True)


class VolunteerLinkPage(serializers.Serializer[Any]):
    items = VolunteerLinkShape(many=True)
    next = serializers.CharField(allow_null=True)


class VolunteerLinkIn(fields.Strict):
    note = fields.Char(max_length=200, required=False, allow_blank=True)
    days = fields.Integer(min_value=1, max_value=365, required=False)
    most = fields.Integer(min_value=1, max_value=MOST_VOLUNTEERS, required=False)


class VolunteerShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    joined_at = serializers.DateTimeField()
    seen_at = serializers.DateTimeField(allow_null=True)
    votes = serializers.IntegerField()
    gone = serializers.BooleanField(help_text="Removed by an admin, or forgotten at their own wish.")


class VolunteerPage(serializers.Serializer[Any]):
    items = VolunteerShape(many=True)
    next = serializers.CharField(allow_null=True)


def _link(row: VolunteerLink, votes: int = 0) -> dict[str, Any]:
    plain = ("id", "note", "most", "people", "created_at", "expires_at", "revoked_at")
    made_by = {"id": row.made_by.pk, "name": row.made_by.name} if row.made_by else None
    return {**{key: getattr(row, key) for key in plain}, "votes": votes, "made_by": made_by}


class VolunteerLinksView(ProjectView):
    """The project's open links, the newest first, with what came of each."""

    rules = {"GET": Action.MANAGE, "POST": Action.MANAGE}
    by_hand = True

    @extend_schema(operation_id="volunteer_links_list", parameters=PAGING, responses=VolunteerLinkPage)
    def get(self, request: Request, pid: int) -> Response:
        """The project's open links, the newest first."""
        rows = projects.volunteer_links_of(self.project)
        page = rest.keyset_page(rows, request.GET, keys=("-id",), show=lambda row: row)
        votes = selectors.votes_by_link(self.project, [row.pk for row in page["items"]])
        return Response({**page, "items": [_link(row, votes.get(row.pk, 0)) for row in page["items"]]})

    @extend_schema(operation_id="volunteer_links_make", request=VolunteerLinkIn, responses={201: VolunteerLinkShape})
    def post(self, request: Request, pid: int) -> Response:
        """Makes an open link; its address is told once."""
        said = fields.accept(VolunteerLinkIn, request.data)
        token, row = project_services.open_volunteer_link(self.project, actor=request.user, **said)
        url = request.build_absolute_uri(f"/join/{token}")
        return Response({**_link(row), "url": url}, status=status.HTTP_201_CREATED)


class VolunteerLinkView(ProjectView):
    rules = {"PATCH": Action.MANAGE, "DELETE": Action.MANAGE}
    by_hand = True

    @extend_schema(operation_id="volunteer_links_change", request=VolunteerLinkIn, responses=VolunteerLinkShape)
    def patch(self, request: Request, pid: int, lid: int) -> Response:
        """Lets an open link hold longer."""
        link = projects.volunteer_link_in(self.project, lid)
        said = fields.accept(VolunteerLinkIn, request.data)
        link = project_services.change_volunteer_link(link, actor=request.user, **said)
        return Response(_link(link, selectors.votes_by_link(self.project, [lid]).get(lid, 0)))

    @extend_schema(operation_id="volunteer_links_revoke", responses={204: None})
    def delete(self, request: Request, pid: int, lid: int) -> Response:
        """Withdraws an open link; who came by it loses access."""
        link = projects.volunteer_link_in(self.project, lid)
        project_services.revoke_volunteer_link(link, actor=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class VolunteersView(ProjectView):
    """Who came by one open link."""

    rules = {"GET": Action.MANAGE}

    @extend_schema(operation_id="volunteers_list", parameters=PAGING, responses=VolunteerPage)
    def get(self, request: Request, pid: int, lid: int) -> Response:
        """Who came by one open link."""
        rows = projects.volunteers_by(projects.volunteer_link_in(self.project, lid))
        page = rest.keyset_page(rows, request.GET, keys=("-id",), show=lambda row: row)
        seats = selectors.seats_of(self.project, [row.user_id for row in page["items"]])
        return Response({**page, "items": [_volunteer(row, seats.get(row.user_id)) for row in page["items"]]})


def _volunteer(row: Member, seat: Seat | None) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.user.name,
        "joined_at": row.joined_at,
        "seen_at": seat.seen_at if seat else None,
        "votes": seat.votes if seat else 0,
        "gone": row.ended_at is not None or not row.user.is_active,
    }


class MoreVotes(serializers.Serializer[Any]):
    tasks = serializers.IntegerField()


class MoreVotesView(ProjectView):
    """Settled tasks with fewer votes than the project wants now: how many, and (POST) ask again for what they lack."""

    rules = {"GET": Action.MANAGE, "POST": Action.MANAGE}

    @extend_schema(operation_id="votes_wanted", responses=MoreVotes)
    def get(self, request: Request, pid: int) -> Response:
        """How many settled tasks have fewer votes than the project wants now."""
        return Response({"tasks": services.settled_with_fewer(self.project).count()})

    @extend_schema(operation_id="votes_ask_for_more", request=None, responses=MoreVotes)
    def post(self, request: Request, pid: int) -> Response:
        """Asks settled tasks again for the votes that they lack."""
        return Response({"tasks": services.ask_for_more(self.project, actor=request.user)})
