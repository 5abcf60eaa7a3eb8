"""Tasks and votes as the vote's own transaction sees them: read once under the task's lock, written once."""

# ruff: noqa: S608 - what is put into these statements are the words of sql.Dialect and placeholders, never a value

from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from annotate.labeling import sql
from annotate.labeling.models import Task, Vote


@dataclass(frozen=True)
class TaskFacts:
    """One locked task."""

    id: int
    project_id: int
    image_id: int
    kind: str
    asking: int
    state: str
    holdout: bool
    votes_wanted: int
    votes_counted: int
    leases_held: int
    ruled: bool
    golden: bool

    @property
    def asks_gold(self) -> bool:
        """Whether an answer to it now is one to a known question: it says nothing of the picture any more."""
        return self.golden and self.ruled and self.state == Task.State.CLOSED and not self.holdout

    @property
    def room(self) -> int:
        """Votes that may still be promised to somebody."""
        return self.votes_wanted - self.votes_counted - self.leases_held


class VoteFacts(NamedTuple):
    """One vote on a task; `worker` names a person or a source to consensus."""

    id: int
    user_id: int | None
    worker: str
    key: UUID
    asking: int
    outcome: str
    concept: int | None
    counted: bool
    surplus: bool
    superseded: bool
    answer_hash: str
    answer: Any  # as the database keeps it, so that votes that say all in `concept` are never taken apart
    gold: bool = False

    @property
    def value(self) -> Any:
        """The parsed answer."""
        return sql.json_out(self.answer)


def worker_of(user_id: int | None, source: str) -> str:
    """The name of a voter in consensus: `u<id>` for a person, `s:<name>` for a source."""
    return f"s:{source}" if user_id is None else f"u{user_id}"


def lock_task(task_id: int, *, project_id: int | None = None) -> TaskFacts | None:
    """The task under its row lock, held to the end of the transaction; None where the project has no such task."""
    where, values = "id = %s", [task_id]
    if project_id is not None:
        where, values = f"{where} AND project_id = %s", [task_id, project_id]
    found = sql.rows(
        "SELECT id, project_id, image_id, kind, asking, state, holdout, votes_wanted, votes_counted, leases_held,"
        f" ruled, gold IS NOT NULL FROM labeling_task WHERE {where} {sql.dialect().lock}",
        values,
    )
    if not found:
        return None
    row = found[0]
    return TaskFacts(*row[:6], bool(row[6]), *row[7:10], bool(row[10]), bool(row[11]))


def votes_of(task_id: int, *, user_id: int | None = None) -> list[VoteFacts]:
    """Every vote on a task, of all askings, in the order they were cast; with `user_id` that person's alone."""
    whose, values = ("", [task_id]) if user_id is None else (" AND user_id = %s", [task_id, user_id])
    found = sql.rows(
        "SELECT id, user_id, source, key, asking, outcome, concept, counted, surplus, superseded, answer_hash,"
        f" answer, gold FROM labeling_vote WHERE task_id = %s{whose} ORDER BY id",
        values,
    )
    return [
        VoteFacts(
            id=row[0],
            user_id=row[1],
            worker=worker_of(row[1], row[2]),
            key=sql.uuid_out(row[3]),
            asking=row[4],
            outcome=row[5],
            concept=row[6],
            counted=bool(row[7]),
            surplus=bool(row[8]),
            superseded=bool(row[9]),
            answer_hash=row[10],
            answer=row[11],
            gold=bool(row[12]),
        )
        for row in found
    ]


def live_votes(votes: list[VoteFacts], asking: int) -> list[VoteFacts]:
    """The votes that stand in one asking; skips say nothing and are left out, and so are answers to known questions."""
    live = [v for v in votes if v.asking == asking and not v.superseded and not v.gold]
    return [v for v in live if v.outcome != Vote.Outcome.SKIP]


def says(value: Any) -> tuple[str, int | None]:
    """A parsed answer as its outcome and concept (0 for "nothing fits", None for a pass and where one concept does not
    say it all)."""
    if "pass" in value:
        return str(value["pass"]), None
    if "nothing" in value:
        return Vote.Outcome.ANSWER, 0
    if "choice" in value and len(value["choice"]) == 1:
        return Vote.Outcome.ANSWER, int(value["choice"][0])
    return Vote.Outcome.ANSWER, None


def save_task(before: TaskFacts, after: TaskFacts, *, due: bool = False, returned: bool = False) -> None:
    """Writes what changed of a locked task; `due` leaves its folding to the sweep.

    A task that offers room again, or is `returned`, gets a number for those who had passed it.
    """
    if before == after and not due and not returned:
        return
    values: list[Any] = [
        *(after.state, after.asking, after.ruled, after.votes_wanted, after.votes_counted, after.leases_held)
    ]
    sets = "state = %s, asking = %s, ruled = %s, votes_wanted = %s, votes_counted = %s, leases_held = %s"
    if before.state != after.state:
        closing = after.state != Task.State.OPEN
        sets += f", closed_at = {sql.dialect().now if closing else 'NULL'}"
    if due:
        sets += ", due = true"
    reopened = before.room <= 0 or before.state != after.state
    if after.state == Task.State.OPEN and (returned or (after.room > 0 and reopened)):
        sets += ", returned = %s"
        values.append(next_returned(after.project_id))
    sql.run(f"UPDATE labeling_task SET {sets} WHERE id = %s", [*values, after.id])


def next_returned(project_id: int, count: int = 1) -> int:
    """The last of `count` fresh return numbers of a project; locks the project's queue row, last of all locks.

    The lock makes numbers become visible in their order, so that nobody walks past one that is still to appear.
    """
    found = sql.rows(
        "INSERT INTO labeling_queue (project_id, epoch, returned, schema_number) VALUES (%s, 0, %s, 0)"
        " ON CONFLICT (project_id) DO UPDATE SET returned = labeling_queue.returned + excluded.returned"
        " RETURNING returned",
        [project_id, count],
    )
    return int(found[0][0])
