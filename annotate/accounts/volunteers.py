"""People who came by an open link: a name of their own choosing, no password, and a private link to come back by."""

import secrets

from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest

from annotate.accounts.models import ComeBackLink, User
from annotate.core import audit, errors, names, tokens

BACKEND = "annotate.accounts.sessions.Backend"
SESSION_SECONDS = 365 * 24 * 60 * 60


def make_volunteer(name: str) -> User:
    """A person who can never sign in by a password. Refused: a name that could deceive its readers."""
    shown = names.shown_name(name)
    user = User(username=f"v-{secrets.token_hex(8)}", first_name=shown, volunteer=True)
    user.set_unusable_password()
    user.save(force_insert=True)
    return user


def enter(request: HttpRequest, user: User) -> None:
    """Signs a volunteer in for as long as any link may hold: a cookie is all that they come back by."""
    login(request, user, backend=BACKEND)
    request.session.set_expiry(SESSION_SECONDS)


def make_come_back_link(user: User) -> str:
    """The token of a private link, told only now; the one made before ends."""
    token, kept = tokens.make()
    with transaction.atomic():
        ComeBackLink.objects.update_or_create(user=user, defaults={"token_hash": kept})
        _note("come_back_link_made", user)
    return token


def who_comes_back(token: str) -> User:
    """The volunteer behind a private link; NotFound, always the same, for every other token."""
    rows = ComeBackLink.objects.select_related("user").filter(token_hash=tokens.digest(token))
    link = rows.filter(user__is_active=True, user__volunteer=True).first()
    if link is None:
        raise errors.NotFound("come_back_over", "This private link does not exist or was replaced by a newer one.")
    return link.user


def forget(user: User) -> None:
    """Takes away all by which a volunteer could be known or come back; what they answered stays under a number."""
    user.first_name = user.language = user.theme = ""
    user.is_active = False
    user.last_login = None
    user.set_unusable_password()
    kept = ["first_name", "language", "theme", "is_active", "last_login", "password"]
    with transaction.atomic():
        ComeBackLink.objects.filter(user=user).delete()
        user.save(update_fields=kept)
        _note("volunteer_forgotten", user)


def _note(verb: str, user: User) -> None:
    audit.record(verb, actor=user.pk, subject="user", subject_id=user.pk)
