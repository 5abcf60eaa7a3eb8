"""Names under which votes leave the database: the same person is the same word in all of a project, and in no other."""

import hmac
from functools import lru_cache

from django.conf import settings

from annotate.accounts.models import User
from annotate.labeling.facts import worker_of
from annotate.projects.models import Project
from annotate.projects.roles import Action

DIGITS = 12
SCHEME = "HMAC-SHA256 of project and person under the key of the server, 12 hexadecimal digits"


@lru_cache(maxsize=10_000)
def pseudonym(project_id: int, worker: str) -> str:
    """A word that nobody without the server's secret key can trace back to a person."""
    text = f"pseudonym:{project_id}:{worker}"
    return "p" + hmac.new(settings.SECRET_KEY.encode(), text.encode(), "sha256").hexdigest()[:DIGITS]


def shown(project: Project, user: User | None, *, reader: frozenset[Action]) -> str:
    """A person as the reader may know them: by name for who answers for them; a volunteer's is the admins' alone."""
    if user is None:
        return ""
    named = Action.MANAGE in reader or (Action.SETTLE in reader and not user.volunteer)
    return str(user.name) if named else pseudonym(project.pk, worker_of(user.pk, ""))
