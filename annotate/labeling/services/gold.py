"""Questions whose answer is known: which task is one, when a person is asked one, what the answer says of the person.

On the wire such a question is any other. Whether the next one is due is drawn from the project's seed, the person and
the number of questions handed out so far, so that a take needs no further statement until one is due.
"""

# ruff: noqa: S608 - what is put into these statements are the words of sql.Dialect and placeholders, never a value

import random
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from annotate.accounts.models import User
from annotate.core import audit, errors, sequential
from annotate.kind import Value
from annotate.kinds import KINDS
from annotate.labeling import sql, told
from annotate.labeling.facts import TaskFacts
from annotate.labeling.models import GoldAnswer, Seat, Task, Vote
from annotate.labeling.selectors import tally
from annotate.projects.models import Project

# With fewer known pictures the same few would come round, and people would tell each other.
LEAST_GOLD = 10
# Fewer answers say nothing of a person.
LEAST_ANSWERS = 10
# At most this share of the people who are as good as is demanded is ever paused, however much they answer.
WRONG_PAUSES = 0.025
# How many known tasks are looked through for one that a person has not had.
REACH = 64


def known_slots(project: Project, *, user_id: int, first: int, count: int) -> list[bool]:
    """For `count` questions from a person's `first` on, whether each is a known one; none where too few are known."""
    share = project.gold_share
    if not share or int(project.counts.get("gold", 0)) < LEAST_GOLD:
        return [False] * count
    places = range(first, first + count)
    return [random.Random(f"{project.seed}/gold/{user_id}/{place}").random() < share for place in places]


def due_among(slots: list[bool], filled: int) -> int:
    """How many known questions stand before the first other one for which nothing is left, `filled` being had."""
    due = 0
    for known in slots:
        if not known and not filled:
            break
        due, filled = due + known, filled - (not known)
    return due


def claim_known(
    project: Project, *, user_id: int, number: int, place: int, live: frozenset[int]
) -> list[tuple[Any, ...]]:
    """Up to so many known tasks that the person has never answered or held, each with one lease more, as rows
    (task, image, width, height, question, kind, asking).

    Looks through a bounded part of them from a random place on. Never one that is held out, that the person has marked
    or was told the answer of, whose picture is not in use, or whose answer names a class that is not live.
    """
    start = random.Random(f"{project.seed}/gold/{user_id}/{place}/start").random()
    found: list[tuple[Any, ...]] = []
    for low, high in ((start, 2.0), (-1.0, start)):
        if len(found) < number:
            rows = _unseen(project.pk, user_id, low=low, high=high)
            known = told.told(user_id, [row[0] for row in rows])
            found += [
                row[:4]
                for row in rows
                if row[0] not in known and live.issuperset(KINDS[row[4]].classes(sql.json_out(row[5])))
            ]
    chosen = {row[0]: row for row in found[:number]}
    if not chosen:
        return []
    claimed = sql.rows(
        "UPDATE labeling_task SET leases_held = leases_held + 1 WHERE id IN ("
        f"SELECT id FROM labeling_task WHERE id IN ({sql.places(chosen)}) AND state = 'closed'"
        f" AND gold_lot IS NOT NULL {sql.dialect().skip_locked}) RETURNING id, question, kind, asking",
        list(chosen),
    )
    return [(*chosen[row[0]], *row[1:]) for row in claimed]


def _unseen(project_id: int, user_id: int, *, low: float, high: float) -> list[tuple[Any, ...]]:
    return sql.rows(
        "SELECT t.id, t.image_id, i.width, i.height, t.kind, t.gold FROM ("
        "SELECT id, image_id, kind, gold, gold_lot FROM labeling_task WHERE project_id = %s AND gold_lot >= %s"
        " AND gold_lot < %s AND state = 'closed' AND (gold_by_id IS NULL OR gold_by_id <> %s)"
        " ORDER BY gold_lot LIMIT %s) t JOIN ingest_image i ON i.id = t.image_id WHERE i.state = 'ready'"
        " AND NOT EXISTS (SELECT 1 FROM labeling_vote v WHERE v.task_id = t.id AND v.user_id = %s)"
        " AND NOT EXISTS (SELECT 1 FROM labeling_lease l WHERE l.task_id = t.id AND l.user_id = %s)"
        " ORDER BY t.gold_lot",
        [project_id, low, high, user_id, REACH, user_id, user_id],
    )


def set_gold(project: Project, task: TaskFacts, value: Value | None, *, by: int | None = None) -> None:
    """Writes what is known of a locked task, or (None) that nothing is, and judges anew who was asked it.

    A held-out task is never asked as a known question.
    """
    asked = value is not None and not task.holdout
    lot = random.Random(f"{project.seed}/gold/{task.id}").random() if asked else None
    Task.objects.filter(pk=task.id).update(gold=value, gold_lot=lot, gold_by=by if value is not None else None)
    given = list(GoldAnswer.objects.filter(task_id=task.id).select_related("vote").order_by("user_id"))
    if not asked:
        GoldAnswer.objects.filter(task_id=task.id).delete()
    for answer in given:
        if value is not None and asked:
            _judge(answer, kind=task.kind, said=answer.vote, known=value)
            answer.save(update_fields=["right", "likeness"])
        _add_up(project, answer.user_id)


def _judge(answer: GoldAnswer, *, kind: str, said: Vote, known: Value) -> None:
    if said.outcome == Vote.Outcome.ANSWER:
        answer.likeness, answer.right = KINDS[kind].likeness(said.answer, known)
    else:
        answer.likeness = answer.right = None


def judge(project: Project, task: TaskFacts, *, user_id: int, vote_id: int) -> None:
    """Holds a person's answer to a known question against what is known; pauses the person where that is due.

    Runs inside the vote's transaction, under the task's lock; locks the person's seat. A skip takes the earlier answer
    back. Who marked the task, or was told its answer, is not judged by it.
    """
    known, by = Task.objects.values_list("gold", "gold_by_id").get(pk=task.id)
    if by == user_id or told.told(user_id, [task.id]):
        return
    vote = Vote.objects.get(pk=vote_id)
    row = GoldAnswer.objects.filter(task_id=task.id, user_id=user_id).first()
    if vote.outcome == Vote.Outcome.SKIP:
        if row is not None:
            row.delete()
    else:
        row = row or GoldAnswer(project=project, user_id=user_id, task_id=task.id)
        row.vote = vote
        _judge(row, kind=task.kind, said=vote, known=known)
        row.save()
    _add_up(project, user_id)


def _add_up(project: Project, user_id: int) -> None:
    """Writes a person's totals, and the pause where the accuracy since the last one surely lies below what is demanded.

    This looks after every known answer, which `surely_below` allows and an interval for one look would not.
    """
    seat, _ = Seat.objects.select_for_update().get_or_create(project=project, user_id=user_id)
    answers = GoldAnswer.objects.filter(project=project, user_id=user_id)
    seat.gold_answered, seat.gold_right, seat.gold_passed = tally(answers)
    seat.save(update_fields=["gold_answered", "gold_right", "gold_passed"])
    if seat.paused_at is not None or project.gold_bar is None:
        return
    answered, right, _ = tally(answers.filter(vote_id__gt=seat.gold_from))
    below = sequential.surely_below(right, answered, bar=project.gold_bar, risk=WRONG_PAUSES)
    if below and answered >= LEAST_ANSWERS:
        told = {"right": right, "answered": answered, "demanded": project.gold_bar}
        _pause(seat, code=Seat.Pause.ACCURACY, actor=None, data=told)


def _pause(seat: Seat, *, code: str, actor: int | None, note: str = "", data: dict[str, Any] | None = None) -> None:
    newest = Vote.objects.filter(project_id=seat.project_id, user_id=seat.user_id).order_by("-id")
    seat.shown_to = newest.values_list("pk", flat=True).first() or 0
    seat.paused_code, seat.paused_note = code, note
    seat.save(update_fields=["shown_to", "paused_code", "paused_note"])
    Seat.objects.filter(pk=seat.pk).update(paused_at=Now())
    audit.record(
        "person_paused", actor=actor, subject="person", subject_id=seat.user_id, project_id=seat.project_id,
        data={"code": code, "note": note, **(data or {})},
    )  # fmt: skip


def pause(project: Project, user_id: int, *, actor: User, note: str = "") -> None:
    """Hands a person no more questions until somebody lets them go on; what they send is kept as before."""
    with transaction.atomic():
        seat = _seat(project, user_id)
        if seat.paused_at is not None:
            raise errors.Conflict("paused_already", "This person is paused already.")
        _pause(seat, code=Seat.Pause.BY_HAND, actor=actor.pk, note=note)


def resume(project: Project, user_id: int, *, actor: User) -> None:
    """Lets a paused person go on; for the next pause only known answers from now on count."""
    with transaction.atomic():
        seat = _seat(project, user_id)
        if seat.paused_at is None:
            raise errors.Conflict("not_paused", "This person is not paused.")
        newest = Vote.objects.filter(project=project, user_id=user_id).order_by("-id")
        seat.gold_from = newest.values_list("pk", flat=True).first() or 0
        seat.paused_at, seat.paused_code, seat.paused_note = None, "", ""
        seat.save(update_fields=["gold_from", "paused_at", "paused_code", "paused_note"])
        audit.record("person_resumed", actor=actor.pk, subject="person", subject_id=user_id, project_id=project.pk)


def _seat(project: Project, user_id: int) -> Seat:
    seat = Seat.objects.select_for_update().filter(project=project, user_id=user_id).first()
    if seat is None:
        raise errors.NotFound("unknown_person", "This person has not worked in this project.")
    return seat


def was_shown(task: TaskFacts, *, user_id: int, vote_id: int) -> bool:
    """Whether the person has been told what was right where they gave this vote: when paused, or in practice."""
    if told.told(user_id, [task.id]):
        return True
    return Seat.objects.filter(project_id=task.project_id, user_id=user_id, shown_to__gte=vote_id).exists()
