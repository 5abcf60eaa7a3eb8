"""People, as the pages show them."""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.middleware.csrf import get_token

from annotate.accounts.models import ApiToken, User
from annotate.core import errors, rest


def session_of(request: HttpRequest) -> dict[str, Any]:
    """Who is signed in, this release, and the token that writing requests carry; sets its cookie."""
    user = request.user
    return {
        "user": person(user) if isinstance(user, User) else None,
        "version": settings.SPECTACULAR_SETTINGS["VERSION"],
        "csrf_token": get_token(request),
    }


def person(user: User) -> dict[str, Any]:
    """One's own account."""
    return {
        "id": user.pk,
        "username": user.username,
        "name": user.name,
        "language": user.language,
        "theme": user.theme,
        "is_server_admin": user.is_superuser,
        "may_create_projects": user.creates_projects,
        "is_volunteer": user.volunteer,
    }


def accounts() -> QuerySet[User]:
    """Who has a password or may get one; people who came by an open link belong to its project's admins."""
    return User.objects.filter(volunteer=False)


def account_row(user: User) -> dict[str, Any]:
    """An account as the server admin sees it."""
    return {
        "id": user.pk,
        "username": user.username,
        "name": user.name,
        "is_active": user.is_active,
        "is_server_admin": user.is_superuser,
        "may_create_projects": user.creates_projects,
        "last_login": user.last_login,
    }


def account(user_id: int) -> User:
    """The account of that id, for the server admin; NotFound."""
    user = accounts().filter(pk=user_id).first() if user_id <= rest.MAX_ID else None
    if user is None:
        raise errors.NotFound("not_found", "There is no such account.")
    return user


def names_of(ids: set[int]) -> dict[int, str]:
    """Shown names by id."""
    return {user.pk: user.name for user in User.objects.filter(pk__in=ids).only("username", "first_name")}


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """A person's API tokens but those revoked; expired ones are shown, so that nobody wonders why a script stopped."""
    return ApiToken.objects.filter(user=user, revoked_at=None)


def token_of(user: User, token_id: int) -> ApiToken:
    """One of a person's API tokens that are not revoked; NotFound."""
    row = tokens_of(user).filter(pk=token_id).first() if token_id <= rest.MAX_ID else None
    if row is None:
        raise errors.NotFound("not_found", "There is no such API token.")
    return row
