"""What a request may do that comes with an API token instead of a person's own session."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from rest_framework.request import Request

from annotate.core import errors


class Scope(StrEnum):
    """A part of what a token's owner may do; a token has one or more."""

    READ = "read"  # look at whatever its owner may look at
    LABEL = "label"  # take questions, answer them, settle what waits for a reviewer
    WRITE = "write"  # make projects and set them up, bring pictures in and take them out
    TRAIN = "train"  # freeze, export, train, evaluate, begin rounds


EVERY_SCOPE = frozenset(Scope)


@dataclass(frozen=True)
class Grant:
    """What one token lets its holder do: at most so much, and only what its owner may; in one project where given."""

    token: int
    scopes: frozenset[str]
    project: int | None = None


def of(request: Request) -> Grant | None:
    """The grant of a request that came with a token; None for a session."""
    return request.auth if isinstance(request.auth, Grant) else None


def check(grant: Grant, scopes: Collection[str]) -> None:
    """Forbidden unless the token has one of `scopes`; with none of them no token will do."""
    if not scopes:
        raise errors.Forbidden("token_refused", "No API token can do this; it takes a person who signs in.")
    if grant.scopes.isdisjoint(scopes):
        needs = sorted(scopes)
        raise errors.Forbidden("token_scope", f"This API token lacks the scope {' or '.join(needs)}.", {"needs": needs})
