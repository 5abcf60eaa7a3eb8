"""Handing out tasks: each person walks along the open tasks in their order and is never shown what is done.

A person's place is kept in a Seat, so that a take costs the same at the first and at the last task, however many open
tasks the person has answered already. A task that offers room again behind somebody's back carries a return number;
a seat looks through the numbers it has not seen before it walks on.
"""

# ruff: noqa: S608 - what is put into these statements are the words of sql.Dialect and placeholders, never a value

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import ceil
from typing import Any

from django.conf import settings
from django.db import transaction

from annotate.kinds import KINDS
from annotate.labeling import sql
from annotate.labeling.schema import schema_of
from annotate.labeling.services import gold
from annotate.labeling.services.leases import expire_leases
from annotate.projects.models import Project

ACTIVE_SECONDS = 600
START = -1e300
FAR = 512
MAX_TAKE = 50


@dataclass(frozen=True)
class Handed:
    """One task as its leaseholder sees it: nothing here may tell what is known about the answer."""

    task: int
    lease: int
    expires_at: datetime
    image: int
    width: int
    height: int
    question: str
    kind: str
    asking: int
    proposal: dict[str, Any] | None


@dataclass(frozen=True)
class Place:
    """Where a person stands: before everything behind (rank, task), with all return numbers up to `returned` seen.

    `handed` counts the questions that the person was handed so far.
    """

    id: int
    epoch: int
    rank: float
    task: int
    returned: int
    votes: int
    votes_today: int
    handed: int
    paused: bool


@dataclass(frozen=True)
class Taken:
    """What a take brought, the person's own counts, how many tasks others hold, and whether the person is paused."""

    tasks: list[Handed]
    mine: int
    mine_today: int
    leased_by_others: int
    paused: bool = False


@dataclass(frozen=True)
class Candidate:
    """An open task with room; `free` unless the person has answered or holds it."""

    id: int
    rank: float
    returned: int
    image: int
    width: int
    height: int
    free: bool


Claim = tuple[Candidate, Any]


def take(project: Project, *, user_id: int, want: int, answered: int = 0) -> Taken:
    """Leases up to `want` tasks to a person, fewer where the open ones must be shared with others at work.

    One transaction, the caller's where there is one; `answered` tasks are added to the person's count in it. Locks the
    person's seat, then only tasks that nobody else holds at this moment. A paused person gets none. Known questions
    take the places that `gold` gives them among the others.
    """
    with transaction.atomic(savepoint=False):
        seat = sit(project.pk, user_id, answered)
        queue = _queue(project.pk, user_id)
        if want < 1 or seat.paused:
            return Taken([], seat.votes, seat.votes_today, queue.leased, paused=seat.paused)
        place = seat
        if place.epoch != queue.epoch:  # the order has changed: begin anew; all that was returned lies ahead again
            place = replace(place, epoch=queue.epoch, rank=START, task=0, returned=queue.returned)
        fair = _fair_share(project.pk, place, want=min(want, MAX_TAKE), active=queue.active)
        slots = gold.known_slots(project, user_id=user_id, first=place.handed, count=fair)
        walk = Walk(project.pk, user_id, place, fair - sum(slots))
        walk.along(queue.returned)
        known = _claim_known(project, walk, slots, newest=queue.returned)
        claimed = _in_order(walk.claimed, known, slots)
        if claimed:
            walk.place = replace(walk.place, handed=place.handed + len(claimed))
        if walk.place != seat:
            _remember(walk.place)
        handed = _lease(project.pk, user_id, claimed) if claimed else own_leases(project.pk, user_id, fair)
    if project.show_proposals:
        handed = _with_proposals(handed, schema_of(project).live)
    return Taken(handed, seat.votes, seat.votes_today, queue.leased)


def _claim_known(project: Project, walk: "Walk", slots: list[bool], *, newest: int) -> list[Claim]:
    """The known questions that are due; the walk goes on in the place of those that could not be had."""
    due = gold.due_among(slots, len(walk.claimed))
    if not due:
        return []
    rows = gold.claim_known(
        project, user_id=walk.user_id, number=due, place=walk.place.handed, live=schema_of(project).live
    )
    if len(rows) < due and not walk.missing:
        walk.want += due - len(rows)
        walk.along(newest)
    # Neither rank nor return number: no walk ever passes a known question.
    return [(Candidate(row[0], 0, 0, *row[1:4], free=True), (row[0], *row[4:])) for row in rows]


def _in_order(others: list[Claim], known: list[Claim], slots: list[bool]) -> list[Claim]:
    """The two kinds of questions in the places that were drawn for them; what has no place comes last."""
    waiting = {True: list(known), False: list(others)}
    placed = [waiting[slot].pop(0) for slot in slots if waiting[slot]]
    return placed + waiting[False] + waiting[True]


class Walk:
    """One person's way along the queue in one take: what was claimed, and how far the place has moved."""

    def __init__(self, project_id: int, user_id: int, place: Place, want: int) -> None:
        self.project_id, self.user_id, self.place, self.want = project_id, user_id, place, want
        self.claimed: list[Claim] = []

    @property
    def missing(self) -> int:
        return self.want - len(self.claimed)

    def along(self, newest: int) -> None:
        """Back to what returned, then forward; once more where leases that had run out made room."""
        self.look_back(newest)
        self.go_on()
        if self.missing and expire_leases(project_id=self.project_id):
            self.look_back(_queue(self.project_id, self.user_id).returned)
            self.go_on()

    def look_back(self, newest: int) -> None:
        """Through tasks that offer room again and lie behind the place."""
        reach = self.missing + 4
        while self.missing and self.place.returned < newest:
            found = self._candidates(
                "t.returned > %s AND t.returned <= %s AND (t.rank, t.id) <= (%s, %s)",
                [self.place.returned, newest, self.place.rank, self.place.task], "t.returned", reach,
            )  # fmt: skip
            busy = self._claim(found)
            if busy is not None:
                self.place = replace(self.place, returned=found[busy].returned - 1)
                return
            seen = found[-1].returned if len(found) == reach and self.missing else newest
            if not self.missing and found:
                seen = self._last_claimed().returned
            self.place = replace(self.place, returned=seen)
            reach = min(reach * 2, FAR)

    def go_on(self) -> None:
        """Forward along (rank, id), past what the person has answered."""
        reach = self.missing + 4
        while self.missing:
            found = self._candidates(
                "(t.rank, t.id) > (%s, %s)", [self.place.rank, self.place.task], "t.rank, t.id", reach
            )
            busy = self._claim(found)
            # A task that was merely locked by somebody's vote is not passed: the next take looks at it again.
            passed = found[:busy] if busy is not None else found
            if passed:
                last = passed[-1] if self.missing or busy is not None else self._last_claimed()
                self.place = replace(self.place, rank=last.rank, task=last.id)
            if busy is not None or len(found) < reach:
                return
            reach = min(reach * 2, FAR)

    def _candidates(self, where: str, values: list[Any], order: str, reach: int) -> list[Candidate]:
        # Scalar subqueries, not joins: whatever the planner knows of the tables, it can only look up one row for each.
        found = sql.rows(
            "SELECT t.id, t.rank, t.returned, t.image_id, i.width, i.height,"
            " (SELECT 1 FROM labeling_vote v WHERE v.task_id = t.id AND v.user_id = %s AND v.asking = t.asking"
            " AND NOT v.superseded LIMIT 1),"
            " (SELECT 1 FROM labeling_lease l WHERE l.task_id = t.id AND l.user_id = %s)"
            " FROM labeling_task t JOIN ingest_image i ON i.id = t.image_id"
            " WHERE t.project_id = %s AND t.state = 'open' AND t.votes_counted + t.leases_held < t.votes_wanted"
            f" AND i.state = 'ready' AND {where} ORDER BY {order} LIMIT %s",
            [self.user_id, self.user_id, self.project_id, *values, reach],
        )
        return [Candidate(*row[:6], free=row[6] is None and row[7] is None) for row in found]

    def _claim(self, found: list[Candidate]) -> int | None:
        """Claims the first free candidates; the index of the first one that was wanted and could not be had."""
        chosen = [(index, one) for index, one in enumerate(found) if one.free][: self.missing]
        if not chosen:
            return None
        got = {
            row[0]: row
            for row in sql.rows(
                "UPDATE labeling_task SET leases_held = leases_held + 1 WHERE id IN ("
                f"SELECT id FROM labeling_task WHERE id IN ({sql.places(chosen)}) AND state = 'open'"
                f" AND votes_counted + leases_held < votes_wanted {sql.dialect().skip_locked})"
                " RETURNING id, question, kind, asking",
                [one.id for _, one in chosen],
            )
        }
        self.claimed += [(one, got[one.id]) for _, one in chosen if one.id in got]
        return next((index for index, one in chosen if one.id not in got), None)

    def _last_claimed(self) -> Candidate:
        return self.claimed[-1][0]


def _lease(project_id: int, user_id: int, claimed: list[Claim]) -> list[Handed]:
    """Writes the leases of what was claimed."""
    later = sql.dialect().later
    row = f"(%s, %s, %s, {sql.dialect().now}, {later})"
    values: list[Any] = []
    for one, _ in claimed:
        values += [project_id, one.id, user_id, settings.LEASE_SECONDS]
    made = sql.rows(
        "INSERT INTO labeling_lease (project_id, task_id, user_id, created_at, expires_at)"
        f" VALUES {', '.join([row] * len(claimed))} RETURNING id, task_id, expires_at",
        values,
    )
    leases = {task: (lease, expires) for lease, task, expires in made}
    return [
        Handed(
            one.id, leases[one.id][0], sql.time_out(leases[one.id][1]), one.image, one.width, one.height,
            question=got[1], kind=got[2], asking=got[3], proposal=None,
        )
        for one, got in claimed
    ]  # fmt: skip


def sit(project_id: int, user_id: int, answered: int = 0) -> Place:
    """The person's seat, made at the first visit: locked, marked as seen now, `answered` tasks added to its counts."""
    today = datetime.now(UTC).date()
    found = sql.rows(
        "INSERT INTO labeling_seat"
        " (project_id, user_id, epoch, rank, task_id, returned, votes, day, votes_today, seen_at)"
        f" VALUES (%s, %s, -1, -1e300, 0, 0, %s, %s, %s, {sql.dialect().now})"
        " ON CONFLICT (project_id, user_id) DO UPDATE SET votes = labeling_seat.votes + excluded.votes,"
        " votes_today = excluded.votes_today"
        " + CASE WHEN labeling_seat.day = excluded.day THEN labeling_seat.votes_today ELSE 0 END,"
        " day = excluded.day, seen_at = excluded.seen_at"
        " RETURNING id, epoch, rank, task_id, returned, votes, votes_today, handed, paused_at",
        [project_id, user_id, answered, today.isoformat(), answered],
    )
    return Place(*found[0][:8], paused=found[0][8] is not None)


@dataclass(frozen=True)
class Head:
    """The order's epoch, the newest return number, people at work lately, and leases held by others."""

    epoch: int
    returned: int
    active: int
    leased: int


def _queue(project_id: int, user_id: int) -> Head:
    found = sql.rows(
        "SELECT epoch, returned, (SELECT count(*) FROM labeling_seat s WHERE s.project_id = %s"
        f" AND s.seen_at > {sql.dialect().later}), (SELECT count(*) FROM labeling_lease l WHERE l.project_id = %s"
        f" AND l.expires_at > {sql.dialect().now} AND l.user_id <> %s) FROM labeling_queue WHERE project_id = %s",
        [project_id, -ACTIVE_SECONDS, project_id, user_id, project_id],
    )
    return Head(*found[0]) if found else Head(0, 0, 1, 0)


def _fair_share(project_id: int, place: Place, *, want: int, active: int) -> int:
    """min(want, tasks ahead / people at work), at least one; counts no further than it needs to."""
    if want == 1 or active <= 1:
        return want
    limit = want * active
    ahead = sql.rows(
        "SELECT count(*) FROM (SELECT 1 FROM labeling_task WHERE project_id = %s AND state = 'open'"
        " AND (rank, id) > (%s, %s) AND votes_counted + leases_held < votes_wanted LIMIT %s) AS ahead",
        [project_id, place.rank, place.task, limit],
    )[0][0]
    return max(1, min(want, ceil(ahead / active)))


def _remember(place: Place) -> None:
    sql.run(
        "UPDATE labeling_seat SET epoch = %s, rank = %s, task_id = %s, returned = %s, handed = %s WHERE id = %s",
        [place.epoch, place.rank, place.task, place.returned, place.handed, place.id],
    )


def own_leases(project_id: int, user_id: int, want: int) -> list[Handed]:
    """The person's own live leases, for a page that was closed or reloaded; not renewed, so that every lease ends."""
    held = sql.rows(
        "SELECT l.id, l.task_id, l.expires_at, i.id, i.width, i.height, t.question, t.kind, t.asking"
        " FROM labeling_lease l JOIN labeling_task t ON t.id = l.task_id JOIN ingest_image i ON i.id = t.image_id"
        f" WHERE l.project_id = %s AND l.user_id = %s AND l.expires_at > {sql.dialect().now}"
        " AND (t.state = 'open' OR (t.state = 'closed' AND t.gold_lot IS NOT NULL))"
        " AND i.state = 'ready' ORDER BY l.id LIMIT %s",
        [project_id, user_id, want],
    )
    return [Handed(row[1], row[0], sql.time_out(row[2]), *row[3:], proposal=None) for row in held]


def _with_proposals(handed: list[Handed], live: frozenset[int]) -> list[Handed]:
    """The same tasks with their live proposals; a holdout task has none, whatever the table says.

    Nor has one where a class named has been archived since: an answer with it would be refused.
    """
    if not handed:
        return handed
    found = sql.rows(
        "SELECT p.task_id, p.id, p.answer, p.score FROM labeling_proposal p JOIN labeling_task t ON t.id = p.task_id"
        f" WHERE p.task_id IN ({sql.places(handed)}) AND p.live AND NOT t.holdout",
        [one.task for one in handed],
    )
    shown = {row[0]: {"id": row[1], "answer": sql.json_out(row[2]), "score": row[3]} for row in found}
    return [replace(one, proposal=_answerable(one.kind, shown.get(one.task), live)) for one in handed]


def _answerable(kind: str, proposal: dict[str, Any] | None, live: frozenset[int]) -> dict[str, Any] | None:
    if proposal is None or not live.issuperset(KINDS[kind].classes(proposal["answer"])):
        return None
    return proposal
