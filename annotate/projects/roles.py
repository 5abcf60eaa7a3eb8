"""Which role may do what: the one table that every route stands on."""

from enum import StrEnum

from annotate.core.grants import EVERY_SCOPE, Grant, Scope
from annotate.projects.models import Member


class Action(StrEnum):
    """What a route lets its caller do."""

    MANAGE = "manage"  # settings, people, classes, import, delete
    SETTLE = "settle"  # settle, send back, gold, ask again
    BROWSE = "browse"  # look at pictures, votes, versions, runs
    WORK = "work"  # freeze, export, train, evaluate, next round
    LABEL = "label"  # take, answer, own answers
    SEE = "see"  # the project's name, guide and own progress; its pictures one by one, volunteers only their own


Role = Member.Role
EVERYONE = frozenset({Action.LABEL, Action.SEE})
ALLOWED: dict[str, frozenset[Action]] = {
    Role.ADMIN: frozenset(Action),
    Role.REVIEWER: EVERYONE | {Action.SETTLE, Action.BROWSE},
    Role.RESEARCHER: EVERYONE | {Action.BROWSE, Action.WORK},
    Role.ANNOTATOR: EVERYONE,
    Role.VOLUNTEER: EVERYONE,
}
# Roles that an invitation may give, and that an admin may change into one another.
GIVEN = [choice for choice in Role.choices if choice[0] != Role.VOLUNTEER]


# The scope of an API token that an action needs. Reading is `read`'s; the scopes that go with a page's own action read
# what that action needs to be told.
SCOPE: dict[Action, Scope] = {
    Action.MANAGE: Scope.WRITE,
    Action.SETTLE: Scope.LABEL,
    Action.WORK: Scope.TRAIN,
    Action.LABEL: Scope.LABEL,
}


def scopes_for(rule: Action, *, reads: bool) -> frozenset[Scope]:
    """The scopes of which a token needs one to do what takes `rule`. Whoever may do anything in a project sees it."""
    if reads:
        return EVERY_SCOPE if rule == Action.SEE else frozenset({Scope.READ, SCOPE.get(rule, Scope.READ)})
    return frozenset({SCOPE[rule]} if rule in SCOPE else ())


def allowed_to(role: str, grant: Grant | None, *, reads: bool) -> frozenset[Action]:
    """What a member of that role may do by session (no grant), or by a token: never more than by session."""
    if grant is None:
        return ALLOWED[role]
    return frozenset(rule for rule in ALLOWED[role] if not grant.scopes.isdisjoint(scopes_for(rule, reads=reads)))
