"""The votes of a version, read in the one order that records count them by."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from annotate.datasets import people
from annotate.labeling.facts import worker_of
from annotate.labeling.models import Vote
from annotate.manifest.schema import VoteRow

FIELDS = (
    "task_id", "user_id", "source", "asking", "answer", "counted", "surplus", "superseded", "proposal_id", "created_at",
)  # fmt: skip


@dataclass(frozen=True)
class VoteFacts:
    """One vote as it lies in the database; `current`: of the task's present asking."""

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
    current: bool

    @property
    def stands(self) -> bool:
        """Whether the settled answer was made of it: live, of this asking, and saying something of the content."""
        passed = self.answer.get("pass")
        return self.current and not self.superseded and passed in (None, "cannot_tell")


def votes_by_task(askings: Mapping[int, int]) -> dict[int, list[VoteFacts]]:
    """Every vote on the tasks, in the order they were given; `askings` are the tasks' present ones by id."""
    found: dict[int, list[VoteFacts]] = defaultdict(list)
    rows = Vote.objects.filter(task_id__in=list(askings)).order_by("id").values_list(*FIELDS)
    for row in rows.iterator():
        found[row[0]].append(VoteFacts(*row, current=row[3] == askings[row[0]]))
    return found


def vote_row(vote: VoteFacts, *, digest: str, project_id: int) -> VoteRow:
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
        extra={"superseded": True} if vote.superseded else {},
    )


def standing_places(votes: Collection[VoteFacts], first: int) -> tuple[int, ...]:
    """Row numbers of the votes that the answer stands on, `first` being that of the picture's first vote."""
    return tuple(first + offset for offset, vote in enumerate(votes) if vote.stands)


def stamp(moment: datetime) -> str:
    """ISO 8601 in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
