"""Django's sessions in the database and its users, read with less work: both are read by every request."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from annotate.accounts.models import User
from annotate.core.rows import Reader

SESSION = Reader((Session, "s"), tail="FROM django_session s WHERE s.session_key = %s AND s.expire_date > %s")
USER = Reader((User, "u"), tail="FROM accounts_user u WHERE u.id = %s")


class SessionStore(db.SessionStore):
    """The engine behind SESSION_ENGINE; stores and forgets as Django's own does."""

    def _get_session_from_db(self) -> Session | None:
        found = SESSION.first([self.session_key, timezone.now()])
        if found is None:
            self._session_key = None
            return None
        session: Session = found[0]
        return session


class Backend(ModelBackend):
    """Passwords as Django checks them."""

    def get_user(self, user_id: Any) -> User | None:
        found = USER.first([int(user_id)])
        user: User | None = found[0] if found else None
        return user if user is not None and self.user_can_authenticate(user) else None
