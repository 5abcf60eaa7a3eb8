"""What an open link leads to: becoming a volunteer with a name and nothing else, or going on as the one who is here."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotate.accounts import attempts, shapes, volunteers
from annotate.accounts import selectors as accounts
from annotate.accounts.models import User
from annotate.core import errors, fields, rest, tokens
from annotate.projects import selectors, services

WHO = ("stranger", "volunteer", "account")


class VolunteerOfferShape(serializers.Serializer[Any]):
    project_name = serializers.CharField()
    description = serializers.CharField()
    who = serializers.ChoiceField(choices=WHO, help_text="As whom the caller is here.")
    name = serializers.CharField(allow_null=True)
    project = serializers.IntegerField(allow_null=True, help_text="Where the caller is in it already.")


class VolunteerIn(fields.Strict):
    name = fields.Char(max_length=200, required=False, allow_blank=True)


class VolunteerCame(serializers.Serializer[Any]):
    session = shapes.SessionShape()
    project = serializers.IntegerField()


class VolunteerJoinView(APIView):
    permission_classes = (rest.Anyone,)

    @extend_schema(operation_id="volunteers_offer", responses=VolunteerOfferShape)
    def get(self, request: Request, token: str) -> Response:
        """What an open link leads to."""
        link = selectors.volunteer_link_by(token)
        user = request.user if isinstance(request.user, User) else None
        inside = user is not None and selectors.memberships_of(user).filter(project_id=link.project_id).exists()
        return Response(
            {
                "project_name": link.project.name,
                "description": link.project.description,
                "who": "stranger" if user is None else "volunteer" if user.volunteer else "account",
                "name": user.name if user else None,
                "project": link.project_id if inside else None,
            }
        )

    @extend_schema(operation_id="volunteers_join", request=VolunteerIn, responses=VolunteerCame)
    def post(self, request: Request, token: str) -> Response:
        """Comes in by an open link under a name of one's choice."""
        name = fields.accept(VolunteerIn, request.data).get("name", "")
        user = request.user if isinstance(request.user, User) else None
        if user is None:
            link = tokens.digest(token)
            attempts.JOINS_BY_ADDRESS.spend(f"{attempts.address_of(request._request)} {link}")
            selectors.volunteer_link_by(token)
            attempts.JOINS_BY_LINK.spend(link)
            if not name:
                raise errors.Invalid("bad_name", "Choose a name.", {"reason": "empty"})
        member = services.enter(token, user=user, name=name)
        volunteers.enter(request._request, member.user)
        return Response({"session": accounts.session_of(request._request), "project": member.project_id})
