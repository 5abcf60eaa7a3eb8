"""Sessions and their users, read the short way, end as they should."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from annotate.accounts.models import User
from annotate.accounts.sessions import Backend
from tests.make import client_for, make_user

pytestmark = pytest.mark.django_db


def who(client: object) -> object:
    return client.get("/api/session").json()["user"]  # type: ignore[attr-defined]


def test_a_session_lives_until_it_expires_is_ended_or_its_user_may_not_come_in() -> None:
    ada = make_user()
    client = client_for(ada)
    assert who(client)["username"] == "ada"  # type: ignore[index]
    User.objects.filter(pk=ada.pk).update(is_active=False)
    assert who(client) is None
    User.objects.filter(pk=ada.pk).update(is_active=True)
    fresh = client_for(ada)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert who(fresh) is None


def test_a_changed_password_ends_the_sessions_made_under_the_old_one() -> None:
    ada = make_user()
    client = client_for(ada)
    ada.set_password("another correct horse")
    ada.save()
    assert who(client) is None


def test_nobody_is_behind_an_unknown_number() -> None:
    assert Backend().get_user(10**12) is None
