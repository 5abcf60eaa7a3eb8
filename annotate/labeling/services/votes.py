"""One answer by one person or source: what may be said, what counts, what has been said already."""

# ruff: noqa: S608 - what is put into these statements are the words of sql.Dialect and placeholders, never a value

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, NoReturn
from uuid import UUID

from annotate.core import errors
from annotate.kinds import KINDS
from annotate.labeling import sql
from annotate.labeling.facts import TaskFacts, VoteFacts, live_votes, lock_task, save_task, says, votes_of, worker_of
from annotate.labeling.models import Task, Vote
from annotate.labeling.schema import schema_of
from annotate.labeling.services import gold
from annotate.projects.models import Project

COUNTING = {Vote.Outcome.ANSWER, Vote.Outcome.CANNOT_TELL}


@dataclass(frozen=True)
class Ballot:
    """What a person sent: `key` is the client's own name for the vote, unique per person."""

    key: UUID
    task: int
    answer: Any
    asking: int | None = None
    supersedes: UUID | None = None
    shown_proposal: int | None = None
    took_ms: int | None = None
    lease: int | None = None
    """What the client was told as the lease's number; what it is worth is the caller's to say."""


@dataclass(frozen=True)
class Cast:
    """What became of a ballot. `fresh`: one more task that the person has answered. `before` is the task as it was
    locked, `task` as it must be written once folded; `votes` are those that stand in the task's present asking, or of a
    ruled task, where no vote changes anything, the person's own."""

    vote_id: int
    key: UUID
    surplus: bool
    repeated: bool
    fresh: bool
    before: TaskFacts
    task: TaskFacts
    votes: list[VoteFacts]


def cast_vote(project: Project, *, user_id: int, ballot: Ballot, handed: bool = False) -> Cast:
    """Appends a person's vote and ends the person's lease; the same ballot again changes nothing and says so.

    Runs inside the caller's transaction and locks the task; any refusal must roll that transaction back. The caller
    folds the result and writes the task. A vote where no room is left is kept as surplus. An answer to a known question
    is judged, and neither counts nor speaks for its picture; it is surplus where the person was never asked. `handed`:
    the person was, whatever has become of the lease.
    Refused: a task of another project, an answer the task's kind or the project's classes do not allow, a key that
    was used for something else, a second answer that does not supersede the first, a change of a ruled answer.
    """
    before = lock_task(ballot.task, project_id=project.pk)
    if before is None:
        raise errors.NotFound("unknown_task", "There is no such task in this project.", {"task": ballot.task})
    # A ruling stands over all votes, and a known question gathers one of everybody: only the own ones matter there.
    votes = votes_of(before.id, user_id=user_id if before.ruled else None)
    digest = _hash(ballot)
    for vote in votes:
        if vote.user_id == user_id and vote.key == ballot.key:
            if vote.answer_hash != digest:
                _refuse_key(ballot)
            standing = live_votes(votes, before.asking)
            return Cast(vote.id, vote.key, vote.surplus, True, False, before, before, standing)
    shown = _proposed(before.id, ballot.shown_proposal)
    value = parse_for(before, ballot.answer, schema_of(project).live, proposed=shown)
    asking = before.asking if ballot.asking is None else ballot.asking
    if not 1 <= asking <= before.asking:
        raise errors.Invalid("unknown_asking", "The task has not been asked that often.", {"asking": before.asking})
    earlier = _earlier(votes, user_id=user_id, asking=asking, ballot=ballot, task=before)
    return _append(
        project, user_id=user_id, ballot=replace(ballot, answer=value, asking=asking),
        digest=digest, before=before, votes=votes, earlier=earlier, handed=handed,
    )  # fmt: skip


def _append(
    project: Project,
    *,
    user_id: int,
    ballot: Ballot,
    digest: str,
    before: TaskFacts,
    votes: list[VoteFacts],
    earlier: VoteFacts | None,
    handed: bool,
) -> Cast:
    """The writing half of `cast_vote`: supersede, free the lease, insert, count."""
    outcome, concept = says(ballot.answer)
    asking = ballot.asking or before.asking
    task = before
    if earlier is not None:
        sql.run("UPDATE labeling_vote SET superseded = true WHERE id = %s", [earlier.id])
        if earlier.counted and asking == task.asking:
            task = replace(task, votes_counted=task.votes_counted - 1)
    freed = sql.run("DELETE FROM labeling_lease WHERE task_id = %s AND user_id = %s", [task.id, user_id])
    task = replace(task, leases_held=task.leases_held - freed)
    changes_counted = earlier is not None and earlier.counted
    known = task.asks_gold and asking == task.asking
    if known:  # to the person it looks as any other: there is room for whoever was asked
        unasked = earlier.surplus if earlier is not None else not (freed or handed)
        counted, surplus = False, unasked and outcome in COUNTING
    else:
        counted, surplus = _place(task, asking, outcome, changes_counted=changes_counted)
    if surplus and task.state == Task.State.OPEN and asking == task.asking and task.leases_held:
        # Leases that have lapsed and were not yet swept hold no room against a vote that is here.
        task = replace(task, leases_held=task.leases_held - _drop_lapsed(task.id))
        counted, surplus = _place(task, asking, outcome, changes_counted=changes_counted)
    if counted:
        task = replace(task, votes_counted=task.votes_counted + 1)
    vote_id = _insert(
        project, ballot=ballot, user_id=user_id, source="", digest=digest, counted=counted, surplus=surplus,
        supersedes=earlier.id if earlier else None, known=known,
    )  # fmt: skip
    if vote_id is None:
        _refuse_key(ballot)
    if known:
        gold.judge(project, task, user_id=user_id, vote_id=vote_id)
    said = [vote.outcome for vote in votes if vote.user_id == user_id and vote.asking == asking]
    fresh = outcome != Vote.Outcome.SKIP and all(before == Vote.Outcome.SKIP for before in said)
    mine = VoteFacts(
        vote_id, user_id, worker_of(user_id, ""), ballot.key, asking, outcome, concept, counted, surplus, False, digest,
        answer=ballot.answer, gold=known,
    )  # fmt: skip
    kept = [vote for vote in votes if earlier is None or vote.id != earlier.id]
    standing = live_votes([*kept, mine], task.asking)
    return Cast(vote_id, ballot.key, surplus, False, fresh, before, task, standing)


def _place(task: TaskFacts, asking: int, outcome: str, *, changes_counted: bool) -> tuple[bool, bool]:
    """Whether a vote counts, and whether it is surplus; a pass that never counts is neither."""
    if outcome not in COUNTING:
        return False, False
    if changes_counted and asking == task.asking:
        return True, False
    counts = task.state == Task.State.OPEN and asking == task.asking and task.room > 0
    return counts, not counts


def _earlier(votes: list[VoteFacts], *, user_id: int, asking: int, ballot: Ballot, task: TaskFacts) -> VoteFacts | None:
    """The own vote that this ballot replaces, if any; refuses a second answer that replaces none."""
    own = [vote for vote in votes if vote.user_id == user_id]
    if ballot.supersedes is not None:
        named = next((vote for vote in own if vote.key == ballot.supersedes), None)
        if named is None:
            raise errors.NotFound("unknown_vote", "You have given no such answer to this task.")
        if named.superseded:
            raise errors.Conflict("already_changed", "This answer has been changed already.", {"task": task.id})
        if named.asking != asking or asking != task.asking:
            raise errors.Conflict("asked_again", "The task has been asked again since.", {"asking": task.asking})
        if task.ruled and not _changeable(named, task, user_id=user_id):
            raise errors.Conflict("decided", "A reviewer has decided this task.", {"task": task.id})
        return named
    live = next((vote for vote in own if vote.asking == asking and not vote.superseded), None)
    if live is not None and live.outcome != Vote.Outcome.SKIP:
        told = {"task": task.id, "key": str(live.key)}
        raise errors.Conflict("already_answered", "You have answered this task already.", told)
    return live


def _changeable(named: VoteFacts, task: TaskFacts, *, user_id: int) -> bool:
    """An answer to a known question may be changed as any other, until the person was told what is right."""
    return named.gold and task.asks_gold and not gold.was_shown(task, user_id=user_id, vote_id=named.id)


def parse_answer(
    kind: str, answer: Any, concepts: Collection[int], *, machine: bool = False, proposed: Any = None
) -> Any:
    """The answer in its canonical form; Invalid with the kind's own reason. `machine`: no person gave it."""
    try:
        return KINDS[kind].parse(answer, concepts, machine=machine, proposed=proposed)
    except ValueError as error:
        raise errors.Invalid("bad_answer", f"This answer cannot be kept: {error}.", {"reason": str(error)}) from None


def parse_for(task: TaskFacts, answer: Any, concepts: Collection[int], *, proposed: Any = None) -> Any:
    """The answer to a task in its canonical form, cut to the task's picture; Invalid where it reaches beyond."""
    value = parse_answer(task.kind, answer, concepts, proposed=proposed)
    return cut_to_picture(task.kind, value, image_id=task.image_id)


def cut_to_picture(kind: str, value: Any, *, image_id: int) -> Any:
    """A parsed answer on its picture, by the kind's rule for edges; Invalid where it reaches further out."""
    if KINDS[kind].bounds(value) is None:
        return value
    ((width, height),) = sql.rows("SELECT width, height FROM ingest_image WHERE id = %s", [image_id])
    try:
        return KINDS[kind].within(value, width, height)
    except ValueError as error:
        told = {"reason": str(error), "width": width, "height": height}
        raise errors.Invalid("outside_picture", f"This answer does not fit the picture: {error}.", told) from None


def _proposed(task_id: int, proposal_id: int | None) -> Any:
    """The answer of the proposal that the person was shown; None where none was."""
    if proposal_id is None:
        return None
    found = sql.rows("SELECT answer FROM labeling_proposal WHERE id = %s AND task_id = %s", [proposal_id, task_id])
    if not found:
        raise errors.Invalid("unknown_proposal", "No such proposal was made for this task.")
    return sql.json_out(found[0][0])


def _drop_lapsed(task_id: int) -> int:
    now = sql.dialect().now
    return sql.run(f"DELETE FROM labeling_lease WHERE task_id = %s AND expires_at <= {now}", [task_id])


def _insert(
    project: Project,
    *,
    ballot: Ballot,
    user_id: int | None,
    source: str,
    digest: str,
    counted: bool,
    surplus: bool,
    supersedes: int | None,
    known: bool = False,
) -> int | None:
    """The new row's id; None where the person has used the key for another task."""
    outcome, concept = says(ballot.answer)
    columns = {
        "project_id": project.pk,
        "task_id": ballot.task,
        "user_id": user_id,
        "source": source,
        "asking": ballot.asking,
        "key": sql.uuid_in(ballot.key),
        "answer": json.dumps(ballot.answer),
        "answer_hash": digest,
        "outcome": outcome,
        "concept": concept,
        "schema_number": project.schema_number,
        "counted": counted,
        "surplus": surplus,
        "gold": known,
        "superseded": False,
        "supersedes_id": supersedes,
        "proposal_id": ballot.shown_proposal,
        "took_ms": ballot.took_ms,
    }
    values = list(columns.values())
    found = sql.rows(
        f"INSERT INTO labeling_vote ({', '.join(columns)}, created_at)"
        f" VALUES ({sql.places(values)}, {sql.dialect().now})"
        " ON CONFLICT (user_id, key) WHERE user_id IS NOT NULL DO NOTHING RETURNING id",
        values,
    )
    return int(found[0][0]) if found else None


def cast_source_vote(project: Project, *, source: str, task_id: int, answer: Any, key: UUID) -> bool:
    """Appends the vote of a named source and leaves the folding to the sweep; False where the source has voted.

    Runs inside the caller's transaction and locks the task.
    """
    before = lock_task(task_id, project_id=project.pk)
    if before is None:
        raise errors.NotFound("unknown_task", "There is no such task in this project.", {"task": task_id})
    votes = votes_of(task_id)
    worker = worker_of(None, source)
    if any(vote.worker == worker and vote.asking == before.asking and not vote.superseded for vote in votes):
        return False
    ballot = Ballot(key=key, task=task_id, answer=answer, asking=before.asking)
    counted, surplus = _place(before, before.asking, says(answer)[0], changes_counted=False)
    _insert(
        project, ballot=ballot, user_id=None, source=source, digest=_hash(ballot), counted=counted, surplus=surplus,
        supersedes=None,
    )  # fmt: skip
    save_task(before, replace(before, votes_counted=before.votes_counted + counted), due=True)
    return True


def _hash(ballot: Ballot) -> str:
    """What makes a repeated ballot the same one: the task, the answer, and what it replaces."""
    said = json.dumps([ballot.task, ballot.answer, str(ballot.supersedes or "")], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def _refuse_key(ballot: Ballot) -> NoReturn:
    told = {"key": str(ballot.key)}
    raise errors.Conflict("key_reused", "This key was used before for another answer.", told)
