"""The desk's request, checked by hand: it is the one body that is read for every single vote."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from annotate.core import errors
from annotate.labeling.services import Ballot

MOST_VOTES = 100
MOST_TAKEN = 50
MOST_RELEASED = 500
LARGEST_ID = 2**62
LONGEST_MS = 2**31 - 1
TOP = frozenset({"votes", "take", "release"})
# `started` is the client's own record; `lease` shows that the task was handed to the person, however late it comes.
FIELDS = frozenset({"key", "task", "lease", "asking", "answer", "supersedes", "shown_proposal", "took_ms", "started"})


@dataclass(frozen=True)
class Spoiled:
    """A vote that has a key and cannot be read; refused alone, so that it never blocks the others."""

    key: UUID
    why: errors.Refused


@dataclass(frozen=True)
class Errand:
    """What one request asks of the desk."""

    votes: list[Ballot | Spoiled]
    take: int
    release: list[int]


def read_errand(body: Any) -> Errand:
    """The request as it may be carried out; Invalid or BadRequest where it has no shape, or a vote no key."""
    if not isinstance(body, dict):
        raise errors.BadRequest("not_an_object", "The request must be a JSON object.")
    _known(body, TOP, "The request")
    votes, release, take = body.get("votes", []), body.get("release", []), body.get("take", 0)
    if not isinstance(votes, list) or not isinstance(release, list):
        raise errors.Invalid("bad_field", "votes and release are lists.", {"fields": ["votes", "release"]})
    if len(votes) > MOST_VOTES or len(release) > MOST_RELEASED:
        told = {"votes": MOST_VOTES, "release": MOST_RELEASED}
        raise errors.TooLarge("too_many_votes", "The request carries more than the desk takes at once.", told)
    _whole(take, "take", low=0, high=MOST_TAKEN)
    for task in release:
        _whole(task, "release", low=1, high=LARGEST_ID)
    return Errand([_read_vote(vote) for vote in votes], take, release)


def _read_vote(vote: Any) -> Ballot | Spoiled:
    if not isinstance(vote, dict):
        raise errors.Invalid("bad_field", "A vote is a JSON object.", {"field": "votes"})
    key = _uuid(vote.get("key"), "key")
    try:
        _known(vote, FIELDS, "A vote")
        if "answer" not in vote:
            raise errors.Invalid("bad_field", "A vote needs an answer.", {"field": "answer"})
        supersedes, lease = vote.get("supersedes"), vote.get("lease")
        return Ballot(
            key=key,
            task=_whole(vote.get("task"), "task", low=1, high=LARGEST_ID),
            answer=vote["answer"],
            asking=_optional(vote, "asking", low=1, high=LONGEST_MS),
            supersedes=None if supersedes is None else _uuid(supersedes, "supersedes"),
            shown_proposal=_optional(vote, "shown_proposal", low=1, high=LARGEST_ID),
            took_ms=_optional(vote, "took_ms", low=0, high=LONGEST_MS),
            lease=lease if type(lease) is int else None,
        )
    except errors.Refused as why:
        return Spoiled(key, why)


def _known(found: Mapping[str, Any], allowed: frozenset[str], what: str) -> None:
    if unknown := sorted(found.keys() - allowed):
        told = {"fields": [name[:100] for name in unknown[:20]]}
        raise errors.Invalid("unknown_field", f"{what} has a field that is not known here.", told)


def _whole(value: Any, name: str, *, low: int, high: int) -> int:
    if type(value) is not int or not low <= value <= high:  # a bool is an int to isinstance
        raise errors.Invalid("bad_field", f"{name} must be a whole number from {low} to {high}.", {"field": name})
    return value


def _optional(vote: Mapping[str, Any], name: str, *, low: int, high: int) -> int | None:
    value = vote.get(name)
    return None if value is None else _whole(value, name, low=low, high=high)


def _uuid(value: Any, name: str) -> UUID:
    if isinstance(value, str) and len(value) == 36:
        try:
            return UUID(value)
        except ValueError:
            pass
    raise errors.Invalid("bad_field", f"{name} must be a UUID.", {"field": name})
