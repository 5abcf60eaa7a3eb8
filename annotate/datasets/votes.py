"""The votes of a version, read in the one order that records count them by."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from annotate.datasets import people
from annotate.labeling.facts import worker_of
from annotate.labeling.models import Vote
from annotate.manifest.schema import VoteRow

SAYING = (Vote.Outcome.ANSWER, Vote.Outcome.CANNOT_TELL)
GIVEN = (
    "task_id", "user_id", "source", "asking", "answer", "counted", "surplus", "superseded", "proposal_id", "created_at",
    "gold",
)  # fmt: skip


@dataclass(frozen=True)
class Mark:
    """What a record has to know of a vote; `stands`: the settled answer was made of it, because it is live, of the
    task's present asking, says something of the content, and was not given to a question whose answer was known."""

    source: str
    stands: bool


class Given(NamedTuple):
    """One vote as it lies in the database."""

    task_id: int
    user_id: int | None
    source: str
    asking: int
    answer: Mapping[str, Any]
    counted: bool
    surplus: bool
    superseded: bool
    proposal_id: int | None
    created_at: datetime
    gold: bool


def marks_by_task(askings: Mapping[int, int]) -> dict[int, list[Mark]]:
    """Every vote on the tasks, in the order they were given; `askings` are the tasks' present ones by id."""
    found: dict[int, list[Mark]] = defaultdict(list)
    rows = Vote.objects.filter(task_id__in=list(askings)).order_by("id")
    for task_id, source, asking, superseded, gold, outcome in rows.values_list(
        "task_id", "source", "asking", "superseded", "gold", "outcome"
    ).iterator():
        live = asking == askings[task_id] and not superseded and not gold
        found[task_id].append(Mark(source, live and outcome in SAYING))
    return found


def votes_by_task(tasks: Collection[int]) -> dict[int, list[Given]]:
    """The same votes in the same order, whole."""
    found: dict[int, list[Given]] = defaultdict(list)
    for row in Vote.objects.filter(task_id__in=list(tasks)).order_by("id").values_list(*GIVEN).iterator():
        found[row[0]].append(Given(*row))
    return found


def vote_row(vote: Given, *, digest: str, project_id: int) -> VoteRow:
    """The vote under a pseudonym."""
    return VoteRow(
        digest=digest,
        person=people.pseudonym(project_id, worker_of(vote.user_id, vote.source)),
        asking=vote.asking,
        answer=vote.answer,
        created=stamp(vote.created_at),
        counted=vote.counted and not vote.superseded,
        surplus=vote.surplus,
        proposed=vote.proposal_id is not None,
        source=vote.source,
        extra={name: True for name in ("superseded", "gold") if getattr(vote, name)},
    )


def standing_places(marks: Sequence[Mark], first: int) -> tuple[int, ...]:
    """Row numbers of the votes that the answer stands on, `first` being that of the picture's first vote."""
    return tuple(first + offset for offset, mark in enumerate(marks) if mark.stands)


def stamp(moment: datetime) -> str:
    """ISO 8601 in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
