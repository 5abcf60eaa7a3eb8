"""Scripts: `Authorization: Bearer fovea_...` in the place of a session.

No browser sends that header on its own, so a request that carries a token needs no CSRF check. Other people's bearer
tokens, as a proxy may add them, are not ours to judge and are passed over.
"""

from datetime import timedelta

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from rest_framework import authentication
from rest_framework.request import Request

from annotate.accounts import attempts
from annotate.accounts.models import ApiToken, User
from annotate.core import errors, tokens
from annotate.core.grants import Grant
from annotate.core.rows import Reader

PREFIX = "fovea_"
MAX_LENGTH = 200
# How coarse `last_used_at` is: a script that asks a thousand times a minute writes once.
COARSE = timedelta(minutes=5)
HOLDER = Reader(
    (ApiToken, "t"),
    (User, "u"),
    tail="FROM accounts_apitoken t JOIN accounts_user u ON u.id = t.user_id WHERE t.token_hash = %s",
)
FOUND = "_fovea_token"

Holder = tuple[User, Grant]


class TokenAuthentication(authentication.BaseAuthentication):
    """The owner of the request's API token and, as `request.auth`, the Grant; None where it carries none."""

    def authenticate(self, request: Request) -> Holder | None:
        return read(request._request)

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def read(request: HttpRequest) -> Holder | None:
    """Whose token the request carries and what it grants; None where it carries none of ours.

    NotSignedIn for one that is unknown, revoked or expired, or whose owner's account is closed; TooMany after many of
    these. Asked twice of one request it looks once.
    """
    secret = _secret(request)
    if secret is None:
        return None
    found: Holder | errors.Refused | None = getattr(request, FOUND, None)
    if found is None:
        try:
            found = _look(request, secret)
        except errors.Refused as refused:
            found = refused
        setattr(request, FOUND, found)
    if isinstance(found, errors.Refused):
        raise found
    return found


def _secret(request: HttpRequest) -> str | None:
    scheme, _, secret = request.META.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
    secret = secret.strip()
    return secret[:MAX_LENGTH] if scheme.lower() == "bearer" and secret.startswith(PREFIX) else None


def _look(request: HttpRequest, secret: str) -> Holder:
    found = HOLDER.first([tokens.digest(secret)])
    now = timezone.now()
    row: ApiToken | None = found[0] if found else None
    if found is None or row is None or row.revoked_at is not None or not found[1].is_active:
        attempts.BY_TOKEN.spend(attempts.address_of(request))
        raise errors.NotSignedIn("bad_token", "This API token is not valid here.")
    if row.expires_at is not None and row.expires_at <= now:
        attempts.BY_TOKEN.spend(attempts.address_of(request))
        told = {"expired_at": row.expires_at.isoformat()}
        raise errors.NotSignedIn("token_expired", "This API token has expired; make a new one.", told)
    if row.last_used_at is None or now - row.last_used_at >= COARSE:
        stale = Q(last_used_at=None) | Q(last_used_at__lte=now - COARSE)
        ApiToken.objects.filter(stale, pk=row.pk).update(last_used_at=now)
    return found[1], Grant(token=row.pk, scopes=frozenset(row.scopes), project=row.project_id)
