"""Signing in and out, one's own account, and the server admin's list of accounts."""

from typing import Any

from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotate.accounts import attempts, selectors, services, shapes, volunteers
from annotate.accounts.models import User
from annotate.core import errors, fields, grants, rest

LANGUAGES = ("", "en", "zh-CN")
THEMES = ("", "auto", "light", "dark")
PAGING = [OpenApiParameter("cursor", str), OpenApiParameter("limit", int)]


class PreferencesIn(fields.Strict):
    name = fields.Char(max_length=150, required=False)
    language = fields.Choice(LANGUAGES, required=False, allow_blank=True)
    theme = fields.Choice(THEMES, required=False, allow_blank=True)


class SignInIn(fields.Strict):
    username = fields.Char(max_length=150)
    password = fields.Char(max_length=2**22, trim_whitespace=False)


class PasswordIn(fields.Strict):
    old = fields.Char(max_length=2**22, trim_whitespace=False)
    new = fields.Char(max_length=2**22, trim_whitespace=False)
    keep_tokens = fields.Boolean(required=False, default=False, help_text="API tokens end unless this is true.")


class ResetIn(fields.Strict):
    token = fields.Char(max_length=200)
    password = fields.Char(max_length=2**22, trim_whitespace=False)


class ResetDone(serializers.Serializer[Any]):
    username = serializers.CharField()


class AccountIn(fields.Strict):
    username = fields.Char(max_length=150)
    name = fields.Char(max_length=150, required=False, allow_blank=True)
    password = fields.Char(max_length=2**22, trim_whitespace=False, required=False)


class AccountChangeIn(fields.Strict):
    is_active = fields.Boolean(required=False)
    may_create_projects = fields.Boolean(required=False)


class ResetLinkShape(serializers.Serializer[Any]):
    url = serializers.CharField()
    expires_at = serializers.DateTimeField()


class ComeBackIn(fields.Strict):
    token = fields.Char(max_length=200)


class PrivateLink(serializers.Serializer[Any]):
    url = serializers.CharField(help_text="Told only now; it is not kept.")


class SessionView(APIView):
    """Who is signed in; strangers get their CSRF cookie here."""

    permission_classes = (rest.Anyone,)
    token_scopes = {"GET": grants.EVERY_SCOPE}

    @extend_schema(operation_id="session_get", responses=shapes.SessionShape)
    def get(self, request: Request) -> Response:
        """Who is asking; strangers get their CSRF cookie here."""
        return Response(selectors.session_of(request._request))

    @extend_schema(operation_id="session_change", request=PreferencesIn, responses=shapes.SessionShape)
    def patch(self, request: Request) -> Response:
        """Changes one's own name, language or theme."""
        if not request.user.is_authenticated:
            raise errors.NotSignedIn("not_signed_in", "Sign in first.")
        services.set_preferences(request.user, **fields.accept(PreferencesIn, request.data))
        return Response(selectors.session_of(request._request))


class SignInView(APIView):
    """The same answer after the same work, whether the name or the password was wrong."""

    permission_classes = (rest.Anyone,)

    @extend_schema(operation_id="session_sign_in", request=SignInIn, responses=shapes.SessionShape)
    def post(self, request: Request) -> Response:
        """Signs in by user name and password."""
        said = fields.accept(SignInIn, request.data)
        services.check_length(said["password"])
        address = attempts.address_of(request._request)
        who = f"{address} {said['username'].casefold()}"
        attempts.BY_ADDRESS.spend(address)
        attempts.BY_NAME.spend(who)
        user = authenticate(request._request, username=said["username"], password=said["password"])
        if user is None:
            raise errors.NotSignedIn("wrong_credentials", "The name or the password is not right.")
        attempts.BY_ADDRESS.give_back(address)
        attempts.BY_NAME.give_back(who)
        login(request._request, user)
        return Response(selectors.session_of(request._request))


class SignOutView(APIView):
    permission_classes = (rest.Anyone,)

    @extend_schema(operation_id="session_sign_out", request=None, responses=shapes.SessionShape)
    def post(self, request: Request) -> Response:
        """Signs out."""
        logout(request._request)
        return Response(selectors.session_of(request._request))


class PasswordView(APIView):
    permission_classes = (rest.WithPassword,)

    @extend_schema(operation_id="session_password", request=PasswordIn, responses=shapes.SessionShape)
    def post(self, request: Request) -> Response:
        """Changes one's own password; other sessions and API tokens end."""
        said = fields.accept(PasswordIn, request.data)
        key = f"password of {request.user.pk}"
        attempts.BY_NAME.spend(key)
        services.change_password(request.user, old=said["old"], new=said["new"], keep_tokens=said["keep_tokens"])
        attempts.BY_NAME.give_back(key)
        update_session_auth_hash(request._request, request.user)
        return Response(selectors.session_of(request._request))


class ComeBackLinkView(APIView):
    """A volunteer's own private link, told once; it replaces the one before."""

    permission_classes = (rest.Volunteer,)

    @extend_schema(operation_id="come_back_link", request=None, responses={201: PrivateLink})
    def post(self, request: Request) -> Response:
        """Makes a volunteer's private link anew; it is told once."""
        token = volunteers.make_come_back_link(request.user)
        # After the sign, where no server, log or foreign page ever sees it.
        return Response({"url": request.build_absolute_uri(f"/back#{token}")}, status=status.HTTP_201_CREATED)


class ComeBackView(APIView):
    """Going on as the person behind a private link."""

    permission_classes = (rest.Anyone,)

    @extend_schema(operation_id="come_back", request=ComeBackIn, responses=shapes.SessionShape)
    def post(self, request: Request) -> Response:
        """Signs a volunteer in by their private link."""
        token = fields.accept(ComeBackIn, request.data)["token"]
        address = attempts.address_of(request._request)
        attempts.COME_BACK.spend(address)
        user = volunteers.who_comes_back(token)
        attempts.COME_BACK.give_back(address)
        if isinstance(request.user, User) and request.user.pk != user.pk:
            raise errors.Conflict("signed_in", "Somebody else is signed in here. Sign out first.")
        volunteers.enter(request._request, user)
        return Response(selectors.session_of(request._request))


class ForgetView(APIView):
    """A volunteer's own way out, for good."""

    permission_classes = (rest.Volunteer,)

    @extend_schema(operation_id="session_forget", request=None, responses=shapes.SessionShape)
    def post(self, request: Request) -> Response:
        """Forgets a volunteer for good."""
        volunteers.forget(request.user)
        logout(request._request)
        return Response(selectors.session_of(request._request))


class ResetView(APIView):
    permission_classes = (rest.Anyone,)

    @extend_schema(operation_id="reset_password", request=ResetIn, responses=ResetDone)
    def post(self, request: Request) -> Response:
        """Sets a new password by a reset link."""
        said = fields.accept(ResetIn, request.data)
        user = services.use_reset_link(said["token"], password=said["password"])
        return Response({"username": user.username})


class AccountsView(APIView):
    permission_classes = (rest.ServerAdmin,)

    @extend_schema(operation_id="accounts_list", parameters=PAGING, responses=shapes.AccountPage)
    def get(self, request: Request) -> Response:
        """Everybody's accounts, by user name."""
        rows = selectors.accounts()
        return Response(rest.keyset_page(rows, request.GET, keys=("username", "id"), show=selectors.account_row))

    @extend_schema(operation_id="accounts_create", request=AccountIn, responses={201: shapes.AccountShape})
    def post(self, request: Request) -> Response:
        """Makes an account; without a password a reset link lets its owner choose one."""
        user = services.create_account(actor=request.user.pk, **fields.accept(AccountIn, request.data))
        return Response(selectors.account_row(user), status=status.HTTP_201_CREATED)


class AccountView(APIView):
    permission_classes = (rest.ServerAdmin,)

    @extend_schema(operation_id="accounts_change", request=AccountChangeIn, responses=shapes.AccountShape)
    def patch(self, request: Request, id: int) -> Response:
        """Opens or closes an account, or its right to make projects."""
        user = selectors.account(id)
        said = fields.accept(AccountChangeIn, request.data)
        return Response(selectors.account_row(services.change_account(user, actor=request.user, **said)))


class ResetLinkView(APIView):
    permission_classes = (rest.ServerAdmin,)

    @extend_schema(operation_id="accounts_reset_link", request=None, responses={201: ResetLinkShape})
    def post(self, request: Request, id: int) -> Response:
        """Makes a link that sets a new password once within a day."""
        token, link = services.make_reset_link(selectors.account(id), actor=request.user.pk)
        url = request.build_absolute_uri(f"/reset/{token}")
        return Response({"url": url, "expires_at": link.expires_at}, status=status.HTTP_201_CREATED)
