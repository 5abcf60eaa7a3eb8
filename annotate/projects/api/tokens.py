"""One's own API tokens, and the server admin's look at those of others. Made and revoked by people alone."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotate.accounts import selectors as accounts
from annotate.accounts import services
from annotate.accounts.models import ApiToken, User
from annotate.core import fields, rest
from annotate.core.grants import Scope
from annotate.projects import selectors
from annotate.projects.api.project import PAGING

MAX_DAYS = 3650
USUAL_DAYS = 90
SCOPES = [scope.value for scope in Scope]


class TokenProject(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField(help_text="Empty to whoever is not in the project.")


class TokenShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    token = serializers.CharField(required=False, help_text="Only in the reply to its making; it is not kept.")
    name = serializers.CharField()
    start = serializers.CharField(help_text="How the token begins, to tell it from others.")
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=SCOPES))
    project = TokenProject(allow_null=True, help_text="The only project it opens.")
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True, help_text="To within some minutes.")


class TokenPage(serializers.Serializer[Any]):
    items = TokenShape(many=True)
    next = serializers.CharField(allow_null=True)


class TokenIn(fields.Strict):
    """`days`: how long it holds, 90 where left out; null for a token that does not expire."""

    name = fields.Char(max_length=100)
    scopes = serializers.ListField(child=fields.Choice(SCOPES), min_length=1, max_length=len(SCOPES))
    project = fields.Id(required=False, allow_null=True)
    days = fields.Integer(min_value=1, max_value=MAX_DAYS, required=False, allow_null=True)


def _shown(row: ApiToken, names: dict[int, str]) -> dict[str, Any]:
    project = row.project_id
    kept = ("id", "name", "start", "scopes", "created_at", "expires_at", "last_used_at")
    told = {key: getattr(row, key) for key in kept}
    return {**told, "project": None if project is None else {"id": project, "name": names.get(project, "")}}


def _page(request: Request, owner: User) -> Response:
    names = selectors.project_names(request.user)
    rows = accounts.tokens_of(owner)
    return Response(rest.keyset_page(rows, request.GET, keys=("-id",), show=lambda row: _shown(row, names)))


class TokensView(APIView):
    permission_classes = (rest.SignedIn,)

    @extend_schema(operation_id="tokens_list", parameters=PAGING, responses=TokenPage)
    def get(self, request: Request) -> Response:
        """One's own API tokens, the newest first, without those revoked."""
        return _page(request, request.user)

    @extend_schema(operation_id="tokens_make", request=TokenIn, responses={201: TokenShape})
    def post(self, request: Request) -> Response:
        """A new API token of one's own. The reply is the only place that ever shows it."""
        said = {"days": USUAL_DAYS, "project": None, **fields.accept(TokenIn, request.data)}
        if said["project"] is not None:
            selectors.project_for(request.user, said["project"])
        token, row = services.make_api_token(
            request.user,
            actor=request.user.pk,
            name=said["name"],
            scopes=set(said["scopes"]),
            project_id=said["project"],
            days=said["days"],
        )
        shown = _shown(row, selectors.project_names(request.user))
        return Response({**shown, "token": token}, status=status.HTTP_201_CREATED)


class TokenView(APIView):
    permission_classes = (rest.SignedIn,)

    @extend_schema(operation_id="tokens_revoke", responses={204: None})
    def delete(self, request: Request, id: int) -> Response:
        """Ends one of one's own API tokens at once."""
        services.revoke_api_token(accounts.token_of(request.user, id), actor=request.user.pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class AccountTokensView(APIView):
    permission_classes = (rest.ServerAdmin,)

    @extend_schema(operation_id="accounts_tokens_list", parameters=PAGING, responses=TokenPage)
    def get(self, request: Request, id: int) -> Response:
        """An account's API tokens, for the server admin."""
        return _page(request, accounts.account(id))


class AccountTokenView(APIView):
    permission_classes = (rest.ServerAdmin,)

    @extend_schema(operation_id="accounts_tokens_revoke", responses={204: None})
    def delete(self, request: Request, id: int, tid: int) -> Response:
        """Ends an API token of an account at once."""
        services.revoke_api_token(accounts.token_of(accounts.account(id), tid), actor=request.user.pk)
        return Response(status=status.HTTP_204_NO_CONTENT)
