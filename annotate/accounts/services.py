"""Accounts and passwords. Hashing is slow and stays outside every transaction."""

import re
import secrets
import unicodedata
from collections.abc import Collection
from datetime import timedelta

from django.contrib.auth import hashers, password_validation
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from annotate.accounts import bearer
from annotate.accounts.models import ApiToken, ResetLink, User
from annotate.core import audit, errors, grants, names, tokens

USERNAME = re.compile(r"[\w.@+-]{1,60}")
MAX_PASSWORD = 4096
RESET_HOURS = 24
LONGEST_NAME = 150
MAX_TOKENS = 50


def check_length(password: str) -> None:
    """Refuses what would only cost hashing time."""
    if len(password) > MAX_PASSWORD:
        raise errors.BadRequest("password_too_long", f"A password has at most {MAX_PASSWORD} characters.")


def check_password(password: str, user: User) -> None:
    """Refuses a password that is too long, too short, common, or like the person's own name."""
    check_length(password)
    try:
        password_validation.validate_password(password, user)
    except ValidationError as weak:
        codes = [str(error.code) for error in weak.error_list]
        raise errors.Invalid("password_weak", " ".join(weak.messages), {"reasons": codes}) from None


def prepare_account(*, username: str, name: str = "", password: str = "") -> User:
    """An account that is checked but not stored; without a password nobody can sign in until a reset link is used.

    Does the slow hashing, so call it before the transaction that calls `store_account`.
    """
    username = unicodedata.normalize("NFKC", username).strip()
    if not USERNAME.fullmatch(username):
        raise errors.Invalid("bad_username", "A user name has 1 to 60 letters, digits or one of . @ + - _")
    if User.objects.filter(look=names.look_of(username)).exists():
        raise _taken()
    user = User(username=username, first_name=name.strip()[:150])
    if password:
        check_password(password, user)
        user.password = hashers.make_password(password)
    else:
        user.set_unusable_password()
    return user


def store_account(user: User, *, actor: int | None) -> User:
    """Stores what `prepare_account` made; Invalid where the name was taken meanwhile."""
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            audit.record("account_created", actor=actor, subject="user", subject_id=user.pk)
    except IntegrityError:
        raise _taken() from None
    return user


def create_account(*, actor: int | None, username: str, name: str = "", password: str = "") -> User:
    """A new account. Refused: a name that looks like another's, a weak password."""
    return store_account(prepare_account(username=username, name=name, password=password), actor=actor)


def _taken() -> errors.Invalid:
    return errors.Invalid("username_taken", "There is already an account with this name, or one that looks like it.")


def change_password(user: User, *, old: str, new: str, keep_tokens: bool = False) -> None:
    """Sets one's own password; every other session of the account ends by it, and so do its API tokens.

    Whoever changes a password may fear that somebody else knew it, who may have made tokens; `keep_tokens` is for who
    does not.
    """
    check_length(old)
    check_length(new)
    if not user.check_password(old):
        raise errors.Invalid("wrong_password", "The present password is not right.")
    check_password(new, user)
    user.set_password(new)
    with transaction.atomic():
        user.save(update_fields=["password"])
        ended = 0 if keep_tokens else _end_tokens(user)
        audit.record("password_set", actor=user.pk, subject="user", subject_id=user.pk, data={"tokens_ended": ended})


def _end_tokens(user: User) -> int:
    """Ends all API tokens of an account at once; how many there were."""
    return ApiToken.objects.filter(user=user, revoked_at=None).update(revoked_at=timezone.now())


def set_preferences(user: User, **changes: str) -> User:
    """Changes one's own shown name, language or theme. Refused: a name that could deceive its readers."""
    for key in ("language", "theme"):
        if key in changes:
            setattr(user, key, changes[key])
    if "name" in changes:
        longest = names.LONGEST_SHOWN if user.volunteer else LONGEST_NAME
        user.first_name = names.shown_name(changes["name"], longest=longest)
    user.save(update_fields=["first_name", "language", "theme"])
    return user


def make_reset_link(user: User, *, actor: int | None) -> tuple[str, ResetLink]:
    """A token that sets a new password once within a day, and its row; earlier unused ones end."""
    token, kept = tokens.make()
    now = timezone.now()
    with transaction.atomic():
        ResetLink.objects.filter(user=user, used_at=None).update(used_at=now)
        link = ResetLink.objects.create(
            user=user, token_hash=kept, made_by_id=actor, expires_at=now + timedelta(hours=RESET_HOURS)
        )
        audit.record("reset_link_made", actor=actor, subject="user", subject_id=user.pk)
    return token, link


def use_reset_link(token: str, *, password: str) -> User:
    """Sets a new password by a link, which is thereby used up; all sessions and API tokens of the account end.

    Whoever needs such a link may have lost the account to somebody, who may have made tokens.
    """
    check_length(password)
    link = ResetLink.objects.select_related("user").filter(token_hash=tokens.digest(token)).first()
    if link is None or not _usable(link):
        raise _no_link()
    user = link.user
    check_password(password, user)
    user.set_password(password)
    with transaction.atomic():
        used = ResetLink.objects.filter(pk=link.pk, used_at=None).update(used_at=timezone.now())
        if not used:
            raise _no_link()
        user.save(update_fields=["password"])
        ended = _end_tokens(user)
        audit.record("password_reset", actor=user.pk, subject="user", subject_id=user.pk, data={"tokens_ended": ended})
    return user


def _usable(link: ResetLink) -> bool:
    return link.used_at is None and link.expires_at > timezone.now() and link.user.is_active


def _no_link() -> errors.NotFound:
    return errors.NotFound("reset_link_over", "This link does not exist, was used already or has expired.")


def change_account(
    user: User, *, actor: User, is_active: bool | None = None, may_create_projects: bool | None = None
) -> User:
    """Opens or closes an account, or its right to make projects; one's own cannot be closed.

    With an account its API tokens end for good: opened again, it has none that somebody may still hold.
    """
    if is_active is False and user.pk == actor.pk:
        raise errors.Conflict("own_account", "You cannot close your own account.")
    wished = {"is_active": is_active, "may_create_projects": may_create_projects}
    changed: dict[str, bool | int] = {key: value for key, value in wished.items() if value is not None}
    for key, value in changed.items():
        setattr(user, key, value)
    with transaction.atomic():
        user.save(update_fields=["is_active", "may_create_projects"])
        if is_active is False:
            changed["tokens_ended"] = _end_tokens(user)
        audit.record("account_changed", actor=actor.pk, subject="user", subject_id=user.pk, data=changed)
    return user


def make_api_token(
    user: User,
    *,
    actor: int | None,
    name: str,
    scopes: Collection[str],
    project_id: int | None = None,
    days: int | None = None,
) -> tuple[str, ApiToken]:
    """A token for the scripts of `user`, and its row: the token itself can be seen this once only.

    Without `days` it does not expire. Invalid for no or unknown scopes; Conflict where there are too many already, and
    for a volunteer, who has no password to come back with when a token is lost.
    """
    if user.volunteer:
        raise errors.Conflict("is_volunteer", "A volunteer has no API tokens: make an account to run scripts.")
    unknown = sorted(set(scopes) - grants.EVERY_SCOPE)
    if unknown or not scopes:
        told = {"unknown": unknown, "scopes": sorted(grants.EVERY_SCOPE)}
        raise errors.Invalid("unknown_scope", f"A token's scopes are of {', '.join(told['scopes'])}.", told)
    token, kept = tokens.make(bearer.PREFIX)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if ApiToken.objects.filter(user=user, revoked_at=None).count() >= MAX_TOKENS:
            raise errors.Conflict("too_many_tokens", f"{MAX_TOKENS} API tokens are enough; revoke one first.")
        row = ApiToken.objects.create(
            user=user,
            name=name,
            token_hash=kept,
            start=token[: len(bearer.PREFIX) + 4],
            scopes=sorted(scopes),
            project_id=project_id,
            expires_at=None if days is None else timezone.now() + timedelta(days=days),
        )
        data = {"user": user.pk, "scopes": row.scopes, "project": project_id, "days": days}
        audit.record("token_made", actor=actor, subject="token", subject_id=row.pk, data=data)
    return token, row


def revoke_api_token(row: ApiToken, *, actor: int | None) -> None:
    """Ends a token at once; nothing happens to one that has ended."""
    with transaction.atomic():
        if ApiToken.objects.filter(pk=row.pk, revoked_at=None).update(revoked_at=timezone.now()):
            data = {"user": row.user_id}
            audit.record("token_revoked", actor=actor, subject="token", subject_id=row.pk, data=data)


def create_first_admin(username: str) -> str | None:
    """Makes the server admin with a password that is returned once; None where there is one already."""
    if User.objects.filter(is_superuser=True).exists():
        return None
    password = secrets.token_urlsafe(15)
    user = prepare_account(username=username, name="", password=password)
    user.is_superuser = user.is_staff = True
    store_account(user, actor=None)
    return password
