"""Routes to how people do, and to pausing them."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.consensus import people
from annotate.core import fields, rest
from annotate.labeling import services as labeling
from annotate.labeling.models import Seat
from annotate.projects.models import Member
from annotate.projects.roles import Action
from annotate.projects.scope import ProjectView

PAGED = [OpenApiParameter("cursor", str), OpenApiParameter("limit", int)]


class PersonShare(serializers.Serializer[Any]):
    """Hits among so many, with the ends of the 95 % interval; `value` is null without a count."""

    hits = serializers.IntegerField()
    count = serializers.IntegerField()
    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField()
    high = serializers.FloatField()


class PersonGold(PersonShare):
    passed = serializers.IntegerField()


class PersonPause(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    code = serializers.ChoiceField(choices=Seat.Pause.choices)
    note = serializers.CharField()


class Person(serializers.Serializer[Any]):
    user_id = serializers.IntegerField()
    name = serializers.CharField()
    username = serializers.CharField()
    role = serializers.ChoiceField(choices=Member.Role.choices, allow_null=True)
    votes = serializers.IntegerField()
    last_active = serializers.DateTimeField()
    median_ms = serializers.IntegerField(allow_null=True)
    agreement = PersonShare()
    gold = PersonGold()
    pause = PersonPause(allow_null=True)
    counted_at = serializers.DateTimeField(allow_null=True)


class PeoplePage(serializers.Serializer[Any]):
    items = Person(many=True)
    next = serializers.CharField(allow_null=True)


class PersonDay(serializers.Serializer[Any]):
    day = serializers.DateField()
    answers = serializers.IntegerField()


class PersonPair(serializers.Serializer[Any]):
    settled = serializers.CharField()
    said = serializers.CharField()
    count = serializers.IntegerField()


class PersonMiss(serializers.Serializer[Any]):
    image = serializers.IntegerField()
    name = serializers.CharField()
    thumb = serializers.CharField()
    answer = serializers.DictField()
    settled = serializers.DictField(allow_null=True)
    likeness = serializers.FloatField()


class PersonDetail(Person):
    days = PersonDay(many=True)
    confusion = PersonPair(many=True)
    worst = PersonMiss(many=True)


class PauseIn(fields.Strict):
    note = fields.Char(max_length=300, required=False, allow_blank=True)


class PeopleView(ProjectView):
    """Everybody who has answered, the busiest first."""

    rules = {"GET": Action.SETTLE}

    @extend_schema(operation_id="people_list", parameters=PAGED, responses=PeoplePage)
    def get(self, request: Request, pid: int) -> Response:
        """How everybody who has answered does, the busiest first."""
        rows = people.people_of(self.project)
        page = rest.keyset_page(rows, request.query_params, keys=("-votes", "id"), show=lambda seat: seat)
        return Response(
            {**page, "items": people.person_rows(self.project, page["items"], admin=Action.MANAGE in self.allowed)}
        )


class PersonView(ProjectView):
    rules = {"GET": Action.SETTLE}

    @extend_schema(operation_id="people_get", responses=PersonDetail)
    def get(self, request: Request, pid: int, uid: int) -> Response:
        """How one person does, with what they were furthest from."""
        return Response(people.person_page(self.project, uid, admin=Action.MANAGE in self.allowed))


class PersonPauseView(ProjectView):
    """Hand a person no more questions (POST), or let them go on (DELETE)."""

    rules = {"POST": Action.SETTLE, "DELETE": Action.SETTLE}

    @extend_schema(operation_id="people_pause", request=PauseIn, responses=PersonDetail)
    def post(self, request: Request, pid: int, uid: int) -> Response:
        """Hands a person no more questions."""
        people.seat_in(self.project, uid)
        said = fields.accept(PauseIn, request.data)
        labeling.pause(self.project, uid, actor=request.user, note=said.get("note", ""))
        return Response(people.person_page(self.project, uid, admin=Action.MANAGE in self.allowed))

    @extend_schema(operation_id="people_resume", responses=PersonDetail)
    def delete(self, request: Request, pid: int, uid: int) -> Response:
        """Lets a paused person go on."""
        labeling.resume(self.project, uid, actor=request.user)
        return Response(people.person_page(self.project, uid, admin=Action.MANAGE in self.allowed))
