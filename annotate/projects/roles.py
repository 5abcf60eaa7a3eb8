"""Which role may do what: the one table that every route stands on."""

from enum import StrEnum

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
